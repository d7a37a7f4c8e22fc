"""One look of the engine at the world: roll, stamp, stop, timelines, segments, rules.

Each part is a transaction of its own; a rule that fails is behind by some ticks, nobody else is.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from duly.errors import StateError
from duly.model.ledger import Ended
from duly.rule import Entry, Rule, Step
from duly.selection.live import Live
from duly.selection.moments import (
    LATE_AFTER,
    Outlook,
    entry_moment,
    entry_starts,
    fresh_moments,
    is_due_at_once,
    too_late_before,
    turned_zones,
    window_moments,
)
from duly.selection.segment import ZONE_COLUMNS
from duly.selection.steps import DayDecision, decide_day, is_through, through_first_blocking
from duly.selection.timeline import START_COLUMNS, EntryStatements
from duly.store import recording, rolling
from duly.store.context import Context
from duly.store.counting import MANY, recount
from duly.store.database import Database
from duly.store.record import Transaction
from duly.store.recording import NewJob, OpenFiring, RuleState, SegmentState
from duly.store.rolling import Stamp
from duly.store.rolling_cycles import roll_cycles
from duly.tables.rows import value as rows_value
from duly.trigger import MOMENT_COLUMNS, TODAY_COLUMNS, Moment, Trigger
from duly.values.duration import Duration, add_months
from duly.values.zone import Window, instant, local_date

LONG_AGO = rolling.LONG_AGO
FAR_AHEAD = datetime(9000, 1, 1, tzinfo=UTC)
_ONE_DAY = timedelta(days=1)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TickReport:
    """Say what a tick was: its number, and the rules that failed in it."""

    number: int
    failed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Tick:
    """Hold what every part of one tick needs."""

    database: Database
    live: Live
    stamp: Stamp
    zones: tuple[str, ...]
    today: str  # the rows of today's local date in every zone, as statements want them
    top: int  # the highest firing before
    written: int  # the cycles and stamps of the first transaction

    @property
    def now(self) -> datetime:
        return self.stamp.now

    def rows(self, columns: Sequence[tuple[str, object]], table: Iterable[Any]) -> str:
        return rows_value(self.database.dialect, [title for title, _ in columns], table)


def run(database: Database, live: Live, now: datetime) -> TickReport:
    """Look once; raises StateError if ``now`` lies before the last look."""
    tick = _open(database, live, now)
    with database.read() as transaction:
        states = recording.rule_states(transaction)
        stalled = recording.stalled_rules(transaction)
    rules = recording.rules_of(live.ruleset, states)
    failed: set[str] = set()
    for rule, state in rules:
        _try(failed, rule.name, _part(_stop_rule, tick, rule, state))
    for rule, state in rules:
        _try(failed, rule.name, _part(_continue_rule, tick, rule, state, stalled))
    entered, unseen = _look_at_segments(tick)
    for rule, state in rules:
        _try(failed, rule.name, _part(_start_rule, tick, rule, state, entered))
    with database.write() as transaction:
        behind = [states[name].id for name in failed]
        recording.close_tick(transaction, tick.stamp.number, now, behind, unseen)
        if tick.written + recording.top_firing(transaction) - tick.top > MANY:
            recount(transaction)
    return TickReport(tick.stamp.number, tuple(sorted(failed)))


def _part(function: Callable[..., None], *arguments: Any) -> Callable[[], None]:
    return lambda: function(*arguments)


def _try(failed: set[str], name: str, part: Callable[[], None]) -> None:
    """Do a part of what has not failed yet; a failure is logged, and everything else goes on."""
    if name in failed:
        return
    try:
        part()
    except Exception:  # noqa: BLE001 - the outermost loop: one bad rule stops no other
        _log.exception("rule or segment failed", extra={"rule": name})
        failed.add(name)


def _open(database: Database, live: Live, now: datetime) -> _Tick:
    """Roll what is due by itself, and stamp what is new: the first transaction."""
    with database.write() as transaction:
        since = rolling.last_tick_at(transaction)
        if now < since:
            raise StateError(
                f"the last tick looked at {since.isoformat()}; a tick cannot look at "
                f"{now.isoformat()}, which is before it"
            )
        number = rolling.open_tick(transaction, now)
        zones = rolling.zones_in_use(transaction)
        rolling.roll_states(transaction, zones, now, Context(now, "engine"))
        rolled = roll_cycles(transaction, number, since, now)
        recording.end_removed(transaction, live.ruleset)
        stamp = rolling.stamp(transaction, number, since, now)
        top = recording.top_firing(transaction)
    days = [(zone, local_date(zone, now)) for zone in zones]
    today = rows_value(database.dialect, [title for title, _ in TODAY_COLUMNS], days)
    return _Tick(database, live, stamp, zones, today, top, rolled + stamp.written)


def _stop_rule(tick: _Tick, rule: Rule, state: RuleState) -> None:
    """End the open firings that a new event stops."""
    stops = tick.live.stops.get(rule.name)
    kinds = {trigger.name for trigger in rule.stop_when}
    if stops is None or _is_idle(tick, state, kinds):
        return
    with tick.database.write() as transaction:
        found = transaction.execute(stops, _stamps(tick, state)).all()
        recording.stop_firings(transaction, [(row.firing_id, row.event_id) for row in found])


def _is_idle(tick: _Tick, state: RuleState | SegmentState, kinds: Iterable[str]) -> bool:
    """Tell whether nothing of some kinds was stamped since the watermark."""
    return state.tick == tick.stamp.number - 1 and not tick.stamp.kinds & set(kinds)


def _stamps(tick: _Tick, state: RuleState) -> dict[str, Any]:
    return {"rule": state.id, "stamped_after": state.tick, "stamped_to": tick.stamp.number}


def _continue_rule(tick: _Tick, rule: Rule, state: RuleState, stalled: frozenset[int]) -> None:
    """Begin the days of running timelines that have come, in their order."""
    due = [
        (statements, parameters)
        for statements in tick.live.entries.get(rule.name, ())
        if (parameters := _entry_parameters(tick, state, statements)) is not None
    ]
    if not due and state.id not in stalled:
        return
    with tick.database.write() as transaction:
        days = _days_come(transaction, tick, rule, state, due)
        waiting: set[int] = set()
        for statements, holds in days:
            waiting |= _begin_day(transaction, tick, rule, statements.entry, holds)
        seen = {firing for _, holds in days for firing in holds}
        recording.go_on(transaction, seen - waiting)
        recording.stall(transaction, waiting, tick.now)


def _entry_parameters(
    tick: _Tick, state: RuleState, statements: EntryStatements
) -> dict[str, Any] | None:
    """Return what selects the firings whose day comes in this window; None if none can."""
    entry, window = statements.entry, Window(state.looked_until, tick.now)
    common = {"rule": state.id, "now": tick.now, "today": tick.today}
    if entry.after is not None:
        length = entry.after.as_timedelta()
        return common | {
            "started_after": window.since - length,
            "started_until": window.until - length,
        }
    if statements.position == 0 and entry.day == 0:
        return None  # it came with the firing
    starts = entry_starts(entry, tick.live.ruleset.business.hours, tick.zones, window)
    return common | {"start": tick.rows(START_COLUMNS, starts)} if starts else None


def _days_come(
    transaction: Transaction,
    tick: _Tick,
    rule: Rule,
    state: RuleState,
    due: Sequence[tuple[EntryStatements, dict[str, Any]]],
) -> list[tuple[EntryStatements, dict[int, bool]]]:
    """List for every entry the firings whose day it is, or was while they waited."""
    parameters = {found.position: chosen for found, chosen in due}
    common = {"rule": state.id, "now": tick.now, "today": tick.today}
    days = []
    for statements in tick.live.entries[rule.name]:
        rows = list(transaction.execute(statements.stalled, common))
        rows = [row for row in rows if _has_come(tick, statements.entry, row)]
        if statements.position in parameters:
            rows += transaction.execute(statements.due, parameters[statements.position])
        days.append((statements, {row.firing_id: bool(row.holds) for row in rows}))
    return days


def _has_come(tick: _Tick, entry: Entry, row: Any) -> bool:
    if entry.after is not None:
        come: datetime = row.started_at + entry.after.as_timedelta()
    else:
        hours = tick.live.ruleset.business.hours
        come = entry_moment(entry, hours, row.zone, row.started_on)
    return come <= tick.now


def _begin_day(
    transaction: Transaction,
    tick: _Tick,
    rule: Rule,
    entry: Entry,
    holds: Mapping[int, bool],
    beyond: frozenset[int] = frozenset(),
) -> set[int]:
    """Write the first jobs of a day; returns the firings that have to wait with it.

    The jobs of those ``beyond`` a limit are left to a person.
    """
    if not holds:
        return set()
    waiting: set[int] = set()
    jobs: list[NewJob] = []
    for firing in recording.open_firings(transaction, holds).values():
        today = local_date(firing.zone, tick.now)
        match decide_day(entry, firing.jobs, holds=holds[firing.id], zone=firing.zone, today=today):
            case DayDecision.START:
                state = "held" if firing.id in beyond else "ready"
                jobs += [_job(firing, step, state) for step in through_first_blocking(entry.steps)]
            case DayDecision.PASS_OVER:
                jobs.append(_job(firing, entry.steps[0], "skipped"))
            case DayDecision.WAIT:
                waiting.add(firing.id)
            case DayDecision.DECIDED:
                pass
    recording.add_jobs(transaction, jobs, tick.now)
    passed = {job.firing_id for job in jobs if job.state == "skipped"}
    if passed:
        _finish(transaction, rule, passed)
    return waiting


def _job(firing: OpenFiring, step: Step, state: str) -> NewJob:
    return NewJob(
        firing_id=firing.id,
        subscriber_id=firing.subscriber_id,
        step=step.name,
        kind=step.action.name,
        job_class=str(step.action.job_class),
        state=state,
        note="condition_false" if state == "skipped" else None,
    )


def _finish(transaction: Transaction, rule: Rule, firings: Iterable[int]) -> None:
    """End the firings that have nothing left to come."""
    found = recording.open_firings(transaction, firings).values()
    through = [firing.id for firing in found if is_through(rule, firing.jobs)]
    recording.end_firings(transaction, through, Ended.FINISHED)


def _look_at_segments(tick: _Tick) -> tuple[set[str], set[str]]:
    """Let subjects enter and leave; returns the segments that changed and those that failed."""
    changed: set[str] = set()
    failed: set[str] = set()
    for name in sorted(tick.live.segments):
        _try(failed, name, _part(_look_at_segment, tick, name, changed))
    return changed, failed


def _look_at_segment(tick: _Tick, name: str, changed: set[str]) -> None:
    statements = tick.live.segments[name]
    with tick.database.read() as transaction:
        state = recording.segment_state(transaction, name)
    same_text = state is not None and state.digest == statements.segment.digest
    turned = () if state is None else _turned(tick, state.looked_until)
    is_narrow = same_text and not turned
    if state and is_narrow and _is_idle(tick, state, ("subscriber", "subscription")):
        return
    with tick.database.write() as transaction:
        state = state or recording.open_segment(transaction, name, tick.now)
        parameters = {
            "segment": state.id,
            "is_silent": not same_text,
            "everybody": not same_text,
            "turned": tick.rows(ZONE_COLUMNS, [(zone,) for zone in turned]),
            "now": tick.now,
            "today": tick.today,
            "stamped_after": state.tick,
            "stamped_to": tick.stamp.number,
        }
        moves = statements.changed if is_narrow else statements.wide
        if recording.record_segment(transaction, moves, parameters):
            changed.add(name)
        digest = statements.segment.digest
        recording.move_segment(transaction, state.id, digest, tick.stamp.number, tick.now)


def _turned(tick: _Tick, since: datetime) -> tuple[str, ...]:
    return turned_zones(tick.zones, Window(since, tick.now))


def _start_rule(tick: _Tick, rule: Rule, state: RuleState, entered: set[str]) -> None:
    """Record the firings of a rule, trigger by trigger, with their first jobs."""
    statements = tick.live.rules[rule.name]
    looks = [
        (found, parameters)
        for found, once_per in zip(statements.triggers, rule.once_per, strict=True)
        if (parameters := _trigger_parameters(tick, rule, state, found.trigger, once_per, entered))
    ]
    if not looks:
        return
    with tick.database.write() as transaction:
        recording.lock_rule(transaction, state.id)
        top: dict[str, Any] = {"top": recording.top_firing(transaction)}
        for found, parameters in looks:
            recording.record_trigger(transaction, found, parameters | top)
        recording.record_first_jobs(transaction, statements, looks[0][1] | top)
        _begin_at_once(transaction, tick, rule, state, top)
        _stop_at_once(transaction, tick, rule, state, top)
        number, now = tick.stamp.number, tick.now
        recording.move_watermark(transaction, state.id, number, now)


def _begin_at_once(
    transaction: Transaction, tick: _Tick, rule: Rule, state: RuleState, top: dict[str, Any]
) -> None:
    """Begin the first day of new firings where that has a condition of its own."""
    first = rule.entries[0]
    if first.only_if is None or not is_due_at_once(rule):
        return
    parameters = {"rule": state.id, "now": tick.now, "today": tick.today} | top
    statements = tick.live.entries[rule.name][0]
    rows = transaction.execute(statements.new, parameters).all()
    holds = {row.firing_id: bool(row.holds) for row in rows}
    beyond = frozenset(row.firing_id for row in rows if row.beyond)
    _begin_day(transaction, tick, rule, first, holds, beyond)


def _stop_at_once(
    transaction: Transaction, tick: _Tick, rule: Rule, state: RuleState, top: dict[str, Any]
) -> None:
    """End the new firings that an event between their happening and this look has stopped."""
    stops = tick.live.new_stops.get(rule.name)
    if stops is not None:
        found = transaction.execute(stops, _stamps(tick, state) | top).all()
        recording.stop_firings(transaction, [(row.firing_id, row.event_id) for row in found])


def _trigger_parameters(
    tick: _Tick,
    rule: Rule,
    state: RuleState,
    trigger: Trigger,
    once_per: str | Duration,
    entered: set[str],
) -> dict[str, Any] | None:
    """Return what binds the statements of a trigger; None if it cannot have happened."""
    window = Window(state.looked_until, tick.now)
    parameters = _stamps(tick, state) | {
        "ruleset": tick.live.ruleset_id,
        "now": tick.now,
        "since": window.since,
        "today": tick.today,
        "late_before": tick.now - LATE_AFTER,
        "too_late_before": too_late_before(rule.catch_up, tick.now, LONG_AGO),
        "counts_from": state.since_at if rule.active_from is None else LONG_AGO,
        "active_from": _day_begins(tick, rule.active_from, LONG_AGO),
        "active_until": _day_begins(tick, _next_day(rule.active_until), FAR_AHEAD),
        "younger_than": _look_back(once_per, tick.now),
    }
    if trigger.calendar is not None:
        moments = _moments(tick, rule, state, trigger)
        return parameters | {"moment": moments} if moments else None
    if trigger.segment is not None:
        if trigger.is_timed or trigger.segment in entered or not _is_idle(tick, state, ()):
            return {**parameters, **trigger.parameters(window)}
        return None
    return None if _is_idle(tick, state, trigger.stamps) else parameters


def _day_begins(tick: _Tick, day: date | None, otherwise: datetime) -> datetime:
    return otherwise if day is None else instant(tick.live.ruleset.business.zone, day)


def _next_day(day: date | None) -> date | None:
    return None if day is None else day + _ONE_DAY


def _look_back(once_per: str | Duration, now: datetime) -> datetime:
    if isinstance(once_per, str):
        return now
    if once_per.months:
        day = add_months(now.date(), -once_per.months)
        return datetime.combine(day, now.timetz())
    return now - once_per.as_timedelta()


def _moments(tick: _Tick, rule: Rule, state: RuleState, trigger: Trigger) -> str | None:
    """Write the moments of a calendar trigger: of the window, and of facts that came late."""
    calendar = trigger.calendar
    assert calendar is not None, "only a calendar trigger has moments"
    outlook = Outlook(
        calendar=calendar,
        hours=tick.live.ruleset.business.hours,
        window=Window(state.looked_until, tick.now),
        catch_up=rule.catch_up,
        all_service=rule.all_service,
    )
    found: list[Moment] = list(window_moments(outlook, tick.zones))
    if not _is_idle(tick, state, trigger.stamps):
        with tick.database.read() as transaction:
            dates = recording.touched_dates(transaction, calendar, state.tick, tick.stamp.number)
        found += fresh_moments(outlook, dates)
    if not found:
        return None
    titles = [title for title, _ in MOMENT_COLUMNS]
    table = [[getattr(moment, title) for title in titles] for moment in found]
    return tick.rows(MOMENT_COLUMNS, table)
