"""Claim a batch of jobs in one transaction: lock, look again, prepare, and write the calls.

Jobs of the books never leave the database: they are prepared, applied and ended right here.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from duly.action import Ask, Books, Facts, Impossible, Nothing, Prepared, Skip, Task
from duly.dispatch.desk import BATCH, Call, Desk, Item
from duly.dispatch.ending import Ended, end, finish
from duly.errors import DulyError
from duly.model.change import Change
from duly.model.ledger import Job, JobClass, JobState
from duly.model.outcome import Failed
from duly.model.saved import SavedRow
from duly.selection.steps import through_first_blocking
from duly.store import facts as store_facts
from duly.store import jobs as store_jobs
from duly.store import recording, saving
from duly.store.applying import apply
from duly.store.bulk import savepoint
from duly.store.jobs import Claim
from duly.store.record import Transaction

LOOK_AGAIN_AFTER = timedelta(hours=1)
ONE_AT_A_TIME = (JobClass.BOOKS, JobClass.DELIVERY)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Claimed:
    """Hold how many jobs a claim dealt with, and the calls that are to be made now."""

    count: int
    calls: tuple[Call, ...] = ()


def claim(desk: Desk, job_class: JobClass) -> Claimed:
    """Claim the next batch of a class; a count of 0 means that nothing is ready."""
    now = desk.now()
    with desk.database.write() as transaction:
        held = store_jobs.holds(transaction)
        jobs = store_jobs.ready_jobs(transaction, job_class, now, BATCH[job_class], held)
        if not jobs:
            return Claimed(0)
        items = find_items(transaction, desk, _in_turn(transaction, job_class, jobs), now)
        skipped = _look_again(transaction, desk, items, now)
        _take_back(transaction, desk, skipped, now)
        left = _without(items, skipped)
        facts = _facts(transaction, desk, left, now)
        if job_class == JobClass.BOOKS:
            finish(transaction, _do_books(transaction, left, facts, now), now)
            return Claimed(len(jobs))
        return Claimed(len(jobs), _call(transaction, desk, left, facts, now, held.connectors))


def _in_turn(transaction: Transaction, job_class: JobClass, jobs: Sequence[Job]) -> tuple[Job, ...]:
    """Keep the jobs whose turn it is: money by lane, books and parcels one a subscriber."""
    if job_class == JobClass.MONEY:
        heads = store_jobs.lane_heads(transaction, [job.subscriber_id for job in jobs])
        waiting = [job.id for job in jobs if heads.get(job.subscriber_id) != job.id]
        store_jobs.block(transaction, waiting)
        return tuple(job for job in jobs if job.id not in waiting)
    if job_class not in ONE_AT_A_TIME:
        return tuple(jobs)
    first: dict[int, Job] = {}
    for job in jobs:
        first.setdefault(job.subscriber_id, job)
    return tuple(first.values())


def find_items(
    transaction: Transaction, desk: Desk, jobs: Sequence[Job], now: datetime
) -> tuple[Item, ...]:
    """Give each job its firing, rule and action; a job whose rule or step is gone ends here."""
    firings = store_facts.firings_of(transaction, [job.firing_id for job in jobs])
    items, gone = [], []
    for job in jobs:
        firing = firings[job.firing_id]
        rule = desk.live.ruleset.rules.get(firing.rule)
        step = rule.step(job.step) if rule is not None else None
        if rule is None or step is None:
            gone.append(job)
        else:
            items.append(Item(job, firing, rule, step.action))
    store_jobs.drop(transaction, gone, "stopped: the rule no longer has this step", now)
    return tuple(items)


def _look_again(
    transaction: Transaction, desk: Desk, items: Sequence[Item], now: datetime
) -> tuple[Ended, ...]:
    """Find the jobs that shall not act any more: stopped, or their condition no longer holds."""
    stopped = _stopped(transaction, desk, items)
    skipped = [
        end(item, JobState.SKIPPED, note="stopped") for item in items if item.firing.id in stopped
    ]
    old = [
        item
        for item in _without(items, skipped)
        if item.job.job_class == JobClass.MESSAGE and now - item.job.made_at > LOOK_AGAIN_AFTER
    ]
    failing = _no_longer_true(transaction, desk, old, now)
    skipped += [end(item, JobState.SKIPPED, note="condition_false") for item in failing]
    return tuple(skipped)


def _stopped(transaction: Transaction, desk: Desk, items: Sequence[Item]) -> set[int]:
    """Return the firings that are stopped, by the events up to this moment."""
    stopped = {item.firing.id for item in items if item.firing.ended in ("stopped", "rule_removed")}
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


def _without(items: Sequence[Item], ended: Iterable[Ended]) -> tuple[Item, ...]:
    gone = {one.item.job.id for one in ended}
    return tuple(item for item in items if item.job.id not in gone)


def _take_back(
    transaction: Transaction, desk: Desk, skipped: Sequence[Ended], now: datetime
) -> None:
    """End skipped jobs; what was written for an earlier try that led to nothing is closed."""
    requests = store_jobs.first_requests(transaction, [one.item.job.id for one in skipped])
    rows = saving.saved_rows(transaction, requests, desk.shop.business)
    for one in skipped:
        if one.item.job.id in rows:
            task = make_task(one.item, rows[one.item.job.id], one.item.job.fence)
            changes = one.item.action.settle(task, Failed("taken back", "technical"))
            apply(transaction, changes, one.item.context(now))
    finish(transaction, skipped, now)


def _facts(
    transaction: Transaction, desk: Desk, items: Sequence[Item], now: datetime
) -> Mapping[int, Facts]:
    return store_facts.load_facts(
        transaction,
        [item.job for item in items],
        {item.firing.id: item.firing for item in items},
        desk.live.ruleset.rules,
        desk.shop,
        now,
    )


def _prepare(item: Item, facts: Mapping[int, Facts]) -> Prepared:
    """Prepare a job; one that cannot be prepared because of a mistake fails alone."""
    try:
        return item.action.prepare(facts[item.job.id])
    except DulyError as error:
        return Impossible(str(error))
    except Exception as error:  # noqa: BLE001 - a bug of the kind fails this job alone
        _log.exception("prepare failed", extra={"job": item.job.id})
        return Impossible(f"{item.action.name} failed: {type(error).__name__}")


def _ended_by(item: Item, prepared: Prepared) -> Ended | None:
    """Say how a job ends that leads to nothing outside and changes nothing."""
    match prepared:
        case Nothing(result):
            return end(item, JobState.DONE, result=result)
        case Impossible(reason):
            return end(item, JobState.FAILED, note=reason)
        case Skip(word, reason):
            return end(item, JobState.SKIPPED, note=f"{word}: {reason}")
        case Books(_, result):
            return end(item, JobState.DONE, result=result)
        case Ask():
            return None


def _do_books(
    transaction: Transaction,
    items: Sequence[Item],
    facts: Mapping[int, Facts],
    now: datetime,
) -> tuple[Ended, ...]:
    """Apply what the jobs change, all together; if one cannot be, each on its own."""
    prepared = {item.job.id: _prepare(item, facts) for item in items}
    try:
        with savepoint(transaction):
            _apply_books(transaction, items, prepared, now)
    except Exception:  # noqa: BLE001 - one of them cannot be applied: find it
        _log.debug("a batch of the books is applied one by one", exc_info=True)
        prepared |= {
            item.job.id: _apply_alone(transaction, item, prepared[item.job.id], now)
            for item in items
        }
    return tuple(
        ended for item in items if (ended := _ended_by(item, prepared[item.job.id])) is not None
    )


def _apply_books(
    transaction: Transaction,
    items: Iterable[Item],
    prepared: Mapping[int, Prepared],
    now: datetime,
) -> None:
    by_rule: dict[str, tuple[Item, list[Change]]] = {}
    for item in items:
        match prepared[item.job.id]:
            case Books(changes):
                by_rule.setdefault(item.rule.name, (item, []))[1].extend(changes)
            case _:
                pass
    for item, together in by_rule.values():
        apply(transaction, together, item.context(now))


def _apply_alone(
    transaction: Transaction, item: Item, prepared: Prepared, now: datetime
) -> Prepared:
    """Apply one job's changes; returns what it turns out to be."""
    try:
        with savepoint(transaction):
            _apply_books(transaction, [item], {item.job.id: prepared}, now)
    except DulyError as error:
        return Impossible(str(error))
    except Exception as error:  # noqa: BLE001 - a bug fails this job alone
        _log.exception("the books could not be changed", extra={"job": item.job.id})
        return Impossible(f"{item.action.name} failed: {type(error).__name__}")
    return prepared


def _call(
    transaction: Transaction,
    desk: Desk,
    items: Sequence[Item],
    facts: Mapping[int, Facts],
    now: datetime,
    held: frozenset[str],
) -> tuple[Call, ...]:
    """Write the calls of jobs that reach outside, and end those that need not."""
    before = store_jobs.first_requests(transaction, [item.job.id for item in items])
    ended: list[Ended] = []
    claims: dict[int, tuple[Item, Claim]] = {}
    for item in items:
        if item.job.id in before:
            key, connector = item.job.effect_key, item.job.connector
            claims[item.job.id] = item, Claim(item.job, key, connector, before[item.job.id])
            continue
        prepared = _prepare(item, facts)
        done = _ended_by(item, prepared)
        if done is not None:
            ended.append(done)
        elif isinstance(prepared, Ask) and prepared.connector in held:
            store_jobs.name_connector(transaction, item.job.id, prepared.connector)
        elif isinstance(prepared, Ask):
            claims[item.job.id] = item, _write_row(transaction, desk, item, prepared, now)
    finish(transaction, ended, now)
    store_jobs.write_claims(transaction, [found for _, found in claims.values()], now)
    requests = {job_id: found.request for job_id, (_, found) in claims.items()}
    rows = saving.saved_rows(transaction, requests, desk.shop.business)
    return tuple(_made(item, found, rows[job_id]) for job_id, (item, found) in claims.items())


def _write_row(
    transaction: Transaction, desk: Desk, item: Item, asked: Ask, now: datetime
) -> Claim:
    apply(transaction, asked.changes, item.context(now))
    saved = saving.save(
        transaction,
        item.job,
        item.firing,
        asked.row,
        installation=desk.shop.installation,
        now=now,
    )
    return Claim(item.job, saved.effect_key, asked.connector, saved.request)


def _made(item: Item, found: Claim, row: SavedRow) -> Call:
    job = replace(
        item.job,
        fence=item.job.fence + 1,
        tries=item.job.tries + 1,
        effect_key=found.effect_key,
        connector=found.connector,
    )
    claimed = replace(item, job=job)
    return Call(claimed, make_task(claimed, row, job.fence))


def make_task(item: Item, row: SavedRow, fence: int) -> Task:
    """Make the task of a claimed job from the row that its request refers to."""
    return Task(
        job_id=item.job.id,
        fence=fence,
        kind=item.action.name,
        connector=item.job.connector,
        effect_key=item.job.effect_key,
        row=row,
    )
