"""A payment was refused, or came back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import Select, and_, literal_column, or_, select

from duly.condition.words import Translate, as_written
from duly.errors import InputError
from duly.model.about import About
from duly.model.books import TECHNICAL
from duly.shape.form import Fields, OneOrMany, Word
from duly.shape.scalars import whole_number, yes_no
from duly.tables.books import payment_attempt
from duly.tables.ledger import event
from duly.trigger import Look, Mention, Trigger, happened


@dataclass(frozen=True, slots=True)
class PaymentFailed(Trigger):
    """Happen once per refused attempt; ``first_time``: only the first attempt at an invoice."""

    name = "payment_failed"
    mention = Mention(r"(\d+):\d+", "invoice")
    about = About.INVOICE
    brings = frozenset({"invoice", "payment"})
    is_event = True
    example = "payment_failed: {first_time: true}"
    shape = Fields(
        title="A payment is refused",
        about="When the bank or the card company says no, or takes the money back.",
        optional={
            "first_time": yes_no("First time", "Only the first refusal of an invoice.", "true"),
            "attempt": whole_number("Attempt", "Only this try, counted from 1.", "3", at_least=1),
            "failure": OneOrMany(
                title="Failure",
                about="Only refusals of these kinds.",
                item=Word(
                    title="Failure",
                    about="Why the payment was refused.",
                    one_of=(
                        ("soft", "Not now: a limit, or too little money. Another try may work."),
                        ("hard", "Not with this card or account again."),
                        ("action_needed", "The payer has to confirm it."),
                        ("mandate_dead", "The permission to debit the account is gone."),
                        ("fraud", "Suspected fraud."),
                    ),
                    unknown="is not a kind of refusal",
                ),
            ),
        },
        not_yet=("for",),
        empty_ok=True,
    )

    first_time: bool = False
    attempt: int | None = None
    failure: tuple[str, ...] = ()

    @classmethod
    def load(cls, given: Mapping[str, Any]) -> Self:
        if given.get("first_time") and given.get("attempt", 1) != 1:
            raise InputError("first_time is attempt 1; keep one of the two")
        return cls(
            first_time=given.get("first_time", False),
            attempt=given.get("attempt"),
            failure=tuple(given.get("failure", ())),
        )

    @property
    def default_once_per(self) -> str:
        return "invoice" if self.first_time else "occurrence"

    def describe(self, translate: Translate = as_written) -> str:
        if self.first_time:
            return translate("a payment is refused for the first time")
        if self.attempt is not None:
            pattern = translate("a payment is refused at try {number}")
            return pattern.format(number=self.attempt)
        return translate("a payment is refused")

    @property
    def stamps(self) -> frozenset[str]:
        return frozenset({self.name})

    def select(self, look: Look) -> Select[Any]:
        """Find refused attempts by the events that tell of them."""
        found = happened(look, self.name).join(
            payment_attempt, payment_attempt.c.id == event.c.reference_id
        )
        if self.first_time:
            found = found.where(~_refused_before().exists())
        if self.attempt is not None:
            found = found.where(payment_attempt.c.number == self.attempt)
        if self.failure:
            found = found.where(payment_attempt.c.failure.in_(self.failure))
        return found


def _refused_before() -> Select[Any]:
    """Find earlier tries of the same invoice that the payer's side refused; our failures are none.

    A payment that came and went back was refused too.
    """
    before = payment_attempt.alias("before")
    refused = or_(
        before.c.state == literal_column("'returned'"),
        and_(
            before.c.state == literal_column("'failed'"),
            before.c.failure != literal_column(f"'{TECHNICAL}'"),
        ),
    )
    mine = before.c.invoice_id == payment_attempt.c.invoice_id
    return select(before.c.id).where(mine, before.c.number < payment_attempt.c.number, refused)


KIND: type[Trigger] = PaymentFailed
