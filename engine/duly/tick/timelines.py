"""Run timelines: stop firings, and begin the days that have come."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from duly.model.ledger import Ended
from duly.rule import Entry, Rule, Step
from duly.selection.moments import entry_moment, entry_starts
from duly.selection.steps import DayDecision, decide_day, is_through, through_first_blocking
from duly.selection.timeline import START_COLUMNS, EntryStatements
from duly.store import recording
from duly.store.record import Transaction
from duly.store.recording import NewJob, OpenFiring, RuleState
from duly.tick.look import Look, is_idle, stamps
from duly.values.zone import Window, local_date


def stop_rule(look: Look, rule: Rule, state: RuleState) -> None:
    """End the open firings that a new event stops."""
    kinds = {trigger.name for trigger in rule.stop_when}
    if rule.name in look.live.stops and not is_idle(look, state, kinds):
        look.database.again(lambda transaction: _stop(transaction, look, state))


def _stop(transaction: Transaction, look: Look, state: RuleState) -> None:
    found = transaction.execute(look.live.stops[state.name], stamps(look, state)).all()
    recording.stop_firings(transaction, [(row.firing_id, row.event_id) for row in found])


def continue_rule(look: Look, rule: Rule, state: RuleState, stalled: frozenset[int]) -> None:
    """Begin the days of running timelines that have come, in their order."""
    due = [
        (statements, parameters)
        for statements in look.live.entries.get(rule.name, ())
        if (parameters := _entry_parameters(look, state, statements)) is not None
    ]
    if not due and state.id not in stalled:
        return
    look.database.again(lambda transaction: _begin_days(transaction, look, rule, state, due))


def _begin_days(
    transaction: Transaction,
    look: Look,
    rule: Rule,
    state: RuleState,
    due: Sequence[tuple[EntryStatements, dict[str, Any]]],
) -> None:
    days = _days_come(transaction, look, rule, state, due)
    waiting: set[int] = set()
    for statements, holds in days:
        waiting |= begin_day(transaction, look, rule, statements.entry, holds)
    seen = {firing for _, holds in days for firing in holds}
    recording.go_on(transaction, seen - waiting)
    recording.stall(transaction, waiting, look.now)


def _entry_parameters(
    look: Look, state: RuleState, statements: EntryStatements
) -> dict[str, Any] | None:
    """Return what selects the firings whose day comes in this window; None if none can."""
    entry, window = statements.entry, Window(state.looked_until, look.now)
    common = {"rule": state.id, "now": look.now, "today": look.today}
    if entry.after is not None:
        length = entry.after.as_timedelta()
        return common | {
            "started_after": window.since - length,
            "started_until": window.until - length,
        }
    if statements.position == 0 and entry.day == 0:
        return None  # it came with the firing
    starts = entry_starts(entry, look.live.ruleset.business.hours, look.zones, window)
    return common | {"start": look.rows(START_COLUMNS, starts)} if starts else None


def _days_come(
    transaction: Transaction,
    look: Look,
    rule: Rule,
    state: RuleState,
    due: Sequence[tuple[EntryStatements, dict[str, Any]]],
) -> list[tuple[EntryStatements, dict[int, bool]]]:
    """List for every entry the firings whose day it is, or was while they waited."""
    parameters = {found.position: chosen for found, chosen in due}
    common = {"rule": state.id, "now": look.now, "today": look.today}
    days = []
    for statements in look.live.entries[rule.name]:
        rows = list(transaction.execute(statements.stalled, common))
        rows = [row for row in rows if _has_come(look, statements.entry, row)]
        if statements.position in parameters:
            rows += transaction.execute(statements.due, parameters[statements.position])
        days.append((statements, {row.firing_id: bool(row.holds) for row in rows}))
    return days


def _has_come(look: Look, entry: Entry, row: Any) -> bool:
    if entry.after is not None:
        come: datetime = row.started_at + entry.after.as_timedelta()
    else:
        hours = look.live.ruleset.business.hours
        come = entry_moment(entry, hours, row.zone, row.started_on)
    return come <= look.now


def begin_day(
    transaction: Transaction,
    look: Look,
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
        today = local_date(firing.zone, look.now)
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
    recording.add_jobs(transaction, jobs, look.now)
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
