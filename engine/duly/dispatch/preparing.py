"""Prepare jobs: ask the kind what is to be done, and say how a job ends that needs no call."""

import logging
from collections.abc import Mapping

from duly.action import Ask, Books, Facts, Impossible, Nothing, Prepared, Skip
from duly.dispatch.desk import Item
from duly.dispatch.ending import Ended, end
from duly.errors import DulyError
from duly.model.ledger import JobState

_log = logging.getLogger(__name__)


def prepare(item: Item, facts: Mapping[int, Facts]) -> Prepared:
    """Prepare a job; one that cannot be prepared because of a mistake fails alone."""
    try:
        return item.action.prepare(facts[item.job.id])
    except Exception as error:  # noqa: BLE001 - a bug of the kind fails this job alone
        return failed(item, error)


def failed(item: Item, error: Exception) -> Impossible:
    """Say for people what went wrong with one job; a bug is logged with its traceback."""
    if isinstance(error, DulyError):
        return Impossible(str(error))
    _log.error("a job failed", extra={"job": item.job.id}, exc_info=error)
    return Impossible(f"{item.action.name} failed: {type(error).__name__}")


def ended_by(item: Item, prepared: Prepared) -> Ended | None:
    """Say how a job ends; None if a call is to be made."""
    match prepared:
        case Nothing(result) | Books(_, result):
            return end(item, JobState.DONE, result=result)
        case Impossible(reason):
            return end(item, JobState.FAILED, note=reason)
        case Skip(word, reason):
            return end(item, JobState.SKIPPED, note=f"{word}: {reason}")
        case Ask():
            return None
