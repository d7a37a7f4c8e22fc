"""Write the answers to calls, and whatever they change, in one transaction a batch."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from duly.dispatch.changing import Told, change_all, report_incident
from duly.dispatch.desk import Call, Desk
from duly.dispatch.ending import Ended, follow
from duly.dispatch.perform import BUG
from duly.model.books import TECHNICAL
from duly.model.ledger import JobState
from duly.model.outcome import Done, Failed, NotThere, Outcome, Retry, Unknown, Wait
from duly.retry import ASK_AGAIN_AFTER, GiveUp, TryAgain, next_try, wait_until
from duly.store import calls as store_calls
from duly.store import jobs as store_jobs
from duly.store.calls import CallEnd
from duly.store.jobs import Ending
from duly.store.record import Transaction

NOT_THERE = "it did not happen"

# A job in one of these has not been answered yet: proof that it was done is believed.
_OPEN = (JobState.UNKNOWN, JobState.READY, JobState.HELD)
_WORDS: dict[type[Outcome], str] = {
    Done: "done",
    Failed: "failed",
    Retry: "retry",
    Unknown: "unknown",
    Wait: "wait",
    NotThere: "not there",
}
_log = logging.getLogger(__name__)


def settle(desk: Desk, told: Sequence[Told]) -> None:
    """Settle calls with their outcomes, each under the fence of its claim."""
    now = desk.now()
    desk.database.again(lambda transaction: _settle(transaction, told, now))


def _settle(transaction: Transaction, told: Sequence[Told], now: datetime) -> None:
    fences = {one.call.task.job_id: one.call.task.fence for one in told}
    mine = store_jobs.still_mine(transaction, fences)
    first = store_calls.first_called(transaction, mine)
    in_time = [one for one in told if one.call.task.job_id in mine]
    written = write_answers(transaction, in_time, first, now)
    for one in told:
        if one.call.task.job_id not in mine:
            written += _settle_late(transaction, one, now)
    follow(transaction, written, now)


def write_answers(
    transaction: Transaction, told: Sequence[Told], first: Mapping[int, datetime], now: datetime
) -> list[Ended]:
    """Write answers to calls whose jobs are locked, and what they change.

    ``first`` says when each job was called for the first time.
    """
    ends = [call_end(one, _WORDS[type(one.outcome)]) for one in told]
    store_calls.write_call_ends(transaction, ends, now)
    written = [
        Ended(one.call.item, ending_of(one, first[one.call.task.job_id], now)) for one in told
    ]
    store_jobs.write_endings(transaction, [one.ending for one in written], now)
    last_words = [_last_word(one, ended.ending) for one, ended in zip(told, written, strict=True)]
    change_all(transaction, last_words, now)
    return written


def _last_word(told: Told, ending: Ending) -> Told:
    """Tell the action that nothing will come any more, if that is how the job ends."""
    if ending.state == JobState.DEAD:
        return Told(told.call, Failed(ending.note, TECHNICAL))
    return told


def _settle_late(transaction: Transaction, told: Told, now: datetime) -> list[Ended]:
    """Keep an answer that came after the job was taken over; success is believed."""
    call, outcome = told.call, told.outcome
    job = store_jobs.present(transaction, [call.task.job_id])[call.task.job_id]
    confirmed = store_calls.references(transaction, job.id)
    store_calls.write_call_ends(transaction, [call_end(told, "late")], now)
    _log.warning("late answer", extra={"job": job.id, "outcome": _WORDS[type(outcome)]})
    if not isinstance(outcome, Done):
        return []
    if job.state in _OPEN:
        ending = Ending(job.id, JobState.DONE, result=outcome.result)
        store_jobs.write_endings(transaction, [ending], now)
        change_all(transaction, [told], now)
        return [Ended(call.item, ending)]
    if job.state == JobState.CALLING or confirmed == {outcome.reference}:
        return []  # the newer call asks under the same key, or has had the same answer
    report_incident(transaction, call, f"{outcome.reference} was confirmed late", now)
    return []


def ending_of(told: Told, first_at: datetime, now: datetime) -> Ending:
    """Say what an outcome makes of a job that was called first at ``first_at``."""
    job = told.call.item.job
    match told.outcome:
        case Done(_, result):
            return Ending(job.id, JobState.DONE, result=result)
        case Failed(reason, failure):
            return _refused(told.call, reason, failure, now)
        case Retry(reason, after_s):
            return _again(told.call, reason, first_at, now, after_s)
        case Unknown(reason):
            return Ending(job.id, JobState.UNKNOWN, reason, due_at=now + ASK_AGAIN_AFTER)
        case Wait(reason):
            at = wait_until(now)
            return Ending(job.id, JobState.READY, reason, due_at=at, uncounted=True)
        case NotThere():
            return _again(told.call, NOT_THERE, first_at, now)


def _again(
    call: Call, reason: str, first_at: datetime, now: datetime, after_s: int | None = None
) -> Ending:
    job = call.item.job
    match next_try(job.tries, first_at, now, after_s):
        case TryAgain(at):
            return Ending(job.id, JobState.READY, reason, due_at=at)
        case GiveUp(why):
            return Ending(job.id, JobState.DEAD, f"{why}: {reason}")


def _refused(call: Call, reason: str, failure: str, now: datetime) -> Ending:
    job, action = call.item.job, call.item.action
    if action.refusal_is_answer and failure != BUG:
        return Ending(job.id, JobState.DONE, reason, f"declined: {failure}")
    if action.has_another_way(call.task):
        return Ending(job.id, JobState.READY, reason, due_at=now)
    return Ending(job.id, JobState.FAILED, reason)


def call_end(told: Told, word: str) -> CallEnd:
    """Say in the words of the ledger what a call came to."""
    outcome, task = told.outcome, told.call.task
    reference = outcome.reference if isinstance(outcome, Done | Failed) else ""
    reason = outcome.reason if isinstance(outcome, Failed | Retry | Unknown | Wait) else ""
    return CallEnd(task.job_id, task.fence, word, reference, reason)
