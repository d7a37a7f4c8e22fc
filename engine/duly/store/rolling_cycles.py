"""Write the cycles that follow those that have ended: part of the first transaction of a tick."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Insert,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from duly.store.record import dialect_of
from duly.tables.rows import DialectName, DrivingJoin, rows, unlikely
from duly.tables.rows import value as rows_value
from duly.tables.subscriptions import cycle, subscription
from duly.tables.types import Instant, LocalDate
from duly.values.cycle import cycle_dates
from duly.values.duration import Duration, Unit
from duly.values.zone import instant

BILLABLE = ("active", "pending")

_SINCE = bindparam("since", type_=Instant())
_NOW = bindparam("now", type_=Instant())
_TOP = bindparam("top", type_=BigInteger())
_NUMBER = bindparam("number", type_=Integer())

_PAYERS = DrivingJoin(cycle, subscription, subscription.c.id == cycle.c.subscription_id)
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


def roll_cycles(connection: Connection, number: int, since: datetime, now: datetime) -> int:
    """Write the successors of the cycles that ended in the window, or that were written too late.

    Returns how many were written.

    The calendar is worked out once for all subscriptions that share anchor, interval and zone, and
    always from the anchor. Where the window holds several boundaries, one generation of cycles
    follows the other. Nothing is updated. A subscription gets no cycle from the day it ended on,
    but those before it that an outage delayed; a paused one gets such as are not billable.
    """
    parameters: dict[str, Any] = {"number": number, "since": since, "now": now}
    *firsts, further = _generations(dialect_of(connection))
    written = 0
    for first in firsts:
        generation = first
        while steps := _next_dates(connection, generation.shared, parameters):
            top = _top(connection)
            connection.execute(generation.successors, parameters | {"step": steps})
            generation, parameters["top"] = further, top
            written += _top(connection) - top
    return written


def _top(connection: Connection) -> int:
    newest = select(func.coalesce(func.max(cycle.c.id), 0))
    return int(connection.execute(newest).scalar_one())


@dataclass(frozen=True, slots=True)
class _Generation:
    """Hold the statements over some ended cycles: what they share, and who follows them."""

    shared: Select[Any]
    successors: Insert


@cache
def _generations(dialect: DialectName) -> tuple[_Generation, ...]:
    """Build the statements over what ended, was written too late, or was written just now.

    By the indexes cycle(end_at) and cycle(tick), and by the key.
    """
    in_window = and_(cycle.c.end_at > _SINCE, cycle.c.end_at <= _NOW)
    # Most that ever ended is older than the window: that index would find all of it.
    is_older = func.coalesce(cycle.c.end_at, _SINCE) <= _SINCE
    written_late = and_(unlikely(cycle.c.tick.is_(None), dialect), is_older)
    again = and_(cycle.c.end_at <= _NOW, cycle.c.id > _TOP)
    return tuple(_generation(dialect, ended) for ended in (in_window, written_late, again))


def _generation(dialect: DialectName, ended: ColumnElement[bool]) -> _Generation:
    shared = select(*_SHARED).select_from(_PAYERS).where(ended, _GOES_ON).distinct()
    return _Generation(shared, _successors(dialect, ended))


def _next_dates(
    connection: Connection, shared: Select[Any], parameters: Mapping[str, Any]
) -> str | None:
    """Work out the dates of the next cycles, once for all that share them; None for no cycles."""
    table = []
    for row in connection.execute(shared, parameters):
        every = Duration(row.every_count, Unit(row.every_unit))
        dates = cycle_dates(row.anchor_on, every, row.number + 1)
        table.append((*row, dates.start, dates.end, instant(row.zone, dates.end)))
    titles = [title for title, _ in _STEP_COLUMNS]
    return rows_value(dialect_of(connection), titles, table) if table else None


def _successors(dialect: DialectName, ended: ColumnElement[bool]) -> Insert:
    """Insert the cycles that follow; each starts at the instant at which the last one ended."""
    step = rows("step", dialect, _STEP_COLUMNS)
    same = and_(
        step.c.anchor_on == subscription.c.anchor_on,
        step.c.every_count == subscription.c.every_count,
        step.c.every_unit == subscription.c.every_unit,
        step.c.zone == subscription.c.zone,
        step.c.number == cycle.c.number,
    )
    later = func.max if dialect == "sqlite" else func.greatest
    is_settled = step.c.start_on < subscription.c.settled_until
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
            func.coalesce(is_settled, literal_column("false")).label("settled_elsewhere"),
            _NUMBER.label("tick"),
        )
        .select_from(DrivingJoin(_PAYERS, step, same))
        .where(
            ended,
            _GOES_ON,
            _is_before(step.c.start_on, subscription.c.ending_on),
            _is_before(step.c.start_on, _term_that_ends()),
        )
    )
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    names = [column.name for column in chosen.selected_columns]
    inserted: Insert = insert(cycle).on_conflict_do_nothing().from_select(names, chosen)
    return inserted


def _term_that_ends() -> ColumnElement[Any]:
    ends = subscription.c.term_then == literal_column("'ends'")
    return case((ends, subscription.c.term_ends_on))


def _is_before(day: ColumnElement[Any], end: ColumnElement[Any]) -> ColumnElement[bool]:
    return or_(end.is_(None), day < end)
