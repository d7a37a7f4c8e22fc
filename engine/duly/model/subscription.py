"""What is known of a subscription, and which changes of its status are allowed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from duly.errors import StateError
from duly.values.duration import Duration
from duly.values.money import Money


class Status(StrEnum):
    """Hold what a person or a rule decided; overdue and paid are derived, never stored."""

    PENDING = "pending"
    TRIALING = "trialing"
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


_ALLOWED: Mapping[Status, frozenset[Status]] = {
    Status.PENDING: frozenset({Status.TRIALING, Status.ACTIVE, Status.ENDED}),
    Status.TRIALING: frozenset({Status.ACTIVE, Status.ENDED}),
    Status.ACTIVE: frozenset({Status.PAUSED, Status.ENDED}),
    Status.PAUSED: frozenset({Status.ACTIVE, Status.ENDED}),
    Status.ENDED: frozenset(),
}


def move(present: Status, wanted: Status) -> Status:
    """Return the wanted status; raises StateError if it cannot follow the present one."""
    if wanted not in _ALLOWED[present]:
        raise StateError(f"a subscription that is {present} cannot become {wanted}")
    return wanted


@dataclass(frozen=True, slots=True)
class Line:
    """Hold one thing paid for on a subscription, at the price agreed for one cycle."""

    id: int
    line: str
    price: str
    quantity: int
    amount: Money


@dataclass(frozen=True, slots=True)
class Subscription:
    """Hold one subscription; dates are local days of ``zone``, ends are exclusive."""

    id: int
    external_id: str
    subscriber_id: int
    plan: str
    status: Status
    started_on: date
    anchor_on: date
    every: Duration
    zone: str
    currency: str
    term_ends_on: date | None = None
    term_then: str = ""
    ending_on: date | None = None
    ended_on: date | None = None
    end_reason: str = ""
    paused_on: date | None = None
    paused_reason: str = ""
    settled_until: date | None = None
    own: Mapping[str, object] = field(default_factory=dict, repr=False)

    @property
    def stops_on(self) -> date | None:
        """Return the local day from which nothing is owed any more, if one is known."""
        known = [day for day in (self.ending_on, self.ended_on) if day is not None]
        if self.term_then == "ends" and self.term_ends_on is not None:
            known.append(self.term_ends_on)
        return min(known, default=None)


@dataclass(frozen=True, slots=True)
class Cycle:
    """Hold one interval ``[start_on, end_on)`` of a subscription."""

    id: int
    subscription_id: int
    number: int
    start_on: date
    end_on: date
    start_at: datetime
    end_at: datetime
    zone: str
    billable: bool
    settled_elsewhere: bool
