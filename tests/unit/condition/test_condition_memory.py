"""Formulas in memory: exact, three-valued, and nothing but our own nodes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from simpleeval import FeatureNotAvailable

from duly.condition.given import Text
from duly.condition.memory import Formula, compile_formula, row_name
from duly.condition.tree import InSegment
from duly.condition.types import Type
from duly.errors import InputError
from duly.values.money import Money
from duly.values.problem import Problem, Span

TODAY = date(2026, 3, 31)
NAMES = {
    "price": Type.MONEY,
    "other_price": Type.MONEY,
    "calls": Type.WHOLE,
    "load": Type.NUMBER,
    "joined_on": Type.DATE,
    "name": Type.TEXT,
    "agreed": Type.YES_NO,
    "tags": Type.TEXTS,
    "row.pret": Type.CELL,
    "row.stare": Type.CELL,
    "row.start": Type.CELL,
}
VALUES: Mapping[str, Any] = {
    "price": Money(1000, "EUR"),
    "other_price": Money(333, "RON"),
    "calls": 7,
    "load": 0.1,
    "joined_on": date(2026, 1, 31),
    "name": "Ana POP",
    "agreed": True,
    "tags": ["vip"],
}


def compiled(text: str, wanted: Type | None = None) -> tuple[Formula | None, tuple[Problem, ...]]:
    given = Text(text, Span("imports/old.yaml", 9, 5, len(text)))
    return compile_formula(given, NAMES, wanted=wanted)


def value(text: str, values: Mapping[str, Any] = VALUES, wanted: Type | None = None) -> Any:
    formula, problems = compiled(text, wanted)
    assert formula is not None, problems
    return formula.value(values, today=TODAY)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("load + 0.2", Fraction(3, 10)),  # a double would say 0.30000000000000004
        ("load * 3 == 0.3", True),
        ("calls / 2", Fraction(7, 2)),
        ("calls * 2 - 1", 13),
        ("round(calls / 2)", 4),  # 3.5, half away from zero
        ("round(-calls / 2)", -4),  # -3.5
        ("round(2.345, 2)", Fraction(235, 100)),
        ("price * 0.19", Money(190, "EUR")),
        ("price / 3", Money(333, "EUR")),  # 333.33 cents
        ("price * 0.0005", Money(1, "EUR")),  # 0.5 cents, half away from zero
        ("-price * 0.0005", Money(-1, "EUR")),
        ("price / 3 * 3", Money(1000, "EUR")),  # rounded once, at the end
        ("round(price / 3) * 3", Money(999, "EUR")),  # unless one asks for it
        ("price + '0.01 EUR'", Money(1001, "EUR")),
        ("price / '2.00 EUR'", Fraction(5)),
        ("min(price, '5.00 EUR')", Money(500, "EUR")),
        ("max(calls, 2.5, load)", Fraction(7)),
        ("joined_on + 28", date(2026, 2, 28)),
        ("add_months(joined_on, 1)", date(2026, 2, 28)),
        ("add_days(joined_on, -31)", date(2025, 12, 31)),
        ("days_since(joined_on)", 59),
        ("months_since(joined_on)", 2),
        ("months_since('2026-02-28')", 1),
        ("lower(name)", "ana pop"),
        ("name == 'Ana POP' and agreed", True),
        ("calls in [1, 7]", True),
        ("'vip' in tags and 'POP' in name", True),
        ("not agreed or calls > 9", False),
        ("'2.00 EUR' < price <= '10.00 EUR'", True),
    ],
)
def test_a_formula_is_calculated_exactly(text: str, wanted: Any) -> None:
    assert value(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "price + other_price",  # two currencies
        "price > other_price",
        "price / other_price",
        "min(price, other_price)",
        "calls / 0",
        "calls / (load * 3 - 0.3)",
        "calls + row.pret",  # missing
        "max(calls, row.pret)",
        "row.pret > 3",
        "row.pret > 3 and agreed",
        "row.pret > 3 or not agreed",
        "not row.pret > 3",
        "row.stare in ['a']",
        "'a' in row.stare",
        "-row.pret",
        "lower(row.stare)",
        "days_since(row.start)",
        "add_months(joined_on, 100000)",
        "add_days('9999-11-30', 1)",
        "add_months('9999-11-30', 12)",
    ],
)
def test_what_cannot_be_calculated_is_missing(text: str) -> None:
    assert value(text) is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("row.pret > 3 and not agreed", False),
        ("row.pret > 3 or agreed", True),
        ("if_missing(row.pret, 5)", Fraction(5)),
        ("if_missing(price + other_price, price)", Money(1000, "EUR")),
        ("'new' in tags", False),
    ],
)
def test_a_missing_part_need_not_make_the_whole_missing(text: str, wanted: Any) -> None:
    assert value(text) == wanted


@dataclass(frozen=True)
class CommaCell:
    """A cell of a file that writes 1,5 and 31.01.2026."""

    text: str

    def read(self, kind: Type) -> object | None:
        if not self.text:
            return None
        if kind.is_number:
            if not self.text.replace(",", "").isdigit():
                raise InputError(f'"{self.text}" is not a number')
            return Decimal(self.text.replace(",", "."))
        if kind is Type.DATE:
            day, month, year = self.text.split(".")
            return date(int(year), int(month), int(day))
        return self.text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("round(row.pret * 1.0, 2)", Fraction(8956, 100)),
        ("row.stare == 'Anulat'", True),
        ("row.stare in ['Anulat', 'Activ']", True),
        ("lower(row.stare)", "anulat"),
        ("row.stare", "Anulat"),
        ("if_missing(row.stare, row.pret)", "Anulat"),
        ("row.pret > 3", True),
        ("row.pret * '1.00 EUR'", Money(8956, "EUR")),
        ("months_since(row.start)", 2),
        ("row.start + 1", None),
    ],
)
def test_a_cell_is_read_as_what_the_formula_uses_it_for(text: str, wanted: Any) -> None:
    cells = {"row.pret": "89,555", "row.stare": "Anulat", "row.start": "31.01.2026"}
    values = {name: CommaCell(cell) for name, cell in cells.items()}

    if wanted is None:
        with pytest.raises(InputError, match="is not a number"):
            value(text, values | {"row.start": CommaCell("31.01.2026")})
    else:
        assert value(text, values) == wanted


def test_an_empty_cell_is_missing() -> None:
    assert value("row.pret * 2", {"row.pret": CommaCell("")}) is None


@pytest.mark.parametrize(
    ("text", "wanted", "message"),
    [
        ("calls", Type.MONEY, '"calls" gives a whole number, and money is needed here'),
        ("price", Type.NUMBER, '"price" gives money, and a number is needed here'),
        ("load", Type.WHOLE, '"load" gives a number, and a whole number is needed here'),
        ("calls > 3", Type.MONEY, '"calls > 3" gives yes or no, and money is needed here'),
        ("calls", Type.YES_NO, "calls is not yes or no"),
        ("row.prett", None, 'unknown field "row.prett"'),
    ],
)
def test_a_formula_that_gives_something_else_is_refused(
    text: str, wanted: Type | None, message: str
) -> None:
    formula, problems = compiled(text, wanted)

    assert formula is None
    assert [problem.message for problem in problems] == [message]


@pytest.mark.parametrize(
    ("text", "wanted", "given", "result"),
    [
        ("'5.00 EUR'", Type.MONEY, {}, Money(500, "EUR")),
        ("row.pret", Type.NUMBER, {"row.pret": CommaCell("1,5")}, Fraction(3, 2)),
        ("row.start", Type.DATE, {"row.start": CommaCell("31.01.2026")}, date(2026, 1, 31)),
        ("calls", Type.NUMBER, VALUES, 7),
    ],
)
def test_a_formula_is_read_as_what_is_needed(
    text: str, wanted: Type, given: Mapping[str, Any], result: Any
) -> None:
    assert value(text, given, wanted) == result


def test_a_formula_tells_which_values_it_needs() -> None:
    formula, _ = compiled("if_missing(row.pret, load) > calls")
    assert formula is not None

    assert formula.names == {"row.pret", "load", "calls"}


def test_a_node_of_another_kind_is_refused() -> None:
    formula = Formula(InSegment("all"), Type.YES_NO, frozenset())

    with pytest.raises(FeatureNotAvailable):
        formula.value({}, today=TODAY)


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Pret lunar", "row.pret_lunar"),
        ("MonthlyCharges", "row.monthlycharges"),
        ("  Preț / lună (RON) ", "row.preț_lună_ron"),
        ("E-mail", "row.e_mail"),
    ],
)
def test_a_heading_has_a_name_in_formulas(heading: str, name: str) -> None:
    assert row_name(heading) == name
