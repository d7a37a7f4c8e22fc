"""How single values are written, and what is told about others."""

from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from fractions import Fraction

import pytest

from duly.errors import InputError
from duly.shape.form import Scalar
from duly.shape.parsing import TimeRange
from duly.shape.scalars import (
    day,
    duration,
    field_name,
    money,
    name,
    number,
    percent,
    text,
    time_of_day,
    time_range,
    whole_number,
    yes_no,
)
from duly.values.duration import Duration, Unit
from duly.values.money import Money

TEXT = text("Text", "A text.", at_most=5)
NAME = name("Name", "A name.")
FIELD = field_name("Field", "A field.")
YES_NO = yes_no("Yes", "Yes or no.")
WHOLE = whole_number("Number", "A number.", at_least=1, at_most=5)
NUMBER = number("Number", "A number.", at_least=-10)
PERCENT = percent("Share", "A share.")
OVER = percent("Growth", "A growth.", at_most=500)
DAY = day("Day", "A day.")
TIME = time_of_day("Time", "A time.")
HOURS = time_range("Hours", "Hours.")
LENGTH = duration("Length", "A length.", units=(Unit.DAY, Unit.PARCEL))
MONEY = money("Amount", "An amount.")


@pytest.mark.parametrize(
    ("shape", "written", "value"),
    [
        (TEXT, "no", "no"),
        (TEXT, "ășțâî", "ășțâî"),
        (NAME, "010", "010"),
        (NAME, "box-small-2025", "box-small-2025"),
        (NAME, "PRIMAVARA", "PRIMAVARA"),
        (FIELD, "app.first_login", "app.first_login"),
        (YES_NO, "yes", True),
        (YES_NO, "TRUE", True),
        (YES_NO, "On", True),
        (YES_NO, "no", False),
        (YES_NO, "False", False),
        (YES_NO, "off", False),
        (WHOLE, "5", 5),
        (WHOLE, "05", 5),
        (WHOLE, "1.0", 1),
        (NUMBER, "-1.50", Decimal("-1.50")),
        (PERCENT, "20%", Fraction(1, 5)),
        (PERCENT, "2.5 %", Fraction(1, 40)),
        (PERCENT, "100%", Fraction(1)),
        (OVER, "500%", Fraction(5)),
        (DAY, "2028-02-29", date(2028, 2, 29)),
        (TIME, "00:00", time(0)),
        (TIME, "23:59", time(23, 59)),
        (HOURS, "09:00-20:00", TimeRange(time(9), time(20))),
        (HOURS, "09:00 \u2013 20:30", TimeRange(time(9), time(20, 30))),
        (LENGTH, "1 day", Duration(1, Unit.DAY)),
        (LENGTH, "6 parcels", Duration(6, Unit.PARCEL)),
        (MONEY, "0.00 EUR", Money(0, "EUR")),
        (MONEY, "1200 JPY", Money(1200, "JPY")),
    ],
)
def test_a_value_is_read(shape: Scalar, written: str, value: object) -> None:
    found = shape.parse(written)

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("shape", "written", "said"),
    [
        (TEXT, "", "this text is empty; write something between the quotes"),
        (TEXT, "  ", "this text is empty; write something between the quotes"),
        (TEXT, "123456", "this text has 6 characters; write at most 5"),
        (
            NAME,
            "cutia mică",
            '"cutia mică" cannot be a name; write letters, digits and dashes, such as "cutia-mica"',
        ),
        (NAME, "a--b", '"a--b" cannot be a name; write letters, digits and dashes, such as "a-b"'),
        (NAME, "№", '"№" cannot be a name; write letters, digits and dashes, such as "No"'),
        (NAME, "…", '"…" cannot be a name; write letters, digits and dashes'),
        (NAME, "a" * 65, f'"{"a" * 65}" is too long; write at most 64 characters'),
        (
            FIELD,
            "App First",
            '"App First" cannot be the name of a field; '
            'write small letters, digits, underscores and dots, such as "app_first"',
        ),
        (YES_NO, "y", '"y" is neither yes nor no; write yes or no'),
        (WHOLE, "0", '"0" is too small; write 1 or more'),
        (WHOLE, "6", '"6" is too large; write 5 or less'),
        (WHOLE, "1.5", '"1.5" is not a whole number; write it without decimals'),
        (WHOLE, "three", '"three" is not a number; write digits, such as 1'),
        (NUMBER, "10,000", '"10,000" is not a number; write 10000'),
        (NUMBER, "1 000 000", '"1 000 000" is not a number; write 1000000'),
        (NUMBER, "1,5", '"1,5" is not a number; write 1.5'),
        (NUMBER, "1e3", '"1e3" is not a number; write digits, such as -10'),
        (NUMBER, "٣", '"٣" is not a number; write digits, such as -10'),
        (PERCENT, "20", '"20" is not a percentage; write 20%'),
        (PERCENT, "0.2", '"0.2" is not a percentage; write 20%'),
        (PERCENT, "2,5%", '"2,5%" is not a percentage; write 2.5%'),
        (PERCENT, "half", '"half" is not a percentage; write a number and %, such as 20%'),
        (PERCENT, "101%", '"101%" is out of range; write 0% to 100%'),
        (PERCENT, "-1%", '"-1%" is out of range; write 0% to 100%'),
        (
            DAY,
            "2026-02-29",
            '"2026-02-29" is not in the calendar; check the month and the day',
        ),
        (DAY, "1.9.2026", '"1.9.2026" is not a date; write 2026-09-01'),
        (
            DAY,
            "9/1/2026",
            '"9/1/2026" is not a date; write year, month and day, such as 2026-09-01',
        ),
        (TIME, "9", '"9" is not a time of day; write 09:00'),
        (TIME, "9.30", '"9.30" is not a time of day; write 09:30'),
        (TIME, "9:30:00", '"9:30:00" is not a time of day; write 09:30'),
        (
            TIME,
            "24:00",
            '"24:00" is not a time of day; '
            "write hours and minutes from 00:00 to 23:59, such as 09:00",
        ),
        (HOURS, "9-17:30", '"9-17:30" is not a stretch of hours; write 09:00-17:30'),
        (HOURS, "09:00", '"09:00" is not a stretch of hours; write it like 09:00-20:00'),
        (
            HOURS,
            "09:00-25:00",
            '"09:00-25:00" is not a stretch of hours; write it like 09:00-20:00',
        ),
        (HOURS, "20:00-09:00", '"20:00-09:00" ends before it starts; write the earlier time first'),
        (HOURS, "09:00-09:00", '"09:00-09:00" ends before it starts; write the earlier time first'),
        (MONEY, "99,00 RON", '"99,00 RON" is not an amount of money; write "99.00 RON"'),
        (MONEY, "-1.00 EUR", '"-1.00 EUR" is negative; write "1.00 EUR"'),
    ],
)
def test_another_value_is_refused_with_the_fix(shape: Scalar, written: str, said: str) -> None:
    with pytest.raises(InputError) as raised:
        shape.parse(written)

    assert str(raised.value) == said


@pytest.mark.parametrize(
    "make", [text, name, field_name, yes_no, whole_number, number, percent, day, time_of_day,
             time_range, money],
)  # fmt: skip
def test_the_example_of_a_value_can_be_read(make: Callable[[str, str], Scalar]) -> None:
    shape = make("Title", "A sentence.")

    assert [shape.parse(written) for written in shape.examples] != []


def test_a_time_range_is_written_as_in_rule_files() -> None:
    assert str(TimeRange(time(9), time(20, 30))) == "09:00-20:30"
