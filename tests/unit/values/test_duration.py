"""Lengths of time: reading, writing and moving dates by them."""

from datetime import date, timedelta

import pytest

from duly.errors import InputError
from duly.values.duration import (
    CALENDAR_UNITS,
    MAX_COUNT,
    Duration,
    Unit,
    add,
    add_months,
    parse_duration,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("14 days", Duration(14, Unit.DAY)),
        ("1 day", Duration(1, Unit.DAY)),
        ("1 days", Duration(1, Unit.DAY)),  # read either way, written as "1 day"
        ("3 month", Duration(3, Unit.MONTH)),
        ("  2 Hours ", Duration(2, Unit.HOUR)),
        ("2\thours", Duration(2, Unit.HOUR)),
        ("90   minutes", Duration(90, Unit.MINUTE)),
        ("6 weeks", Duration(6, Unit.WEEK)),
        ("1 quarter", Duration(1, Unit.QUARTER)),
        ("2 half-years", Duration(2, Unit.HALF_YEAR)),
        ("10 years", Duration(10, Unit.YEAR)),
        ("3 cycles", Duration(3, Unit.CYCLE)),
        ("12 parcels", Duration(12, Unit.PARCEL)),
        ("007 days", Duration(7, Unit.DAY)),
        ("10000 days", Duration(MAX_COUNT, Unit.DAY)),
    ],
)
def test_a_length_is_read(text: str, expected: Duration) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (Duration(1, Unit.DAY), "1 day"),
        (Duration(14, Unit.DAY), "14 days"),
        (Duration(1, Unit.HALF_YEAR), "1 half-year"),
        (Duration(2, Unit.HALF_YEAR), "2 half-years"),
    ],
)
def test_a_length_is_written_as_in_a_rule_file(length: Duration, expected: str) -> None:
    assert str(length) == expected


@pytest.mark.parametrize("unit", list(Unit))
def test_what_is_written_is_read_back(unit: Unit) -> None:
    assert parse_duration(str(Duration(1, unit))) == Duration(1, unit)
    assert parse_duration(str(Duration(5, unit))) == Duration(5, unit)


ALL_UNITS = (
    "minutes, hours, days, weeks, months, quarters, half-years, years, cycles or parcels, "
    'such as "3 minutes"'
)


@pytest.mark.parametrize(
    "text", ["", "days", "14", "14days", "14 d", "two weeks", "1.5 days", "-3 days", "٣ days"]
)
def test_what_is_no_length_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_duration(text)

    assert str(caught.value) == (f'"{text}" is not a length of time; write a number of {ALL_UNITS}')


@pytest.mark.parametrize("text", ["0 days", "10001 days", "999999999999 days"])
def test_a_count_out_of_range_is_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_duration(text)

    assert str(caught.value) == f'"{text}" is out of range; write a number from 1 to 10000'


@pytest.mark.parametrize(
    ("units", "advice"),
    [
        ((Unit.DAY,), 'write a number of days, such as "3 days"'),
        ((Unit.DAY, Unit.WEEK), 'write a number of days or weeks, such as "3 days"'),
        (
            (Unit.HOUR, Unit.DAY, Unit.WEEK),
            'write a number of hours, days or weeks, such as "3 hours"',
        ),
    ],
)
def test_a_unit_that_does_not_belong_is_refused(units: tuple[Unit, ...], advice: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_duration("2 cycles", units)

    assert str(caught.value) == f'"2 cycles" cannot be used here; {advice}'


@pytest.mark.parametrize(
    ("length", "months", "days"),
    [
        (Duration(5, Unit.DAY), 0, 5),
        (Duration(2, Unit.WEEK), 0, 14),
        (Duration(2, Unit.MONTH), 2, 0),
        (Duration(2, Unit.QUARTER), 6, 0),
        (Duration(3, Unit.HALF_YEAR), 18, 0),
        (Duration(2, Unit.YEAR), 24, 0),
        (Duration(2, Unit.HOUR), 0, 0),
        (Duration(2, Unit.CYCLE), 0, 0),
    ],
)
def test_a_length_counts_in_months_or_in_days(length: Duration, months: int, days: int) -> None:
    assert (length.months, length.days) == (months, days)


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (Duration(90, Unit.MINUTE), timedelta(hours=1, minutes=30)),
        (Duration(36, Unit.HOUR), timedelta(days=1, hours=12)),
        (Duration(3, Unit.DAY), timedelta(hours=72)),
        (Duration(2, Unit.WEEK), timedelta(days=14)),
    ],
)
def test_a_fixed_length_is_a_stretch_of_time(length: Duration, expected: timedelta) -> None:
    assert length.as_timedelta() == expected


@pytest.mark.parametrize("unit", [Unit.MONTH, Unit.YEAR, Unit.CYCLE, Unit.PARCEL])
def test_a_length_that_varies_is_no_stretch_of_time(unit: Unit) -> None:
    with pytest.raises(InputError) as caught:
        Duration(2, unit).as_timedelta()

    assert str(caught.value) == (
        f'"2 {unit}s" has no fixed length; write it in hours, days or weeks'
    )


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2026-01-31", 0, "2026-01-31"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2026-01-31", 13, "2027-02-28"),  # a year and a month
        ("2026-01-31", 25, "2028-02-29"),  # two years and a month, into a leap year
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-01-15", -1, "2025-12-15"),
        ("2026-12-31", 1, "2027-01-31"),
        ("9999-11-30", 1, "9999-12-30"),
        ("0001-02-28", -1, "0001-01-28"),
    ],
)
def test_a_date_moves_by_months(day: str, months: int, expected: str) -> None:
    assert add_months(date.fromisoformat(day), months) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("length", "times", "expected"),
    [
        (Duration(1, Unit.DAY), 1, "2026-02-01"),
        (Duration(1, Unit.DAY), 0, "2026-01-31"),
        (Duration(1, Unit.DAY), -31, "2025-12-31"),
        (Duration(2, Unit.WEEK), 2, "2026-02-28"),  # 28 days
        (Duration(1, Unit.QUARTER), -1, "2025-10-31"),
        (Duration(1, Unit.YEAR), 2, "2028-01-31"),
    ],
)
def test_a_date_moves_by_a_length(length: Duration, times: int, expected: str) -> None:
    assert add(date(2026, 1, 31), length, times) == date.fromisoformat(expected)


@pytest.mark.parametrize("unit", [unit for unit in Unit if unit not in CALENDAR_UNITS])
def test_a_date_does_not_move_by_what_the_calendar_does_not_have(unit: Unit) -> None:
    with pytest.raises(InputError) as caught:
        add(date(2026, 1, 31), Duration(2, unit))

    assert str(caught.value) == (
        f'a date cannot be moved by "2 {unit}s"; write a number of days, weeks, months, '
        'quarters, half-years or years, such as "3 days"'
    )


@pytest.mark.parametrize(
    ("day", "length", "times", "distance"),
    [
        ("9999-12-31", Duration(1, Unit.DAY), 1, "1 days"),
        ("9999-12-31", Duration(1, Unit.MONTH), 1, "1 months"),
        ("0001-01-01", Duration(1, Unit.WEEK), -1, "-7 days"),
        ("0001-01-31", Duration(1, Unit.QUARTER), -1, "-3 months"),
        ("2026-01-31", Duration(10_000, Unit.YEAR), 1, "120000 months"),
        ("2026-01-31", Duration(10_000, Unit.DAY), 1_000_000, "10000000000 days"),
    ],
)
def test_a_date_does_not_leave_the_calendar(
    day: str, length: Duration, times: int, distance: str
) -> None:
    with pytest.raises(InputError) as caught:
        add(date.fromisoformat(day), length, times)

    assert str(caught.value) == (
        f"{day} moved by {distance} leaves the calendar, which holds the years 1 to 9999; "
        "write a shorter length"
    )
