"""Bring a job together with its firing, rule and action, also where the rule is gone."""

from collections.abc import Iterable, Mapping, Sequence

from duly.action import Action, Task
from duly.actions.charge import Charge
from duly.actions.notify import Notify
from duly.actions.ship import Ship
from duly.dispatch.desk import Desk, Item
from duly.model.ledger import Firing, Job
from duly.model.saved import SavedAttempt, SavedMessage, SavedParcel, SavedRow
from duly.rule import Entry, Rule, Step
from duly.store import calls as store_calls
from duly.store import facts as store_facts
from duly.store import saving
from duly.store.record import Transaction
from duly.trigger import Catch, CatchUp
from duly.values.problem import Span

STEP_GONE = "stopped: the rule no longer has this step"


def find_items(transaction: Transaction, desk: Desk, jobs: Sequence[Job]) -> tuple[Item, ...]:
    """Give each job its firing, rule and action; one whose rule or step is gone is an orphan."""
    firings = store_facts.firings_of(transaction, [job.firing_id for job in jobs])
    rules = {job.id: _live_rule(desk, firings[job.firing_id]) for job in jobs}
    gone = [job.id for job in jobs if _step(rules[job.id], job) is None]
    rows = rows_of(transaction, desk, gone)
    return tuple(
        _item(job, firings[job.firing_id], rules[job.id], rows.get(job.id)) for job in jobs
    )


def _live_rule(desk: Desk, firing: Firing) -> Rule | None:
    """Return the rule that a firing goes on with: one of its name, about the same row."""
    rule = desk.live.ruleset.rules.get(firing.rule)
    return rule if rule is not None and rule.about == firing.about else None


def _step(rule: Rule | None, job: Job) -> Step | None:
    return None if rule is None else rule.step(job.step)


def _item(job: Job, firing: Firing, rule: Rule | None, row: SavedRow | None) -> Item:
    step = _step(rule, job)
    if rule is not None and step is not None:
        return Item(job, firing, rule, step.action)
    action = _action_of(row)
    return Item(job, firing, rule or _past_rule(job, firing, action), action, is_orphan=True)


def rows_of(transaction: Transaction, desk: Desk, ids: Iterable[int]) -> Mapping[int, SavedRow]:
    """Read the rows that earlier calls of jobs refer to; jobs never called are left out."""
    requests = store_calls.first_requests(transaction, ids)
    return saving.saved_rows(transaction, requests, desk.shop.business)


def _past_rule(job: Job, firing: Firing, action: Action) -> Rule:
    """Stand in for a rule that is gone: its firings have ended, and nothing follows."""
    span = Span("a rule that is gone", 1, 1)
    return Rule(
        name=firing.rule,
        about=firing.about,
        triggers=(),
        entries=(Entry((Step(job.step, action, span),)),),
        once_per=(),
        catch_up=CatchUp(Catch.SKIP),
        span=span,
    )


def _action_of(row: SavedRow | None) -> Action:
    """Return what settles a row that was written; what was never called only ends."""
    match row:
        case SavedAttempt() | None:
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
