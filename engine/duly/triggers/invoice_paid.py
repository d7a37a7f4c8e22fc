"""An invoice was paid in full."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import Select

from duly.condition.words import Translate, as_written
from duly.model.about import About
from duly.shape.form import Fields
from duly.trigger import Look, Mention, Trigger, happened


@dataclass(frozen=True, slots=True)
class InvoicePaid(Trigger):
    """Happen once per invoice, when nothing of it is open any more."""

    name = "invoice_paid"
    mention = Mention(r"(\d+)", "invoice")
    about = About.INVOICE
    once_per = "invoice"
    brings = frozenset({"invoice"})
    is_event = True
    example = "invoice_paid:"
    shape = Fields(
        title="An invoice is paid",
        about="When nothing of an invoice is open any more.",
        not_yet=("at_least",),
        empty_ok=True,
    )

    @classmethod
    def load(cls, given: Mapping[str, Any]) -> Self:
        return cls()

    def describe(self, translate: Translate = as_written) -> str:
        return translate("an invoice is paid in full")

    @property
    def stamps(self) -> frozenset[str]:
        return frozenset({self.name})

    def select(self, look: Look) -> Select[Any]:
        """Find paid invoices by the events that tell of them."""
        return happened(look, self.name)


KIND: type[Trigger] = InvoicePaid
