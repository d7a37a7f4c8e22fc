"""What ninety days have to bring to each customer, counted day by day without the engine."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count

from service.telco_people import MONTH, TAKE_OVER, Customer
from sim.local_time import clock_shows, later, local_day

MONEY, MESSAGES = time(6), time(9)  # the hours of duly, where duly.yaml says nothing
# On which days after the first an unpaid invoice is tried, warned of, and paused for.
TRIES = (0, 3, 7, 21)
WARNING, PAUSE = 7, 14
# How many tries each kind of method needs, by its token.
TRIES_NEEDED = {
    "Electronic check": 1,
    "Bank transfer (automatic)": 1,
    "Credit card (automatic)": 2,
    "Mailed check": 4,
}


@dataclass(frozen=True, slots=True)
class Span:
    """Hold the first and the last instant at which the engine looks."""

    first: datetime
    last: datetime

    def has_come(self, zone: str, day: date, at: time) -> bool:
        """Tell whether the clock on the wall has shown a time by the last look."""
        return clock_shows(zone, day, at) <= self.last


@dataclass(frozen=True, slots=True)
class Bill:
    """Hold a cycle that is due, and how much of what follows still happens."""

    customer: Customer
    due_on: date
    until: date  # the last local day on which anything happens about it

    @property
    def tried_on(self) -> tuple[date, ...]:
        """List the days on which it is charged."""
        needed = TRIES_NEEDED[self.customer.pays_by]
        return tuple(day for days in TRIES[:needed] if (day := self._day(days)))

    @property
    def paid_on(self) -> date | None:
        """Return the day of the try that succeeds."""
        return self._day(TRIES[TRIES_NEEDED[self.customer.pays_by] - 1])

    @property
    def warned_on(self) -> date | None:
        """Return the day of the last warning, for whom three tries are not enough."""
        return self._day(WARNING) if self._is_slow else None

    @property
    def paused_on(self) -> date | None:
        """Return the day on which the contract is paused for it."""
        return self._day(PAUSE) if self._is_slow else None

    @property
    def resumed_on(self) -> date | None:
        """Return the day on which the contract goes on."""
        return self.paid_on if self.paused_on else None

    @property
    def _is_slow(self) -> bool:
        return TRIES_NEEDED[self.customer.pays_by] > 3

    def _day(self, days: int) -> date | None:
        day = self.due_on + timedelta(days=days)
        return day if day <= self.until else None


def bills_of(customer: Customer, span: Span) -> Iterator[Bill]:
    """List the cycles that duly answers for and that have become due, the slow way."""
    until = _last_day(customer, span)
    for number in count():
        due_on = later(customer.started_on, MONTH, number)
        if due_on > until:
            return
        if due_on >= TAKE_OVER:
            yield Bill(customer, due_on, until)


def _last_day(customer: Customer, span: Span) -> date:
    day = local_day(customer.zone, span.last)
    if not span.has_come(customer.zone, day, MONEY):
        day -= timedelta(days=1)
    return day if customer.ends_on is None else min(day, customer.ends_on - timedelta(days=1))


def ended_on(customer: Customer, span: Span) -> date | None:
    """Return the day on which the contract is over, if that has come."""
    day = customer.ends_on
    return day if day and span.has_come(customer.zone, day, time(0)) else None


def reminded_on(customer: Customer, span: Span) -> date | None:
    """Return the day two weeks before the end, if it is duly's and has come."""
    day = customer.ends_on and customer.ends_on - timedelta(days=14)
    is_ours = day and day >= TAKE_OVER and span.has_come(customer.zone, day, MESSAGES)
    return day if is_ours else None


def offered_on(customer: Customer, span: Span) -> date | None:
    """Return the day on which two years are full, unless they were at the first look."""
    day = later(customer.started_on, MONTH, 24)
    has_come = local_day(customer.zone, span.first) < day <= local_day(customer.zone, span.last)
    return day if customer.has_bare_fiber and has_come else None
