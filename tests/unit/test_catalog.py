"""What is sold: dated rates and prices, names in languages, parcels."""

from datetime import date
from fractions import Fraction

import pytest

from duly.catalog import Content, Plan, Price, Rate, Tax, deliverable, name_in, parcel_items
from duly.errors import InputError
from duly.values.duration import Duration, Unit
from duly.values.money import Money

FOOD = Tax(
    "food",
    (
        Rate("RO", Fraction(9, 100), until=date(2025, 7, 31)),
        Rate("RO", Fraction(11, 100), since=date(2025, 8, 1)),
    ),
)
MONTH = Duration(1, Unit.MONTH)
BOX = Plan(
    "box",
    {"ro": "Cutia mică", "en": "Small box"},
    (
        Price("box-2025", MONTH, "food", Money(8900, "RON"), until=date(2026, 12, 31)),
        Price("box-2027", MONTH, "food", Money(9900, "RON"), since=date(2027, 1, 1)),
    ),
    parcel=(Content("beans", 2), Content("filter", 1, every=3)),
)


@pytest.mark.parametrize(
    ("day", "share"),
    [(date(2025, 7, 31), Fraction(9, 100)), (date(2025, 8, 1), Fraction(11, 100))],
)
def test_a_rate_is_the_one_of_its_day(day: date, share: Fraction) -> None:
    assert FOOD.rate_on("RO", day) == share


def test_a_country_without_a_rate_is_named() -> None:
    with pytest.raises(InputError, match='the tax "food" has no rate for DE on 2026-01-01'):
        FOOD.rate_on("DE", date(2026, 1, 1))


@pytest.mark.parametrize(
    ("day", "code"), [(date(2026, 12, 31), "box-2025"), (date(2027, 1, 1), "box-2027")]
)
def test_new_subscriptions_take_the_price_open_that_day(day: date, code: str) -> None:
    assert BOX.price_on(day).code == code


@pytest.mark.parametrize(
    ("language", "name"), [("ro", "Cutia mică"), ("en", "Small box"), ("de", "Cutia mică")]
)
def test_a_name_is_in_the_language_asked_for_or_in_some(language: str, name: str) -> None:
    assert name_in(BOX.names, language, "box") == name


@pytest.mark.parametrize(
    ("number", "products"),
    [(1, ["beans"]), (2, ["beans"]), (3, ["beans", "filter"]), (6, ["beans", "filter"])],
)
def test_some_products_are_in_every_third_parcel_only(number: int, products: list[str]) -> None:
    assert [content.product for content in parcel_items(BOX, number)] == products


@pytest.mark.parametrize("missing", ["street", "city", "country"])
def test_a_parcel_needs_street_city_and_country(missing: str) -> None:
    address = {"street": "Str. Horea 10", "city": "Cluj", "country": "RO"}

    assert deliverable(address)
    assert not deliverable({**address, missing: ""})
