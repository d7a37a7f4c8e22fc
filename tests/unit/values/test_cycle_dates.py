"""Boundaries of cycles: from the anchor, clamped to the month, and coming back."""

from datetime import date

import pytest

from duly.errors import InputError
from duly.values.cycle import CycleDates, boundary, cycle_dates, index_at
from duly.values.duration import Duration, Unit

MONTH = Duration(1, Unit.MONTH)
QUARTER = Duration(1, Unit.QUARTER)
HALF_YEAR = Duration(1, Unit.HALF_YEAR)
YEAR = Duration(1, Unit.YEAR)
WEEK = Duration(1, Unit.WEEK)
DAY = Duration(1, Unit.DAY)


@pytest.mark.parametrize(
    ("anchor", "every", "expected"),
    [
        # The day is clamped to the month's length and comes back with the next long month.
        (
            "2026-01-31",
            MONTH,
            ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30"],
        ),
        ("2026-01-30", MONTH, ["2026-01-30", "2026-02-28", "2026-03-30", "2026-04-30"]),
        ("2026-01-29", MONTH, ["2026-01-29", "2026-02-28", "2026-03-29", "2026-04-29"]),
        ("2028-01-31", MONTH, ["2028-01-31", "2028-02-29", "2028-03-31"]),  # a leap year
        ("2026-02-28", MONTH, ["2026-02-28", "2026-03-28", "2026-04-28"]),  # not "the last day"
        ("2026-12-31", MONTH, ["2026-12-31", "2027-01-31", "2027-02-28"]),  # over the new year
        # 29 February: the 28th in common years, the 29th again four years later.
        (
            "2028-02-29",
            YEAR,
            ["2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"],
        ),
        ("2028-02-29", MONTH, ["2028-02-29", "2028-03-29", "2028-04-29"]),
        ("2024-02-29", Duration(2, Unit.YEAR), ["2024-02-29", "2026-02-28", "2028-02-29"]),
        # 2100 is no leap year: eight years from 29 to 29 February.
        ("2096-02-29", Duration(4, Unit.YEAR), ["2096-02-29", "2100-02-28", "2104-02-29"]),
        # Three, six and other numbers of months, clamped alike.
        (
            "2025-11-30",
            QUARTER,
            ["2025-11-30", "2026-02-28", "2026-05-30", "2026-08-30", "2026-11-30"],
        ),
        ("2026-08-31", HALF_YEAR, ["2026-08-31", "2027-02-28", "2027-08-31", "2028-02-29"]),
        ("2026-01-31", Duration(5, Unit.MONTH), ["2026-01-31", "2026-06-30", "2026-11-30"]),
        ("2026-10-31", Duration(2, Unit.MONTH), ["2026-10-31", "2026-12-31", "2027-02-28"]),
        # Weeks and days know no months: 7 and 14 and 10 days on.
        ("2026-02-23", WEEK, ["2026-02-23", "2026-03-02", "2026-03-09"]),
        ("2028-02-22", WEEK, ["2028-02-22", "2028-02-29", "2028-03-07"]),
        ("2026-01-31", Duration(2, Unit.WEEK), ["2026-01-31", "2026-02-14", "2026-02-28"]),
        ("2026-02-20", Duration(10, Unit.DAY), ["2026-02-20", "2026-03-02", "2026-03-12"]),
    ],
)
def test_boundaries_are_counted_from_the_anchor(
    anchor: str, every: Duration, expected: list[str]
) -> None:
    start = date.fromisoformat(anchor)

    found = [boundary(start, every, index).isoformat() for index in range(len(expected))]

    assert found == expected


@pytest.mark.parametrize(
    ("every", "index", "expected"),
    [
        (MONTH, -1, "2026-02-28"),  # February before 31 March
        (MONTH, -4, "2025-11-30"),
        (QUARTER, -1, "2025-12-31"),
        (YEAR, -2, "2024-03-31"),
        (WEEK, -1, "2026-03-24"),
        (MONTH, 120, "2036-03-31"),  # ten years of months
        (DAY, 365, "2027-03-31"),
    ],
)
def test_boundaries_reach_both_ways(every: Duration, index: int, expected: str) -> None:
    assert boundary(date(2026, 3, 31), every, index) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("index", "start", "end"),
    [
        (0, "2026-01-31", "2026-02-28"),
        (1, "2026-02-28", "2026-03-31"),
        (2, "2026-03-31", "2026-04-30"),
        (-1, "2025-12-31", "2026-01-31"),
    ],
)
def test_a_cycle_ends_where_the_next_starts(index: int, start: str, end: str) -> None:
    assert cycle_dates(date(2026, 1, 31), MONTH, index) == CycleDates(
        index, date.fromisoformat(start), date.fromisoformat(end)
    )


@pytest.mark.parametrize(
    ("anchor", "every", "day", "expected"),
    [
        # Boundaries of 31 January, monthly: 28 February, 31 March, 30 April.
        ("2026-01-31", MONTH, "2026-01-31", 0),
        ("2026-01-31", MONTH, "2026-02-27", 0),
        ("2026-01-31", MONTH, "2026-02-28", 1),  # the clamped boundary itself
        ("2026-01-31", MONTH, "2026-03-30", 1),  # same month as the boundary, a day before it
        ("2026-01-31", MONTH, "2026-03-31", 2),
        ("2026-01-31", MONTH, "2026-04-30", 3),
        ("2026-01-31", MONTH, "2026-01-30", -1),
        ("2026-01-31", MONTH, "2025-12-31", -1),
        ("2026-01-31", MONTH, "2025-12-30", -2),
        ("2026-01-15", MONTH, "2026-12-31", 11),
        # 30 November, quarterly: 28 February, 30 May.
        ("2025-11-30", QUARTER, "2026-02-27", 0),
        ("2025-11-30", QUARTER, "2026-02-28", 1),
        ("2025-11-30", QUARTER, "2026-05-29", 1),
        ("2025-11-30", QUARTER, "2026-05-30", 2),
        ("2025-11-30", QUARTER, "2025-08-30", -1),
        ("2025-11-30", QUARTER, "2025-08-29", -2),
        ("2026-08-31", HALF_YEAR, "2027-02-28", 1),
        # 29 February, yearly.
        ("2028-02-29", YEAR, "2029-02-27", 0),
        ("2028-02-29", YEAR, "2029-02-28", 1),
        ("2028-02-29", YEAR, "2032-02-28", 3),  # the boundary is back on the 29th
        ("2028-02-29", YEAR, "2032-02-29", 4),
        ("2028-02-29", YEAR, "2028-02-28", -1),
        # Weeks from a Monday: the Sunday is the last day.
        ("2026-02-23", WEEK, "2026-03-01", 0),
        ("2026-02-23", WEEK, "2026-03-02", 1),
        ("2026-02-23", WEEK, "2026-02-22", -1),
        ("2026-02-23", WEEK, "2026-02-16", -1),
        ("2026-02-23", WEEK, "2026-02-15", -2),
        ("2026-02-20", Duration(10, Unit.DAY), "2026-03-01", 0),  # nine days on
        ("2026-02-20", Duration(10, Unit.DAY), "2026-03-02", 1),
        # The last day of the calendar has a cycle, although its end has no date.
        ("9999-01-31", MONTH, "9999-12-31", 11),
        ("9999-12-30", WEEK, "9999-12-31", 0),
        ("0001-01-31", YEAR, "0001-12-31", 0),
    ],
)
def test_a_day_lies_in_one_cycle(anchor: str, every: Duration, day: str, expected: int) -> None:
    found = index_at(date.fromisoformat(anchor), every, date.fromisoformat(day))

    assert found == expected


def test_a_cycle_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(InputError, match="9999-01-31 moved by 12 months leaves the calendar"):
        cycle_dates(date(9999, 1, 31), MONTH, 11)
