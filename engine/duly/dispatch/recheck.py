"""Look again just before acting: what was stopped, or is no longer true, does not go out."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from duly.dispatch.changing import Told, change_all
from duly.dispatch.desk import Call, Desk, Item
from duly.dispatch.ending import Ended, end, finish
from duly.dispatch.items import STEP_GONE, make_task, rows_of
from duly.model.books import TECHNICAL
from duly.model.ledger import Ended as FiringEnded
from duly.model.ledger import JobClass, JobState
from duly.model.outcome import Done, Failed
from duly.selection.steps import through_first_blocking
from duly.store import calls as store_calls
from duly.store import recording
from duly.store.jobs import Ending
from duly.store.record import Transaction

LOOK_AGAIN_AFTER = timedelta(hours=1)
_STOPPED = (FiringEnded.STOPPED, FiringEnded.RULE_REMOVED)


def look_again(
    transaction: Transaction, desk: Desk, items: Sequence[Item], now: datetime
) -> tuple[Item, ...]:
    """End the jobs that shall not act any more; returns the others."""
    ended = [end(item, JobState.SKIPPED, note=STEP_GONE) for item in items if item.is_orphan]
    stopped = _stopped(transaction, desk, without(items, ended))
    ended += [
        end(item, JobState.SKIPPED, note="stopped")
        for item in without(items, ended)
        if item.firing.id in stopped
    ]
    old = [
        item
        for item in without(items, ended)
        if item.job.job_class == JobClass.MESSAGE and now - item.job.made_at > LOOK_AGAIN_AFTER
    ]
    failing = _no_longer_true(transaction, desk, old, now)
    ended += [end(item, JobState.SKIPPED, note="condition_false") for item in failing]
    take_back(transaction, desk, ended, now)
    return without(items, ended)


def _stopped(transaction: Transaction, desk: Desk, items: Sequence[Item]) -> set[int]:
    """Return the firings that are stopped, by the events up to this moment."""
    stopped = {item.firing.id for item in items if item.firing.ended in _STOPPED}
    for name, statement in desk.live.stopped_now.items():
        mine = [item.firing.id for item in items if item.rule.name == name]
        if mine:
            stops = recording.stops_among(transaction, statement, mine)
            recording.stop_firings(transaction, stops)
            stopped |= {firing for firing, _ in stops}
    return stopped


def _no_longer_true(
    transaction: Transaction, desk: Desk, items: Sequence[Item], now: datetime
) -> tuple[Item, ...]:
    """Find messages whose condition, true when they were decided, is no longer true."""
    failing: list[Item] = []
    for (name, position), statement in desk.live.holding.items():
        mine = [item for item in items if item.rule.name == name and _entry(item) == position]
        if mine:
            zones = {item.firing.zone for item in mine}
            ids = [item.firing.id for item in mine]
            holding = recording.holding_among(transaction, statement, ids, zones, now)
            failing += [item for item in mine if item.firing.id not in holding]
    return tuple(failing)


def _entry(item: Item) -> int:
    """Return the day whose condition let a message through; -1 if a step before it did."""
    for position, entry in enumerate(item.rule.entries):
        if any(step.name == item.job.step for step in through_first_blocking(entry.steps)):
            return position
    return -1


def without(items: Sequence[Item], ended: Iterable[Ended]) -> tuple[Item, ...]:
    """Return the items that have not ended."""
    gone = {one.item.job.id for one in ended}
    return tuple(item for item in items if item.job.id not in gone)


def take_back(transaction: Transaction, desk: Desk, ended: Sequence[Ended], now: datetime) -> None:
    """End jobs; what was written for an earlier try that led to nothing is closed.

    A message that may have left is not taken back, but taken for sent.
    """
    if not ended:
        return
    ids = [one.item.job.id for one in ended]
    rows, unclear = rows_of(transaction, desk, ids), store_calls.unclear_since(transaction, ids)
    ended = [_assumed(one) if one.item.job.id in unclear else one for one in ended]
    told = [
        Told(Call(one.item, make_task(one.item, rows[one.item.job.id])), _outcome(one.ending))
        for one in ended
        if one.item.job.id in rows
    ]
    change_all(transaction, told, now)
    finish(transaction, ended, now)


def _assumed(one: Ended) -> Ended:
    return replace(one, ending=Ending(one.item.job.id, JobState.DONE, one.ending.note, "assumed"))


def _outcome(ending: Ending) -> Done | Failed:
    if ending.state == JobState.DONE:
        return Done("", ending.result)
    return Failed("taken back", TECHNICAL)
