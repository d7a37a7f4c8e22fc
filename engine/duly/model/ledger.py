"""Firings and jobs, and the states a job goes through."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from duly.model.about import About


class JobClass(StrEnum):
    """Say what an action reaches; they are worked on in this order."""

    BOOKS = "books"
    MONEY = "money"
    DELIVERY = "delivery"
    MESSAGE = "message"


class JobState(StrEnum):
    """Say where a job stands."""

    BLOCKED = "blocked"
    READY = "ready"
    HELD = "held"
    CALLING = "calling"
    UNKNOWN = "unknown"
    DONE = "done"
    FAILED = "failed"
    DEAD = "dead"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


UNFINISHED = (
    JobState.BLOCKED,
    JobState.READY,
    JobState.HELD,
    JobState.CALLING,
    JobState.UNKNOWN,
    JobState.DEAD,
)

PEOPLE_READ: Mapping[JobState, str] = {
    JobState.BLOCKED: "waiting",
    JobState.READY: "waiting",
    JobState.HELD: "waits for a person",
    JobState.CALLING: "being done",
    JobState.UNKNOWN: "unclear, being asked",
    JobState.DONE: "done",
    JobState.FAILED: "not possible",
    JobState.DEAD: "gave up, needs a person",
    JobState.SKIPPED: "no longer needed",
    JobState.CANCELLED: "taken back",
}


class Ended(StrEnum):
    """Say how a firing ended."""

    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    RULE_REMOVED = "rule_removed"


@dataclass(frozen=True, slots=True)
class Firing:
    """Hold one firing: ``rule`` took hold for ``subject_id`` under ``key``."""

    id: int
    rule: str
    about: About
    subject_id: int
    subscriber_id: int
    key: str
    trigger: str
    at: datetime
    local_on: date
    zone: str
    reference_id: int | None
    started_at: datetime
    started_on: date | None
    late: bool
    ended: str


@dataclass(frozen=True, slots=True)
class Job:
    """Hold one job as it was when it was read."""

    id: int
    firing_id: int
    subscriber_id: int
    step: str
    kind: str
    job_class: JobClass
    state: JobState
    due_at: datetime
    made_at: datetime
    tries: int
    fence: int
    effect_key: str = ""
    connector: str = ""
    note: str = ""
    result: str = ""
