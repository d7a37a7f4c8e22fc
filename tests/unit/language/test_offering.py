"""What catalog.yaml says of plans, prices, parcels and taxes."""

from datetime import date
from fractions import Fraction

import pytest

from duly.catalog import Catalog, Content, Plan, Price, Product, Rate, Tax, Term
from duly.language.workspace import read_workspace
from duly.values.duration import Duration, Unit
from duly.values.money import Money
from language_files import FOLDER, PLACES, workspace

MONTH = Duration(1, Unit.MONTH)


def catalog(text: str) -> Catalog:
    files = {**workspace(FOLDER / "base"), PLACES["catalog"]: text.encode()}
    reading = read_workspace(files, environment={}, outlets=None)
    assert reading.ruleset is not None, reading.problems
    return reading.ruleset.catalog


EVERYTHING = (FOLDER / "good" / "catalog" / "everything.yaml").read_text(encoding="utf-8")


def test_everything_that_is_written_is_known() -> None:
    assert catalog(EVERYTHING) == Catalog(
        currency="RON",
        plans={
            "tin": Plan(
                code="tin",
                names={"en": "Tin of tea", "ro": "Cutie de ceai"},
                prices=(
                    Price("tin-2026", MONTH, "food", Money(4000, "RON"), until=date(2026, 12, 31)),
                    Price("tin-2027", MONTH, "food", Money(4500, "RON"), since=date(2027, 1, 1)),
                ),
                term=Term(Duration(6, Unit.MONTH), "ends"),
                parcel=(Content("tea", 2), Content("tea", 1, every=3)),
            ),
            "chest": Plan(
                code="chest",
                names={"": "Chest of tea"},
                prices=(
                    Price(
                        "chest-2026",
                        Duration(2, Unit.WEEK),
                        "none",
                        at_least=Money(1000, "RON"),
                    ),
                ),
                parcel=(Content("cup", 1),),
            ),
        },
        products={
            "tea": Product("tea", {"en": "Tea", "ro": "Ceai"}),
            "cup": Product("cup", {"": "Cup"}),
        },
        taxes={
            "food": Tax(
                "food",
                (
                    Rate("RO", Fraction(9, 100), until=date(2025, 7, 31)),
                    Rate("RO", Fraction(11, 100), since=date(2025, 8, 1)),
                    Rate("", Fraction(5, 100)),
                ),
            ),
            "standard": Tax("standard", (Rate("RO", Fraction(21, 100)),)),
            "none": Tax("none", (Rate("", Fraction(0)),), "VATEX-EU-O"),
        },
    )


@pytest.mark.parametrize(
    ("country", "day", "percent"),
    [
        ("RO", date(2025, 7, 31), 9),
        ("RO", date(2025, 8, 1), 11),
        ("DE", date(2025, 8, 1), 5),  # the one for all countries
    ],
)
def test_the_rate_of_a_country_stands_before_that_of_all(
    country: str, day: date, percent: int
) -> None:
    tax = catalog(EVERYTHING).taxes["food"]

    assert tax.rate_on(country, day) == Fraction(percent, 100)


BASE = """\
currency: RON
taxes: {food: {RO: 11%}, standard: {RO: 21%}}
products:
  tea: {name: Tea, tax: food}
  cup: {name: Cup, tax: standard}
plans:
  tin: {name: Tin, parcel: {items: [PARCEL]}, prices: {a: {amount: 1.00 RON, every: 1 month}}}
  chest: {name: Chest, prices: {b: {amount: 1.00 RON, every: 1 month, tax: food}}}
"""


def test_a_price_has_the_tax_of_what_is_in_the_parcel() -> None:
    text = BASE.replace("PARCEL", "{product: cup, count: 1}, {product: cup, count: 2}")

    assert catalog(text).price("a").tax == "standard"


def test_a_price_of_a_mixed_parcel_has_to_say_its_tax() -> None:
    text = BASE.replace("PARCEL", "{product: cup, count: 1}, {product: tea, count: 2}")
    files = {**workspace(FOLDER / "base"), PLACES["catalog"]: text.encode()}

    reading = read_workspace(files, environment={}, outlets=None)

    assert [problem.code for problem in reading.problems] == ["no-tax"]


TERM = """\
currency: RON
taxes: {food: {RO: 11%}}
products: {tea: {name: Tea, tax: food}}
plans:
  tin:
    name: Tin
    parcel: {items: [{product: tea, count: 1}]}
    term: {length: LENGTH, then: ends}
    prices:
      a: {amount: 1.00 RON, every: 2 months, until: 2026-12-31}
      b: {amount: 2.00 RON, every: 2 months, from: 2027-01-01}
  chest: {name: Chest, prices: {c: {amount: 1.00 RON, every: 1 month, tax: food}}}
"""


@pytest.mark.parametrize(
    ("written", "length"),
    [
        ("6 months", Duration(6, Unit.MONTH)),
        ("3 cycles", Duration(6, Unit.MONTH)),  # of two months each
        ("1 cycle", Duration(2, Unit.MONTH)),
        ("6 parcels", Duration(12, Unit.MONTH)),  # one in each cycle
    ],
)
def test_a_term_in_cycles_or_parcels_ends_with_the_last_of_them(
    written: str, length: Duration
) -> None:
    assert catalog(TERM.replace("LENGTH", written)).plans["tin"].term == Term(length, "ends")
