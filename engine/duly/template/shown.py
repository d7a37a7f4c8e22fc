"""How values look to the reader of a message: amounts, dates and numbers of a language."""

import copy
import re
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import NumberPattern, format_decimal

from duly.values.money import Money, exponent

# A code of letters keeps its distance from the digits: Unicode TR 35, part 3, currencySpacing.
_LETTER_BY_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
_LOCALES_KEPT = 256
_TEXTS_KEPT = 4_096  # a batch of messages shows few different prices and days, many times
_NO_BREAK_SPACE = "\u00a0"
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\U000f0000-\U0010ffff]"
)
_BREAKS = re.compile(r"\r\n?|[\x85\u2028\u2029]")


@lru_cache(maxsize=_LOCALES_KEPT)
def locale_of(tag: str, fallback: str) -> Locale:
    """Return the locale of a tag such as ``ro`` or ``en-GB``, else of the fallback, else English.

    People type languages by hand; an unknown one must not keep their invoice from them.
    """
    for candidate in (tag, tag.replace("_", "-").split("-")[0], fallback):
        try:
            return Locale.parse(candidate.replace("-", "_"))
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")


@lru_cache(maxsize=_TEXTS_KEPT)
def money_text(amount: Money, locale: Locale) -> str:
    """Write an amount with the decimals ISO 4217 gives its currency: ``89,00 RON``."""
    digits = exponent(amount.currency)
    text: str = _money_pattern(locale, digits).apply(
        Decimal(amount.minor).scaleb(-digits),
        locale,
        currency=amount.currency,
        currency_digits=False,
    )
    return _LETTER_BY_DIGIT.sub(_NO_BREAK_SPACE, text)


@cache
def _money_pattern(locale: Locale, digits: int) -> NumberPattern:
    pattern: NumberPattern = copy.copy(locale.currency_formats["standard"])
    pattern.frac_prec = (digits, digits)
    return pattern


@lru_cache(maxsize=_TEXTS_KEPT)
def date_text(day: date, locale: Locale) -> str:
    """Write a local date with its month in words: ``15 ianuarie 2026``."""
    return format_date(day, format="long", locale=locale)


def number_text(number: int | float | Decimal, locale: Locale) -> str:
    """Write a number with the separators of the language: ``10.000`` in Romanian."""
    return format_decimal(number, locale=locale)


def printable(text: str) -> str:
    """Return the text as a plain string, without what a mail may not carry."""
    plain = str(text)
    if plain.isprintable():
        return plain
    return _UNPRINTABLE.sub("", _BREAKS.sub("\n", plain))


def shown(value: object, locale: Locale) -> str:
    """Write a value the way its type asks for; raises TypeError for what has no such way."""
    match value:
        case str():
            return printable(value)
        case Money():
            return money_text(value, locale)
        case date():
            return date_text(value, locale)
        case bool():
            raise TypeError("yes or no cannot be shown")
        case int():
            return str(value)
        case float() | Decimal():
            return format_decimal(value, locale=locale, group_separator=False)
        case _:
            raise TypeError(f"{type(value).__name__} cannot be shown")
