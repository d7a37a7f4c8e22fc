"""Cycle boundaries: always counted from the anchor, half-open ``[start, end)`` of local dates."""

from dataclasses import dataclass
from datetime import date

from duly.values.duration import Duration, add


@dataclass(frozen=True, slots=True)
class CycleDates:
    """Hold the k-th cycle: ``start`` inclusive, ``end`` exclusive, both local dates."""

    index: int
    start: date
    end: date


def boundary(anchor: date, every: Duration, index: int) -> date:
    """Return ``anchor + index * every`` with the day clamped to the month's length.

    Counted from the anchor and never from the boundary before, so 31 January gives 28 February
    and then 31 March.
    """
    return add(anchor, every, index)


def cycle_dates(anchor: date, every: Duration, index: int) -> CycleDates:
    """Return the cycle with this index; index 0 starts on the anchor."""
    return CycleDates(index, boundary(anchor, every, index), boundary(anchor, every, index + 1))


def index_at(anchor: date, every: Duration, day: date) -> int:
    """Return the index of the cycle that holds a day; negative before the anchor."""
    if not every.months:
        return (day - anchor).days // every.days
    months = (day.year - anchor.year) * 12 + day.month - anchor.month
    index = months // every.months
    # The boundary may fall later in the month of ``day``, the one after it in a later month.
    return index - 1 if boundary(anchor, every, index) > day else index
