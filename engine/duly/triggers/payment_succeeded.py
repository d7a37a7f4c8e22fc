"""A payment came in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import Select

from duly.condition.words import Translate, as_written
from duly.model.about import About
from duly.shape.form import Fields
from duly.trigger import Look, Mention, Trigger, happened


@dataclass(frozen=True, slots=True)
class PaymentSucceeded(Trigger):
    """Happen once per attempt that brought its money."""

    name = "payment_succeeded"
    mention = Mention(r"(\d+):\d+", "invoice")
    about = About.INVOICE
    brings = frozenset({"invoice", "payment"})
    is_event = True
    example = "payment_succeeded:"
    shape = Fields(
        title="A payment comes in",
        about="When money for an invoice has arrived, all of it or a part.",
        not_yet=("first_time", "attempt", "for"),
        empty_ok=True,
    )

    @classmethod
    def load(cls, given: Mapping[str, Any]) -> Self:
        return cls()

    def describe(self, translate: Translate = as_written) -> str:
        return translate("a payment has come in")

    @property
    def stamps(self) -> frozenset[str]:
        return frozenset({self.name})

    def select(self, look: Look) -> Select[Any]:
        """Find payments by the events that tell of them."""
        return happened(look, self.name)


KIND: type[Trigger] = PaymentSucceeded
