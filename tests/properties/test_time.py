"""Zones, windows and cycles against slow references that share no step with the code.

The references only ask what clocks show at a given instant, which is never in doubt; the code asks
the other way round.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duly.values.cycle import boundary, cycle_dates, index_at
from duly.values.duration import CALENDAR_UNITS, Duration, Unit, add_months
from duly.values.zone import Window, ZoneDay, days_in_window, instant, local_date, zone_days

# From UTC-12 to UTC+14, with every kind of oddity of these ten years.
FIRST, LAST = date(2011, 1, 1), date(2020, 12, 31)
ODD_ZONES = (
    "Etc/GMT+12",
    "Pacific/Honolulu",
    "Pacific/Marquesas",  # -9:30
    "America/Metlakatla",  # changed its mind four times
    "America/Los_Angeles",
    "Pacific/Easter",
    "America/Grand_Turk",
    "America/Havana",  # midnight twice
    "America/Caracas",  # -4:30 until 2016
    "America/Santiago",  # no midnight, changing days
    "America/Asuncion",
    "America/Sao_Paulo",  # no midnight until 2018
    "America/St_Johns",  # changed at one minute past midnight until 2011
    "America/Nuuk",  # changes at 22:00
    "America/Scoresbysund",
    "Atlantic/Azores",  # no midnight, every March
    "Africa/Casablanca",  # back for Ramadan
    "Africa/Sao_Tome",
    "Africa/Cairo",
    "UTC",
    "Europe/Dublin",  # winter time is the exception
    "Europe/Bucharest",
    "Europe/Istanbul",  # late by two weeks in 2015
    "Europe/Volgograd",
    "Antarctica/Troll",  # two hours
    "Asia/Beirut",
    "Asia/Amman",
    "Asia/Gaza",
    "Asia/Tehran",
    "Asia/Kathmandu",
    "Asia/Ulaanbaatar",
    "Asia/Pyongyang",  # a gap up to midnight
    "Australia/Eucla",
    "Australia/Lord_Howe",  # half an hour
    "Pacific/Bougainville",
    "Pacific/Norfolk",
    "Pacific/Fiji",
    "Pacific/Chatham",
    "Pacific/Tongatapu",
    "Pacific/Apia",  # no 30 December 2011
    "Pacific/Fakaofo",  # nor here
    "Pacific/Kiritimati",
)
HOURS = (time(0), time(2, 30), time(23, 45))
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Stretch:
    """Hold a stretch of instants, end exclusive, through which clocks run evenly."""

    start: datetime
    end: datetime
    offset: timedelta


def offset_at(info: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(info).replace(tzinfo=UTC) - moment


def find_change(info: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Walk by hours, then minutes, then seconds to the first instant with another offset."""
    for step in (timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)):
        while offset_at(info, before + step) == offset_at(info, before) and before < after:
            before += step
    return before + timedelta(seconds=1)


@cache
def stretches(zone: str) -> tuple[Stretch, ...]:
    """Walk through eleven years by days; changes are more than a day apart, so none is missed."""
    info = ZoneInfo(zone)
    start = now = datetime(2010, 12, 1, tzinfo=UTC)
    end = datetime(2021, 2, 1, tzinfo=UTC)
    offset, found = offset_at(info, now), []
    while now < end:
        after = offset_at(info, now + ONE_DAY)
        if after != offset:
            change = find_change(info, now, now + ONE_DAY)
            found.append(Stretch(start, change, offset))
            start, offset = change, after
        now += ONE_DAY
    return (*found, Stretch(start, end, offset))


def all_days() -> Iterator[date]:
    return (FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1))


def slow_instants(zone: str, at: time) -> Iterator[tuple[date, datetime]]:
    """Give the first instant of each local day whose clock shows ``at`` or later.

    Within a stretch that is the wall time minus the offset, or the start of the stretch if clocks
    are past the wall time already; the first stretch that reaches it counts.
    """
    remaining = list(reversed(stretches(zone)))
    for day in all_days():
        wall = datetime.combine(day, at, tzinfo=UTC)
        while (moment := max(remaining[-1].start, wall - remaining[-1].offset)) >= remaining[
            -1
        ].end:
            remaining.pop()
        yield day, moment


@pytest.fixture(scope="module")
def zones(request: pytest.FixtureRequest) -> Sequence[str]:
    """Give the odd zones, and the whole tz database in the long form."""
    if not request.config.getoption("--all"):
        return ODD_ZONES
    return sorted(available_timezones() - {"localtime", "posixrules", "Factory"})


@pytest.mark.parametrize("at", HOURS, ids=str)
def test_every_local_day_of_ten_years_comes_at_its_first_instant(
    zones: Sequence[str], at: time
) -> None:
    wrong = [
        (zone, day, expected)
        for zone in zones
        for day, expected in slow_instants(zone, at)
        if instant(zone, day, at) != expected
    ]

    assert wrong == []


def test_windows_over_ten_years_give_every_day_once(zones: Sequence[str]) -> None:
    at, step = time(2, 30), timedelta(days=11, hours=5, minutes=7)
    start = datetime(2010, 12, 31, tzinfo=UTC)
    cuts = [start + number * step for number in range(340)]

    for zone in {*zones[::6], "Pacific/Apia"}:  # the code is the same for all; a few will do
        found = [
            (day.day, day.at)
            for since, until in pairwise(cuts)
            for day in days_in_window(zone, at, Window(since, until))
            if FIRST <= day.day <= LAST
        ]
        assert found == [(day, instant(zone, day, at)) for day in all_days()], zone


# Near a change is where mistakes live; anywhere else is where nobody expects them.
def moments_of_change(zone: str) -> list[datetime]:
    return [stretch.start for stretch in stretches(zone)]


@st.composite
def walls(draw: st.DrawFn) -> tuple[str, datetime]:
    """Draw a zone and a wall time to the minute, mostly within two days of a change."""
    zone = draw(st.sampled_from(ODD_ZONES))
    near = draw(st.sampled_from(moments_of_change(zone))).replace(tzinfo=None)
    minutes = st.integers(-2 * 24 * 60, 2 * 24 * 60).map(lambda count: timedelta(minutes=count))
    anywhere = st.datetimes(datetime(2011, 1, 1), datetime(2020, 12, 31))  # noqa: DTZ001 - wall times
    wall = draw(minutes.map(near.__add__) | anywhere.map(lambda wall: wall.replace(microsecond=0)))
    return zone, wall.replace(second=0)


@given(walls())
def test_an_instant_is_where_a_walk_by_minutes_first_meets_the_wall_time(
    drawn: tuple[str, datetime],
) -> None:
    zone, wall = drawn
    info, moment = ZoneInfo(zone), wall.replace(tzinfo=UTC) - ONE_DAY
    while moment.astimezone(info).replace(tzinfo=None) < wall:
        moment += timedelta(minutes=1)

    assert instant(zone, wall.date(), wall.time()) == moment


@given(walls())
def test_an_instant_lies_on_its_local_day_unless_a_gap_swallowed_the_rest_of_it(
    drawn: tuple[str, datetime],
) -> None:
    zone, wall = drawn

    moment = instant(zone, wall.date(), wall.time())

    shown = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert shown >= wall
    assert local_date(zone, moment) == shown.date()
    assert shown == wall or moment in moments_of_change(zone)


@st.composite
def cut_windows(draw: st.DrawFn) -> tuple[str, time, list[datetime]]:
    """Draw a zone, a wall time and the cuts of a window of up to 40 days near a change."""
    zone = draw(st.sampled_from(ODD_ZONES))
    at = draw(st.times().map(lambda at: at.replace(microsecond=0)) | st.sampled_from(HOURS))
    start = draw(st.sampled_from(moments_of_change(zone))) - timedelta(days=20)
    seconds = draw(st.lists(st.integers(0, 40 * 86_400), min_size=2, max_size=8))
    cuts = [start + timedelta(seconds=second) for second in seconds]
    moments = [instant(zone, cut.date(), at) for cut in cuts]  # cut exactly on a moment, too
    return zone, at, sorted(cuts + moments)


@given(cut_windows())
def test_cutting_a_window_anywhere_loses_and_doubles_nothing(
    drawn: tuple[str, time, list[datetime]],
) -> None:
    zone, at, cuts = drawn

    pieces = [
        day
        for since, until in pairwise(cuts)
        for day in days_in_window(zone, at, Window(since, until))
    ]

    assert tuple(pieces) == days_in_window(zone, at, Window(cuts[0], cuts[-1]))


@given(cut_windows())
def test_a_window_holds_what_looking_at_every_day_finds(
    drawn: tuple[str, time, list[datetime]],
) -> None:
    zone, at, cuts = drawn
    window = Window(cuts[0], cuts[-1])
    candidates = [window.since.date() + timedelta(days=number) for number in range(-3, 50)]

    expected = [
        ZoneDay(zone, day, instant(zone, day, at))
        for day in candidates
        if window.since < instant(zone, day, at) <= window.until
    ]

    assert list(days_in_window(zone, at, window)) == expected


@given(cut_windows(), st.lists(st.sampled_from(ODD_ZONES)))
def test_zones_do_not_disturb_each_other(
    drawn: tuple[str, time, list[datetime]], others: list[str]
) -> None:
    zone, at, cuts = drawn
    window = Window(cuts[0], cuts[-1])

    found = zone_days([zone, *others], at, window)

    assert tuple(day for day in found if day.zone == zone) == days_in_window(zone, at, window)
    assert {day.zone for day in found} <= {zone, *others}


anchors = st.dates(date(1990, 1, 1), date(2060, 12, 31))
intervals = st.builds(Duration, st.integers(1, 40), st.sampled_from(CALENDAR_UNITS))
indexes = st.integers(-30, 120)


def slow_add_months(day: date, months: int) -> date:
    """Turn the pages of a calendar one by one, then look for the last day that is on the page."""
    year, month = day.year, day.month
    for _ in range(abs(months)):
        month += 1 if months > 0 else -1
        if month in (0, 13):
            year, month = (year + 1, 1) if month == 13 else (year - 1, 12)
    on_page = day.day
    while True:
        try:
            return date(year, month, on_page)
        except ValueError:
            on_page -= 1


@given(anchors, st.integers(-600, 600))
def test_months_are_pages_of_a_calendar(day: date, months: int) -> None:
    assert add_months(day, months) == slow_add_months(day, months)


@given(anchors, intervals, indexes)
def test_a_boundary_is_the_anchor_moved_once(anchor: date, every: Duration, index: int) -> None:
    moved = slow_add_months(anchor, every.months * index) + timedelta(days=every.days * index)

    assert boundary(anchor, every, index) == moved


@given(anchors, intervals, indexes)
def test_cycles_meet_without_gap_or_overlap(anchor: date, every: Duration, index: int) -> None:
    cycle, following = (cycle_dates(anchor, every, number) for number in (index, index + 1))

    assert cycle.start < cycle.end == following.start


@given(anchors, intervals, indexes, st.data())
def test_every_day_of_a_cycle_belongs_to_it(
    anchor: date, every: Duration, index: int, data: st.DataObject
) -> None:
    cycle = cycle_dates(anchor, every, index)
    day = data.draw(st.dates(cycle.start, cycle.end - ONE_DAY))

    assert index_at(anchor, every, cycle.start) == index
    assert index_at(anchor, every, day) == index
    assert index_at(anchor, every, cycle.end - ONE_DAY) == index
    assert index_at(anchor, every, cycle.end) == index + 1


@pytest.mark.parametrize("unit", CALENDAR_UNITS)
@pytest.mark.parametrize("count", [1, 2, 5])
def test_the_days_of_four_years_are_shared_out_in_order(unit: Unit, count: int) -> None:
    every = Duration(count, unit)
    days = [date(2027, 1, 1) + timedelta(days=number) for number in range(4 * 365 + 1)]

    for anchor in (date(2028, 1, 31), date(2028, 2, 29), date(2027, 11, 30), date(2030, 6, 15)):
        for before, after in pairwise(days):
            step = index_at(anchor, every, after) - index_at(anchor, every, before)
            assert step == (after == boundary(anchor, every, index_at(anchor, every, after)))


@given(anchors, intervals, indexes, st.sampled_from(ODD_ZONES))
def test_cycles_meet_as_instants_too(anchor: date, every: Duration, index: int, zone: str) -> None:
    cycle = cycle_dates(anchor, every, index)

    starts, ends = instant(zone, cycle.start), instant(zone, cycle.end)

    # A day that a zone skipped is a cycle of no length, never one that runs backwards.
    assert starts < ends or (starts == ends and (cycle.end - cycle.start) == ONE_DAY)
    assert local_date(zone, starts) >= cycle.start
