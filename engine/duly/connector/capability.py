"""One protocol per capability, with its requests and results.

A connector is a class that inherits the protocols it fulfils, names a frozen dataclass of its
settings as ``Settings``, and is found through the entry point group ``duly.connectors``. All calls
that reach the outside are ``async`` and get a key that never changes for the same decision.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol, Self, runtime_checkable

from duly.values.money import Money

Channel = Literal["email", "sms", "push"]
CHANNELS: tuple[Channel, ...] = ("email", "sms", "push")


@dataclass(frozen=True, slots=True)
class Place:
    """Say where a connector works: the workspace's folder, its clock (aware UTC), test or live."""

    folder: Path
    now: Callable[[], datetime]
    environment: Literal["test", "live"] = "test"


class Connector(Protocol):
    """Be openable from settings; ``Settings`` is a frozen dataclass whose fields are documented.

    A setting's sentence for people is ``field(metadata={"about": "..."})``; a secret is declared
    with ``field(repr=False)``.
    """

    Settings: ClassVar[type[Any]]

    @classmethod
    @abstractmethod
    def open(cls, settings: Any, place: Place) -> Self:
        """Make the connector ready; may raise Misconfigured, reaches nothing outside."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Confirm an effect: ``reference`` is the other side's name for it."""

    reference: str
    detail: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """Hold one message for one addressee, ready to send.

    ``html`` is empty but for e-mail; ``subject`` is empty for SMS. ``message_id`` is stable for the
    decision, and so is every header.
    """

    channel: Channel
    to: str = field(repr=False)
    sender: str
    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)
    message_id: str
    name: str
    language: str
    headers: Mapping[str, str] = field(default_factory=dict)


class Messenger(Connector, Protocol):
    """Send messages on the channels it names."""

    channels: ClassVar[tuple[Channel, ...]]

    @abstractmethod
    async def send(self, message: OutgoingMessage, key: str) -> Receipt:
        """Send once; sending again under the same key may be merged, never lost."""


@dataclass(frozen=True, slots=True)
class ChargeRequest:
    """Ask for an amount from a stored method.

    ``token`` is the gateway's name for the method; ``invoice`` and ``customer`` are the names the
    payer's statement and the gateway's pages may show.
    """

    amount: Money
    token: str = field(repr=False)
    invoice: str
    customer: str


PaymentState = Literal["succeeded", "pending", "failed", "returned"]


@dataclass(frozen=True, slots=True)
class Payment:
    """Say what the gateway knows of one charge; ``failure`` and ``reason`` go with failed ones."""

    key: str
    reference: str
    state: PaymentState
    amount: Money
    failure: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PaymentNews:
    """Hold what changed at the gateway by itself; ``cursor`` is where to go on reading."""

    payments: tuple[Payment, ...]
    cursor: str


class PaymentGateway(Connector, Protocol):
    """Collect money from stored methods.

    ``idempotency_window``: how long a repeated key gets the first result; zero if never.
    ``look_up_delay``: how long after a call "not found" may still turn into "found".
    """

    settles: ClassVar[Literal["at_once", "later", "by_customer"]]
    idempotency_window: ClassVar[timedelta]
    look_up_delay: ClassVar[timedelta]

    @abstractmethod
    async def charge(self, request: ChargeRequest, key: str) -> Payment:
        """Collect once per key; a decline raises Refused, a doubt Uncertain.

        A key that came with another request before is a doubt: after a restored backup, an invoice
        may have got another number.
        """

    @abstractmethod
    async def find(self, key: str) -> Payment | None:
        """Return what became of a key; None if the gateway never saw it."""

    @abstractmethod
    async def news(self, cursor: str) -> PaymentNews:
        """List payments that changed by themselves since the cursor ("" is the beginning)."""


@dataclass(frozen=True, slots=True)
class ParcelItem:
    """Count one product of a parcel."""

    product: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class ParcelRequest:
    """Ask for a parcel; ``address`` has street, city, region, postcode and country."""

    reference: str
    receiver: str = field(repr=False)
    address: Mapping[str, str] = field(repr=False)
    items: tuple[ParcelItem, ...]


class Carrier(Connector, Protocol):
    """Bring parcels; the receipt's ``detail`` may hold ``tracking``."""

    look_up_delay: ClassVar[timedelta]

    @abstractmethod
    async def ship(self, request: ParcelRequest, key: str) -> Receipt:
        """Hand over once per key."""

    @abstractmethod
    async def find(self, key: str) -> Receipt | None:
        """Return what became of a key; None if the carrier never saw it."""


@runtime_checkable
class Browsable(Protocol):
    """Let people look at what was done."""

    @abstractmethod
    def write_index(self) -> Path:
        """Write a page that lists it, newest first, and return where the page lies."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """Hold one row as text: ``number`` counts as the file's reader would (the first line is 1).

    ``trouble`` says why a row could not be read at all; its values are then what could be saved.
    """

    number: int
    values: Mapping[str, str]
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class SourceFormat:
    """Say how a source's text is written."""

    separator: str = ","
    encoding: str = "utf-8"


class SubscriberSource(Connector, Protocol):
    """Read rows of subscribers; reading is plain, since an import is a command that waits."""

    @abstractmethod
    def headings(self) -> tuple[str, ...]:
        """Return the names of the columns; raises Misconfigured if there is nothing to read."""

    @abstractmethod
    def rows(self) -> Iterator[SourceRow]:
        """Yield the rows one by one, in the source's order, bad ones included."""
