"""A gateway that answers by token, over a book of charges: in memory, or on the disk."""

import hashlib
from abc import abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar, Literal, Protocol

from duly.connector import (
    ChargeRequest,
    FailureClass,
    Misconfigured,
    Payment,
    PaymentGateway,
    PaymentNews,
    PaymentState,
    Refused,
    Temporary,
    Uncertain,
)
from duly.testing.answers import (
    Answer,
    Broken,
    Declines,
    LosesAnswer,
    LosesRequest,
    Pays,
    Waits,
    read_token,
    refuse_card_number,
)
from duly.values.money import Money

NEWS_PAGE = 500

_KEPT_FOR = timedelta(days=36_500)  # keys are never forgotten
_RETRY_AFTER_S = 60
_SEPARATOR = "\x1f"
_LATE_REASONS: dict[PaymentState, str] = {
    "failed": "the bank did not find enough money",
    "returned": "the payer had the bank take the money back",
}


@dataclass(frozen=True, slots=True)
class Charge:
    """Hold what the gateway wrote down under a key; it never holds the token.

    ``asked`` is the digest of the whole request, ``series`` of token, customer and invoice.
    A charge that changes by itself turns into ``turns_to`` at ``turns_at`` (aware UTC).
    """

    key: str
    asked: str
    series: str
    amount: Money
    invoice: str
    customer: str
    state: PaymentState
    failure: str = ""
    reason: str = ""
    turns_to: PaymentState | None = None
    turns_at: datetime | None = None

    @property
    def reference(self) -> str:
        """Name the charge as the gateway's pages would."""
        return f"sb_{_digest(self.key)[:20]}"

    def at_first(self) -> Payment:
        """Give the payment as it was answered first."""
        return Payment(self.key, self.reference, self.state, self.amount, self.failure, self.reason)

    def turned(self) -> Payment:
        """Give the payment as it is once it has turned by itself."""
        if self.turns_to is None:
            return self.at_first()
        reason = _LATE_REASONS.get(self.turns_to, "")
        failure = FailureClass.SOFT.value if reason else ""
        return Payment(self.key, self.reference, self.turns_to, self.amount, failure, reason)

    def at(self, now: datetime) -> Payment:
        """Give the payment as it stands at an instant."""
        has_turned = self.turns_at is not None and self.turns_at <= now
        return self.turned() if has_turned else self.at_first()


class ChargeBook(Protocol):
    """Keep charges by key; each method is called inside ``changing`` but for ``find``."""

    @abstractmethod
    def changing(self) -> AbstractContextManager[object]:
        """Make what is done inside one change that nobody else's comes between."""

    @abstractmethod
    def find(self, key: str) -> Charge | None:
        """Return what was written down under a key."""

    @abstractmethod
    def declined(self, series: str) -> int:
        """Count the failed charges of a series."""

    @abstractmethod
    def add(self, charge: Charge) -> None:
        """Write a charge down; its key is new."""

    @abstractmethod
    def lose(self, key: str) -> bool:
        """Remember that the first call under a key got lost; False if it was lost before."""

    @abstractmethod
    def changed(self, now: datetime, after: int, limit: int) -> Sequence[tuple[int, Charge]]:
        """Give numbers to what has turned by now; list what has a number above ``after``."""


class AnsweringGateway(PaymentGateway):
    """Answer as the token says, once per key, as a real gateway with idempotency keys does.

    The same key with the same request gets the first answer again, also a refusal. The same key
    with another request collects nothing and raises Uncertain: what became of the first is found.
    """

    settles: ClassVar[Literal["at_once", "later", "by_customer"]] = "at_once"
    idempotency_window: ClassVar[timedelta] = _KEPT_FOR
    look_up_delay: ClassVar[timedelta] = timedelta(0)

    @abstractmethod
    def book(self) -> ChargeBook:
        """Return where the charges are kept."""

    @abstractmethod
    def clock(self) -> datetime:
        """Return the instant at the gateway, aware UTC."""

    def answer_to(self, request: ChargeRequest) -> Answer:
        """Say how a charge goes; raises Refused where the token says nothing."""
        return read_token(request.token)

    async def charge(self, request: ChargeRequest, key: str) -> Payment:
        """Collect as the token says."""
        refuse_card_number(request.token)
        answer = self.answer_to(request)
        if request.amount.minor <= 0:
            raise Misconfigured(f"{request.amount} cannot be collected; ask for more than nothing")
        _stop_if_broken(answer)
        with self.book().changing():
            charge, is_new = self._settle(request, key, answer)
        if charge is None or (is_new and isinstance(answer, LosesAnswer)):
            raise Uncertain("the gateway gave no answer in time")
        if charge.state == "failed":
            raise Refused(charge.reason, FailureClass(charge.failure), charge.reference)
        return charge.at_first()

    async def find(self, key: str) -> Payment | None:
        """Return what became of a key, as it stands now."""
        charge = self.book().find(key)
        return None if charge is None else charge.at(self.clock())

    async def news(self, cursor: str) -> PaymentNews:
        """List up to 500 payments that turned by themselves; read on until there are none."""
        if cursor and not cursor.isdecimal():
            raise Misconfigured(f'"{cursor}" is no cursor of this gateway; start again with ""')
        with self.book().changing():
            changes = self.book().changed(self.clock(), int(cursor or 0), NEWS_PAGE)
        last = str(changes[-1][0]) if changes else cursor
        return PaymentNews(tuple(charge.turned() for _, charge in changes), last)

    def _settle(
        self, request: ChargeRequest, key: str, answer: Answer
    ) -> tuple[Charge | None, bool]:
        book, paid = self.book(), _paid(request, key)
        kept = book.find(key)
        if kept is not None:
            if kept.asked != paid.asked:
                raise Uncertain(
                    "this key was used for another request before; a key belongs to one attempt"
                )
            return kept, False
        if isinstance(answer, LosesRequest) and book.lose(key):
            return None, False
        counts = isinstance(answer, Declines) and answer.times is not None
        declined = book.declined(paid.series) if counts else 0
        charge = _answered(paid, answer, declined, self.clock())
        book.add(charge)
        return charge, True


def _stop_if_broken(answer: Answer) -> None:
    match answer:
        case Broken("outage"):
            raise Temporary("the gateway is down", retry_after_s=_RETRY_AFTER_S)
        case Broken("wrong_key"):
            raise Misconfigured("the gateway does not accept our credentials")
        case _:
            return


def _paid(request: ChargeRequest, key: str) -> Charge:
    amount, about = request.amount, (request.token, request.customer, request.invoice)
    return Charge(
        key=key,
        asked=_digest(str(amount.minor), amount.currency, *about),
        series=_digest(*about),
        amount=amount,
        invoice=request.invoice,
        customer=request.customer,
        state="succeeded",
    )


def _answered(paid: Charge, answer: Answer, declined: int, now: datetime) -> Charge:
    match answer:
        case Declines(failure, reason, times) if times is None or declined < times:
            return replace(paid, state="failed", failure=failure.value, reason=reason)
        case Waits(then, after):
            return replace(paid, state="pending", turns_to=then, turns_at=now + after)
        case Pays(returned_after=timedelta() as after):
            return replace(paid, turns_to="returned", turns_at=now + after)
        case _:
            return paid


def _digest(*parts: str) -> str:
    return hashlib.sha256(_SEPARATOR.join(parts).encode()).hexdigest()
