"""An invoice was paid in full."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import Select

from duly.model.about import About
from duly.trigger import Look, Trigger, happened


@dataclass(frozen=True, slots=True)
class InvoicePaid(Trigger):
    """Happen once per invoice, when nothing of it is open any more."""

    name = "invoice_paid"
    about = About.INVOICE
    once_per = "invoice"
    brings = frozenset({"invoice"})
    example = "invoice_paid:"

    @classmethod
    def load(cls, given: Mapping[str, Any]) -> Self:
        return cls()

    def describe(self) -> str:
        return "an invoice is paid in full"

    @property
    def stamps(self) -> frozenset[str]:
        return frozenset({self.name})

    def select(self, look: Look) -> Select[Any]:
        """Find paid invoices by the events that tell of them."""
        return happened(look, self.name)


KIND: type[Trigger] = InvoicePaid
