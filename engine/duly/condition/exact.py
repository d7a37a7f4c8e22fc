"""Exact values in memory: fractions instead of doubles; what cannot be calculated is missing.

Each function means what the expression of the same name in SQL means; missing is None.
"""

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from duly.condition.tree import FIRST_DAY, LAST_DAY, MAX_DAYS, MAX_MONTHS, NEARLY, Comparison, Sign
from duly.errors import InputError
from duly.values import duration
from duly.values.money import Money, round_half_away

_NEARLY = Fraction(NEARLY)


@dataclass(frozen=True, slots=True)
class Amount:
    """Hold money that is still being calculated: fractions of minor units of one currency."""

    minor: Fraction
    currency: str

    def rounded(self) -> Money:
        """Round to money, half away from zero."""
        return Money(round_half_away(self.minor), self.currency)


# A moment is a date with a time; a list of words is a tuple.
Exact = Fraction | Amount | str | bool | date | tuple[str, ...]


def enter(value: object) -> Exact | None:
    """Take a value from outside; a float is the decimal number that people see."""
    match value:
        case None | bool() | str() | date() | Fraction():
            return value
        case int() | Decimal():
            return Fraction(value)
        case float():
            return Fraction(repr(value)) if math.isfinite(value) else None
        case Money(minor, currency):
            return Amount(Fraction(minor), currency)
        case list() | tuple():
            return tuple(str(word) for word in value)
        case _:
            raise AssertionError(f"a {type(value).__name__} is no value of a formula")


def calculate(sign: Sign, left: Exact, right: Exact, *, rough: bool) -> Exact | None:
    """Calculate with two values; ``rough`` says whether the right one was calculated itself."""
    match left, right:
        case Fraction(), Fraction():
            return _numbers(sign, left, right, rough=rough)
        case Amount(one, currency), Amount(other, other_currency):
            if currency != other_currency:
                return None
            result = _numbers(sign, one, other, rough=rough)
            return result if sign == "/" else _amount(result, currency)
        case Amount(minor, currency), Fraction():
            return _amount(_numbers(sign, minor, right, rough=rough), currency)
        case Fraction(), Amount(minor, currency):
            return _amount(_numbers(sign, left, minor, rough=rough), currency)
        case date(), date():
            return Fraction((left - right).days)
        case date(), Fraction():
            return days_later(left, right if sign == "+" else -right)
        case Fraction(), date():
            return days_later(right, left)
        case _:
            raise AssertionError("the types of a formula were checked when it was read")


def _amount(minor: Fraction | None, currency: str) -> Amount | None:
    return None if minor is None else Amount(minor, currency)


def _numbers(sign: Sign, left: Fraction, right: Fraction, *, rough: bool) -> Fraction | None:
    match sign:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            is_zero = abs(right) <= _NEARLY if rough else right == 0
            return None if is_zero else left / right


def compare(sign: Comparison, left: Exact, right: Exact, *, rough: bool = False) -> bool | None:
    """Compare two values of one type; money of two currencies gives unknown."""
    if isinstance(left, Amount) and isinstance(right, Amount):
        if left.currency != right.currency:
            return None
        left, right = left.minor, right.minor
    if rough:
        assert isinstance(left, Fraction), "only numbers and money are calculated in fractions"
        assert isinstance(right, Fraction), "only numbers and money are calculated in fractions"
        difference = left - right
        left, right = (difference if abs(difference) > _NEARLY else Fraction(0)), Fraction(0)
    return bool(_OPERATORS[sign](left, right))


_OPERATORS: dict[Comparison, Callable[..., object]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def extreme(function: str, values: list[Exact]) -> Exact | None:
    """Take the lowest or highest value; money of two currencies has none."""
    pick: Callable[..., Exact] = min if function == "min" else max
    if len({value.currency for value in values if isinstance(value, Amount)}) > 1:
        return None
    return pick(values, key=lambda value: value.minor if isinstance(value, Amount) else value)


def days_later(day: date, count: Fraction) -> date | None:
    """Move a date by whole days."""
    if abs(count) > MAX_DAYS:
        return None
    return _in_calendar(lambda: day + timedelta(days=int(count)))


def months_later(day: date, count: Fraction) -> date | None:
    """Move a date by whole months."""
    if abs(count) > MAX_MONTHS:
        return None
    return _in_calendar(lambda: duration.add_months(day, int(count)))


def _in_calendar(move: Callable[[], date]) -> date | None:
    try:
        moved = move()
    except (OverflowError, InputError):
        return None
    return moved if FIRST_DAY <= moved <= LAST_DAY else None


def months_between(first: date, last: date) -> int:
    """Count the whole months from one date to another, by the lengths of the months."""
    months = (last.year - first.year) * 12 + last.month - first.month
    month_goes_on = (last + timedelta(days=1)).day > 1
    return months - (1 if last.day < first.day and month_goes_on else 0)


def rounded(value: Fraction | Amount, decimals: Fraction = Fraction(0)) -> Fraction | Amount:
    """Round half away from zero; money to its minor unit."""
    if isinstance(value, Amount):
        return Amount(Fraction(round_half_away(value.minor)), value.currency)
    scale: int = 10 ** int(decimals)
    return Fraction(round_half_away(value * scale), scale)
