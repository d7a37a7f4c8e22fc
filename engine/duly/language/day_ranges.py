"""Stretches of days that follow each other: rates of a tax, prices of a plan."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from duly.shape.record import Item, Record
from duly.values.problem import Problem

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DayRange:
    """Hold what counts from a day until another, both included or open, with its place."""

    item: Item
    title: str
    since: date | None
    until: date | None

    def problem(self, code: str, message: str, hint: str) -> Problem:
        """Make a problem at its place."""
        return Problem(self.item.key, code, message, hint)


def day_range(item: Item, title: str) -> DayRange:
    """Read the days of what is written with ``from:`` and ``until:``."""
    record = item.as_a(Record)
    return DayRange(item, title, record.get("from", date), record.get("until", date))


def check_ranges(ranges: Iterable[DayRange], *, without_gaps: bool) -> Iterator[Problem]:
    """See that every day has one of them at most, and ``without_gaps`` at least."""
    ordered = sorted(ranges, key=lambda one: one.since or date.min)
    for one in ordered:
        if one.since is not None and one.until is not None and one.until < one.since:
            message = f"{one.title} ends on {one.until.isoformat()}, before it begins"
            yield one.problem("days-reversed", message, "swap from: and until:")
    for before, after in pairwise(ordered):
        yield from _between(before, after, without_gaps=without_gaps)
    if without_gaps and ordered and ordered[-1].until is not None:
        last = ordered[-1].until.isoformat()
        message = f"after {last} no rate is known"
        hint = "take out until:, or add the rate that follows"
        yield Problem(ordered[-1].item.key, "days-missing", message, hint, "warning")


def _between(before: DayRange, after: DayRange, *, without_gaps: bool) -> Iterator[Problem]:
    if before.until is None or after.since is None or after.since <= before.until:
        message = f"{before.title} and {after.title} count for the same days"
        hint = "write from: and until: so that each day has one"
        if after.since is not None and before.since != after.since:
            last = (after.since - _ONE_DAY).isoformat()
            hint = f'write "until: {last}" for {before.title}'
        yield after.problem("days-overlap", message, hint)
    elif without_gaps and after.since > before.until + _ONE_DAY:
        day = (before.until + _ONE_DAY).isoformat()
        message = f"nothing counts between {before.title} and {after.title}"
        yield after.problem("days-missing", message, f'write "from: {day}"')
