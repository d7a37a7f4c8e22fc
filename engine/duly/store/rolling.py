"""Roll what is due by itself: starts, ends, terms and offers; then stamp what is new.

All of it is one transaction, the first of every tick.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Table,
    bindparam,
    func,
    literal_column,
    select,
    union,
    update,
)

from duly.model.change import EndSubscription
from duly.store import applying_delivery, applying_subscription
from duly.store.bulk import bulk
from duly.store.context import Context
from duly.store.record import Record, dialect_of
from duly.tables.ledger import event, tick
from duly.tables.people import subscriber, zone
from duly.tables.rows import DialectName, rows, unlikely
from duly.tables.rows import value as rows_value
from duly.tables.subscriptions import cycle, subscription
from duly.trigger import TODAY_COLUMNS
from duly.values.cycle import boundary, index_at
from duly.values.duration import Duration, Unit
from duly.values.zone import local_date

# Whoever rolls and stamps holds this advisory lock: "tick" in ASCII.
TICK_LOCK = 0x7469636B
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Stamp:
    """Hold what the first transaction of a tick found: its number, window and kinds seen.

    ``written``: how many rows were stamped.
    """

    number: int
    since: datetime
    now: datetime
    kinds: frozenset[str]
    written: int


def take_turn(connection: Connection) -> bool:
    """Take the turn to roll and stamp, unless another tick has it; tells whether it was free.

    On SQLite there is one writer anyway.
    """
    if dialect_of(connection) == "sqlite":
        return True
    return bool(connection.execute(select(func.pg_try_advisory_xact_lock(TICK_LOCK))).scalar_one())


def last_tick(connection: Connection) -> int:
    """Return the number of the newest tick; 0 if there was none."""
    return int(connection.execute(select(func.coalesce(func.max(tick.c.id), 0))).scalar_one())


def last_tick_at(connection: Connection) -> datetime:
    """Return the instant of the newest tick; long ago if there was none."""
    newest = select(tick.c.at).order_by(tick.c.id.desc()).limit(1)
    found: datetime | None = connection.execute(newest).scalar()
    return LONG_AGO if found is None else found


def zones_in_use(connection: Connection) -> tuple[str, ...]:
    """List every zone that any row was ever counted in."""
    return tuple(connection.execute(select(zone.c.name).order_by(zone.c.name)).scalars())


def open_tick(connection: Connection, now: datetime) -> int:
    """Write the tick's row and return its number."""
    statement = tick.insert().values(at=now, kinds=[]).returning(tick.c.id)
    return int(connection.execute(statement).scalar_one())


def stamp(connection: Connection, number: int, since: datetime, now: datetime) -> Stamp:
    """Give the tick's number to everything that is new or changed, and name the kinds seen."""
    pending = {name for name, table in _STAMPED.items() if _has_pending(connection, table)}
    if pending & _FAMILY:
        _lock_marked(connection)
        _spread(connection)
        pending |= _FAMILY
    kinds = set(_pending_kinds(connection)) if "event" in pending else set()
    written = {
        name: _stamp_rows(connection, table, number)
        for name, table in _STAMPED.items()
        if name in pending
    }
    kinds |= {name for name, count in written.items() if count}
    rolled = select(cycle.c.id).where(cycle.c.tick == number).limit(1)
    if connection.execute(rolled).first() is not None:
        kinds.add("cycle")
    statement = update(tick).where(tick.c.id == number).values(kinds=sorted(kinds))
    connection.execute(statement)
    return Stamp(number, since, now, frozenset(kinds), sum(written.values()))


_STAMPED: Mapping[str, Table] = {
    "event": event,
    "cycle": cycle,
    "subscriber": subscriber,
    "subscription": subscription,
}
# What a rule or a segment about one of them reads may stand in the other's row.
_FAMILY = {"subscription", "subscriber"}


def _has_pending(connection: Connection, table: Table) -> bool:
    pending = select(table.c.id).where(_is_pending(connection, table)).limit(1)
    return connection.execute(pending).first() is not None


def _is_pending(connection: Connection, table: Table) -> ColumnElement[bool]:
    """Tell whether no tick has seen a row, by the index on the stamp."""
    return unlikely(table.c.tick.is_(None), dialect_of(connection))


def _pending_kinds(connection: Connection) -> Iterable[str]:
    kinds = select(event.c.kind).where(_is_pending(connection, event)).distinct()
    return connection.execute(kinds).scalars()


def _stamp_rows(connection: Connection, table: Table, number: int) -> int:
    """Stamp the pending rows of a table; returns how many there were."""
    values: dict[str, Any] = {"tick": number}
    if table is subscription:
        values["dated_tick"] = func.coalesce(subscription.c.dated_tick, number)
    pending = _is_pending(connection, table)
    return connection.execute(update(table).where(pending).values(**values)).rowcount


def _lock_marked(connection: Connection) -> None:
    """Lock everybody who is marked, or has a subscription that is, in the order of touching."""
    if dialect_of(connection) == "sqlite":
        return
    marked = union(
        select(subscriber.c.id).where(_is_pending(connection, subscriber)),
        select(subscription.c.subscriber_id).where(_is_pending(connection, subscription)),
    )
    ordered = select(subscriber.c.id).where(subscriber.c.id.in_(marked)).order_by(subscriber.c.id)
    locked = ordered.with_for_update(key_share=True).subquery()
    connection.execute(select(func.count()).select_from(locked))


def _spread(connection: Connection) -> None:
    """Let a change of somebody count as one of all theirs, and the other way round."""
    payers = select(subscription.c.subscriber_id).where(_is_pending(connection, subscription))
    changed = select(subscriber.c.id).where(_is_pending(connection, subscriber))
    for table, column, ids in (  # in the order in which everybody locks them
        (subscriber, subscriber.c.id, payers),
        (subscription, subscription.c.subscriber_id, changed),
    ):
        seen = table.c.tick.is_not(None) & column.in_(ids)
        connection.execute(update(table).where(seen).values(tick=None))


def roll_states(
    connection: Connection, zones: Sequence[str], now: datetime, context: Context
) -> None:
    """Let subscriptions start, end and go on into their next term, and close offers."""
    today = [(name, local_date(name, now)) for name in zones]
    dialect = dialect_of(connection)
    parameters = {"today": rows_value(dialect, ("zone", "day"), today)}
    due = _select_due(dialect)
    if dialect == "postgresql":
        found = {row.id for one in due.all for row in connection.execute(one, parameters)}
        applying_subscription.lock_payers(connection, found)
    _start_due(connection, due, parameters, context)
    _renew_due(connection, due, parameters)
    _end_due(connection, due, parameters, context)
    applying_delivery.expire_offers(connection, context)


@dataclass(frozen=True, slots=True)
class _Due:
    """Hold the selects of what reaches a date today: each by an index on (zone, date)."""

    starts: Select[Any]
    renewals: Select[Any]
    terms_over: Select[Any]
    planned_ends: Select[Any]

    @property
    def all(self) -> tuple[Select[Any], ...]:
        """Return every one of them."""
        return self.starts, self.renewals, self.terms_over, self.planned_ends


@cache
def _select_due(dialect: DialectName) -> _Due:
    today = rows("today", dialect, TODAY_COLUMNS)
    starts = (
        select(subscription.c.id, subscription.c.started_on)
        .join_from(today, subscription, subscription.c.zone == today.c.zone)
        .where(
            subscription.c.status == literal_column("'pending'"),
            subscription.c.started_on <= today.c.day,
        )
    )
    ends = subscription.c.term_then == literal_column("'ends'")
    terms = _open_until(subscription.c.term_ends_on, today)
    return _Due(
        starts, terms.where(~ends), terms.where(ends), _open_until(subscription.c.ending_on, today)
    )


def _start_due(
    connection: Connection, due: _Due, parameters: Mapping[str, str], context: Context
) -> None:
    """Start what begins today."""
    found = connection.execute(due.starts, parameters).all()
    applying_subscription.start(connection, {row.id: row.started_on for row in found}, context)


def _open_until(column: Column[Any], today: FromClause) -> Select[Any]:
    return (
        select(subscription, today.c.day.label("today"))
        .join_from(today, subscription, subscription.c.zone == today.c.zone)
        .where(
            column.is_not(None),
            subscription.c.status != literal_column("'ended'"),
            column <= today.c.day,
        )
    )


def _renew_due(connection: Connection, due: _Due, parameters: Mapping[str, str]) -> None:
    """Let terms that do not end go on: by further terms, or from now on without one."""
    changed = []
    for row in connection.execute(due.renewals, parameters).all():
        renews = row.term_then == "renews"
        anchor, end = _end_after(row, row.today) if renews else (row.term_anchor_on, None)
        changed.append({"row": row.id, "to": end, "anchor": anchor})
    statement = update(subscription).where(subscription.c.id == bindparam("row"))
    new = statement.values(
        term_ends_on=bindparam("to"),
        term_anchor_on=bindparam("anchor"),
        tick=None,
        dated_tick=None,
    )
    bulk(connection, new, changed)


def _end_after(row: Record, today: date) -> tuple[date, date]:
    """Return the day that terms are counted from, and the end of the term that holds a day.

    Terms are counted from the first day, or from an end that was told otherwise, so that month ends
    come back.
    """
    length = Duration(row.term_count, Unit(row.term_unit))
    anchor, end = row.term_anchor_on or row.started_on, row.term_ends_on
    index = index_at(anchor, length, end)
    if boundary(anchor, length, index) != end:
        anchor, index = end, 0
    while end <= today:
        index += 1
        end = boundary(anchor, length, index)
    return anchor, end


def _end_due(
    connection: Connection, due: _Due, parameters: Mapping[str, str], context: Context
) -> None:
    """End what reaches its last day, by a decision or because its term is over; the earlier."""
    ends = {
        row.id: EndSubscription(row.id, row.term_ends_on, "term over")
        for row in connection.execute(due.terms_over, parameters)
    }
    for row in connection.execute(due.planned_ends, parameters):
        if row.id not in ends or row.ending_on <= ends[row.id].on:
            ends[row.id] = EndSubscription(row.id, row.ending_on, row.end_reason or "")
    applying_subscription.end(connection, [end for _, end in sorted(ends.items())], context)
