"""Keys: stable text from business facts; a changed key would do everything a second time."""

from datetime import date

import pytest

from duly.values.key import (
    KEY_LENGTH,
    attempt_key,
    charge_key,
    cycle_key,
    date_key,
    in_share,
    job_key,
)


def test_keys_are_written_the_same_way_for_ever() -> None:
    assert cycle_key(0) == "cycle:0"
    assert cycle_key(17) == "cycle:17"
    assert date_key(date(2026, 12, 1), 14) == "2026-12-01:14d"
    assert date_key(date(2026, 12, 1), -3) == "2026-12-01:-3d"
    assert attempt_key(42, 3) == "42:3"
    assert charge_key("a1b2", 42, 3) == "a1b2:42:3"


def test_a_job_key_is_the_same_for_ever() -> None:
    key = job_key("a1b2", "payment-rescue", 7, "42:1", "3/charge")

    assert key == "3c06b4cf822c3df31876e049a3b92cdb953b8ca2"  # the first 160 bits of SHA-256
    assert len(key) == KEY_LENGTH


@pytest.mark.parametrize(
    "other",
    [
        ("a1b3", "payment-rescue", 7, "42:1", "3/charge"),
        ("a1b2", "payment-rescue-2", 7, "42:1", "3/charge"),
        ("a1b2", "payment-rescue", 8, "42:1", "3/charge"),
        ("a1b2", "payment-rescue", 7, "42:2", "3/charge"),
        ("a1b2", "payment-rescue", 7, "42:1", "7/charge"),
        # The same letters in a row, cut elsewhere.
        ("a1b2p", "ayment-rescue", 7, "42:1", "3/charge"),
        ("a1b2", "payment-rescue", 74, "2:1", "3/charge"),
        ("a1b2", "payment-rescue", 7, "42:13", "/charge"),
    ],
)
def test_two_decisions_have_two_job_keys(other: tuple[str, str, int, str, str]) -> None:
    assert job_key(*other) != job_key("a1b2", "payment-rescue", 7, "42:1", "3/charge")


def test_a_share_holds_about_its_percentage_of_all_keys() -> None:
    keys = [f"offer-bigger-plan:{number}" for number in range(10_000)]

    held_out = sum(in_share(key, 10) for key in keys)

    assert 900 < held_out < 1100  # 1000 expected, three standard deviations are 90


def test_a_larger_share_holds_everybody_of_a_smaller_one() -> None:
    keys = [f"offer-bigger-plan:{number}" for number in range(1_000)]

    tenth = {key for key in keys if in_share(key, 10)}
    third = {key for key in keys if in_share(key, 33)}

    assert tenth < third


@pytest.mark.parametrize(("percent", "expected"), [(0, 0), (100, 500)])
def test_nothing_and_everything_are_shares_too(percent: int, expected: int) -> None:
    assert sum(in_share(str(number), percent) for number in range(500)) == expected


def test_who_is_in_a_share_never_changes() -> None:
    inside = [number for number in range(40) if in_share(f"subscriber:{number}", 10)]

    assert inside == [4, 19, 20, 29, 36]
