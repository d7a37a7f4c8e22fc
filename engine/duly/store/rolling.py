"""Roll what is due by itself: starts, ends, terms, cycles and offers; then stamp what is new.

All of it is one transaction, the first of every tick.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    FromClause,
    Select,
    Table,
    and_,
    bindparam,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)

from duly.model.change import EndSubscription
from duly.store import applying_delivery, applying_subscription
from duly.store.bulk import bulk, insert_new
from duly.store.context import Context
from duly.store.record import Record, dialect_of
from duly.tables.ledger import event, tick
from duly.tables.people import subscriber, zone
from duly.tables.rows import rows
from duly.tables.rows import value as rows_value
from duly.tables.subscriptions import cycle, subscription
from duly.trigger import TODAY_COLUMNS
from duly.values.cycle import cycle_dates
from duly.values.duration import Duration, Unit, add
from duly.values.zone import instant, local_date

CHUNK = 20_000
BILLABLE = ("active", "pending")
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Stamp:
    """Hold what the first transaction of a tick found: its number, window and kinds seen."""

    number: int
    since: datetime
    now: datetime
    kinds: frozenset[str]


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
    kinds = set(
        connection.execute(select(event.c.kind).where(event.c.tick.is_(None)).distinct()).scalars()
    )
    for name, table in (
        ("event", event),
        ("cycle", cycle),
        ("subscription", subscription),
        ("subscriber", subscriber),
    ):
        if _stamp_rows(connection, table, number):
            kinds.add(name)
    statement = update(tick).where(tick.c.id == number).values(kinds=sorted(kinds))
    connection.execute(statement)
    return Stamp(number, since, now, frozenset(kinds))


def _stamp_rows(connection: Connection, table: Table, number: int) -> bool:
    """Stamp the pending rows of a table, by their partial index; tells whether there were any."""
    pending = select(table.c.id).where(table.c.tick.is_(None)).limit(1)
    if connection.execute(pending).first() is None:
        return False
    connection.execute(update(table).where(table.c.tick.is_(None)).values(tick=number))
    return True


def roll_states(
    connection: Connection, zones: Sequence[str], now: datetime, context: Context
) -> None:
    """Let subscriptions start, end and go on into their next term, and close offers."""
    today = [(name, local_date(name, now)) for name in zones]
    dialect = dialect_of(connection)
    parameters = {"today": rows_value(dialect, ("zone", "day"), today)}
    days = rows("today", dialect, TODAY_COLUMNS)
    _start_due(connection, days, parameters, context)
    _renew_due(connection, days, parameters)
    _end_due(connection, days, parameters, context)
    applying_delivery.expire_offers(connection, context)


def _start_due(
    connection: Connection, today: FromClause, parameters: Mapping[str, str], context: Context
) -> None:
    """Start what begins today, by subscription(zone, started_on) where pending."""
    due = (
        select(subscription.c.id, subscription.c.started_on)
        .join_from(today, subscription, subscription.c.zone == today.c.zone)
        .where(
            subscription.c.status == literal_column("'pending'"),
            subscription.c.started_on <= today.c.day,
        )
    )
    found = connection.execute(due, parameters).all()
    applying_subscription.start(connection, {row.id: row.started_on for row in found}, context)


def _open_until(column: Column[Any], today: FromClause) -> Select[Any]:
    """Select what reaches a date today, by the index on (zone, date) where not ended."""
    return (
        select(subscription)
        .join_from(today, subscription, subscription.c.zone == today.c.zone)
        .where(
            column.is_not(None),
            subscription.c.status != literal_column("'ended'"),
            column <= today.c.day,
        )
    )


def _renew_due(connection: Connection, today: FromClause, parameters: Mapping[str, str]) -> None:
    """Let terms that do not end go on: by another term, or from now on without one."""
    due = _open_until(subscription.c.term_ends_on, today).where(
        subscription.c.term_then != literal_column("'ends'")
    )
    changed = []
    for row in connection.execute(due, parameters).all():
        renews = row.term_then == "renews"
        length = Duration(row.term_count, Unit(row.term_unit)) if renews else None
        changed.append({"row": row.id, "to": add(row.term_ends_on, length) if length else None})
    statement = update(subscription).where(subscription.c.id == bindparam("row"))
    bulk(connection, statement.values(term_ends_on=bindparam("to"), tick=None), changed)


def _end_due(
    connection: Connection, today: FromClause, parameters: Mapping[str, str], context: Context
) -> None:
    """End what reaches its last day: by a decision, or because its term is over."""
    planned = _open_until(subscription.c.ending_on, today)
    over = _open_until(subscription.c.term_ends_on, today).where(
        subscription.c.term_then == literal_column("'ends'")
    )
    ends = {
        row.id: EndSubscription(row.id, row.term_ends_on, "term over")
        for row in connection.execute(over, parameters)
    }
    for row in connection.execute(planned, parameters):
        ends[row.id] = EndSubscription(row.id, row.ending_on, row.end_reason or "")
    applying_subscription.end(connection, list(ends.values()), context)


def roll_cycles(connection: Connection, number: int, since: datetime, now: datetime) -> int:
    """Write the successors of the cycles that ended in the window; returns how many.

    Several are written where the window holds several boundaries, each counted from the anchor.
    Nothing is updated. An ended subscription gets none; a paused one gets such as are not billable.
    """
    in_window = and_(cycle.c.end_at > since, or_(cycle.c.tick.is_(None), cycle.c.tick != number))
    written_late = and_(cycle.c.end_at <= since, cycle.c.tick.is_(None))
    written = 0
    for ended in (in_window, written_late):
        for chunk in _chunks(connection, _ended_cycles(now).where(ended)):
            rows = [row for found in chunk for row in _successors(found, number, now)]
            bulk(connection, insert_new(connection, cycle), rows)
            written += len(rows)
    return written


def _ended_cycles(now: datetime) -> Select[Any]:
    """Select ended cycles with what their successors need, by the index cycle(end_at)."""
    return (
        select(
            cycle.c.id,
            cycle.c.subscription_id,
            cycle.c.subscriber_id,
            cycle.c.number,
            cycle.c.end_at,
            subscription.c.status,
            subscription.c.anchor_on,
            subscription.c.every_count,
            subscription.c.every_unit,
            subscription.c.zone,
            subscription.c.ending_on,
            subscription.c.term_ends_on,
            subscription.c.term_then,
            subscription.c.settled_until,
        )
        .join(subscription, subscription.c.id == cycle.c.subscription_id)
        .where(cycle.c.end_at <= now, subscription.c.status != literal_column("'ended'"))
    )


def _chunks(connection: Connection, ended: Select[Any]) -> Iterator[Sequence[Record]]:
    """Walk the cycles by (end_at, id), so that memory does not grow with how many there are."""
    page = ended.order_by(cycle.c.end_at, cycle.c.id).limit(CHUNK)
    found = connection.execute(page).all()
    while found:
        yield found
        last = found[-1]
        after = tuple_(cycle.c.end_at, cycle.c.id) > tuple_(last.end_at, last.id)
        found = connection.execute(page.where(after)).all()


def _successors(ended: Record, number: int, now: datetime) -> Iterator[dict[str, object]]:
    """Write the cycles that follow an ended one, up to the one that holds ``now``."""
    index, start_at = ended.number, ended.end_at
    stops_on = _stops_on(ended)
    while start_at <= now:
        index += 1
        start_on, end_on, end_at = _dates(
            ended.anchor_on, ended.every_count, ended.every_unit, index, ended.zone
        )
        if stops_on is not None and start_on >= stops_on:
            return
        yield {
            "subscription_id": ended.subscription_id,
            "subscriber_id": ended.subscriber_id,
            "number": index,
            "start_on": start_on,
            "end_on": end_on,
            "start_at": start_at,
            "end_at": max(end_at, start_at),
            "zone": ended.zone,
            "billable": ended.status in BILLABLE,
            "settled_elsewhere": ended.settled_until is not None and start_on < ended.settled_until,
            "tick": number,
        }
        start_at = max(end_at, start_at)


@lru_cache(maxsize=65_536)
def _dates(
    anchor: date, count: int, unit: str, index: int, zone_name: str
) -> tuple[date, date, datetime]:
    dates = cycle_dates(anchor, Duration(count, Unit(unit)), index)
    return dates.start, dates.end, instant(zone_name, dates.end)


def _stops_on(row: Record) -> date | None:
    ends = row.term_ends_on if row.term_then == "ends" else None
    return min((day for day in (row.ending_on, ends) if day is not None), default=None)
