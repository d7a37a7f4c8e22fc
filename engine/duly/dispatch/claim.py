"""Claim a batch of jobs in one transaction: lock, look again, prepare, and write the calls."""

from collections.abc import Sequence
from dataclasses import dataclass

from duly.dispatch.books import do_books
from duly.dispatch.calling import write_calls
from duly.dispatch.desk import BATCH, Call, Desk
from duly.dispatch.items import find_items
from duly.dispatch.recheck import look_again
from duly.model.ledger import Job, JobClass
from duly.store import facts as store_facts
from duly.store import jobs as store_jobs
from duly.store import recording as store_recording
from duly.store.record import Transaction

ONE_AT_A_TIME = (JobClass.BOOKS, JobClass.DELIVERY)


@dataclass(frozen=True, slots=True)
class Claimed:
    """Hold how many jobs a claim dealt with, and the calls that are to be made now."""

    count: int
    calls: tuple[Call, ...] = ()


def claim(desk: Desk, job_class: JobClass) -> Claimed:
    """Claim the next batch of a class; a count of 0 means that nothing is ready."""
    return desk.database.again(lambda transaction: _claim(transaction, desk, job_class))


def _claim(transaction: Transaction, desk: Desk, job_class: JobClass) -> Claimed:
    now = desk.now()
    held = store_jobs.holds(transaction)
    jobs = store_jobs.ready_jobs(transaction, job_class, now, BATCH[job_class], held)
    mine, blocked = _in_turn(transaction, job_class, jobs)
    if not mine:
        return Claimed(blocked)
    # After the jobs were found: rules that went live before one was decided are seen here.
    store_recording.refuse_older_rules(transaction, desk.live.ruleset_id)
    items = look_again(transaction, desk, find_items(transaction, desk, mine), now)
    facts = store_facts.load_facts(
        transaction,
        [item.job for item in items],
        {item.firing.id: item.firing for item in items},
        desk.shop,
        now,
    )
    count = len(mine) + blocked
    if job_class == JobClass.BOOKS:
        do_books(transaction, items, facts, now)
        return Claimed(count)
    return Claimed(count, write_calls(transaction, desk, items, facts, now, held.connectors))


def _in_turn(
    transaction: Transaction, job_class: JobClass, jobs: Sequence[Job]
) -> tuple[tuple[Job, ...], int]:
    """Keep the jobs whose turn it is, and say how many wait from now on.

    Money goes by lane, books and parcels one a subscriber, whoever else is at work.
    """
    if job_class == JobClass.MONEY:
        heads = store_jobs.lane_heads(transaction, [job.subscriber_id for job in jobs])
        waiting = {
            job.id: heads[job.subscriber_id] for job in jobs if heads[job.subscriber_id] != job.id
        }
        blocked = store_jobs.block(transaction, waiting)
        return tuple(job for job in jobs if job.id not in waiting), len(blocked)
    if job_class not in ONE_AT_A_TIME:
        return tuple(jobs), 0
    first: dict[int, Job] = {}
    for job in jobs:
        first.setdefault(job.subscriber_id, job)
    mine = store_jobs.take_people(transaction, first)
    return tuple(job for one, job in first.items() if one in mine), 0
