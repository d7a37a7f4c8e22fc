"""Zones: from a local day and wall time to an instant, and which days a window touches.

Instants are aware and UTC; dates and times of day are local to an IANA zone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from duly.errors import InputError

MIDNIGHT = time(0)
_ONE_DAY = timedelta(days=1)


@cache
def zone_info(name: str) -> ZoneInfo:
    """Return the zone; raises InputError for a name the tz database does not have."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputError(f'"{name}" is not a time zone; write one like Europe/Bucharest') from error


@lru_cache(maxsize=65_536)
def instant(zone: str, day: date, at: time = MIDNIGHT) -> datetime:
    """Return the first instant at or after a wall time; of two equal wall times the earlier.

    A wall time inside a gap becomes the end of the gap, and a local day that the zone skipped
    altogether (Apia, 30 December 2011) the first instant after it.
    """
    info = zone_info(zone)
    wall = datetime.combine(day, at)
    early = wall.replace(tzinfo=info, fold=0).astimezone(UTC)
    if early.astimezone(info).replace(tzinfo=None) == wall:
        return early
    return _end_of_gap(info, wall)


def _end_of_gap(info: ZoneInfo, wall: datetime) -> datetime:
    """Find the transition by halving: before it clocks show less than ``wall``, after it more."""
    low = wall.replace(tzinfo=UTC) - timedelta(hours=26)
    high = wall.replace(tzinfo=UTC) + timedelta(hours=26)
    while high - low > timedelta(microseconds=1):
        middle = low + (high - low) // 2
        if middle.astimezone(info).replace(tzinfo=None) < wall:
            low = middle
        else:
            high = middle
    return high


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
    day = local_date(zone, window.since) - _ONE_DAY
    last = local_date(zone, window.until) + _ONE_DAY
    found = []
    while day <= last:
        moment = instant(zone, day, at)
        if window.since < moment <= window.until:
            found.append(ZoneDay(zone, day, moment))
        day += _ONE_DAY
    return tuple(found)


def zone_days(zones: Iterable[str], at: time, window: Window) -> tuple[ZoneDay, ...]:
    """List the days of all zones whose wall time lies in the window, by zone."""
    return tuple(found for zone in sorted(zones) for found in days_in_window(zone, at, window))
