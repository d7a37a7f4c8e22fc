"""Money in integer minor units: exact inside, rounded once, half away from zero."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import iso4217

from duly.errors import InputError

_TEXT = re.compile(r"(-?)([0-9]{1,12})(?:\.([0-9]{1,4}))?\s+([A-Z]{3})")
# What people write instead: code first or in small letters, a decimal comma, no space. A comma
# with three digits after it may separate thousands and is not guessed at.
_LOOSE = re.compile(r"([A-Z]{3})?\s*(-?[0-9]{1,12})(?:[.,]([0-9]{1,2}))?\s*([A-Z]{3})?")
_EXAMPLE_UNITS = 5
# ISO 4217 list three: codes withdrawn since 2015. Amounts of those years stay readable.
_WITHDRAWN = {
    "ANG": 2,
    "BGN": 2,
    "BYR": 0,
    "CUC": 2,
    "HRK": 2,
    "LTL": 2,
    "MRO": 2,
    "SLL": 2,
    "STD": 2,
    "VEF": 2,
    "ZWL": 2,
}


@cache
def exponent(currency: str) -> int:
    """Return how many decimals a currency has (ISO 4217: JPY 0, EUR 2, KWD 3).

    Raises InputError for a code that ISO 4217 does not list.
    """
    if currency in _WITHDRAWN:
        return _WITHDRAWN[currency]
    try:
        digits = iso4217.Currency(currency).exponent
    except ValueError as error:
        raise InputError(f'"{currency}" is not a currency; write a code such as EUR') from error
    if digits is None:
        raise InputError(f'"{currency}" is not a currency one can pay with; write one such as EUR')
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
        return Money(_rounded(self.minor * factor.numerator, factor.denominator), self.currency)

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise InputError(f"{self} and {other} are of two currencies and cannot be combined")


def round_half_away(value: Fraction) -> int:
    """Round to a whole number, halves away from zero, symmetric in sign."""
    return _rounded(value.numerator, value.denominator)


def _rounded(numerator: int, denominator: int) -> int:
    """Round a share in whole numbers: making a Fraction of each amount takes ten times as long."""
    rounded = (2 * abs(numerator) + denominator) // (2 * denominator)
    return rounded if numerator >= 0 else -rounded


def parse_money(text: str) -> Money:
    """Read ``5.00 EUR``; raises InputError with the text to write instead."""
    match = _TEXT.fullmatch(text.strip())
    if match is None:
        raise InputError(f'"{text}" is not an amount of money; {_suggestion(text)}')
    sign, whole, decimals, currency = match.groups()
    digits = exponent(currency)
    if decimals is not None and len(decimals) > digits:
        example = Money(_EXAMPLE_UNITS * 10**digits, currency)
        raise InputError(
            f'"{text}" has more decimals than {currency}, which has {digits}; '
            f'write an amount such as "{example}"'
        )
    minor = int(whole) * 10**digits + int((decimals or "").ljust(digits, "0") or 0)
    return Money(-minor if sign else minor, currency)


def _suggestion(text: str) -> str:
    match = _LOOSE.fullmatch(text.strip().upper())
    if match and bool(match[1]) != bool(match[4]):
        meant = f"{match[2]}{f'.{match[3]}' if match[3] else ''} {match[1] or match[4]}"
        if _is_amount(meant):
            return f'write "{meant}"'
    return 'write a number and a currency, such as "5.00 EUR"'


def _is_amount(text: str) -> bool:
    try:
        parse_money(text)
    except InputError:
        return False
    return True


def total(amounts: Iterable[Money], currency: str) -> Money:
    """Add amounts of one currency; the sum of nothing is zero."""
    result = Money(0, currency)
    for amount in amounts:
        result += amount
    return result


def apportion(whole: int, shares: Sequence[int], parts: int) -> tuple[int, ...]:
    """Round shares so that they add up to the whole (largest remainder, ties first).

    ``shares`` are numerators over ``parts``, so that no fraction is made of each; ``whole`` is
    their sum, rounded. None comes out a whole unit away from its exact share, credits included.
    """
    rounded = [divmod(share, parts) for share in shares]
    found = [floor for floor, _ in rounded]
    by_remainder = sorted(range(len(found)), key=lambda index: (-rounded[index][1], index))
    for index in by_remainder[: whole - sum(found)]:
        found[index] += 1
    return tuple(found)


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
    share = rate.numerator, rate.denominator + rate.numerator  # rate / (1 + rate)
    tax = Money(_rounded(gross.minor * share[0], share[1]), gross.currency)
    return Taxed(gross - tax, tax, gross)
