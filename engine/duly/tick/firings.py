"""Record the firings of rules: what binds their statements, and what a firing begins at once."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from duly.rule import Rule
from duly.selection.moments import (
    LATE_AFTER,
    Outlook,
    fresh_moments,
    is_due_at_once,
    too_late_before,
    window_moments,
)
from duly.selection.rule import TriggerStatements
from duly.store import recording
from duly.store.record import Transaction
from duly.store.recording import RuleState
from duly.store.rolling import LONG_AGO
from duly.tick.look import Look, is_idle, stamps
from duly.tick.timelines import begin_day
from duly.trigger import MOMENT_COLUMNS, Moment, Trigger
from duly.values.duration import Duration, add_months
from duly.values.zone import Window, instant

FAR_AHEAD = datetime(9000, 1, 1, tzinfo=UTC)
_ONE_DAY = timedelta(days=1)


def start_rule(look: Look, rule: Rule, state: RuleState, entered: set[str]) -> None:
    """Record the firings of a rule, trigger by trigger, with their first jobs."""
    statements = look.live.rules[rule.name]
    looks = [
        (found, parameters)
        for found, once_per in zip(statements.triggers, rule.once_per, strict=True)
        if (parameters := _trigger_parameters(look, rule, state, found.trigger, once_per, entered))
    ]
    if not looks:
        return
    look.database.again(lambda transaction: _record(transaction, look, rule, state, looks))


def _record(
    transaction: Transaction,
    look: Look,
    rule: Rule,
    state: RuleState,
    looks: Sequence[tuple[TriggerStatements, dict[str, Any]]],
) -> None:
    recording.lock_rule(transaction, state.id)
    top: dict[str, Any] = {"top": recording.top_firing(transaction)}
    for found, parameters in looks:
        recording.record_trigger(transaction, found, parameters | top)
    recording.record_first_jobs(transaction, look.live.rules[rule.name], looks[0][1] | top)
    _begin_at_once(transaction, look, rule, state, top)
    _stop_at_once(transaction, look, rule, state, top)
    recording.move_watermark(transaction, state.id, look.stamp.number, look.now)


def _begin_at_once(
    transaction: Transaction, look: Look, rule: Rule, state: RuleState, top: dict[str, Any]
) -> None:
    """Begin the first day of new firings where that has a condition of its own."""
    first = rule.entries[0]
    if first.only_if is None or not is_due_at_once(rule):
        return
    parameters = {"rule": state.id, "now": look.now, "today": look.today} | top
    statements = look.live.entries[rule.name][0]
    rows = transaction.execute(statements.new, parameters).all()
    holds = {row.firing_id: bool(row.holds) for row in rows}
    beyond = frozenset(row.firing_id for row in rows if row.beyond)
    begin_day(transaction, look, rule, first, holds, beyond)


def _stop_at_once(
    transaction: Transaction, look: Look, rule: Rule, state: RuleState, top: dict[str, Any]
) -> None:
    """End the new firings that an event between their happening and this look has stopped."""
    stops = look.live.new_stops.get(rule.name)
    if stops is not None:
        found = transaction.execute(stops, stamps(look, state) | top).all()
        recording.stop_firings(transaction, [(row.firing_id, row.event_id) for row in found])


def _trigger_parameters(
    look: Look,
    rule: Rule,
    state: RuleState,
    trigger: Trigger,
    once_per: str | Duration,
    entered: set[str],
) -> dict[str, Any] | None:
    """Return what binds the statements of a trigger; None if it cannot have happened."""
    window = Window(state.looked_until, look.now)
    parameters = stamps(look, state) | {
        "ruleset": look.live.ruleset_id,
        "now": look.now,
        "today": look.today,
        "late_before": look.now - LATE_AFTER,
        "too_late_before": too_late_before(rule.catch_up, look.now, LONG_AGO),
        "counts_from": state.since_at if rule.active_from is None else LONG_AGO,
        "active_from": _day_begins(look, rule.active_from, LONG_AGO),
        "active_until": _day_begins(look, _next_day(rule.active_until), FAR_AHEAD),
        "younger_than": _look_back(once_per, look.now),
    }
    if trigger.calendar is not None:
        moments = _moments(look, rule, state, trigger)
        return parameters | {"moment": moments} if moments else None
    if trigger.segment is not None:
        if trigger.is_timed or trigger.segment in entered or not is_idle(look, state, ()):
            return {**parameters, **trigger.parameters(window)}
        return None
    return None if is_idle(look, state, trigger.stamps) else parameters


def _day_begins(look: Look, day: date | None, otherwise: datetime) -> datetime:
    return otherwise if day is None else instant(look.live.ruleset.business.zone, day)


def _next_day(day: date | None) -> date | None:
    return None if day is None else day + _ONE_DAY


def _look_back(once_per: str | Duration, now: datetime) -> datetime:
    if isinstance(once_per, str):
        return now
    if once_per.months:
        day = add_months(now.date(), -once_per.months)
        return datetime.combine(day, now.timetz())
    return now - once_per.as_timedelta()


def _moments(look: Look, rule: Rule, state: RuleState, trigger: Trigger) -> str | None:
    """Write the moments of a calendar trigger: of the window, and of facts that came late."""
    calendar = trigger.calendar
    assert calendar is not None, "only a calendar trigger has moments"
    outlook = Outlook(
        calendar=calendar,
        hours=look.live.ruleset.business.hours,
        window=Window(state.looked_until, look.now),
        catch_up=rule.catch_up,
        all_service=rule.all_service,
    )
    found: list[Moment] = list(window_moments(outlook, look.zones))
    if not is_idle(look, state, trigger.stamps):
        with look.database.read() as transaction:
            dates = recording.touched_dates(transaction, calendar, state.tick, look.stamp.number)
        found += fresh_moments(outlook, dates)
    if not found:
        return None
    titles = [title for title, _ in MOMENT_COLUMNS]
    table = [[getattr(moment, title) for title in titles] for moment in found]
    return look.rows(MOMENT_COLUMNS, table)
