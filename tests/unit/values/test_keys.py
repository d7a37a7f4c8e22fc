"""Keys: stable text from business facts; a changed key would do everything a second time."""

from datetime import date

import pytest

from duly.values.key import KEY_LENGTH, charge_key, date_key, in_share, job_key

# What a job key is made of: rule, about, subject, occurrence and step.
RESCUE = ("payment-rescue", "invoice", "cycle:3 of ana-1", "cycle:3", "3/charge")


def test_dates_are_written_the_same_way_for_ever() -> None:
    assert date_key(date(2026, 12, 1), 14) == "2026-12-01:14d"
    assert date_key(date(2026, 12, 1), -3) == "2026-12-01:-3d"


def test_keys_are_the_same_for_ever() -> None:
    decision = _job_key("a1b2", *RESCUE)
    charge = charge_key("a1b2", subscription="ana-1", invoice="cycle:3", number=2)

    # The first 160 bits of SHA-256 over the parts, with a unit separator between them.
    assert decision == "afecced7deacde1a4478f43f01b82d6073d2689f"
    assert charge == "a5a47f2a04828eb4fc7dd308811635b564512ba3"
    assert len(decision) == len(charge) == KEY_LENGTH


@pytest.mark.parametrize(
    "other",
    [
        ("a1b3", "payment-rescue", "invoice", "cycle:3 of ana-1", "cycle:3", "3/charge"),
        ("a1b2", "payment-rescue-2", "invoice", "cycle:3 of ana-1", "cycle:3", "3/charge"),
        ("a1b2", "payment-rescue", "subscription", "cycle:3 of ana-1", "cycle:3", "3/charge"),
        ("a1b2", "payment-rescue", "invoice", "cycle:4 of ana-1", "cycle:3", "3/charge"),
        ("a1b2", "payment-rescue", "invoice", "cycle:3 of ana-1", "cycle:4", "3/charge"),
        ("a1b2", "payment-rescue", "invoice", "cycle:3 of ana-1", "cycle:3", "7/charge"),
        # The same letters in a row, cut elsewhere.
        ("a1b2p", "ayment-rescue", "invoice", "cycle:3 of ana-1", "cycle:3", "3/charge"),
        ("a1b2", "payment-rescue", "invoice", "cycle:3 of ana-1c", "ycle:3", "3/charge"),
        ("a1b2", "payment-rescue", "invoice", "cycle:3 of ana-1", "cycle:33", "/charge"),
    ],
)
def test_two_decisions_have_two_job_keys(other: tuple[str, str, str, str, str, str]) -> None:
    assert _job_key(*other) != _job_key("a1b2", *RESCUE)


@pytest.mark.parametrize(
    ("installation", "subscription", "invoice", "number"),
    [
        ("a1b3", "ana-1", "cycle:3", 2),
        ("a1b2", "ana-2", "cycle:3", 2),
        ("a1b2", "ana-1", "cycle:4", 2),
        ("a1b2", "ana-1", "cycle:3", 3),
        ("a1b2", "ana-1", "cycle:", 32),  # the same letters in a row, cut elsewhere
    ],
)
def test_two_attempts_have_two_charge_keys(
    installation: str, subscription: str, invoice: str, number: int
) -> None:
    other = charge_key(installation, subscription=subscription, invoice=invoice, number=number)

    assert other != charge_key("a1b2", subscription="ana-1", invoice="cycle:3", number=2)


def test_a_key_shows_nobody_s_address() -> None:
    charge = charge_key("a1b2", subscription="ana@example.test", invoice="cycle:3", number=2)
    decision = _job_key("a1b2", "hello", "subscriber", "ana@example.test", "ever", "0/notify")

    assert "ana" not in charge
    assert "ana" not in decision


def _job_key(
    installation: str, rule: str, about: str, subject: str, occurrence: str, step: str
) -> str:
    return job_key(
        installation, rule=rule, about=about, subject=subject, occurrence=occurrence, step=step
    )


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
