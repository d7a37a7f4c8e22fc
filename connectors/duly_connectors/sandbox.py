"""A payment gateway that answers by token and keeps its own books beside the workspace."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Self

from duly.connector import ChargeRequest, Misconfigured, Payment, PaymentNews, Place
from duly.testing import AnsweringGateway, Charge, ChargeBook
from duly.values.money import Money
from duly_connectors.disk import close_with, open_database, storing

BOOK_PATH = Path(".duly") / "sandbox.db"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS charge (
    key TEXT NOT NULL PRIMARY KEY,
    asked TEXT NOT NULL,
    series TEXT NOT NULL,
    amount_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    invoice TEXT NOT NULL,
    customer TEXT NOT NULL,
    state TEXT NOT NULL,
    failure TEXT NOT NULL,
    reason TEXT NOT NULL,
    turns_to TEXT,
    turns_at INTEGER,
    change INTEGER
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS charge_declined ON charge (series) WHERE state = 'failed';
CREATE INDEX IF NOT EXISTS charge_turning ON charge (turns_at)
    WHERE turns_at IS NOT NULL AND change IS NULL;
CREATE UNIQUE INDEX IF NOT EXISTS charge_changed ON charge (change) WHERE change IS NOT NULL;
CREATE TABLE IF NOT EXISTS lost (key TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID;
"""
_COLUMNS = (
    "key, asked, series, amount_minor, currency, invoice, customer,"
    " state, failure, reason, turns_to, turns_at"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TITLE = f"the sandbox's book {BOOK_PATH.as_posix()}"


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """Need no settings: what happens is said by each payment method's token."""


class Sandbox(AnsweringGateway):
    """Answer as ``duly.testing.TOKENS`` say; what it did outlives the process and any kill."""

    Settings: ClassVar[type[Any]] = SandboxSettings

    def __init__(self, place: Place) -> None:
        """Remember the place; the book is made with the first call."""
        self._place = place
        self._opened: SandboxBook | None = None

    @classmethod
    def open(cls, settings: SandboxSettings, place: Place) -> Self:
        del settings  # there are none
        if place.environment == "live":
            raise Misconfigured(
                "the sandbox collects no real money; use another gateway with environment: live"
            )
        return cls(place)

    async def charge(self, request: ChargeRequest, key: str) -> Payment:
        with storing(_TITLE):
            return await super().charge(request, key)

    async def find(self, key: str) -> Payment | None:
        with storing(_TITLE):
            return await super().find(key)

    async def news(self, cursor: str) -> PaymentNews:
        with storing(_TITLE):
            return await super().news(cursor)

    def book(self) -> ChargeBook:
        if self._opened is None:
            self._opened = SandboxBook(self._place.folder / BOOK_PATH)
        return self._opened

    def clock(self) -> datetime:
        return self._place.now()


class SandboxBook(ChargeBook):
    """Keep charges in SQLite: each change is one transaction, whole at any kill.

    Nothing is synced: a loss of power may lose the book, which is a plaything.
    """

    def __init__(self, path: Path) -> None:
        """Open the book, or start it."""
        self._connection = open_database(path, _SCHEMA, synchronous="OFF")
        self._lock = threading.Lock()
        close_with(self, self._connection)

    @contextmanager
    def changing(self) -> Iterator[None]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def find(self, key: str) -> Charge | None:
        row = self._connection.execute(
            f"SELECT {_COLUMNS} FROM charge WHERE key = ?",  # noqa: S608 - constants only
            (key,),
        ).fetchone()
        return None if row is None else _as_charge(row)

    def declined(self, series: str) -> int:
        # index charge_declined
        (count,) = self._connection.execute(
            "SELECT count(*) FROM charge WHERE series = ? AND state = 'failed'", (series,)
        ).fetchone()
        return int(count)

    def add(self, charge: Charge) -> None:
        self._connection.execute(
            f"INSERT INTO charge ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - constants only
            _as_row(charge),
        )

    def lose(self, key: str) -> bool:
        cursor = self._connection.execute(
            "INSERT INTO lost (key) VALUES (?) ON CONFLICT DO NOTHING", (key,)
        )
        return cursor.rowcount == 1

    def changed(self, now: datetime, after: int, limit: int) -> Sequence[tuple[int, Charge]]:
        self._number_changes(now, limit)
        # index charge_changed
        rows = self._connection.execute(
            f"SELECT change, {_COLUMNS} FROM charge WHERE change > ? ORDER BY change LIMIT ?",  # noqa: S608 - constants only
            (after, limit),
        )
        return [(change, _as_charge(row)) for change, *row in rows]

    def charges(self) -> tuple[Charge, ...]:
        """Return every charge, declined ones included."""
        rows = self._connection.execute(f"SELECT {_COLUMNS} FROM charge")  # noqa: S608 - constants only
        return tuple(map(_as_charge, rows))

    def _number_changes(self, now: datetime, limit: int) -> None:
        # index charge_turning
        due = self._connection.execute(
            "SELECT key FROM charge WHERE turns_at <= ? AND change IS NULL"
            " ORDER BY turns_at, key LIMIT ?",
            (_micros(now), limit),
        ).fetchall()
        (last,) = self._connection.execute("SELECT coalesce(max(change), 0) FROM charge").fetchone()
        self._connection.executemany(
            "UPDATE charge SET change = ? WHERE key = ?",
            [(number, key) for number, (key,) in enumerate(due, start=last + 1)],
        )


@dataclass(frozen=True, slots=True)
class SandboxWorld:
    """Hold every charge by key; ``captured`` are those that took money, or will."""

    charges: Mapping[str, Charge]

    @property
    def captured(self) -> Mapping[str, Charge]:
        """Return the charges that were not declined at once."""
        return {key: one for key, one in self.charges.items() if one.state != "failed"}


def world(folder: Path) -> SandboxWorld:
    """Read what the sandbox of a workspace truly did: the judge of tests asks here."""
    path = folder / BOOK_PATH
    if not path.exists():
        return SandboxWorld({})
    return SandboxWorld({charge.key: charge for charge in SandboxBook(path).charges()})


def _as_row(charge: Charge) -> tuple[str | int | None, ...]:
    return (
        charge.key,
        charge.asked,
        charge.series,
        charge.amount.minor,
        charge.amount.currency,
        charge.invoice,
        charge.customer,
        charge.state,
        charge.failure,
        charge.reason,
        charge.turns_to,
        None if charge.turns_at is None else _micros(charge.turns_at),
    )


def _as_charge(row: Sequence[Any]) -> Charge:
    key, asked, series, minor, currency, invoice, customer, *rest = row
    state, failure, reason, turns_to, turns_at = rest
    return Charge(
        key=key,
        asked=asked,
        series=series,
        amount=Money(minor, currency),
        invoice=invoice,
        customer=customer,
        state=state,
        failure=failure,
        reason=reason,
        turns_to=turns_to,
        turns_at=None if turns_at is None else _EPOCH + turns_at * _MICROSECOND,
    )


def _micros(instant: datetime) -> int:
    return (instant - _EPOCH) // _MICROSECOND
