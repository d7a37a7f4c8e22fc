"""Connectors that answer from memory: for tests, rehearsals and previews."""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from duly.connector import (
    CHANNELS,
    Carrier,
    Channel,
    ChargeRequest,
    ConnectorFailure,
    FailureClass,
    Messenger,
    Misconfigured,
    OutgoingMessage,
    ParcelRequest,
    Payment,
    Place,
    Receipt,
    Refused,
)
from duly.testing.answers import Answer, read_token
from duly.testing.gateway import AnsweringGateway, Charge, ChargeBook


class Clock:
    """Show the time it was set to; it only moves when it is told."""

    def __init__(self, at: datetime) -> None:
        """Start at an aware instant."""
        self.at = at

    def now(self) -> datetime:
        """Return the instant shown; ``Place(now=clock.now)`` reads it."""
        return self.at

    def advance(self, by: timedelta) -> None:
        """Move on."""
        self.at += by


@dataclass(frozen=True, slots=True)
class Fault:
    """Make one call fail; ``happened`` says whether the effect took place all the same.

    ``make`` builds the failure, so that each raising has a traceback of its own.
    """

    make: Callable[[], ConnectorFailure]
    happened: bool = False


@dataclass(frozen=True, slots=True)
class NoSettings:
    """Need no settings."""


class _Faults:
    """Keep what the next calls meet, in order."""

    def __init__(self) -> None:
        self._waiting: deque[Fault] = deque()

    def plan(self, faults: Sequence[Fault]) -> None:
        self._waiting.extend(faults)

    @contextmanager
    def meet(self) -> Iterator[None]:
        """Raise the next fault before what is done inside, or after it if it happened."""
        fault = self._waiting.popleft() if self._waiting else None
        if fault is not None and not fault.happened:
            raise fault.make()
        yield
        if fault is not None:
            raise fault.make()


class MemoryMessenger(Messenger):
    """Keep every message sent, by key, in the order of sending."""

    Settings: ClassVar[type[Any]] = NoSettings
    channels: ClassVar[tuple[Channel, ...]] = CHANNELS

    def __init__(self) -> None:
        """Begin with nothing sent."""
        self.sent: dict[str, OutgoingMessage] = {}
        self._faults = _Faults()

    @classmethod
    def open(cls, settings: NoSettings, place: Place) -> Self:
        del settings, place  # it works anywhere
        return cls()

    def fail_next(self, *faults: Fault) -> None:
        """Make the next calls fail, one fault each."""
        self._faults.plan(faults)

    async def send(self, message: OutgoingMessage, key: str) -> Receipt:
        if not message.to.strip():
            raise Refused("there is no address to send to", FailureClass.BAD_ADDRESS)
        with self._faults.meet():
            self.sent.setdefault(key, message)
        return Receipt(f"message-{key}")


class MemoryCarrier(Carrier):
    """Keep every parcel shipped, by key, in the order of shipping."""

    Settings: ClassVar[type[Any]] = NoSettings
    look_up_delay: ClassVar[timedelta] = timedelta(0)

    def __init__(self) -> None:
        """Begin with nothing shipped."""
        self.shipped: dict[str, ParcelRequest] = {}
        self._faults = _Faults()

    @classmethod
    def open(cls, settings: NoSettings, place: Place) -> Self:
        del settings, place  # it works anywhere
        return cls()

    def fail_next(self, *faults: Fault) -> None:
        """Make the next calls of ``ship`` fail, one fault each."""
        self._faults.plan(faults)

    async def ship(self, request: ParcelRequest, key: str) -> Receipt:
        with self._faults.meet():
            self.shipped.setdefault(key, request)
        return _parcel_receipt(key)

    async def find(self, key: str) -> Receipt | None:
        return _parcel_receipt(key) if key in self.shipped else None


def _parcel_receipt(key: str) -> Receipt:
    return Receipt(f"parcel-{key}", {"tracking": f"parcel-{key}"})


@dataclass(frozen=True, slots=True)
class MemoryGatewaySettings:
    """Say how charges go where the methods' own tokens shall not decide."""

    always: str = field(
        default="",
        metadata={"about": "Every charge goes as this token says; empty: as its own token says."},
    )
    otherwise: str = field(
        default="",
        metadata={"about": "A token nobody knows goes as this one says; empty: it is refused."},
    )


class MemoryGateway(AnsweringGateway):
    """Answer as the sandbox does, from memory."""

    Settings: ClassVar[type[Any]] = MemoryGatewaySettings

    def __init__(self, settings: MemoryGatewaySettings, place: Place) -> None:
        """Begin with nothing charged."""
        self._always = _scripted(settings.always)
        self._otherwise = _scripted(settings.otherwise)
        self._place = place
        self._book = _MemoryBook()
        self._faults = _Faults()

    @classmethod
    def open(cls, settings: MemoryGatewaySettings, place: Place) -> Self:
        return cls(settings, place)

    @property
    def charges(self) -> Mapping[str, Charge]:
        """Return what is written down, by key, declined ones included."""
        return self._book.charges

    def fail_next(self, *faults: Fault) -> None:
        """Make the next calls of ``charge`` fail, one fault each."""
        self._faults.plan(faults)

    async def charge(self, request: ChargeRequest, key: str) -> Payment:
        with self._faults.meet():
            return await super().charge(request, key)

    def answer_to(self, request: ChargeRequest) -> Answer:
        if self._always is not None:
            return self._always
        try:
            return read_token(request.token)
        except Refused:
            if self._otherwise is None:
                raise
            return self._otherwise

    def book(self) -> ChargeBook:
        return self._book

    def clock(self) -> datetime:
        return self._place.now()


def _scripted(token: str) -> Answer | None:
    try:
        return read_token(token) if token else None
    except Refused as error:
        raise Misconfigured(f'"{token}" is no answer to give: {error.message}') from error


class _MemoryBook(ChargeBook):
    def __init__(self) -> None:
        self.charges: dict[str, Charge] = {}
        self._declined: Counter[str] = Counter()
        self._lost: set[str] = set()
        self._turning: dict[str, Charge] = {}
        self._changes: list[Charge] = []

    @contextmanager
    def changing(self) -> Iterator[None]:
        yield  # one thread, and nothing inside waits

    def find(self, key: str) -> Charge | None:
        return self.charges.get(key)

    def declined(self, series: str) -> int:
        return self._declined[series]

    def add(self, charge: Charge) -> None:
        self.charges[charge.key] = charge
        self._declined[charge.series] += charge.state == "failed"
        if charge.turns_at is not None:
            self._turning[charge.key] = charge

    def lose(self, key: str) -> bool:
        is_first = key not in self._lost
        self._lost.add(key)
        return is_first

    def changed(self, now: datetime, after: int, limit: int) -> Sequence[tuple[int, Charge]]:
        due = [one for one in self._turning.values() if one.turns_at and one.turns_at <= now]
        for charge in sorted(due, key=lambda one: (one.turns_at, one.key)):
            self._changes.append(self._turning.pop(charge.key))
        return list(enumerate(self._changes[after : after + limit], start=after + 1))
