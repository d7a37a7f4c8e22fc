"""A payment came in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import Select

from duly.model.about import About
from duly.trigger import Look, Trigger, happened


@dataclass(frozen=True, slots=True)
class PaymentSucceeded(Trigger):
    """Happen once per attempt that brought its money."""

    name = "payment_succeeded"
    about = About.INVOICE
    brings = frozenset({"invoice", "payment"})
    example = "payment_succeeded:"

    @classmethod
    def load(cls, given: Mapping[str, Any]) -> Self:
        return cls()

    def describe(self) -> str:
        return "a payment has come in"

    @property
    def stamps(self) -> frozenset[str]:
        return frozenset({self.name})

    def select(self, look: Look) -> Select[Any]:
        """Find payments by the events that tell of them."""
        return happened(look, self.name)


KIND: type[Trigger] = PaymentSucceeded
