"""Record what a tick decides: firings, near misses, first jobs, stops, days of timelines."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select, update

from duly.errors import StateError
from duly.model.ledger import Ended
from duly.rule import Rule, RuleSet
from duly.selection.rule import RuleStatements, TriggerStatements
from duly.selection.segment import Moves
from duly.selection.steps import SeenJob
from duly.store import rulesets
from duly.store.bulk import bulk, insert_new
from duly.store.ids import among
from duly.store.record import dialect_of
from duly.tables.ledger import firing, job, rule, segment, tick
from duly.tables.rows import value as rows_value
from duly.trigger import Calendar
from duly.values.zone import local_date


@dataclass(frozen=True, slots=True)
class RuleState:
    """Hold how far a rule has looked, and since when it counts."""

    id: int
    name: str
    since_at: datetime
    tick: int
    looked_until: datetime


def rule_states(connection: Connection) -> Mapping[str, RuleState]:
    """Return how far every rule that was ever live has looked, by name."""
    rows = connection.execute(select(rule))
    return {
        row.name: RuleState(row.id, row.name, row.since_at, row.tick, row.looked_until)
        for row in rows
    }


def refuse_older_rules(connection: Connection, ruleset: int) -> None:
    """Raise StateError if other rules than these went live: what belongs to them looks gone."""
    newest = rulesets.live_number(connection)
    if newest is not None and newest != ruleset:
        raise StateError("new rules were applied meanwhile; run duly tick again")


def lock_rule(connection: Connection, rule_id: int) -> None:
    """Let nobody else record this rule until the transaction ends."""
    connection.execute(select(rule.c.id).where(rule.c.id == rule_id).with_for_update())


def touched_dates(
    connection: Connection, calendar: Calendar, after: int, to: int
) -> tuple[tuple[str, date], ...]:
    """List (zone, date) of the rows of a calendar trigger that are dated anew in a range of ticks.

    By the index on the stamp.
    """
    stamped = (calendar.stamp > after) & (calendar.stamp <= to) & calendar.date.is_not(None)
    dated = (calendar.dated > after) & (calendar.dated <= to)
    statement = select(calendar.zone, calendar.date).where(stamped, dated).distinct()
    return tuple((row[0], row[1]) for row in connection.execute(statement))


def top_firing(connection: Connection) -> int:
    """Return the highest id of a firing so far."""
    return int(connection.execute(select(func.coalesce(func.max(firing.c.id), 0))).scalar_one())


def record_trigger(
    connection: Connection, statements: TriggerStatements, parameters: Mapping[str, Any]
) -> None:
    """Insert the near misses and firings of one trigger."""
    if statements.near_misses is not None:
        connection.execute(statements.near_misses, parameters)
    connection.execute(statements.too_late, parameters)
    connection.execute(statements.firings, parameters)


def record_first_jobs(
    connection: Connection, statements: RuleStatements, parameters: Mapping[str, Any]
) -> None:
    """Insert the first jobs of the firings that are newer than ``top``.

    Counting who is beyond a limit costs as much as the jobs, so it is done only if some are late.
    """
    jobs = statements.first_jobs
    if statements.limited_jobs and connection.execute(statements.late, parameters).first():
        jobs = statements.limited_jobs
    for statement in jobs:
        connection.execute(statement, parameters)


def move_watermark(connection: Connection, rule_id: int, number: int, until: datetime) -> None:
    """Write that a rule has looked at everything up to a tick and an instant."""
    looked = update(rule).where(rule.c.id == rule_id)
    connection.execute(looked.values(tick=number, looked_until=until))


def close_tick(
    connection: Connection,
    number: int,
    now: datetime,
    rules: Iterable[int],
    segments: Iterable[str],
) -> None:
    """Finish a tick: what had nothing to do has looked too.

    Of the rules, by id, and the segments, by name, that the tick looked at; what others put live
    meanwhile still has to look.
    """
    for table, mine in (
        (rule, rule.c.id.in_(sorted(rules))),
        (segment, segment.c.name.in_(sorted(segments))),
    ):
        looked = update(table).where(table.c.tick < number, mine)
        connection.execute(looked.values(tick=number, looked_until=now))
    connection.execute(update(tick).where(tick.c.id == number).values(finished_at=now))


def stalled_rules(connection: Connection) -> frozenset[int]:
    """Name the rules with a firing that waits for an earlier day, by firing(rule) where stalled."""
    waiting = select(firing.c.rule_id).where(firing.c.stalled_at.is_not(None)).distinct()
    return frozenset(connection.execute(waiting).scalars())


def stop_firings(connection: Connection, stops: Sequence[tuple[int, int]]) -> None:
    """End firings by the events that stop them: (firing, event)."""
    for firing_id, event_id in stops:
        connection.execute(
            update(firing)
            .where(firing.c.id == firing_id, firing.c.ended.is_(None))
            .values(ended=str(Ended.STOPPED), stopped_by=event_id, stalled_at=None)
        )


def stops_among(
    connection: Connection, stops: Select[Any], firings: Iterable[int]
) -> tuple[tuple[int, int], ...]:
    """Find the events that stop some firings by now: (firing, event)."""
    rows = connection.execute(stops.where(among(connection, firing.c.id, firings)))
    return tuple((row.firing_id, row.event_id) for row in rows)


def holding_among(
    connection: Connection,
    holding: Select[Any],
    firings: Iterable[int],
    zones: Iterable[str],
    now: datetime,
) -> frozenset[int]:
    """Tell for which of some firings a condition is true now."""
    days = [(name, local_date(name, now)) for name in zones]
    today = rows_value(dialect_of(connection), ("zone", "day"), days)
    chosen = holding.where(among(connection, firing.c.id, firings))
    return frozenset(connection.execute(chosen, {"now": now, "today": today}).scalars())


def end_firings(connection: Connection, ids: Collection[int], how: Ended) -> None:
    """End open firings for another reason than an event."""
    if not ids:
        return
    open_ones = among(connection, firing.c.id, ids) & firing.c.ended.is_(None)
    connection.execute(update(firing).where(open_ones).values(ended=str(how), stalled_at=None))


def end_removed(connection: Connection, live: RuleSet) -> int:
    """End the open firings of rules that are no longer live; returns how many."""
    removed = select(rule.c.id).where(rule.c.name.not_in(sorted(live.rules)))
    gone = update(firing).where(firing.c.rule_id.in_(removed), firing.c.ended.is_(None))
    return connection.execute(gone.values(ended=str(Ended.RULE_REMOVED), stalled_at=None)).rowcount


def stall(connection: Connection, ids: Collection[int], now: datetime) -> None:
    """Mark firings one of whose days waits for the day before."""
    if not ids:
        return
    waiting = among(connection, firing.c.id, ids) & firing.c.stalled_at.is_(None)
    connection.execute(update(firing).where(waiting).values(stalled_at=now))


def go_on(connection: Connection, ids: Collection[int]) -> None:
    """Take the mark away."""
    if not ids:
        return
    connection.execute(
        update(firing).where(among(connection, firing.c.id, ids)).values(stalled_at=None)
    )


@dataclass(frozen=True, slots=True)
class SegmentState:
    """Hold how far a segment has looked, and under which text."""

    id: int
    digest: str
    tick: int
    looked_until: datetime


def segment_state(connection: Connection, name: str) -> SegmentState | None:
    """Return how far a segment has looked; None if it never did."""
    return _segment_state(connection, select(segment).where(segment.c.name == name))


def _segment_state(connection: Connection, found: Select[Any]) -> SegmentState | None:
    row = connection.execute(found).one_or_none()
    if row is None:
        return None
    return SegmentState(row.id, row.digest, row.tick, row.looked_until)


def open_segment(connection: Connection, name: str, now: datetime) -> SegmentState:
    """Lock a segment's row, which is written before its first look."""
    row = {"name": name, "digest": "", "tick": 0, "looked_until": now}
    bulk(connection, insert_new(connection, segment), [row])
    found = select(segment).where(segment.c.name == name).with_for_update()
    state = _segment_state(connection, found)
    assert state is not None, "the row was just written"
    return state


def record_segment(connection: Connection, moves: Moves, parameters: Mapping[str, Any]) -> bool:
    """Let leave and enter; tells whether anybody entered or left."""
    left = connection.execute(moves.leave, parameters).rowcount
    entered = connection.execute(moves.enter, parameters).rowcount
    return bool(left or entered)


def move_segment(
    connection: Connection, segment_id: int, digest: str, number: int, until: datetime
) -> None:
    """Write that a segment has looked at everything up to a tick and an instant."""
    looked = update(segment).where(segment.c.id == segment_id)
    connection.execute(looked.values(digest=digest, tick=number, looked_until=until))


@dataclass(frozen=True, slots=True)
class OpenFiring:
    """Hold what deciding the next day of a timeline needs: its start and its jobs so far."""

    id: int
    subscriber_id: int
    zone: str
    started_on: date | None
    started_at: datetime
    jobs: tuple[SeenJob, ...]


def open_firings(connection: Connection, ids: Iterable[int]) -> Mapping[int, OpenFiring]:
    """Load open firings with their jobs, by id."""
    found = list(ids)
    jobs: dict[int, list[SeenJob]] = {}
    columns = (job.c.firing_id, job.c.step, job.c.job_class, job.c.state, job.c.made_at)
    for row in connection.execute(
        select(*columns).where(among(connection, job.c.firing_id, found)).order_by(job.c.id)
    ):
        seen = SeenJob(row.step, row.job_class, row.state, row.made_at)
        jobs.setdefault(row.firing_id, []).append(seen)
    rows = connection.execute(select(firing).where(among(connection, firing.c.id, found)))
    return {
        row.id: OpenFiring(
            row.id,
            row.subscriber_id,
            row.zone,
            row.started_on,
            row.started_at,
            tuple(jobs.get(row.id, ())),
        )
        for row in rows
    }


@dataclass(frozen=True, slots=True)
class NewJob:
    """Hold one job to be written."""

    firing_id: int
    subscriber_id: int
    step: str
    kind: str
    job_class: str
    state: str = "ready"
    note: str | None = None


def add_jobs(connection: Connection, jobs: Sequence[NewJob], now: datetime) -> None:
    """Write jobs; a step that was done before is passed over."""
    rows = [
        {
            "firing_id": one.firing_id,
            "subscriber_id": one.subscriber_id,
            "step": one.step,
            "kind": one.kind,
            "job_class": one.job_class,
            "state": one.state,
            "due_at": now,
            "made_at": now,
            "tries": 0,
            "fence": 0,
            "note": one.note,
            "ended_at": now if one.state == "skipped" else None,
        }
        for one in jobs
    ]
    bulk(connection, insert_new(connection, job), rows)


def rules_of(
    ruleset: RuleSet, states: Mapping[str, RuleState]
) -> tuple[tuple[Rule, RuleState], ...]:
    """Pair the enabled live rules with how far they have looked, in the order of their names."""
    return tuple(
        (found, states[name])
        for name, found in sorted(ruleset.rules.items())
        if found.enabled and name in states
    )
