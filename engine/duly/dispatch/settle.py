"""Write the answers to calls, and whatever they change, in one transaction a batch."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from duly.dispatch.desk import Call, Desk
from duly.dispatch.ending import Ended, follow
from duly.errors import StateError
from duly.model.ledger import JobState
from duly.model.outcome import Done, Failed, NotThere, Outcome, Retry, Unknown, Wait
from duly.retry import ASK_AGAIN_AFTER, GiveUp, TryAgain, next_try
from duly.store import jobs as store_jobs
from duly.store.applying import apply
from duly.store.bulk import savepoint
from duly.store.jobs import Ending
from duly.store.record import Transaction

WAIT_FOR_SETTINGS = timedelta(minutes=5)

_WORDS: dict[type[Outcome], str] = {
    Done: "done",
    Failed: "failed",
    Retry: "retry",
    Unknown: "unknown",
    Wait: "wait",
    NotThere: "not there",
}
_log = logging.getLogger(__name__)


def settle(desk: Desk, calls: Sequence[Call], outcomes: Sequence[Outcome]) -> None:
    """Settle the calls with their outcomes, each under the fence of its claim."""
    now = desk.now()
    with desk.database.write() as transaction:
        written = []
        for call, outcome in zip(calls, outcomes, strict=True):
            ended = _settle_one(transaction, call, outcome, now)
            if ended is not None:
                written.append(ended)
        follow(transaction, written, now)


def _settle_one(
    transaction: Transaction, call: Call, outcome: Outcome, now: datetime
) -> Ended | None:
    """Write one answer; None if a newer claim owns the job and the answer proves nothing."""
    ending = ending_of(call, outcome, now)
    _write_call(transaction, call, outcome, now)
    if store_jobs.write_ending(transaction, ending, now):
        change(transaction, call, _told(ending, outcome), now)
        return Ended(call.item, ending)
    return _settle_late(transaction, call, outcome, now)


def _told(ending: Ending, outcome: Outcome) -> Outcome:
    """Tell the action that nothing will come any more, if that is how the job ends."""
    if ending.state == JobState.DEAD:
        return Failed(ending.note, "technical")
    return outcome


def _settle_late(
    transaction: Transaction, call: Call, outcome: Outcome, now: datetime
) -> Ended | None:
    """Keep an answer that came after the job was taken over; success is believed."""
    job = store_jobs.present(transaction, [call.task.job_id])[call.task.job_id]
    open_still = job.state in (JobState.UNKNOWN, JobState.READY)
    if not isinstance(outcome, Done) or not open_still:
        _log.warning("late answer kept", extra={"job": job.id, "outcome": _WORDS[type(outcome)]})
        return None
    ending = Ending(job.id, JobState.DONE, result=outcome.result)
    store_jobs.write_ending(transaction, ending, now)
    change(transaction, call, outcome, now)
    return Ended(call.item, ending)


def ending_of(call: Call, outcome: Outcome, now: datetime) -> Ending:
    """Say what an outcome makes of the job."""
    job, fence = call.item.job, call.task.fence
    match outcome:
        case Done(_, result):
            return Ending(job.id, JobState.DONE, fence, result=result)
        case Failed(reason, failure):
            return _refused(call, reason, failure, now)
        case Retry(reason, after_s):
            match next_try(job, now, after_s):
                case TryAgain(at):
                    return Ending(job.id, JobState.READY, fence, reason, due_at=at)
                case GiveUp(why):
                    return Ending(job.id, JobState.DEAD, fence, f"{why}: {reason}")
        case Unknown(reason):
            at = now + ASK_AGAIN_AFTER
            return Ending(job.id, JobState.UNKNOWN, fence, reason, due_at=at)
        case Wait(reason):
            at = now + WAIT_FOR_SETTINGS
            return Ending(job.id, JobState.READY, fence, reason, due_at=at, uncounted=True)
        case NotThere():
            return Ending(job.id, JobState.READY, fence, "it did not happen", due_at=now)


def _refused(call: Call, reason: str, failure: str, now: datetime) -> Ending:
    job, fence, action = call.item.job, call.task.fence, call.item.action
    if action.refusal_is_answer and failure != "bug":
        return Ending(job.id, JobState.DONE, fence, reason, f"declined: {failure}")
    if action.has_another_way(call.task):
        return Ending(job.id, JobState.READY, fence, reason, due_at=now)
    return Ending(job.id, JobState.FAILED, fence, reason)


def change(transaction: Transaction, call: Call, outcome: Outcome, now: datetime) -> None:
    """Apply what an outcome changes; a late failure never overwrites success."""
    changes = call.item.action.settle(call.task, outcome)
    try:
        with savepoint(transaction):
            apply(transaction, changes, call.item.context(now))
    except StateError as error:
        _log.warning("answer changes nothing: %s", error, extra={"job": call.task.job_id})


def _write_call(transaction: Transaction, call: Call, outcome: Outcome, now: datetime) -> None:
    reference = outcome.reference if isinstance(outcome, Done | Failed) else ""
    reason = outcome.reason if isinstance(outcome, Failed | Retry | Unknown | Wait) else ""
    store_jobs.write_call_end(
        transaction,
        call.task.job_id,
        call.task.fence,
        outcome=_WORDS[type(outcome)],
        reference=reference,
        note=reason,
        now=now,
    )
