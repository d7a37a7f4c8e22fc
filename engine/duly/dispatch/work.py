"""Work until nothing is left to do now: the order is books, money, deliveries, messages."""

import asyncio
from contextlib import aclosing

from duly.dispatch.claim import claim
from duly.dispatch.desk import Desk
from duly.dispatch.news import read_news
from duly.dispatch.perform import perform
from duly.dispatch.settle import settle
from duly.dispatch.sweep import ask_unclear, mark_lost
from duly.model.ledger import JobClass
from duly.store import jobs as store_jobs

IN_ORDER = (JobClass.BOOKS, JobClass.MONEY, JobClass.DELIVERY, JobClass.MESSAGE)


async def work(desk: Desk) -> int:
    """Do all that is ready, and what that makes ready; returns how many jobs were dealt with."""
    done = 0
    while count := await _pass(desk):
        done += count
    return done


async def _pass(desk: Desk) -> int:
    """Work off a batch of the first class that has something to do.

    What it brings may belong before the next batch, and a slow messenger must not keep money
    waiting.
    """
    ready = await asyncio.to_thread(_ready, desk)
    for job_class in IN_ORDER:
        if job_class in ready and (count := await work_batch(desk, job_class)):
            return count
    return 0


def _ready(desk: Desk) -> frozenset[str]:
    with desk.database.read() as transaction:
        return store_jobs.ready_classes(transaction, desk.now())


async def work_batch(desk: Desk, job_class: JobClass) -> int:
    """Claim, perform and settle one batch; returns how many jobs it dealt with."""
    claimed = await asyncio.to_thread(claim, desk, job_class)
    async with aclosing(perform(claimed.calls, desk.tools)) as answers:
        async for answered in answers:
            await asyncio.to_thread(settle, desk, answered)
    return claimed.count


async def sweep(desk: Desk) -> int:
    """Clear up what was left: lost calls, unclear effects, news of gateways."""
    found = await asyncio.to_thread(mark_lost, desk)
    found += await ask_unclear(desk)
    return found + await read_news(desk)
