"""How single values are written: each function reads one text or raises InputError.

The error is one sentence, a semicolon and the fix.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from fractions import Fraction

from duly.errors import InputError
from duly.values.money import Money, parse_money

YES = ("yes", "true", "on")
NO = ("no", "false", "off")
NAME_LIMIT = 64

NAME = r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*"
FIELD = r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*"
PERCENT = r"-?[0-9]{1,6}(?:\.[0-9]{1,6})?\s?%"
DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
TIME_RANGE = rf"{TIME}\s*[-\u2013]\s*{TIME}"

_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,9})?")
_GROUPED = re.compile(r"[0-9]{1,3}(?:[ ,._'][0-9]{3})+")
_DOTTED_DATE = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
_LOOSE_TIME = re.compile(r"([0-9]{1,2})(?:[:.h]([0-9]{2}))?(?::[0-9]{2})?")


@dataclass(frozen=True, slots=True)
class TimeRange:
    """Mark hours of one local day: ``start`` inclusive, ``end`` exclusive and later."""

    start: time
    end: time

    def __str__(self) -> str:
        """Write the hours as rule files do: ``09:00-20:00``."""
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


def parse_text(text: str, *, at_most: int) -> str:
    """Read a text that is not empty and has at most so many characters."""
    if not text.strip():
        raise InputError("this text is empty; write something between the quotes")
    if len(text) > at_most:
        raise InputError(f"this text has {len(text)} characters; write at most {at_most}")
    return text


def parse_name(text: str) -> str:
    """Read an id of letters, digits and single dashes."""
    if not re.fullmatch(NAME, text):
        raise InputError(
            f'"{text}" cannot be a name; write letters, digits and dashes{_such_as(text, "-")}'
        )
    return _limited(text)


def parse_field_name(text: str) -> str:
    """Read the name of a field: small letters, digits, underscores and dots."""
    if not re.fullmatch(FIELD, text):
        raise InputError(
            f'"{text}" cannot be the name of a field; '
            f"write small letters, digits, underscores and dots{_such_as(text.lower(), '_')}"
        )
    return _limited(text)


def parse_yes_no(text: str) -> bool:
    """Read yes or no, true or false, on or off, in any case."""
    word = text.lower()
    if word not in YES + NO:
        raise InputError(f'"{text}" is neither yes nor no; write yes or no')
    return word in YES


def parse_whole_number(text: str, *, at_least: int, at_most: int, example: str = "") -> int:
    """Read a whole number between two others, both included."""
    number = parse_number(text, at_least=at_least, at_most=at_most, example=example)
    if number != int(number):
        raise InputError(f'"{text}" is not a whole number; write it without decimals')
    return int(number)


def parse_number(text: str, *, at_least: int, at_most: int, example: str = "") -> Decimal:
    """Read a number between two others, both included; ``example`` is else the smallest one."""
    if not _NUMBER.fullmatch(text):
        raise InputError(f'"{text}" is not a number; write {_digits(text, example or at_least)}')
    number = Decimal(text)
    if number < at_least:
        raise InputError(f'"{text}" is too small; write {at_least} or more')
    if number > at_most:
        raise InputError(f'"{text}" is too large; write {at_most} or less')
    return number


def parse_percent(text: str, *, at_least: int, at_most: int) -> Fraction:
    """Read a percentage between two others, both included, as a share: ``20%`` is 1/5."""
    if not re.fullmatch(PERCENT, text):
        raise InputError(f'"{text}" is not a percentage; write {_percent(text)}')
    share = Fraction(text.removesuffix("%").strip())
    if not at_least <= share <= at_most:
        raise InputError(f'"{text}" is out of range; write {at_least}% to {at_most}%')
    return share / 100


def parse_date(text: str) -> date:
    """Read ``2026-09-01``."""
    if re.fullmatch(DATE, text):
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise InputError(
                f'"{text}" is not in the calendar; check the month and the day'
            ) from error
    dotted = _DOTTED_DATE.fullmatch(text)
    if dotted:
        fix = f"{dotted[3]}-{int(dotted[2]):02}-{int(dotted[1]):02}"
    else:
        fix = "year, month and day, such as 2026-09-01"
    raise InputError(f'"{text}" is not a date; write {fix}')


def parse_time(text: str) -> time:
    """Read ``09:00``."""
    if re.fullmatch(TIME, text):
        return time.fromisoformat(text)
    fix = _clock(text) or "hours and minutes from 00:00 to 23:59, such as 09:00"
    raise InputError(f'"{text}" is not a time of day; write {fix}')


def parse_time_range(text: str) -> TimeRange:
    """Read ``09:00-20:00``."""
    ends = re.split(r"\s*[-\u2013]\s*", text)
    if not re.fullmatch(TIME_RANGE, text):
        clocks = [_clock(part) for part in ends]
        fix = "-".join(clocks) if len(clocks) == 2 and all(clocks) else "it like 09:00-20:00"
        raise InputError(f'"{text}" is not a stretch of hours; write {fix}')
    start, end = (time.fromisoformat(part) for part in ends)
    if start >= end:
        raise InputError(f'"{text}" ends before it starts; write the earlier time first')
    return TimeRange(start, end)


def parse_amount(text: str) -> Money:
    """Read an amount of money that is not negative."""
    amount = parse_money(text)
    if amount.minor < 0:
        raise InputError(f'"{text}" is negative; write "{-amount}"')
    return amount


def _digits(text: str, example: str | int) -> str:
    if _GROUPED.fullmatch(text):
        return re.sub(r"\D", "", text)
    decimal = text.replace(",", ".")
    return decimal if _NUMBER.fullmatch(decimal) else f"digits, such as {example}"


def _percent(text: str) -> str:
    """Guess the percentage somebody meant: ``20``, ``0.2`` and ``20,0%``."""
    written = text.removesuffix("%").strip().replace(",", ".")
    if not _NUMBER.fullmatch(written):
        return "a number and %, such as 20%"
    share = Decimal(written)
    if 0 < share < 1 and "%" not in text:
        share *= 100
    return f"{share.normalize():f}%"


def _clock(text: str) -> str:
    """Guess the time of day somebody meant by ``9`` or ``9.30``; empty if there is none."""
    loose = _LOOSE_TIME.fullmatch(text)
    if not loose or int(loose[1]) > 23 or int(loose[2] or 0) > 59:
        return ""
    return f"{int(loose[1]):02}:{loose[2] or '00'}"


def _limited(text: str) -> str:
    if len(text) > NAME_LIMIT:
        raise InputError(f'"{text}" is too long; write at most {NAME_LIMIT} characters')
    return text


def _such_as(text: str, sign: str) -> str:
    """Offer the nearest name that can stand: without accents, signs as dashes."""
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    near = re.sub(r"[^A-Za-z0-9]+", sign, letters).strip(sign)
    return f', such as "{near}"' if near else ""
