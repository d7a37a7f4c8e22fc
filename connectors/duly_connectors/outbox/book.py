"""The outbox's book: which key was given which file, so that a second sending finds the first."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from duly_connectors.disk import close_with, open_database

Kind = Literal["email", "sms", "push", "parcel"]
Purpose = Literal["message", "parcel"]

BOOK_NAME = ".book.db"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS delivery (
    purpose TEXT NOT NULL,
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    file TEXT NOT NULL,
    at TEXT NOT NULL,
    name TEXT NOT NULL,
    addressee TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (purpose, key)
) WITHOUT ROWID
"""
_COLUMNS = "purpose, key, kind, file, at, name, addressee, subject, detail"


@dataclass(frozen=True, slots=True)
class Delivery:
    """Hold what the book knows of one message or parcel; ``file`` is relative to the outbox.

    It is written before the file: a delivery whose file is not there has not happened yet, and
    the next sending under its key completes it under the same name.
    """

    purpose: Purpose
    key: str
    kind: Kind
    file: str
    at: datetime
    name: str
    addressee: str = field(repr=False)
    subject: str
    detail: Mapping[str, str] = field(default_factory=dict)


class Book:
    """Keep deliveries by key in a small database beside the files, safe for kill -9.

    Nothing is synced per delivery: a loss of power may lose the last ones, never the book.
    """

    def __init__(self, folder: Path) -> None:
        """Open the book of an outbox, or start it."""
        self.path = folder / BOOK_NAME
        self._connection = open_database(self.path, _SCHEMA, synchronous="NORMAL")
        close_with(self, self._connection)

    def claim(self, delivery: Delivery) -> bool:
        """Write a delivery down; False if its key was written down before."""
        cursor = self._connection.execute(
            f"INSERT INTO delivery ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - constants only
            " ON CONFLICT DO NOTHING",
            _as_row(delivery),
        )
        return cursor.rowcount == 1

    def find(self, purpose: Purpose, key: str) -> Delivery | None:
        """Return what was written down for a key."""
        row = self._connection.execute(
            f"SELECT {_COLUMNS} FROM delivery WHERE purpose = ? AND key = ?",  # noqa: S608 - constants only
            (purpose, key),
        ).fetchone()
        return None if row is None else _as_delivery(row)

    def newest(self, limit: int = -1) -> tuple[Delivery, ...]:
        """Return deliveries, the newest first; a negative limit means all."""
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM delivery ORDER BY at DESC, file DESC LIMIT ?",  # noqa: S608 - constants only
            (limit,),
        )
        return tuple(map(_as_delivery, rows))

    def counts(self) -> dict[str, int]:
        """Count deliveries by kind."""
        return dict(self._connection.execute("SELECT kind, count(*) FROM delivery GROUP BY kind"))


def _as_row(delivery: Delivery) -> tuple[str, ...]:
    return (
        delivery.purpose,
        delivery.key,
        delivery.kind,
        delivery.file,
        delivery.at.isoformat(timespec="microseconds"),
        delivery.name,
        delivery.addressee,
        delivery.subject,
        json.dumps(dict(delivery.detail)),
    )


def _as_delivery(row: tuple[Any, ...]) -> Delivery:
    purpose, key, kind, file, at, name, addressee, subject, detail = row
    return Delivery(
        purpose=purpose,
        key=key,
        kind=kind,
        file=file,
        at=datetime.fromisoformat(at),
        name=name,
        addressee=addressee,
        subject=subject,
        detail=json.loads(detail),
    )
