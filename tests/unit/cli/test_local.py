"""Moments are read and written by the clocks of the business."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from duly.cli.local import read_instant, say_at, say_with_zone
from duly.errors import UsageError

ZONE = "Europe/Bucharest"
CLOSE = datetime(2027, 1, 31, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2027-01-31T08:00", CLOSE),  # winter: two hours before UTC
        ("2027-01-31 08:00", CLOSE),
        ("2027-01-31T06:00Z", CLOSE),
        ("2027-01-31T01:00-05:00", CLOSE),
        ("2027-07-01T09:00", datetime(2027, 7, 1, 6, tzinfo=UTC)),  # summer: three hours
        ("2027-07-01", datetime(2027, 6, 30, 21, tzinfo=UTC)),  # its midnight
        ("2027-03-28T03:30", datetime(2027, 3, 28, 1, tzinfo=UTC)),  # no clock shows it
    ],
)
def test_a_moment_is_read_in_the_zone_unless_it_says_otherwise(text: str, at: datetime) -> None:
    assert read_instant(text, ZONE) == at


@pytest.mark.parametrize(
    "text", ["tomorrow", "2027-02-30", "9999-12-31T23:00Z", "0001-01-01T00:00+14:00", ""]
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="write "):
        read_instant(text, ZONE)


def test_a_moment_is_written_by_the_clocks_of_the_zone() -> None:
    at = CLOSE.astimezone(timezone(timedelta(hours=-5)))

    assert say_at(at, ZONE) == "2027-01-31 08:00"
    assert say_with_zone(at, ZONE) == "2027-01-31 08:00 (Europe/Bucharest)"
