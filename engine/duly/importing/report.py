"""What an import found and did, to be compared with the old system."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from duly.connector import SourceRow
from duly.importing.schedule import first_bill_on
from duly.model.enrolment import EnrolledSubscription
from duly.model.subscription import Status
from duly.store.enrolling_effect import Effect
from duly.values.duration import Duration
from duly.values.money import Money


@dataclass(frozen=True, slots=True)
class Rejected:
    """Hold a row that was set aside, and everything that is wrong with it."""

    row: SourceRow = field(repr=False)
    reason: str

    @property
    def line(self) -> int:
        """Return the line of the file that the row starts in."""
        return self.row.number


@dataclass(frozen=True, slots=True)
class PlanTotal:
    """Add up what the live subscriptions of one plan cost in one cycle."""

    plan: str
    every: Duration
    count: int
    amount: Money


@dataclass(frozen=True, slots=True)
class BillingDay:
    """Add up what is billed first on one day."""

    on: date
    count: int
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """Say what became of the rows that were read.

    Each is new, changed, same, skipped or rejected, unless a bad row kept everything out.
    ``plans`` and ``next_days`` are about live subscriptions, as the file tells them; those are
    neither ended nor set aside. ``stopped`` says why the rest of the file was not read.
    """

    read: int
    new: int
    changed: int
    same: int
    skipped: int
    rejected: tuple[Rejected, ...]
    live: int
    plans: tuple[PlanTotal, ...]
    next_days: tuple[BillingDay, ...]
    headings: tuple[str, ...]
    stopped: str = ""

    @property
    def set_aside(self) -> int:
        """Count the rows that were set aside."""
        return len(self.rejected)


@dataclass(slots=True)
class _Sum:
    count: int = 0
    minor: int = 0

    def add(self, amount: Money) -> None:
        """Count one more."""
        self.count += 1
        self.minor += amount.minor


@dataclass(slots=True)
class Tally:
    """Count while the rows go by."""

    read: int = 0
    skipped: int = 0
    effects: defaultdict[Effect, int] = field(default_factory=lambda: defaultdict(int))
    rejected: list[Rejected] = field(default_factory=list)
    _plans: defaultdict[tuple[str, Duration, str], _Sum] = field(
        default_factory=lambda: defaultdict(_Sum)
    )
    _days: defaultdict[tuple[date, str], _Sum] = field(default_factory=lambda: defaultdict(_Sum))

    def take(self, effect: Effect, told: EnrolledSubscription | None) -> None:
        """Count a row that came in."""
        self.effects[effect] += 1
        if told is None or told.status == Status.ENDED:
            return
        self._plans[told.plan, told.every, told.amount.currency].add(told.amount)
        day = first_bill_on(told)
        if day is not None:
            self._days[day, told.amount.currency].add(told.amount)

    def report(self, headings: tuple[str, ...], stopped: str = "") -> ImportReport:
        """Return what has been counted."""
        return ImportReport(
            read=self.read,
            new=self.effects[Effect.NEW],
            changed=self.effects[Effect.CHANGED],
            same=self.effects[Effect.SAME],
            skipped=self.skipped,
            rejected=tuple(sorted(self.rejected, key=lambda one: one.line)),
            live=sum(one.count for one in self._plans.values()),
            plans=tuple(
                PlanTotal(plan, every, one.count, Money(one.minor, currency))
                for (plan, every, currency), one in sorted(
                    self._plans.items(), key=lambda entry: (entry[0][0], str(entry[0][1]))
                )
            ),
            next_days=tuple(
                BillingDay(on, one.count, Money(one.minor, currency))
                for (on, currency), one in sorted(self._days.items())
            ),
            headings=headings,
            stopped=stopped,
        )
