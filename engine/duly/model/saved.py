"""Rows that a request refers to, as they were saved before the first try."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from duly.values.money import Money


@dataclass(frozen=True, slots=True)
class SavedMessage:
    """Hold a written message."""

    id: int
    channel: str
    name: str
    language: str
    message_class: str
    sender: str
    domain: str
    address: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SavedAttempt:
    """Hold an open payment attempt with the names that the gateway may show."""

    id: int
    amount: Money
    token: str = field(repr=False)
    invoice: str
    customer: str


@dataclass(frozen=True, slots=True)
class SavedParcel:
    """Hold a packed parcel."""

    id: int
    reference: str
    items: tuple[Mapping[str, object], ...]
    receiver: str = field(repr=False)
    address: Mapping[str, str] = field(repr=False)


SavedRow = SavedMessage | SavedAttempt | SavedParcel
