"""End jobs: write what became of them, and let what waited for them begin."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from duly.dispatch.desk import Item
from duly.model import ledger
from duly.model.ledger import JobClass, JobState
from duly.selection.steps import is_through, steps_after
from duly.store import jobs as store_jobs
from duly.store import recording
from duly.store.jobs import Ending
from duly.store.record import Transaction
from duly.store.recording import NewJob

# A step that came to one of these lets the steps behind it begin.
_GOES_ON = (JobState.DONE,)
_TERMINAL = (JobState.DONE, JobState.FAILED, JobState.SKIPPED, JobState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Ended:
    """Hold a job with what it becomes."""

    item: Item
    ending: Ending


def end(item: Item, state: JobState, *, note: str = "", result: str = "") -> Ended:
    """Say what a job becomes."""
    return Ended(item, Ending(item.job.id, state, note, result))


def finish(transaction: Transaction, ended: Sequence[Ended], now: datetime) -> None:
    """Write endings and what follows from them: next steps, free lanes, firings at their end.

    The caller has locked the jobs.
    """
    if ended:
        store_jobs.write_endings(transaction, [one.ending for one in ended], now)
        follow(transaction, ended, now)


def follow(transaction: Transaction, written: Sequence[Ended], now: datetime) -> None:
    """Let begin what waited for jobs that have come to an end."""
    terminal = [one for one in written if one.ending.state in _TERMINAL]
    recording.add_jobs(transaction, _next_jobs(terminal), now)
    impossible = [one.item.firing.id for one in terminal if _ends_the_rest(one)]
    recording.end_firings(transaction, impossible, ledger.Ended.FAILED)
    _finish_firings(transaction, terminal)
    money = [one for one in written if one.item.job.job_class == JobClass.MONEY]
    freed = [one for one in money if one.ending.state in (*_TERMINAL, JobState.DEAD)]
    store_jobs.free_lanes(transaction, [one.item.job.subscriber_id for one in freed])


def _next_jobs(ended: Iterable[Ended]) -> list[NewJob]:
    return [
        NewJob(
            firing_id=one.item.firing.id,
            subscriber_id=one.item.job.subscriber_id,
            step=step.name,
            kind=step.action.name,
            job_class=str(step.action.job_class),
        )
        for one in ended
        if one.ending.state in _GOES_ON and one.item.firing.ended in ("", ledger.Ended.FINISHED)
        for step in steps_after(one.item.rule, one.item.job.step)
    ]


def _ends_the_rest(one: Ended) -> bool:
    """Tell whether a step turned out impossible; messages never end anything."""
    message = one.item.job.job_class == JobClass.MESSAGE
    return one.ending.state == JobState.FAILED and not message


def _finish_firings(transaction: Transaction, ended: Iterable[Ended]) -> None:
    waiting = {one.item.firing.id: one.item.rule for one in ended if one.item.rule.waits}
    if waiting:
        found = recording.open_firings(transaction, waiting).values()
        through = [one.id for one in found if is_through(waiting[one.id], one.jobs)]
        recording.end_firings(transaction, through, ledger.Ended.FINISHED)
