"""A payment was refused, or came back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import Select

from duly.model.about import About
from duly.tables.books import payment_attempt
from duly.tables.ledger import event
from duly.trigger import Look, Trigger, happened


@dataclass(frozen=True, slots=True)
class PaymentFailed(Trigger):
    """Happen once per refused attempt; ``first_time``: only the first attempt at an invoice."""

    name = "payment_failed"
    about = About.INVOICE
    brings = frozenset({"invoice", "payment"})
    example = "payment_failed: {first_time: true}"

    first_time: bool = False
    attempt: int | None = None
    failure: tuple[str, ...] = ()

    @classmethod
    def load(cls, given: Mapping[str, Any]) -> Self:
        return cls(
            first_time=given.get("first_time", False),
            attempt=given.get("attempt"),
            failure=tuple(given.get("failure", ())),
        )

    @property
    def default_once_per(self) -> str:
        return "invoice" if self.first_time else "occurrence"

    def describe(self) -> str:
        which = "is refused for the first time" if self.first_time else "is refused"
        return f"a payment {which}"

    @property
    def stamps(self) -> frozenset[str]:
        return frozenset({self.name})

    def select(self, look: Look) -> Select[Any]:
        """Find refused attempts by the events that tell of them."""
        found = happened(look, self.name).join(
            payment_attempt, payment_attempt.c.id == event.c.reference_id
        )
        if self.first_time:
            found = found.where(payment_attempt.c.number == 1)
        if self.attempt is not None:
            found = found.where(payment_attempt.c.number == self.attempt)
        if self.failure:
            found = found.where(payment_attempt.c.failure.in_(self.failure))
        return found


KIND: type[Trigger] = PaymentFailed
