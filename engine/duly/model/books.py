"""What is known of invoices and of the tries to collect them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from duly.errors import StateError
from duly.values.money import Money, Taxed


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """Hold one line; ``unit`` is the price of one with tax."""

    text: str
    quantity: int
    unit: Money
    amount: Taxed
    tax_class: str
    tax_rate_bp: int
    cycle_id: int | None = None
    subscription_line_id: int | None = None


@dataclass(frozen=True, slots=True)
class Invoice:
    """Hold an issued invoice; ``open`` is what is still to be paid of it now."""

    id: int
    subscriber_id: int
    subscription_id: int
    number: str
    issued_on: date
    due_on: date
    total: Taxed
    open: Money
    lines: tuple[InvoiceLine, ...] = ()
    buyer: Mapping[str, object] = field(default_factory=dict, repr=False)
    seller: Mapping[str, object] = field(default_factory=dict)


class AttemptState(StrEnum):
    """Say what became of one try to collect money."""

    CREATED = "created"
    PENDING = "pending"
    UNKNOWN = "unknown"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    RETURNED = "returned"


_ALLOWED: Mapping[AttemptState, frozenset[AttemptState]] = {
    AttemptState.CREATED: frozenset(
        {
            AttemptState.PENDING,
            AttemptState.UNKNOWN,
            AttemptState.SUCCEEDED,
            AttemptState.FAILED,
        }
    ),
    AttemptState.PENDING: frozenset({AttemptState.SUCCEEDED, AttemptState.FAILED}),
    AttemptState.UNKNOWN: frozenset(
        {AttemptState.PENDING, AttemptState.SUCCEEDED, AttemptState.FAILED}
    ),
    AttemptState.SUCCEEDED: frozenset({AttemptState.RETURNED}),
    AttemptState.FAILED: frozenset(),
    AttemptState.RETURNED: frozenset(),
}

# The class of a failure for which nothing was asked of the payer: no event, no decline.
TECHNICAL = "technical"

OPEN_ATTEMPTS = (AttemptState.CREATED, AttemptState.PENDING, AttemptState.UNKNOWN)


def move(present: AttemptState, wanted: AttemptState) -> AttemptState:
    """Return the wanted state; raises StateError for what a late answer must not overwrite."""
    if wanted not in _ALLOWED[present]:
        raise StateError(f"a payment attempt that is {present} cannot become {wanted}")
    return wanted


@dataclass(frozen=True, slots=True)
class Attempt:
    """Hold one try to collect one invoice."""

    id: int
    invoice_id: int
    payment_method_id: int
    number: int
    effect_key: str
    state: AttemptState
    amount: Money
    failure: str
    started_at: datetime
