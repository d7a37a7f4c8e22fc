"""Clear up calls whose worker is lost, and effects that are unclear."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from duly.dispatch.changing import Told, change_all
from duly.dispatch.desk import Call, Desk
from duly.dispatch.ending import Ended, follow
from duly.dispatch.items import find_items, make_task, rows_of
from duly.dispatch.perform import ask
from duly.dispatch.settle import settle
from duly.errors import OutsideError
from duly.model.ledger import Job, JobState
from duly.model.outcome import Done, Failed, NotThere, Outcome, Retry, Unknown, Wait
from duly.model.saved import SavedMessage
from duly.retry import GiveUp, TryAgain, ask_again, send_again
from duly.store import calls as store_calls
from duly.store import jobs as store_jobs
from duly.store import recording
from duly.store.jobs import Ending
from duly.store.record import Transaction

NOT_THERE = "asked: not there so far"
LOST = "its worker did not come back"

BATCH = 100

_log = logging.getLogger(__name__)


def mark_lost(desk: Desk) -> int:
    """Mark calls whose lease ran out as unclear: the effect may have happened."""
    return desk.database.again(lambda transaction: _mark_lost(transaction, desk))


def _mark_lost(transaction: Transaction, desk: Desk) -> int:
    now = desk.now()
    jobs = store_jobs.lost_jobs(transaction, now, BATCH)
    calls = _calls(transaction, desk, jobs)
    endings = [Ending(job.id, JobState.UNKNOWN, LOST, due_at=now) for job in jobs]
    store_jobs.write_endings(transaction, endings, now)
    change_all(transaction, [Told(call, Unknown(LOST)) for call in calls], now)
    return len(jobs)


def _calls(transaction: Transaction, desk: Desk, jobs: Sequence[Job]) -> tuple[Call, ...]:
    items = find_items(transaction, desk, jobs)
    rows = rows_of(transaction, desk, [item.job.id for item in items])
    return tuple(Call(item, make_task(item, rows[item.job.id])) for item in items)


async def ask_unclear(desk: Desk) -> int:
    """Ask by key what became of unclear calls; returns how many were asked about."""
    now = desk.now()
    calls, since = await asyncio.to_thread(_unclear, desk, now)
    outcomes = await ask(calls, desk.tools)
    for call, outcome in zip(calls, outcomes, strict=True):
        try:
            await asyncio.to_thread(_settle_asked, desk, call, outcome, since[call.task.job_id])
        except OutsideError:
            raise
        except Exception:  # noqa: BLE001 - an odd answer stops nobody else
            _log.exception("answer cannot be settled", extra={"job": call.task.job_id})
    return len(calls)


def _unclear(desk: Desk, now: datetime) -> tuple[tuple[Call, ...], Mapping[int, datetime]]:
    with desk.database.read() as transaction:
        recording.refuse_older_rules(transaction, desk.live.ruleset_id)
        jobs = store_jobs.unclear_jobs(transaction, now, BATCH)
        since = store_calls.unclear_since(transaction, [job.id for job in jobs])
        return _calls(transaction, desk, jobs), since


def _settle_asked(desk: Desk, call: Call, outcome: Outcome | None, since: datetime) -> None:
    now = desk.now()
    match outcome:
        case Done() | Failed():
            settle(desk, [Told(call, outcome)])
        case NotThere() if _is_certain(desk, call, since, now):
            settle(desk, [Told(call, outcome)])
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
            return Ending(call.task.job_id, JobState.UNKNOWN, note, due_at=at)
        case GiveUp(why):
            return Ending(call.task.job_id, JobState.HELD, f"{why}: {note}")


def _without_asking(call: Call, since: datetime, now: datetime) -> Ending:
    """Settle what cannot be asked about: a mail is sent again, later taken for sent."""
    job, row = call.item.job, call.task.row
    if call.item.action.doubt == "hold":
        return Ending(job.id, JobState.HELD, "unclear, and it cannot be asked")
    if isinstance(row, SavedMessage) and send_again(row.channel, since, now):
        return Ending(job.id, JobState.READY, "sent again: it was unclear", due_at=now)
    return Ending(job.id, JobState.DONE, job.note, "assumed")


def _write(desk: Desk, call: Call, ending: Ending) -> None:
    now = desk.now()

    def write(transaction: Transaction) -> None:
        if not store_jobs.still_mine(transaction, {call.task.job_id: call.task.fence}):
            return
        store_jobs.write_endings(transaction, [ending], now)
        if ending.state == JobState.DONE:
            change_all(transaction, [Told(call, Done("", ending.result))], now)
        follow(transaction, [Ended(call.item, ending)], now)

    desk.database.again(write)
