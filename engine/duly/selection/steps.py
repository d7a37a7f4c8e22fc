"""Which steps of a rule come next: the step rule and the days of a timeline, as pure decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from duly.model.ledger import UNFINISHED, JobClass
from duly.rule import Entry, Rule, Step
from duly.values.zone import local_date

# What comes some hours after the start, 48 at most, comes before this day.
_DAYS_OF_HOURS = 3
_UNFINISHED = frozenset(str(state) for state in UNFINISHED)


@dataclass(frozen=True, slots=True)
class SeenJob:
    """Hold a step that has a job already, and how that stands."""

    step: str
    job_class: str
    state: str
    made_at: datetime

    @property
    def blocks(self) -> bool:
        """Tell whether what comes behind waits for it; messages never make anything wait."""
        return self.job_class != JobClass.MESSAGE and self.state in _UNFINISHED


class DayDecision(StrEnum):
    """Say what becomes of a day of a timeline that has come."""

    START = "start"
    PASS_OVER = "pass over"  # noqa: S105 - no password; its condition does not hold
    WAIT = "wait"  # for the day before
    DECIDED = "decided"  # its first step has a job already


def leading_steps(rule: Rule) -> tuple[Step, ...]:
    """List the steps a new firing starts with: up to the first that is not a message.

    None if its timeline starts on a later day, or if its first day has a condition of its own.
    """
    first = rule.entries[0]
    if first.day > 0 or first.after is not None or first.only_if is not None:
        return ()
    return through_first_blocking(first.steps)


def through_first_blocking(steps: Sequence[Step]) -> tuple[Step, ...]:
    """List steps up to and including the first that makes those behind it wait."""
    chosen: list[Step] = []
    for step in steps:
        chosen.append(step)
        if step.action.job_class != JobClass.MESSAGE:
            break
    return tuple(chosen)


def steps_after(rule: Rule, name: str) -> tuple[Step, ...]:
    """List the steps that start when a step is done: those behind it on the same day.

    A message starts nothing: what is behind it began together with it.
    """
    for entry in rule.entries:
        for position, step in enumerate(entry.steps):
            if step.name == name and step.action.job_class != JobClass.MESSAGE:
                return through_first_blocking(entry.steps[position + 1 :])
    return ()


def decide_day(
    entry: Entry, jobs: Sequence[SeenJob], *, holds: bool, zone: str, today: date
) -> DayDecision:
    """Decide a day of a timeline that has come.

    It waits for what the day before has not finished, and if an outage made two days come
    together, it waits for another local day: nobody is warned and paused within a minute.
    """
    if any(job.step == entry.steps[0].name for job in jobs):
        return DayDecision.DECIDED
    if any(job.blocks for job in jobs):
        return DayDecision.WAIT
    if entry.day > 0 and any(local_date(zone, job.made_at) == today for job in jobs):
        return DayDecision.WAIT
    return DayDecision.START if holds else DayDecision.PASS_OVER


def is_through(rule: Rule, jobs: Sequence[SeenJob]) -> bool:
    """Tell whether nothing of a firing is left to come: its last days are decided and done."""
    states = {job.step: job.state for job in jobs}
    if any(job.state in _UNFINISHED for job in jobs):
        return False
    return all(_is_decided(entry, states) for entry in _last_entries(rule))


def _is_decided(entry: Entry, states: Mapping[str, str]) -> bool:
    steps = [step.name for step in entry.steps]
    return states.get(steps[0]) == "skipped" or all(step in states for step in steps)


def _last_entries(rule: Rule) -> tuple[Entry, ...]:
    """Return the last day, and what comes some hours after the start where that may be later."""
    last = max(entry.day or 0 for entry in rule.entries)
    return tuple(
        entry
        for entry in rule.entries
        if (entry.day == last if entry.after is None else last < _DAYS_OF_HOURS)
    )
