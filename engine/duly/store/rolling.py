"""Roll what is due by itself: starts, ends, terms, cycles and offers; then stamp what is new.

All of it is one transaction, the first of every tick.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Executable,
    FromClause,
    Integer,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    update,
)

from duly.model.change import EndSubscription
from duly.store import applying_delivery, applying_subscription
from duly.store.bulk import bulk, insert_new
from duly.store.context import Context
from duly.store.record import Record, dialect_of
from duly.tables.ledger import event, tick
from duly.tables.people import subscriber, zone
from duly.tables.rows import DrivingJoin, rows
from duly.tables.rows import value as rows_value
from duly.tables.subscriptions import cycle, subscription
from duly.tables.types import Instant, LocalDate
from duly.trigger import TODAY_COLUMNS
from duly.values.cycle import boundary, cycle_dates, index_at
from duly.values.duration import Duration, Unit, add
from duly.values.zone import instant, local_date

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
    if _has_pending(connection, subscription) or _has_pending(connection, subscriber):
        _spread(connection)
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
    rolled = select(cycle.c.id).where(cycle.c.tick == number).limit(1)
    if connection.execute(rolled).first() is not None:
        kinds.add("cycle")
    statement = update(tick).where(tick.c.id == number).values(kinds=sorted(kinds))
    connection.execute(statement)
    return Stamp(number, since, now, frozenset(kinds))


def _has_pending(connection: Connection, table: Table) -> bool:
    pending = select(table.c.id).where(table.c.tick.is_(None)).limit(1)
    return connection.execute(pending).first() is not None


def _stamp_rows(connection: Connection, table: Table, number: int) -> bool:
    """Stamp the pending rows of a table, by their partial index; tells whether there were any."""
    if not _has_pending(connection, table):
        return False
    values: dict[str, Any] = {"tick": number}
    if table is subscription:
        values["dated_tick"] = func.coalesce(subscription.c.dated_tick, number)
    connection.execute(update(table).where(table.c.tick.is_(None)).values(**values))
    return True


def _spread(connection: Connection) -> None:
    """Let a change of somebody count as one of all theirs, and the other way round.

    What a rule or a segment about one of them reads may stand in the other's row.
    """
    payers = select(subscription.c.subscriber_id).where(subscription.c.tick.is_(None))
    changed = select(subscriber.c.id).where(subscriber.c.tick.is_(None))
    for table, column, ids in (
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
        select(subscription, today.c.day.label("today"))
        .join_from(today, subscription, subscription.c.zone == today.c.zone)
        .where(
            column.is_not(None),
            subscription.c.status != literal_column("'ended'"),
            column <= today.c.day,
        )
    )


def _renew_due(connection: Connection, today: FromClause, parameters: Mapping[str, str]) -> None:
    """Let terms that do not end go on: by further terms, or from now on without one."""
    due = _open_until(subscription.c.term_ends_on, today).where(
        subscription.c.term_then != literal_column("'ends'")
    )
    changed = []
    for row in connection.execute(due, parameters).all():
        renews = row.term_then == "renews"
        changed.append({"row": row.id, "to": _end_after(row, row.today) if renews else None})
    statement = update(subscription).where(subscription.c.id == bindparam("row"))
    new = statement.values(term_ends_on=bindparam("to"), tick=None, dated_tick=None)
    bulk(connection, new, changed)


def _end_after(row: Record, today: date) -> date:
    """Return the end of the term that holds a day.

    Terms are counted from the first day, so that month ends come back; from an end that was told
    otherwise they are counted from there.
    """
    length, end = Duration(row.term_count, Unit(row.term_unit)), row.term_ends_on
    while end <= today:
        index = index_at(row.started_on, length, end)
        is_counted = boundary(row.started_on, length, index) == end
        end = boundary(row.started_on, length, index + 1) if is_counted else add(end, length)
    found: date = end
    return found


def _end_due(
    connection: Connection, today: FromClause, parameters: Mapping[str, str], context: Context
) -> None:
    """End what reaches its last day, by a decision or because its term is over; the earlier."""
    planned = _open_until(subscription.c.ending_on, today)
    over = _open_until(subscription.c.term_ends_on, today).where(
        subscription.c.term_then == literal_column("'ends'")
    )
    ends = {
        row.id: EndSubscription(row.id, row.term_ends_on, "term over")
        for row in connection.execute(over, parameters)
    }
    for row in connection.execute(planned, parameters):
        if row.id not in ends or row.ending_on <= ends[row.id].on:
            ends[row.id] = EndSubscription(row.id, row.ending_on, row.end_reason or "")
    applying_subscription.end(connection, [end for _, end in sorted(ends.items())], context)


def roll_cycles(connection: Connection, number: int, since: datetime, now: datetime) -> None:
    """Write the successors of the cycles that ended in the window, or that were written too late.

    The calendar is worked out once for all subscriptions that share anchor, interval and zone, and
    always from the anchor. Where the window holds several boundaries, one generation of cycles
    follows the other. Nothing is updated. A subscription gets no cycle from the day it ended on,
    but those before it that an outage delayed; a paused one gets such as are not billable.
    """
    in_window = and_(cycle.c.end_at > since, cycle.c.end_at <= now)
    written_late = and_(cycle.c.end_at <= since, cycle.c.tick.is_(None))
    ended: ColumnElement[bool] = or_(in_window, written_late)
    while steps := _next_dates(connection, ended):
        top = int(connection.execute(select(func.coalesce(func.max(cycle.c.id), 0))).scalar_one())
        connection.execute(_successors(connection, ended), {"step": steps, "number": number})
        ended = and_(cycle.c.end_at <= now, cycle.c.id > top)


_HAS_ENDED = subscription.c.status == literal_column("'ended'")
# Whether something comes after a cycle: an end that is over counts from its day on.
_GOES_ON = or_(~_HAS_ENDED, cycle.c.end_on < subscription.c.ended_on)
_IS_BILLABLE = or_(
    subscription.c.status.in_([literal_column(f"'{status}'") for status in BILLABLE]),
    and_(_HAS_ENDED, subscription.c.paused_on.is_(None)),
)

# What subscriptions share whose next cycle has the same dates.
_SHARED = (
    subscription.c.anchor_on,
    subscription.c.every_count,
    subscription.c.every_unit,
    subscription.c.zone,
    cycle.c.number,
)
_STEP_COLUMNS = (
    ("anchor_on", LocalDate()),
    ("every_count", Integer()),
    ("every_unit", Text()),
    ("zone", Text()),
    ("number", Integer()),
    ("start_on", LocalDate()),
    ("end_on", LocalDate()),
    ("end_at", Instant()),
)


def _next_dates(connection: Connection, ended: ColumnElement[bool]) -> str | None:
    """Work out the dates of the next cycles, once for all that share them; None if there are none.

    By the index cycle(end_at).
    """
    shared = (
        select(*_SHARED)
        .join_from(cycle, subscription, subscription.c.id == cycle.c.subscription_id)
        .where(ended, _GOES_ON)
        .distinct()
    )
    table = []
    for row in connection.execute(shared):
        every = Duration(row.every_count, Unit(row.every_unit))
        dates = cycle_dates(row.anchor_on, every, row.number + 1)
        table.append((*row, dates.start, dates.end, instant(row.zone, dates.end)))
    titles = [title for title, _ in _STEP_COLUMNS]
    return rows_value(dialect_of(connection), titles, table) if table else None


def _successors(connection: Connection, ended: ColumnElement[bool]) -> Executable:
    """Insert the cycles that follow; each starts at the instant at which the last one ended."""
    step = rows("step", dialect_of(connection), _STEP_COLUMNS)
    same = and_(
        step.c.anchor_on == subscription.c.anchor_on,
        step.c.every_count == subscription.c.every_count,
        step.c.every_unit == subscription.c.every_unit,
        step.c.zone == subscription.c.zone,
        step.c.number == cycle.c.number,
    )
    payers = DrivingJoin(cycle, subscription, subscription.c.id == cycle.c.subscription_id)
    later = func.max if connection.dialect.name == "sqlite" else func.greatest
    chosen = (
        select(
            cycle.c.subscription_id,
            cycle.c.subscriber_id,
            (cycle.c.number + literal_column("1")).label("number"),
            step.c.start_on,
            step.c.end_on,
            cycle.c.end_at.label("start_at"),
            later(step.c.end_at, cycle.c.end_at).label("end_at"),
            subscription.c.zone,
            _IS_BILLABLE.label("billable"),
            func.coalesce(
                step.c.start_on < subscription.c.settled_until, literal_column("false")
            ).label("settled_elsewhere"),
            bindparam("number", type_=Integer()).label("tick"),
        )
        .select_from(DrivingJoin(payers, step, same))
        .where(
            ended,
            _GOES_ON,
            *_before(step.c.start_on, subscription.c.ending_on),
            *_before(step.c.start_on, _term_that_ends()),
        )
    )
    names = [column.name for column in chosen.selected_columns]
    inserted: Executable = insert_new(connection, cycle).from_select(names, chosen)
    return inserted


def _term_that_ends() -> ColumnElement[Any]:
    ends = subscription.c.term_then == literal_column("'ends'")
    return case((ends, subscription.c.term_ends_on))


def _before(day: ColumnElement[Any], end: ColumnElement[Any]) -> tuple[ColumnElement[bool], ...]:
    return (or_(end.is_(None), day < end),)
