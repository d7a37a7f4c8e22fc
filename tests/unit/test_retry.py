"""When a try that led to nothing is made again."""

from datetime import UTC, datetime, timedelta

import pytest

from duly.retry import GiveUp, TryAgain, ask_again, next_try, send_again

NOON = datetime(2026, 2, 1, 12, tzinfo=UTC)


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


@pytest.mark.parametrize(
    ("tries", "wait"),
    [
        (0, minutes(5)),  # a try that was given back counts as the first
        (1, minutes(5)),
        (2, minutes(10)),  # doubled
        (3, minutes(20)),
        (7, minutes(320)),  # 5 * 2^6
        (8, minutes(360)),  # 640 would be more than six hours
        (19, minutes(360)),
    ],
)
def test_every_wait_is_twice_the_one_before_up_to_six_hours(tries: int, wait: timedelta) -> None:
    assert next_try(tries, NOON, NOON) == TryAgain(NOON + wait)


@pytest.mark.parametrize(
    ("asked_for_s", "wait"),
    [
        (None, minutes(5)),
        (60, minutes(5)),  # shorter than ours
        (3600, minutes(60)),
        (86_400, minutes(1440)),  # longer than our longest
    ],
)
def test_the_longer_of_both_wishes_counts(asked_for_s: int | None, wait: timedelta) -> None:
    assert next_try(1, NOON, NOON, asked_for_s) == TryAgain(NOON + wait)


@pytest.mark.parametrize(
    ("tries", "first_at", "reason"),
    [
        (20, NOON, "tried 20 times"),
        (21, NOON, "tried 21 times"),
        (1, NOON - timedelta(days=7, seconds=1), "tried for 7 days"),
    ],
)
def test_tries_and_time_end(tries: int, first_at: datetime, reason: str) -> None:
    assert next_try(tries, first_at, NOON) == GiveUp(reason)


def test_a_week_is_not_too_long() -> None:
    assert next_try(1, NOON - timedelta(days=7), NOON) == TryAgain(NOON + minutes(5))


@pytest.mark.parametrize(
    ("age", "decided"),
    [
        (minutes(0), TryAgain(NOON + minutes(15))),
        (timedelta(days=2), TryAgain(NOON + minutes(15))),
        (timedelta(days=2, seconds=1), GiveUp("its effect could not be found out")),
    ],
)
def test_what_is_unclear_is_asked_about_for_two_days(
    age: timedelta, decided: TryAgain | GiveUp
) -> None:
    assert ask_again(NOON - age, NOON) == decided


@pytest.mark.parametrize(
    ("channel", "age", "again"),
    [
        ("email", minutes(0), True),
        ("email", minutes(59), True),
        ("email", minutes(60), False),
        ("sms", minutes(0), False),  # it costs money
        ("push", minutes(0), False),  # it would ring twice
    ],
)
def test_only_a_mail_is_sent_again_and_only_for_an_hour(
    channel: str, age: timedelta, again: bool
) -> None:
    assert send_again(channel, NOON - age, NOON) is again
