"""Which open firings have a day of their timeline due: joined on (rule, zone, local start)."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    bindparam,
    select,
    true,
)

from duly.condition.sql import condition_sql
from duly.rule import Entry, Rule, RuleSet
from duly.selection.parameters import RULE, TOP, beyond_limit, segment_conditions
from duly.selection.scope import joined, scope_of
from duly.tables.ledger import firing
from duly.tables.rows import DialectName, rows
from duly.tables.types import Instant, LocalDate
from duly.trigger import Look

START_COLUMNS = (("zone", Text()), ("day", LocalDate()))
STARTED_AFTER = bindparam("started_after", type_=Instant())
STARTED_UNTIL = bindparam("started_until", type_=Instant())


@dataclass(frozen=True, slots=True)
class EntryStatements:
    """Hold the selects of one entry over open firings; ``holds`` is its own condition.

    ``due``: whose day comes in a window; ``stalled``: who wait with some day; ``new``: who were
    recorded after ``top``, with ``beyond`` for those that ``catch_up`` leaves to a person.
    """

    entry: Entry
    position: int
    due: Select[Any]
    stalled: Select[Any]
    new: Select[Any]


def select_entries(
    rule: Rule, ruleset: RuleSet, dialect: DialectName
) -> tuple[EntryStatements, ...]:
    """Build the statements of every entry of a timeline."""
    if not rule.is_timeline:
        return ()
    return tuple(
        _entry(rule, ruleset, dialect, entry, position)
        for position, entry in enumerate(rule.entries)
    )


def _entry(
    rule: Rule, ruleset: RuleSet, dialect: DialectName, entry: Entry, position: int
) -> EntryStatements:
    open_ones = _open_firings(rule, ruleset, dialect, entry)
    if entry.after is not None:
        due = open_ones.where(
            firing.c.started_at > STARTED_AFTER, firing.c.started_at <= STARTED_UNTIL
        )
    else:
        start = rows("start", dialect, START_COLUMNS)
        due = open_ones.join(
            start, (firing.c.zone == start.c.zone) & (firing.c.started_on == start.c.day)
        )
    stalled = open_ones.where(firing.c.stalled_at.is_not(None))
    beyond = beyond_limit(rule.catch_up)
    new = open_ones.add_columns(beyond.label("beyond")).where(firing.c.id > TOP)
    return EntryStatements(entry, position, due, stalled, new)


def _open_firings(rule: Rule, ruleset: RuleSet, dialect: DialectName, entry: Entry) -> Select[Any]:
    look = Look(dialect, rule.about)
    scope = scope_of(look)
    holds: ColumnElement[bool] = true()
    if entry.only_if is not None:
        segments = segment_conditions(ruleset)
        holds = condition_sql(entry.only_if, scope, segments)
    chosen = select(
        firing.c.id.label("firing_id"),
        firing.c.zone,
        firing.c.started_on,
        firing.c.started_at,
        holds.label("holds"),
    ).select_from(firing)
    return joined(chosen, scope, rule.about, firing).where(
        firing.c.rule_id == RULE, firing.c.ended.is_(None)
    )
