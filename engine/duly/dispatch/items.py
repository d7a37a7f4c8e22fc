"""Bring a job together with its firing, rule and action, also where the rule is gone."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from duly.action import Action, Task
from duly.actions.charge import Charge
from duly.actions.notify import Notify
from duly.actions.ship import Ship
from duly.dispatch.desk import Desk, Item
from duly.model.about import About
from duly.model.ledger import Firing, Job, JobClass, JobState
from duly.model.saved import SavedAttempt, SavedMessage, SavedParcel, SavedRow
from duly.rule import Entry, Rule, Step
from duly.store import calls as store_calls
from duly.store import facts as store_facts
from duly.store import jobs as store_jobs
from duly.store import saving
from duly.store.jobs import Ending
from duly.store.record import Transaction
from duly.trigger import Catch, CatchUp
from duly.values.problem import Span

STEP_GONE = "stopped: the rule no longer has this step"


def find_items(
    transaction: Transaction, desk: Desk, jobs: Sequence[Job], now: datetime
) -> tuple[Item, ...]:
    """Give each job its firing, rule and action.

    A job whose rule or step is gone ends here, unless a call was made for it: what may have
    happened outside is settled all the same.
    """
    firings = store_facts.firings_of(transaction, [job.firing_id for job in jobs])
    found = {job.id: _live_item(desk, job, firings[job.firing_id]) for job in jobs}
    gone = [job for job in jobs if found[job.id] is None]
    rows = rows_of(transaction, desk, [job.id for job in gone])
    for job in gone:
        if job.id in rows:
            found[job.id] = _orphan(job, firings[job.firing_id], rows[job.id])
    _drop(transaction, [job for job in gone if job.id not in rows], now)
    return tuple(item for item in found.values() if item is not None)


def _drop(transaction: Transaction, jobs: Sequence[Job], now: datetime) -> None:
    """End jobs that nothing stands behind any more and nothing was done for."""
    endings = [Ending(job.id, JobState.SKIPPED, STEP_GONE) for job in jobs]
    store_jobs.write_endings(transaction, endings, now)
    lanes = [job.subscriber_id for job in jobs if job.job_class == JobClass.MONEY]
    store_jobs.free_lanes(transaction, lanes)


def _live_item(desk: Desk, job: Job, firing: Firing) -> Item | None:
    rule = desk.live.ruleset.rules.get(firing.rule)
    step = rule.step(job.step) if rule is not None else None
    return Item(job, firing, rule, step.action) if rule is not None and step is not None else None


def rows_of(transaction: Transaction, desk: Desk, ids: Iterable[int]) -> Mapping[int, SavedRow]:
    """Read the rows that earlier calls of jobs refer to; jobs never called are left out."""
    requests = store_calls.first_requests(transaction, ids)
    return saving.saved_rows(transaction, requests, desk.shop.business)


def _orphan(job: Job, firing: Firing, row: SavedRow) -> Item:
    """Stand in for a rule that is gone, by what its job has written."""
    action, span = _action_of(row), Span("a rule that is gone", 1, 1)
    rule = Rule(
        name=firing.rule,
        about=About.SUBSCRIBER,
        triggers=(),
        entries=(Entry((Step(job.step, action, span),)),),
        once_per=(),
        catch_up=CatchUp(Catch.SKIP),
        span=span,
    )
    return Item(job, firing, rule, action, is_orphan=True)


def _action_of(row: SavedRow) -> Action:
    match row:
        case SavedAttempt():
            return Charge()
        case SavedParcel():
            return Ship()
        case SavedMessage(channel=channel, name=name):
            return Notify(name, (channel,))


def make_task(item: Item, row: SavedRow) -> Task:
    """Make the task of a claimed job from the row that its request refers to."""
    return Task(
        job_id=item.job.id,
        fence=item.job.fence,
        kind=item.action.name,
        connector=item.job.connector,
        effect_key=item.job.effect_key,
        row=row,
    )
