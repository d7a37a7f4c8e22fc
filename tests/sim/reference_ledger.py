"""What the reference has decided: firings with their steps, near misses, who is in a segment."""

from dataclasses import dataclass, field
from datetime import date, datetime

from sim.reference_world import Attempt, Cycle, Event, Invoice, Person, Subscription
from sim.story import Day, Law, Told

UNFINISHED = ("ready", "held")


@dataclass
class Job:
    step: str
    state: str
    made_at: datetime

    @property
    def is_message(self) -> bool:
        return "/notify/" in self.step

    @property
    def blocks(self) -> bool:
        return not self.is_message and self.state in UNFINISHED


@dataclass
class Occurrence:
    """Be one happening of a trigger for one subject, before it is decided."""

    trigger: Told
    person: Person
    natural_key: str
    at: datetime
    local_on: date
    zone: str
    decision: str = "go"
    fresh: bool = False
    subscription: Subscription | None = None
    cycle: Cycle | None = None
    invoice: Invoice | None = None
    attempt: Attempt | None = None
    event: Event | None = None


@dataclass
class Firing:
    law: Law
    subject: str
    key: str
    occurrence: Occurrence
    started_at: datetime
    started_on: date | None
    letters: str
    ended: str | None
    jobs: list[Job] = field(default_factory=list)

    @property
    def late(self) -> bool:
        return self.occurrence.decision == "late"


@dataclass(frozen=True)
class Miss:
    reason: str
    letters: str
    at: datetime
    local_on: date


@dataclass
class Member:
    """Be one stay of a subject in a segment."""

    person: Person
    subscription: Subscription | None
    zone: str
    entered_at: datetime
    silent: bool
    left_at: datetime | None = None


@dataclass
class Looked:
    """Be how far a rule has looked."""

    since_at: datetime
    tick: int
    until: datetime


def step_names(day: Day) -> tuple[str, ...]:
    """Name the steps of a day: ``3/charge``; hours have a mark of their own."""
    mark = f"{day.after_hours}h" if day.after_hours else str(day.day)
    return tuple(f"{mark}/{step}" for step in day.steps)


def first_steps(steps: tuple[str, ...]) -> list[str]:
    """Take steps up to the first that is no message: it makes those behind it wait."""
    taken: list[str] = []
    for step in steps:
        taken.append(step)
        if "/notify/" not in step:
            break
    return taken


def steps_behind(law: Law, step: str) -> list[str]:
    """Return what begins when a step is done; a message began together with what is behind it."""
    if "/notify/" in step:
        return []
    for day in law.days:
        names = step_names(day)
        if step in names:
            return first_steps(names[names.index(step) + 1 :])
    return []


def finish(firing: Firing) -> None:
    """End a firing whose last day is decided and done."""
    last = step_names(firing.law.days[-1])
    states = {job.step: job.state for job in firing.jobs}
    decided = states.get(last[0]) == "skipped" or all(step in states for step in last)
    if firing.ended is None and decided and not set(states.values()) & set(UNFINISHED):
        firing.ended = "finished"
