"""What an action or an answer changes in the books: typed, and applied by the store alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from duly.model.books import AttemptState, InvoiceLine
from duly.values.money import Taxed


@dataclass(frozen=True, slots=True)
class IssueInvoice:
    """Write an invoice and give it the next number of its series.

    ``natural_key`` names what it bills of the subscription, for ever: ``cycle:3``.
    ``number_pattern`` is filled with ``year`` and ``n``; ``counter`` is the row that
    counts, from ``starts_at``.
    """

    subscriber_id: int
    subscription_id: int
    firing_id: int
    natural_key: str
    series: str
    counter: str
    starts_at: int
    number_pattern: str
    issued_on: date
    due_on: date
    tax_on: date
    total: Taxed
    lines: tuple[InvoiceLine, ...]
    buyer: Mapping[str, object] = field(repr=False)
    seller: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class PauseSubscription:
    """Pause from a local day on; cycles that start while paused are not billable."""

    subscription_id: int
    on: date
    reason: str


@dataclass(frozen=True, slots=True)
class ResumeSubscription:
    """Go on from a local day; billing goes on at the next boundary."""

    subscription_id: int
    on: date


@dataclass(frozen=True, slots=True)
class EndSubscription:
    """End on a local day, which is the first without it."""

    subscription_id: int
    on: date
    reason: str


@dataclass(frozen=True, slots=True)
class PlanEnd:
    """Decide that a subscription ends on a local day to come, exclusive."""

    subscription_id: int
    on: date
    reason: str


@dataclass(frozen=True, slots=True)
class MakeOffer:
    """Store an offer; ``gives`` says what accepting does."""

    subscriber_id: int
    subscription_id: int | None
    firing_id: int
    step: str
    gives: Mapping[str, object]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SettleAttempt:
    """Write what became of a payment attempt; a late answer never overwrites success."""

    attempt_id: int
    state: AttemptState
    reference: str = ""
    failure: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SettleMessage:
    """Write whether a message was handed over."""

    message_id: int
    sent: bool


@dataclass(frozen=True, slots=True)
class SettleParcel:
    """Write whether a parcel was handed over, and under which number."""

    parcel_id: int
    sent: bool
    reference: str = ""
    tracking: str = ""


@dataclass(frozen=True, slots=True)
class Suppress:
    """Stop writing to an address."""

    channel: str
    address: str = field(repr=False)
    reason: str


Change = (
    IssueInvoice
    | PauseSubscription
    | ResumeSubscription
    | EndSubscription
    | PlanEnd
    | MakeOffer
    | SettleAttempt
    | SettleMessage
    | SettleParcel
    | Suppress
)


@dataclass(frozen=True, slots=True)
class NewMessage:
    """Write a message that is about to be sent."""

    channel: str
    name: str
    language: str
    message_class: str
    address: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewAttempt:
    """Open a payment attempt; its number is drawn when it is written."""

    invoice_id: int
    payment_method_id: int
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class NewParcel:
    """Pack a parcel; its number is drawn when it is written."""

    subscription_id: int
    cycle_id: int | None
    items: tuple[Mapping[str, object], ...]
    receiver: str = field(repr=False)
    address: Mapping[str, str] = field(repr=False)


# What an action writes before it reaches outside; the request then refers to the row.
NewRow = NewMessage | NewAttempt | NewParcel
