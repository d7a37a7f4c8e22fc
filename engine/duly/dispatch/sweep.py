"""Clear up: calls whose worker is lost, effects that are unclear, news from gateways."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from duly.connector import Payment, PaymentNews
from duly.dispatch.claim import find_items, make_task
from duly.dispatch.desk import Call, Desk
from duly.dispatch.ending import Ended, follow
from duly.dispatch.perform import as_outcome
from duly.dispatch.settle import change, settle
from duly.errors import StateError
from duly.model.books import AttemptState
from duly.model.change import SettleAttempt
from duly.model.ledger import Job, JobState
from duly.model.outcome import Done, Failed, NotThere, Outcome, Retry, Unknown, Wait
from duly.retry import GiveUp, TryAgain, ask_again, send_again
from duly.store import connectors, saving
from duly.store import jobs as store_jobs
from duly.store.applying import apply
from duly.store.bulk import savepoint
from duly.store.context import Context
from duly.store.jobs import Ending
from duly.store.record import Transaction

NOT_THERE = "asked: not there so far"
_log = logging.getLogger(__name__)

BATCH = 100


def mark_lost(desk: Desk) -> int:
    """Mark calls whose lease ran out as unclear: the effect may have happened."""
    now = desk.now()
    with desk.database.write() as transaction:
        jobs = store_jobs.lost_jobs(transaction, now, BATCH)
        calls = _calls(transaction, desk, jobs, now)
        for call in calls:
            lost = Unknown("its worker did not come back")
            ending = Ending(call.task.job_id, JobState.UNKNOWN, note=lost.reason, due_at=now)
            store_jobs.write_ending(transaction, ending, now)
            change(transaction, call, lost, now)
    return len(jobs)


def _calls(
    transaction: Transaction, desk: Desk, jobs: Sequence[Job], now: datetime
) -> tuple[Call, ...]:
    items = find_items(transaction, desk, jobs, now)
    requests = store_jobs.first_requests(transaction, [item.job.id for item in items])
    rows = saving.saved_rows(transaction, requests, desk.shop.business)
    return tuple(Call(item, make_task(item, rows[item.job.id], item.job.fence)) for item in items)


async def ask_unclear(desk: Desk) -> int:
    """Ask by key what became of unclear calls; returns how many were asked about."""
    now = desk.now()
    calls, since = await asyncio.to_thread(_unclear, desk, now)
    for call in calls:
        outcome = await _ask(desk, call)
        await asyncio.to_thread(_settle_asked, desk, call, outcome, since[call.task.job_id])
    return len(calls)


def _unclear(desk: Desk, now: datetime) -> tuple[tuple[Call, ...], Mapping[int, datetime]]:
    with desk.database.write() as transaction:
        jobs = store_jobs.unclear_jobs(transaction, now, BATCH)
        since = store_jobs.unclear_since(transaction, [job.id for job in jobs])
        return _calls(transaction, desk, jobs, now), since


async def _ask(desk: Desk, call: Call) -> Outcome | None:
    """Ask the other side; None if it cannot be asked."""
    if not call.item.action.can_find:
        return None
    return await as_outcome(call, call.item.action.find(call.task, desk.tools))


def _settle_asked(desk: Desk, call: Call, outcome: Outcome | None, since: datetime) -> None:
    now = desk.now()
    match outcome:
        case Done() | Failed():
            settle(desk, [call], [outcome])
        case NotThere() if _is_certain(desk, call, since, now):
            settle(desk, [call], [outcome])
        case NotThere():
            _write(desk, call, _asked_later(call, since, NOT_THERE, now))
        case None:
            _write(desk, call, _without_asking(call, since, now))
        case Unknown(reason) | Retry(reason) | Wait(reason):
            _write(desk, call, _asked_later(call, since, f"could not be asked: {reason}", now))


def _is_certain(desk: Desk, call: Call, since: datetime, now: datetime) -> bool:
    """Believe "not found" the second time, after what the connector needs to settle."""
    delay = call.item.action.settling_delay(call.task, desk.tools)
    return call.item.job.note == NOT_THERE and now - since >= delay


def _asked_later(call: Call, since: datetime, note: str, now: datetime) -> Ending:
    match ask_again(since, now):
        case TryAgain(at):
            return Ending(call.task.job_id, JobState.UNKNOWN, note=note, due_at=at)
        case GiveUp(why):
            return Ending(call.task.job_id, JobState.HELD, note=f"{why}: {note}")


def _without_asking(call: Call, since: datetime, now: datetime) -> Ending:
    """Settle what cannot be asked about: a message is sent again, later taken as sent."""
    job = call.item.job
    if call.item.action.doubt == "hold":
        return Ending(job.id, JobState.HELD, note="unclear, and it cannot be asked")
    if send_again(job, since, now):
        return Ending(job.id, JobState.READY, note="sent again: it was unclear", due_at=now)
    return Ending(job.id, JobState.DONE, note=job.note, result="assumed")


def _write(desk: Desk, call: Call, ending: Ending) -> None:
    now = desk.now()
    with desk.database.write() as transaction:
        if not store_jobs.write_ending(transaction, replace(ending, fence=call.task.fence), now):
            return
        if ending.state == JobState.DONE:
            change(transaction, call, Done("", ending.result), now)
        follow(transaction, [Ended(call.item, ending)], now)


async def read_news(desk: Desk) -> int:
    """Learn from gateways which payments changed by themselves; returns how many did."""
    count = 0
    for name in desk.shop.gateways:
        cursor = await asyncio.to_thread(_cursor, desk, name)
        while (news := await desk.tools.gateway(name).news(cursor)).payments:
            await asyncio.to_thread(_learn, desk, name, news)
            count += len(news.payments)
            cursor = news.cursor
    return count


def _cursor(desk: Desk, connector: str) -> str:
    with desk.database.read() as transaction:
        return connectors.cursor(transaction, connector)


def _learn(desk: Desk, connector: str, news: PaymentNews) -> None:
    """Write what a gateway told, and where to go on reading, in one transaction."""
    context = Context(desk.now(), f"gateway:{connector}")
    with desk.database.write() as transaction:
        attempts = saving.attempts_by_key(transaction, [one.key for one in news.payments])
        for payment in news.payments:
            if payment.key in attempts:
                _learn_one(transaction, attempts[payment.key], payment, context)
        connectors.move_cursor(transaction, connector, news.cursor)


def _learn_one(
    transaction: Transaction, attempt_id: int, payment: Payment, context: Context
) -> None:
    state = AttemptState(payment.state)
    told = SettleAttempt(attempt_id, state, payment.reference, payment.failure, payment.reason)
    try:
        with savepoint(transaction):
            apply(transaction, [told], context)
    except StateError as error:
        _log.warning("news change nothing: %s", error, extra={"attempt": attempt_id})
