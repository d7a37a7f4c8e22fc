"""Money in integer minor units: exact inside, rounded once, half away from zero."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import iso4217

from duly.errors import InputError

_TEXT = re.compile(r"(-?)(\d{1,12})(?:\.(\d{1,4}))?\s+([A-Z]{3})")


@cache
def exponent(currency: str) -> int:
    """Return how many decimals a currency has (ISO 4217: JPY 0, EUR 2, KWD 3).

    Raises InputError for a code that ISO 4217 does not list.
    """
    try:
        digits = iso4217.Currency(currency).exponent
    except ValueError as error:
        raise InputError(f'"{currency}" is not a currency; write a code such as EUR') from error
    if digits is None:
        raise InputError(f'"{currency}" is not a currency one can pay with')
    return digits


@dataclass(frozen=True, slots=True)
class Money:
    """Hold an amount in minor units (cents for EUR, yen for JPY) of one currency."""

    minor: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._same(other)
        return self.minor < other.minor

    def __str__(self) -> str:
        """Write the amount as rule files do: ``89.00 RON``."""
        digits = exponent(self.currency)
        whole, part = divmod(abs(self.minor), 10**digits)
        sign = "-" if self.minor < 0 else ""
        decimals = f".{part:0{digits}d}" if digits else ""
        return f"{sign}{whole}{decimals} {self.currency}"

    def times(self, factor: Fraction | int) -> "Money":
        """Multiply exactly, then round once, half away from zero."""
        return Money(round_half_away(Fraction(self.minor) * factor), self.currency)

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise InputError(f"{self} and {other} are of two currencies and cannot be combined")


def round_half_away(value: Fraction) -> int:
    """Round to a whole number, halves away from zero, symmetric in sign."""
    doubled = 2 * abs(value.numerator) + value.denominator
    rounded = doubled // (2 * value.denominator)
    return rounded if value >= 0 else -rounded


def parse_money(text: str) -> Money:
    """Read ``5.00 EUR``; raises InputError with the text to write instead."""
    match = _TEXT.fullmatch(text.strip())
    if match is None:
        raise InputError(f'"{text}" is not an amount of money; {_suggestion(text)}')
    sign, whole, decimals, currency = match.groups()
    digits = exponent(currency)
    if decimals is not None and len(decimals) > digits:
        raise InputError(f'"{text}" has more decimals than {currency} has; {currency} has {digits}')
    minor = int(whole) * 10**digits + int((decimals or "").ljust(digits, "0") or 0)
    return Money(-minor if sign else minor, currency)


def _suggestion(text: str) -> str:
    comma = re.fullmatch(r"(-?\d+),(\d{1,3})\s*([A-Za-z]{3})", text.strip())
    if comma:
        return f'write "{comma[1]}.{comma[2]} {comma[3].upper()}"'
    swapped = re.fullmatch(r"([A-Za-z]{3})\s*(-?\d+(?:\.\d+)?)", text.strip())
    if swapped:
        return f'write "{swapped[2]} {swapped[1].upper()}"'
    joined = re.fullmatch(r"(-?\d+(?:\.\d+)?)\s*([A-Za-z]{3})", text.strip())
    if joined:
        return f'write "{joined[1]} {joined[2].upper()}"'
    return 'write a number and a currency, such as "5.00 EUR"'


def total(amounts: Iterable[Money], currency: str) -> Money:
    """Add amounts of one currency; the sum of nothing is zero."""
    result = Money(0, currency)
    for amount in amounts:
        result += amount
    return result


def split(amount: Money, weights: Sequence[int | Fraction]) -> tuple[Money, ...]:
    """Split by weights so that the parts add up to the whole (largest remainder, ties first).

    Weights are not negative and not all zero.
    """
    parts = [Fraction(amount.minor) * Fraction(weight) / sum(weights) for weight in weights]
    whole = [int(part) for part in parts]
    left = amount.minor - sum(whole)
    order = sorted(range(len(parts)), key=lambda i: (-abs(parts[i] - whole[i]), i))
    for index in order[: abs(left)]:
        whole[index] += 1 if left > 0 else -1
    return tuple(Money(minor, amount.currency) for minor in whole)


@dataclass(frozen=True, slots=True)
class Taxed:
    """Hold an amount three ways: ``net + tax = gross``, all of one currency."""

    net: Money
    tax: Money
    gross: Money


def tax_inside(gross: Money, rate: Fraction) -> Taxed:
    """Carve the tax out of a gross amount: ``tax = gross * rate / (1 + rate)``.

    The formula of Council Directive 2006/112/EC, article 73 with 78(a): the taxable amount is the
    consideration without the tax. ``rate`` is a share: 21 % is Fraction(21, 100).
    """
    tax = gross.times(rate / (1 + rate))
    return Taxed(gross - tax, tax, gross)
