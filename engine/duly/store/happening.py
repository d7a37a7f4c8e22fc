"""Write events, audit entries and the touch that makes the next tick look again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from duly.store.bulk import bulk, insert_new
from duly.store.ids import change_among, rows_among
from duly.store.record import dialect_of
from duly.tables.ledger import audit, event
from duly.tables.people import subscriber
from duly.tables.subscriptions import subscription
from duly.values.zone import local_date

# An update locks rows as it finds them, so two that mark the same people could wait in a circle.
_IN_ORDER = select(subscriber.c.id).order_by(subscriber.c.id).with_for_update(key_share=True)
# Also what is marked already: a tick that stamps it meanwhile waits for this transaction.
_TOUCH_SUBSCRIBERS = update(subscriber).values(tick=None)
_TOUCH_SUBSCRIPTIONS = update(subscription).values(tick=None)


@dataclass(frozen=True, slots=True)
class Happening:
    """Hold one event to be stored: once per ``kind`` and ``dedupe``."""

    kind: str
    subscriber_id: int
    zone: str
    natural_key: str
    dedupe: str = ""
    subscription_id: int | None = None
    invoice_id: int | None = None
    reference_id: int | None = None
    origin: str = "own"
    facts: Mapping[str, Any] = field(default_factory=dict)


def happen(
    connection: Connection, happenings: Sequence[Happening], *, now: datetime, actor: str
) -> None:
    """Store events; one that is already there stays as it was."""
    rows = [_row(one, now, actor) for one in happenings]
    bulk(connection, insert_new(connection, event), rows)


def _row(one: Happening, now: datetime, actor: str) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "subscriber_id": one.subscriber_id,
        "subscription_id": one.subscription_id,
        "invoice_id": one.invoice_id,
        "reference_id": one.reference_id,
        "natural_key": one.natural_key,
        "dedupe": f"{one.kind}:{one.dedupe or one.natural_key}",
        "at": now,
        "local_on": local_date(one.zone, now),
        "origin": one.origin,
        "actor": actor,
        "facts": one.facts,
        "tick": None,
    }


def touch(
    connection: Connection,
    *,
    subscribers: Iterable[int] = (),
    subscriptions: Iterable[int] = (),
) -> None:
    """Mark rows as changed, so that the next tick looks at them again."""
    subscribers = set(subscribers)
    if dialect_of(connection) == "postgresql":
        rows_among(connection, _IN_ORDER, subscriber.c.id, subscribers)
    change_among(connection, _TOUCH_SUBSCRIBERS, subscriber.c.id, subscribers)
    change_among(connection, _TOUCH_SUBSCRIPTIONS, subscription.c.id, subscriptions)


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold one line of the audit; of personal fields ``facts`` has the names only."""

    what: str
    table: str = ""
    row_id: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def note(connection: Connection, entries: Sequence[Entry], *, now: datetime, actor: str) -> None:
    """Write audit entries."""
    rows = [
        {
            "at": now,
            "actor": actor,
            "what": entry.what,
            "row_table": entry.table or None,
            "row_id": entry.row_id,
            "facts": entry.facts,
        }
        for entry in entries
    ]
    bulk(connection, insert(audit), rows)
