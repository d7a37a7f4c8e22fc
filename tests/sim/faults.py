"""A world outside that keeps what was really done to it, and faults at the two seams."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeVar, get_args

from duly.connector import (
    Carrier,
    ChargeRequest,
    FailureClass,
    Messenger,
    Misconfigured,
    OutgoingMessage,
    ParcelRequest,
    Payment,
    PaymentGateway,
    PaymentNews,
    Place,
    Receipt,
    Refused,
    Temporary,
    Uncertain,
)
from duly.store.database import CommitSeam
from duly.testing import (
    Clock,
    MemoryCarrier,
    MemoryGateway,
    MemoryGatewaySettings,
    MemoryMessenger,
)
from sim.world import DEAD_PHONE

CommitFault = Literal["crash before", "crash after"]
CallFault = Literal[
    "crash before",
    "crash after",
    "not done, uncertain",
    "done, uncertain",
    "not done, time-out",
    "done, time-out",
    "temporary",
    "misconfigured",
    "not done, bug",
    "done, bug",
]
COMMIT_FAULTS: tuple[CommitFault, ...] = get_args(CommitFault)
CALL_FAULTS: tuple[CallFault, ...] = get_args(CallFault)

Answer = TypeVar("Answer")


class Crash(BaseException):
    """End the process where it stands."""


class Bug(Exception):  # noqa: N818 - what people call it
    """Be a mistake in a connector."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Let the n-th commit or call of a run go wrong, counted from 1."""

    seam: Literal["commit", "call"]
    number: int
    kind: str


@dataclass(slots=True)
class World:
    """Hold the outside with its effects; a deep copy of it is another world in the same state."""

    clock: Clock
    gateway: MemoryGateway
    messenger: MemoryMessenger
    carrier: MemoryCarrier
    charging: list[str] = field(default_factory=list)  # whose charge has not been answered yet
    overlaps: list[str] = field(default_factory=list)

    @classmethod
    def at(cls, start: datetime) -> "World":
        """Make a world in which nothing was done yet."""
        clock = Clock(start)
        place = Place(Path("nowhere"), clock.now)
        gateway = MemoryGateway.open(MemoryGatewaySettings(), place)
        return cls(clock, gateway, MemoryMessenger(), MemoryCarrier())


@dataclass(slots=True)
class Seams:
    """Count the commits and calls of a process, and let one of them go wrong."""

    fault: Fault | None = None
    commits: int = 0
    calls: int = 0
    is_dead: bool = False
    struck: bool = False

    def around_commit(self) -> CommitSeam:
        """Return what a database has to call around its commits."""
        return CommitSeam(self._before_commit, self._after_commit)

    def _strikes(self, seam: str, number: int) -> bool:
        return self.fault is not None and self.fault.seam == seam and self.fault.number == number

    def _before_commit(self) -> None:
        if self.is_dead:
            raise Crash
        self.commits += 1
        if self._strikes("commit", self.commits):
            self.struck = True
            self._die_if("crash before")

    def _after_commit(self) -> None:
        if self._strikes("commit", self.commits):
            self._die_if("crash after")

    def _die_if(self, kind: str) -> None:
        if self.fault is not None and self.fault.kind == kind:
            self.is_dead = True
            raise Crash

    async def call(self, made: Callable[[], Awaitable[Answer]]) -> Answer:
        """Make a call, with the fault if it is its turn."""
        if self.is_dead:
            raise Crash
        self.calls += 1
        if not self._strikes("call", self.calls):
            return await made()
        self.struck = True
        return await self._strike(made)

    async def _strike(self, made: Callable[[], Awaitable[Answer]]) -> Answer:
        assert self.fault is not None
        kind = self.fault.kind
        self._die_if("crash before")
        if kind in ("crash after", "done, uncertain", "done, time-out", "done, bug"):
            await made()
        self._die_if("crash after")
        raise _FAILURES[kind]()


_FAILURES: dict[str, Callable[[], Exception]] = {
    "not done, uncertain": lambda: Uncertain("the line went dead"),
    "done, uncertain": lambda: Uncertain("the answer was 500"),
    "not done, time-out": TimeoutError,
    "done, time-out": TimeoutError,
    "temporary": lambda: Temporary("come again later"),
    "misconfigured": lambda: Misconfigured("the key is wrong"),
    "not done, bug": lambda: Bug("off by one"),
    "done, bug": lambda: Bug("off by one"),
}


class _Gateway(PaymentGateway):
    """Pass on what is asked of the world's gateway, and see who is charged twice at a time."""

    Settings: ClassVar[type[Any]] = MemoryGatewaySettings
    settles: ClassVar[Literal["at_once", "later", "by_customer"]] = "at_once"
    idempotency_window = MemoryGateway.idempotency_window
    look_up_delay = timedelta(0)

    def __init__(self, world: World, seams: Seams) -> None:
        self._world, self._seams = world, seams

    @classmethod
    def open(cls, settings: Any, place: Place) -> "_Gateway":
        raise NotImplementedError

    async def charge(self, request: ChargeRequest, key: str) -> Payment:
        charging = self._world.charging
        if request.customer in charging:
            self._world.overlaps.append(request.customer)
        charging.append(request.customer)
        try:
            return await self._seams.call(lambda: self._world.gateway.charge(request, key))
        finally:
            charging.remove(request.customer)

    async def find(self, key: str) -> Payment | None:
        return await self._seams.call(lambda: self._world.gateway.find(key))

    async def news(self, cursor: str) -> PaymentNews:
        return await self._seams.call(lambda: self._world.gateway.news(cursor))


class _Messenger(Messenger):
    """Pass on messages; one telephone number does not exist."""

    Settings: ClassVar[type[Any]] = MemoryGatewaySettings
    channels = MemoryMessenger.channels

    def __init__(self, world: World, seams: Seams) -> None:
        self._world, self._seams = world, seams

    @classmethod
    def open(cls, settings: Any, place: Place) -> "_Messenger":
        raise NotImplementedError

    async def send(self, message: OutgoingMessage, key: str) -> Receipt:
        return await self._seams.call(lambda: self._send(message, key))

    async def _send(self, message: OutgoingMessage, key: str) -> Receipt:
        if message.to == DEAD_PHONE:
            raise Refused("this number does not exist", FailureClass.BAD_ADDRESS)
        return await self._world.messenger.send(message, key)


class _Carrier(Carrier):
    """Pass on parcels."""

    Settings: ClassVar[type[Any]] = MemoryGatewaySettings
    look_up_delay = timedelta(0)

    def __init__(self, world: World, seams: Seams) -> None:
        self._world, self._seams = world, seams

    @classmethod
    def open(cls, settings: Any, place: Place) -> "_Carrier":
        raise NotImplementedError

    async def ship(self, request: ParcelRequest, key: str) -> Receipt:
        return await self._seams.call(lambda: self._world.carrier.ship(request, key))

    async def find(self, key: str) -> Receipt | None:
        return await self._seams.call(lambda: self._world.carrier.find(key))


@dataclass(frozen=True, slots=True)
class SeamTools:
    """Give out a world's connectors, with every call going through the seam."""

    world: World
    seams: Seams

    def gateway(self, name: str) -> PaymentGateway:
        """Return the gateway."""
        return _Gateway(self.world, self.seams)

    def messenger(self, name: str) -> Messenger:
        """Return the messenger."""
        return _Messenger(self.world, self.seams)

    def carrier(self, name: str) -> Carrier:
        """Return the carrier."""
        return _Carrier(self.world, self.seams)
