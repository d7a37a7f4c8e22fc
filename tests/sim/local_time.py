"""Local days and instants the slow way: along the zone's own clock, minute by minute."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}

Length = tuple[int, str]  # how many of which unit


def local_day(zone: str, at: datetime) -> date:
    """Return what the calendar on the wall shows."""
    return at.astimezone(ZoneInfo(zone)).date()


@cache
def clock_shows(zone: str, day: date, at: time = time(0)) -> datetime:
    """Return the first minute at which the clock on the wall shows a wall time or a later one."""
    place, wall = ZoneInfo(zone), datetime.combine(day, at)
    around = [wall.replace(tzinfo=UTC) + timedelta(hours=hours) for hours in (-26, 26)]
    furthest = max(moment.astimezone(place).utcoffset() or timedelta(0) for moment in around)
    moment = wall.replace(tzinfo=UTC) - furthest - timedelta(hours=3)
    while moment.astimezone(place).replace(tzinfo=None) < wall:
        moment += MINUTE
    return moment


def later(day: date, length: Length, times: int = 1) -> date:
    """Count calendar units from a day; a day the month does not have gives its last one."""
    count, unit = length
    if unit in _DAYS:
        return day + timedelta(days=count * _DAYS[unit] * times)
    months = day.year * 12 + day.month - 1 + count * _MONTHS[unit] * times
    for day_of_month in range(day.day, 0, -1):
        try:
            return date(months // 12, months % 12 + 1, day_of_month)
        except ValueError:
            continue
    raise AssertionError("every month has a first day")
