"""From a local day and wall time to an instant, and which days a window touches."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest

from duly.errors import InputError
from duly.values.zone import (
    Window,
    ZoneDay,
    days_in_window,
    instant,
    local_date,
    zone_days,
    zone_info,
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


# zone, local day, wall time, the instant in UTC; each comment says where the number comes from.
INSTANTS = [
    # Plain days: wall time minus offset.
    ("UTC", "2026-03-01", "09:00", "2026-03-01T09:00"),
    ("Europe/Bucharest", "2026-01-31", "09:00", "2026-01-31T07:00"),  # +2
    ("Europe/Bucharest", "2026-07-31", "09:00", "2026-07-31T06:00"),  # +3, summer
    ("Asia/Tokyo", "2026-01-31", "00:00", "2026-01-30T15:00"),  # +9, the day before in UTC
    ("America/Los_Angeles", "2026-12-31", "23:59", "2027-01-01T07:59"),  # -8, next year in UTC
    ("Asia/Kathmandu", "2026-01-31", "00:00", "2026-01-30T18:15"),  # +5:45
    # The ends of the world, on 29 February.
    ("Pacific/Kiritimati", "2028-02-29", "00:00", "2028-02-28T10:00"),  # +14
    ("Etc/GMT+12", "2028-02-29", "23:30", "2028-03-01T11:30"),  # -12; the sign is POSIX's
    # 02:30 in a gap: the end of the gap.
    ("Europe/Berlin", "2026-03-29", "01:59", "2026-03-29T00:59"),  # +1, a minute before
    ("Europe/Berlin", "2026-03-29", "02:00", "2026-03-29T01:00"),  # 02:00 -> 03:00 at 01:00 UTC
    ("Europe/Berlin", "2026-03-29", "02:30", "2026-03-29T01:00"),
    ("Europe/Berlin", "2026-03-29", "02:59:59", "2026-03-29T01:00"),
    ("Europe/Berlin", "2026-03-29", "03:00", "2026-03-29T01:00"),  # +2, it exists
    ("Europe/Berlin", "2026-03-29", "03:01", "2026-03-29T01:01"),
    ("Europe/Bucharest", "2026-03-29", "02:30", "2026-03-29T00:30"),  # +2; its gap is an hour later
    ("Europe/Bucharest", "2026-03-29", "03:30", "2026-03-29T01:00"),  # 03:00 -> 04:00
    ("America/New_York", "2026-03-08", "02:30", "2026-03-08T07:00"),  # 02:00 at -5
    ("Antarctica/Troll", "2026-03-29", "01:30", "2026-03-29T01:00"),  # 01:00 -> 03:00, two hours
    ("Pacific/Chatham", "2026-09-27", "03:00", "2026-09-26T14:00"),  # 02:45 at +12:45 -> 03:45
    # A wall time that exists twice: the earlier.
    ("Europe/Berlin", "2026-10-25", "02:30", "2026-10-25T00:30"),  # +2, not 01:30
    ("Europe/Berlin", "2026-10-25", "03:00", "2026-10-25T02:00"),  # +1, exists once
    ("Europe/Dublin", "2026-10-25", "01:30", "2026-10-25T00:30"),  # +1; winter is Dublin's "DST"
    # Lord Howe moves by half an hour: 02:00 at +10:30 -> 02:30, and 02:00 at +11 -> 01:30.
    ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:30"),
    ("Australia/Lord_Howe", "2026-10-04", "02:30", "2026-10-03T15:30"),  # +11, it exists
    ("Australia/Lord_Howe", "2026-04-05", "01:45", "2026-04-04T14:45"),  # +11, not 15:15
    # Havana goes back at 01:00, so midnight exists twice: -4, not -5.
    ("America/Havana", "2026-11-01", "00:00", "2026-11-01T04:00"),
    ("America/Havana", "2026-11-01", "00:30", "2026-11-01T04:30"),
    ("America/Havana", "2026-11-01", "01:00", "2026-11-01T06:00"),  # -5, exists once
    # Midnights that do not exist: 00:00 -> 01:00.
    ("America/Havana", "2026-03-08", "00:00", "2026-03-08T05:00"),  # 00:00 at -5
    ("America/Santiago", "2026-09-06", "00:00", "2026-09-06T04:00"),  # 00:00 at -4
    ("America/Santiago", "2026-09-06", "00:30", "2026-09-06T04:00"),
    ("America/Sao_Paulo", "2018-11-04", "00:00", "2018-11-04T03:00"),  # 00:00 at -3
    ("Atlantic/Azores", "2026-03-29", "00:00", "2026-03-29T01:00"),  # 00:00 at -1
    ("America/St_Johns", "2010-03-14", "00:00", "2010-03-14T03:30"),  # -3:30, the gap is at 00:01
    ("America/St_Johns", "2010-03-14", "00:30", "2010-03-14T03:31"),  # 00:01 at -3:30
    # The last hour of a day twice: 24:00 -> 23:00, so midnight comes once, an hour late.
    ("America/Santiago", "2026-04-04", "23:30", "2026-04-05T02:30"),  # -3
    ("America/Santiago", "2026-04-05", "00:00", "2026-04-05T04:00"),  # -4
    ("America/Nuuk", "2024-10-27", "00:00", "2024-10-27T02:00"),  # -2
    # A gap up to midnight, 23:30 at +8:30 -> 00:00: the instant lies on the next local day.
    ("Asia/Pyongyang", "2018-05-04", "23:45", "2018-05-04T15:00"),
    # Ramadan in Morocco: back to +0 on 10 March, forward to +1 on 14 April.
    ("Africa/Casablanca", "2024-03-10", "02:30", "2024-03-10T01:30"),  # +1, the earlier
    ("Africa/Casablanca", "2024-04-14", "02:30", "2024-04-14T02:00"),  # 02:00 at +0
    # Days that never were: Apia went from -10 to +14, Kwajalein from -12 to +12, at midnight.
    ("Pacific/Apia", "2011-12-29", "23:59", "2011-12-30T09:59"),
    ("Pacific/Apia", "2011-12-30", "00:00", "2011-12-30T10:00"),
    ("Pacific/Apia", "2011-12-30", "09:00", "2011-12-30T10:00"),
    ("Pacific/Apia", "2011-12-30", "23:59", "2011-12-30T10:00"),
    ("Pacific/Apia", "2011-12-31", "00:00", "2011-12-30T10:00"),
    ("Pacific/Apia", "2011-12-31", "09:00", "2011-12-30T19:00"),
    ("Pacific/Kwajalein", "1993-08-21", "09:00", "1993-08-21T12:00"),
    # Far away, but still on the calendar.
    ("America/New_York", "9999-07-01", "00:00", "9999-07-01T04:00"),  # -4, by the rule for ever
    ("Asia/Tokyo", "0001-01-02", "12:00", "0001-01-02T02:41:01"),  # local mean time, +9:18:59
]


@pytest.mark.parametrize(("zone", "day", "at", "expected"), INSTANTS)
def test_a_wall_time_comes_at_one_instant(zone: str, day: str, at: str, expected: str) -> None:
    found = instant(zone, date.fromisoformat(day), time.fromisoformat(at))

    assert found == utc(expected)
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Pacific/Auckland", date.min), ("America/New_York", date.max), ("Etc/GMT+12", date.max)],
)
def test_a_day_at_the_edge_of_the_calendar_is_refused(zone: str, day: date) -> None:
    with pytest.raises(InputError, match=f"{day} is at the edge .* 0001-01-02 to 9999-12-30"):
        instant(zone, day, time(23, 59) if day == date.max else time(0))


@pytest.mark.parametrize(
    ("zone", "at", "expected"),
    [
        ("Asia/Tokyo", "2026-01-30T14:59:59", "2026-01-30"),  # 23:59:59 at +9
        ("Asia/Tokyo", "2026-01-30T15:00", "2026-01-31"),
        ("America/Los_Angeles", "2026-03-01T07:59", "2026-02-28"),  # -8
        ("Pacific/Apia", "2011-12-30T09:59", "2011-12-29"),
        ("Pacific/Apia", "2011-12-30T10:00", "2011-12-31"),  # the 30th never was
        ("America/Santiago", "2026-04-05T02:59", "2026-04-04"),  # 23:59 for the first time
        ("America/Santiago", "2026-04-05T03:59", "2026-04-04"),  # and for the second
    ],
)
def test_an_instant_falls_on_one_local_date(zone: str, at: str, expected: str) -> None:
    assert local_date(zone, utc(at)) == date.fromisoformat(expected)


# zone, wall time, since (exclusive), until (inclusive), the days found and their instants.
WINDOWS: list[tuple[str, str, str, str, list[tuple[str, str]]]] = [
    # 09:00 at +2 is 07:00 UTC: the end belongs to the window, the start does not.
    (
        "Europe/Bucharest",
        "09:00",
        "2026-01-31T06:55",
        "2026-01-31T07:00",
        [("2026-01-31", "2026-01-31T07:00")],
    ),
    ("Europe/Bucharest", "09:00", "2026-01-31T07:00", "2026-01-31T07:05", []),
    ("Europe/Bucharest", "09:00", "2026-01-31T06:50", "2026-01-31T06:59:59", []),
    ("Europe/Bucharest", "09:00", "2026-01-31T07:00", "2026-01-31T07:00", []),  # an empty window
    ("Europe/Bucharest", "09:00", "2026-01-31T07:05", "2026-01-31T06:55", []),  # turned around
    # A month's end and the leap day, in one window of three days.
    (
        "Europe/Bucharest",
        "09:00",
        "2028-02-27T07:00",
        "2028-03-01T07:00",
        [
            ("2028-02-28", "2028-02-28T07:00"),
            ("2028-02-29", "2028-02-29T07:00"),
            ("2028-03-01", "2028-03-01T07:00"),
        ],
    ),
    # 02:30 in the gap fires at its end, and once.
    (
        "Europe/Berlin",
        "02:30",
        "2026-03-28T12:00",
        "2026-03-29T12:00",
        [("2026-03-29", "2026-03-29T01:00")],
    ),
    ("Europe/Berlin", "02:30", "2026-03-29T01:00", "2026-03-29T23:00", []),
    # Midnight twice: at the first, not again at the second.
    (
        "America/Havana",
        "00:00",
        "2026-11-01T03:59",
        "2026-11-01T04:00",
        [("2026-11-01", "2026-11-01T04:00")],
    ),
    ("America/Havana", "00:00", "2026-11-01T04:00", "2026-11-01T06:00", []),
    # Santiago has no midnight on 6 September.
    (
        "America/Santiago",
        "00:00",
        "2026-09-06T03:59",
        "2026-09-06T04:00",
        [("2026-09-06", "2026-09-06T04:00")],
    ),
    # The skipped day is not lost: it comes at the first instant after it.
    (
        "Pacific/Apia",
        "09:00",
        "2011-12-30T09:59",
        "2011-12-30T19:00",
        [("2011-12-30", "2011-12-30T10:00"), ("2011-12-31", "2011-12-30T19:00")],
    ),
    # At midnight the skipped day and the next come together.
    (
        "Pacific/Apia",
        "00:00",
        "2011-12-30T09:59",
        "2011-12-30T10:00",
        [("2011-12-30", "2011-12-30T10:00"), ("2011-12-31", "2011-12-30T10:00")],
    ),
    # The gap reaches midnight: found although clocks show the 5th at that instant.
    (
        "Asia/Pyongyang",
        "23:45",
        "2018-05-04T14:59",
        "2018-05-04T15:00",
        [("2018-05-04", "2018-05-04T15:00")],
    ),
    # A minute at each end of the world.
    (
        "Pacific/Kiritimati",
        "00:00",
        "2026-01-30T09:59",
        "2026-01-30T10:00",
        [("2026-01-31", "2026-01-30T10:00")],
    ),
    (
        "Etc/GMT+12",
        "23:59",
        "2026-02-01T11:58",
        "2026-02-01T11:59",
        [("2026-01-31", "2026-02-01T11:59")],
    ),
]


@pytest.mark.parametrize(("zone", "at", "since", "until", "expected"), WINDOWS)
def test_a_window_holds_the_days_whose_wall_time_lies_in_it(
    zone: str, at: str, since: str, until: str, expected: list[tuple[str, str]]
) -> None:
    found = days_in_window(zone, time.fromisoformat(at), Window(utc(since), utc(until)))

    assert found == tuple(
        ZoneDay(zone, date.fromisoformat(day), utc(moment)) for day, moment in expected
    )


def test_a_window_may_be_told_in_any_offset() -> None:
    east = timezone(timedelta(hours=14))  # already 1 February there, still 31 January in UTC
    window = Window(datetime(2026, 2, 1, 0, 55, tzinfo=east), datetime(2026, 2, 1, 1, tzinfo=east))

    found = days_in_window("UTC", time(11), window)

    assert [day.day for day in found] == [date(2026, 1, 31)]


def test_days_of_several_zones_come_by_zone_and_once() -> None:
    window = Window(utc("2026-01-30T12:00"), utc("2026-01-31T12:00"))

    found = zone_days(["UTC", "Asia/Tokyo", "UTC", "Europe/Bucharest"], time(9), window)

    assert found == (
        ZoneDay("Asia/Tokyo", date(2026, 1, 31), utc("2026-01-31T00:00")),
        ZoneDay("Europe/Bucharest", date(2026, 1, 31), utc("2026-01-31T07:00")),
        ZoneDay("UTC", date(2026, 1, 31), utc("2026-01-31T09:00")),
    )


def test_no_zones_have_no_days() -> None:
    window = Window(utc("2026-01-30T12:00"), utc("2026-01-31T12:00"))

    assert zone_days([], time(9), window) == ()


def test_a_zone_is_found_by_its_name() -> None:
    assert zone_info("Europe/Bucharest").key == "Europe/Bucharest"


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("Europe/Bucuresti", 'write "Europe/Bucharest"'),
        ("europe/paris", 'write "Europe/Paris"'),
        ("Xyzzy", 'write a place such as "Europe/Bucharest"'),
        ("", 'write a place such as "Europe/Bucharest"'),
        ("../Europe/Paris", 'write "Europe/Paris"'),
        ("Europe/Paris\0", 'write "Europe/Paris"'),
    ],
)
def test_an_unknown_zone_is_refused_with_what_to_write(name: str, advice: str) -> None:
    with pytest.raises(InputError) as caught:
        zone_info(name)

    assert str(caught.value) == f'"{name}" is not a time zone; {advice}'


@pytest.mark.parametrize(
    "name", ["Europe", "localtime", "Factory", "posixrules", "right/Europe/Paris", "tzdata.zi"]
)
def test_a_name_that_is_no_place_or_another_on_each_machine_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="is not a time zone"):
        zone_info(name)


def test_every_function_refuses_an_unknown_zone() -> None:
    window = Window(utc("2026-01-30T12:00"), utc("2026-01-31T12:00"))

    with pytest.raises(InputError, match='"Mars/Olympus" is not a time zone'):
        instant("Mars/Olympus", date(2026, 1, 1))
    with pytest.raises(InputError, match='"Mars/Olympus" is not a time zone'):
        local_date("Mars/Olympus", window.since)
    with pytest.raises(InputError, match='"Mars/Olympus" is not a time zone'):
        zone_days(["UTC", "Mars/Olympus"], time(9), window)
