"""Lengths of time as people write them: ``14 days``, ``2 hours``, ``3 cycles``."""

import calendar
import re
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta
from enum import StrEnum

from duly.errors import InputError

MAX_COUNT = 10_000


class Unit(StrEnum):
    """Name the units a length can have; only some of them are lengths of the calendar."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half-year"
    YEAR = "year"
    CYCLE = "cycle"
    PARCEL = "parcel"


CALENDAR_UNITS = (Unit.DAY, Unit.WEEK, Unit.MONTH, Unit.QUARTER, Unit.HALF_YEAR, Unit.YEAR)
_DAYS = {Unit.DAY: 1, Unit.WEEK: 7}
_MONTHS = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.HALF_YEAR: 6, Unit.YEAR: 12}
_MINUTES = {Unit.MINUTE: 1, Unit.HOUR: 60, Unit.DAY: 24 * 60, Unit.WEEK: 7 * 24 * 60}
_TEXT = re.compile(r"([0-9]{1,12})\s+([a-z-]+)")


@dataclass(frozen=True, slots=True)
class Duration:
    """Count a unit; the count is at least 1."""

    count: int
    unit: Unit

    def __str__(self) -> str:
        """Write the length as rule files do: ``1 day``, ``14 days``."""
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"

    @property
    def months(self) -> int:
        """Return the length in months, 0 if it is counted in days."""
        return self.count * _MONTHS.get(self.unit, 0)

    @property
    def days(self) -> int:
        """Return the length in days, 0 if it is counted in months."""
        return self.count * _DAYS.get(self.unit, 0)

    def as_timedelta(self) -> timedelta:
        """Return a fixed length; a day is 24 hours here. Months and longer are refused."""
        if self.unit not in _MINUTES:
            raise InputError(f'"{self}" has no fixed length; write it in hours, days or weeks')
        return timedelta(minutes=self.count * _MINUTES[self.unit])


def parse_duration(text: str, units: tuple[Unit, ...] = tuple(Unit)) -> Duration:
    """Read ``14 days`` in one of the given units; raises InputError with what to write."""
    match = _TEXT.fullmatch(text.strip().lower())
    unit = _unit(match[2]) if match else None
    if match is None or unit is None:
        raise InputError(f'"{text}" is not a length of time; write {_say(units)}')
    if unit not in units:
        raise InputError(f'"{text}" cannot be used here; write {_say(units)}')
    if not 1 <= int(match[1]) <= MAX_COUNT:
        raise InputError(f'"{text}" is out of range; write a number from 1 to {MAX_COUNT}')
    return Duration(int(match[1]), unit)


def _unit(word: str) -> Unit | None:
    names = {str(unit): unit for unit in Unit} | {f"{unit}s": unit for unit in Unit}
    return names.get(word)


def _say(units: tuple[Unit, ...]) -> str:
    *names, last = (f"{unit}s" for unit in units)
    listed = f"{', '.join(names)} or {last}" if names else last
    return f'a number of {listed}, such as "3 {units[0]}s"'


def add_months(day: date, months: int) -> date:
    """Move by whole months; a day the month does not have becomes its last day.

    Raises InputError when that leaves the years 1 to 9999.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not MINYEAR <= year <= MAXYEAR:
        raise _outside(day, f"{months} months")
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def add(day: date, length: Duration, times: int = 1) -> date:
    """Move a local date by a calendar length; ``times`` may be negative or zero.

    Raises InputError for a unit the calendar does not have, and for a date outside of the years
    1 to 9999.
    """
    if length.unit in _MONTHS:
        return add_months(day, length.months * times)
    if length.unit not in _DAYS:
        raise InputError(f'a date cannot be moved by "{length}"; write {_say(CALENDAR_UNITS)}')
    try:
        return day + timedelta(days=length.days * times)
    except OverflowError as error:
        raise _outside(day, f"{length.days * times} days") from error


def _outside(day: date, distance: str) -> InputError:
    return InputError(
        f"{day} moved by {distance} leaves the calendar, which holds the years 1 to 9999; "
        "write a shorter length"
    )
