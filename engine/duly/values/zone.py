"""Zones: from a local day and wall time to an instant, and which days a window touches.

Instants are aware and UTC; dates and times of day are local to an IANA zone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from duly.errors import InputError

MIDNIGHT = time(0)
_ONE_DAY = timedelta(days=1)
_NO_PLACE = frozenset({"localtime", "posixrules", "Factory"})


@cache
def zone_info(name: str) -> ZoneInfo:
    """Return the zone; raises InputError for a name the tz database does not have.

    Names that mean something else on every machine, such as ``localtime``, are refused too.
    """
    if name not in _zone_names():
        raise InputError(f'"{name}" is not a time zone; write {_suggestion(name)}')
    return ZoneInfo(name)


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones() - _NO_PLACE)


@lru_cache(maxsize=1024)
def _suggestion(name: str) -> str:
    close = get_close_matches(name, sorted(_zone_names()), n=1)
    return f'"{close[0]}"' if close else 'a place such as "Europe/Bucharest"'


@lru_cache(maxsize=65_536)
def instant(zone: str, day: date, at: time = MIDNIGHT) -> datetime:
    """Return the first instant at or after a wall time; of two equal wall times the earlier.

    A wall time inside a gap becomes the end of the gap, and a local day that the zone skipped
    altogether (Apia, 30 December 2011) the first instant after it. Raises InputError for a wall
    time whose instant lies before the year 1 or after the year 9999.
    """
    info = zone_info(zone)
    wall = datetime.combine(day, at)
    try:
        early = wall.replace(tzinfo=info, fold=0).astimezone(UTC)
    except OverflowError as error:
        raise InputError(
            f"{day} is at the edge of the calendar; write a day from 0001-01-02 to 9999-12-30"
        ) from error
    if early.astimezone(info).replace(tzinfo=None) == wall:
        return early
    return _end_of_gap(info, wall)


def _end_of_gap(info: ZoneInfo, wall: datetime) -> datetime:
    """Find the transition by halving: before it clocks show less than ``wall``, after it more.

    No clock shows ``wall``, so another transition near by cannot take clocks back across it, and
    offsets are under 24 hours, so the transition lies within a day of ``wall`` read as UTC.
    """
    low = wall.replace(tzinfo=UTC) - _ONE_DAY
    high = wall.replace(tzinfo=UTC) + _ONE_DAY
    while high - low > timedelta(microseconds=1):
        middle = low + (high - low) // 2
        if middle.astimezone(info).replace(tzinfo=None) < wall:
            low = middle
        else:
            high = middle
    return high


@lru_cache(maxsize=65_536)
def local_date(zone: str, at: datetime) -> date:
    """Return the local date that an instant falls on."""
    return at.astimezone(zone_info(zone)).date()


@dataclass(frozen=True, slots=True)
class Window:
    """Mark a stretch of time: ``since`` exclusive, ``until`` inclusive."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class ZoneDay:
    """Say that in ``zone`` the wall time of ``day`` came at the instant ``at``."""

    zone: str
    day: date
    at: datetime


def days_in_window(zone: str, at: time, window: Window) -> tuple[ZoneDay, ...]:
    """List the local days whose wall time ``at`` lies in the window, oldest first.

    Every date has exactly one instant, also one the zone skipped: nothing is dropped.
    """
    return zone_days((zone,), at, window)


def zone_days(zones: Iterable[str], at: time, window: Window) -> tuple[ZoneDay, ...]:
    """List the days of all zones whose wall time lies in the window, by zone, oldest first.

    A zone named twice is listed once.
    """
    utc_days = _utc_days(window)
    return tuple(
        found
        for zone in sorted(set(zones))
        for utc_day in utc_days
        for found in _days_on(zone, at, utc_day)
        if window.since < found.at <= window.until
    )


def _utc_days(window: Window) -> tuple[date, ...]:
    first = window.since.astimezone(UTC).date()
    count = (window.until.astimezone(UTC).date() - first).days + 1
    return tuple(first + timedelta(days=number) for number in range(count))


@lru_cache(maxsize=16_384)
def _days_on(zone: str, at: time, utc_day: date) -> tuple[ZoneDay, ...]:
    """List the local days whose wall time comes on a UTC day.

    Offsets are under 24 hours, so such a local day is the UTC day or one beside it. Kept, because
    every tick of a day asks the same again.
    """
    days = (utc_day - _ONE_DAY, utc_day, utc_day + _ONE_DAY)
    moments = ((day, instant(zone, day, at)) for day in days)
    return tuple(ZoneDay(zone, day, moment) for day, moment in moments if moment.date() == utc_day)
