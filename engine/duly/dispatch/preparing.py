"""Prepare jobs: ask the kind what is to be done, and say how a job ends that needs no call."""

import logging
from collections.abc import Mapping
from datetime import datetime

from duly.action import Ask, Books, Facts, Impossible, Nothing, Prepared, Skip, Waits
from duly.dispatch.desk import Item
from duly.dispatch.ending import Ended, end
from duly.errors import DulyError, InputError, TakenError
from duly.model.ledger import JobState
from duly.retry import wait_until
from duly.store.jobs import Ending

_log = logging.getLogger(__name__)


def prepare(item: Item, facts: Mapping[int, Facts]) -> Prepared:
    """Prepare a job; one that cannot be prepared because of a mistake fails alone."""
    try:
        return item.action.prepare(facts[item.job.id])
    except Exception as error:  # noqa: BLE001 - a bug of the kind fails this job alone
        return failed(item, error)


def failed(item: Item, error: Exception) -> Impossible | Waits:
    """Say for people what went wrong with one job; a bug is logged with its traceback.

    What somebody wrote wrongly into the catalogue or a message keeps the job waiting until it is
    mended, and what somebody else did meanwhile is looked at again.
    """
    if isinstance(error, InputError | TakenError):
        return Waits(str(error))
    if isinstance(error, DulyError):
        return Impossible(str(error))
    _log.error("a job failed", extra={"job": item.job.id}, exc_info=error)
    return Impossible(f"{item.action.name} failed: {type(error).__name__}")


def ended_by(item: Item, prepared: Prepared, now: datetime) -> Ended | None:
    """Say how a job ends; None if a call is to be made."""
    match prepared:
        case Nothing(result) | Books(_, result):
            return end(item, JobState.DONE, result=result)
        case Impossible(reason):
            return end(item, JobState.FAILED, note=reason)
        case Skip(word, reason):
            return end(item, JobState.SKIPPED, note=f"{word}: {reason}")
        case Waits(reason):
            return Ended(item, Ending(item.job.id, JobState.READY, reason, due_at=wait_until(now)))
        case Ask():
            return None
