"""Dates and numbers as files write them."""

from datetime import date
from fractions import Fraction

import pytest

from duly.errors import InputError
from duly.language.mapping_format import HOUSE, DecimalSign, FileFormat, parse_date_form


@pytest.mark.parametrize(
    ("form", "text", "day"),
    [
        ("YYYY-MM-DD", "2026-01-31", date(2026, 1, 31)),
        ("DD.MM.YYYY", "31.01.2026", date(2026, 1, 31)),
        ("DD.MM.YYYY", "1.2.2026", date(2026, 2, 1)),  # without the zeros
        ("MM/DD/YYYY", "02/01/2026", date(2026, 2, 1)),
        ("YYYYMMDD", "20260201", date(2026, 2, 1)),
        ("DD MM YYYY", "29 02 2024", date(2024, 2, 29)),
    ],
)
def test_a_day_is_read_in_the_form_of_the_file(form: str, text: str, day: date) -> None:
    assert FileFormat(dates=parse_date_form(form)).date(text) == day


@pytest.mark.parametrize(
    ("form", "text", "said"),
    [
        ("DD.MM.YYYY", "2026-01-31", "is no date; write it like 31.12.2026"),
        ("DD.MM.YYYY", "31.01.26", "is no date; write it like 31.12.2026"),
        ("DD.MM.YYYY", "31.01.2026 00:00", "is no date; write it like 31.12.2026"),
        ("DD.MM.YYYY", "٣١.٠١.٢٠٢٦", "is no date; write it like 31.12.2026"),
        ("YYYYMMDD", "2026121", "is no date; write it like 20261231"),
        ("YYYY-MM-DD", "2026-02-30", "is no day of the calendar; write it like 2026-12-31"),
        ("YYYY-MM-DD", "1899-12-31", "lies outside the years 1900 to 2199; write another day"),
        ("YYYY-MM-DD", "9999-12-31", "lies outside the years 1900 to 2199; write another day"),
    ],
)
def test_another_text_is_no_day(form: str, text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        FileFormat(dates=parse_date_form(form)).date(text)

    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("dd.mm.yyyy", "DD.MM.YYYY"),
        ("mm/dd/yyyy", "MM/DD/YYYY"),
        ("%d.%m.%Y", "DD.MM.YYYY"),
        ("DD.MM.YY", "DD.MM.YYYY"),
        ("DD.MM", "DD.MM.YYYY"),
        ("DD.DD.YYYY", "DD.MM.YYYY"),
        ("DD of MM YYYY", "DD.MM.YYYY"),
    ],
)
def test_a_form_of_dates_has_a_day_a_month_and_a_year(text: str, fix: str) -> None:
    with pytest.raises(InputError, match=f"write it like {fix}$"):
        parse_date_form(text)


@pytest.mark.parametrize(
    ("decimal", "text", "number"),
    [
        (".", "29.85", Fraction(2985, 100)),
        (".", "1,234.50", Fraction(123450, 100)),
        (".", "1,234", 1234),  # the comma cannot be a decimal sign here
        (".", "+3", 3),
        (".", "-0.5", Fraction(-1, 2)),
        (",", "29,85", Fraction(2985, 100)),
        (",", "1.234.567,5", Fraction(12345675, 10)),
        (",", "12 345,10", Fraction(1234510, 100)),
        (",", "12\u00a0345", 12345),
        (",", "1'000", 1000),
        (",", "007", 7),
    ],
)
def test_a_number_has_the_decimal_sign_of_the_file(
    decimal: DecimalSign, text: str, number: Fraction | int
) -> None:
    assert FileFormat(decimal=decimal).number(text) == number


@pytest.mark.parametrize(
    ("decimal", "text", "said"),
    [
        (".", "abc", "is no number; write it like 1234.50"),
        (".", "1.2.3", "is no number; write it like 1234.50"),
        (".", "0,123.4", "is no number; write it like 1234.50"),
        (".", "1,23", 'is no number; write it like 1234.50, or decimal: "," under format if the '
         "whole file has it so"),
        (",", "29.85", 'is no number; write it like 1234,50, or decimal: "." under format if the '
         "whole file has it so"),
        (",", "1 234.567,0", "is no number; write it like 1234,50"),  # two signs for thousands
        (",", "1.23,4", "is no number; write it like 1234,50"),
        (",", ",5", "is no number; write it like 1234,50"),
        (",", "5,", "is no number; write it like 1234,50"),
        (",", "５", "is no number; write it like 1234,50"),
        (",", "1" * 16, "is no number; write it like 1234,50"),
    ],
)  # fmt: skip
def test_another_text_is_no_number(decimal: DecimalSign, text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        FileFormat(decimal=decimal).number(text)

    assert str(caught.value) == said


def test_the_house_writes_as_rule_files_do() -> None:
    assert HOUSE.date("2026-12-31") == date(2026, 12, 31)
    assert HOUSE.number("29.85") == Fraction(2985, 100)
