"""Countries, and the zones of those that have one only."""

import pytest

from duly.values.country import countries, only_zone


@pytest.mark.parametrize("code", ["RO", "DE", "GB", "XK"])
def test_a_country_is_known(code: str) -> None:
    assert code in countries()


@pytest.mark.parametrize("code", ["UK", "XX", "ro", "EU", ""])
def test_another_code_is_not(code: str) -> None:
    assert code not in countries()


@pytest.mark.parametrize(
    ("country", "zone"),
    [
        ("GB", "Europe/London"),
        ("RO", "Europe/Bucharest"),
        ("JP", "Asia/Tokyo"),
        ("US", None),  # many
        ("ES", None),  # the Canaries have their own
        ("XK", None),  # the tz database does not list it
        ("??", None),
    ],
)
def test_a_country_with_one_zone_has_that_one(country: str, zone: str | None) -> None:
    assert only_zone(country) == zone
