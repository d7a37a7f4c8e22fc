"""Read a text of a rule file as a value of a type."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

from duly.condition.catalogue import closest
from duly.condition.types import Plain, Type
from duly.errors import InputError
from duly.values.money import parse_money

MAX_TEXT = 500
MAX_OPTIONS = 500
_YES = ("yes", "true", "on")
_NO = ("no", "false", "off")
_NUMBER = re.compile(r"(?a)-?\d{1,15}(\.\d{1,9})?")
_WHOLE = re.compile(r"(?a)-?\d{1,15}")
_DAY_FIRST = re.compile(r"(?a)(\d{1,2})[./](\d{1,2})[./](\d{4})")
_ISO_DATE = re.compile(r"(?a)\d{4}-\d{2}-\d{2}")


def read_value(text: str, kind: Type, one_of: tuple[str, ...] = ()) -> Plain:
    """Read a text as a value; raises InputError that says what is wrong with it."""
    if len(text) > MAX_TEXT:
        raise InputError(f"a text of {len(text)} characters is too long; {MAX_TEXT} are allowed")
    return _READERS[kind](text, one_of)


def _text(text: str, _one_of: tuple[str, ...]) -> str:
    return text


def _word(text: str, one_of: tuple[str, ...]) -> str:
    if one_of and text not in one_of:
        alike = closest(text, one_of)
        fix = f'did you mean "{alike[0]}"?' if alike else f"it is one of {', '.join(one_of)}"
        raise InputError(f'"{text}" is not possible here; {fix}')
    return text


def _number(text: str, _one_of: tuple[str, ...]) -> Decimal:
    if not _NUMBER.fullmatch(text):
        comma = re.fullmatch(r"(?a)(-?\d{1,15}),(\d{1,9})", text)
        fix = f"; write {comma[1]}.{comma[2]}" if comma else ""
        raise InputError(f'"{text}" is not a number{fix}')
    return Decimal(text)


def _whole(text: str, _one_of: tuple[str, ...]) -> int:
    if not _WHOLE.fullmatch(text):
        raise InputError(f'"{text}" is not a whole number')
    return int(text)


def _share(text: str, one_of: tuple[str, ...]) -> Decimal:
    if not _NUMBER.fullmatch(text.removesuffix("%").rstrip()):
        raise InputError(f'"{text}" is not a percentage')
    return _number(text.removesuffix("%").rstrip(), one_of)


def _money(text: str, _one_of: tuple[str, ...]) -> Plain:
    return parse_money(text)


def _yes_no(text: str, _one_of: tuple[str, ...]) -> bool:
    if text.lower() not in _YES + _NO:
        raise InputError(f'"{text}" is neither yes nor no')
    return text.lower() in _YES


def _date(text: str, _one_of: tuple[str, ...]) -> date:
    if _ISO_DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise InputError(f'"{text}" is not a day of the calendar') from error
    day_first = _DAY_FIRST.fullmatch(text)
    fix = f"{day_first[3]}-{day_first[2]:0>2}-{day_first[1]:0>2}" if day_first else "2026-03-01"
    raise InputError(f'"{text}" is not a date; write it like {fix}')


def _moment(text: str, _one_of: tuple[str, ...]) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f'"{text}" is not a moment; write it like 2026-03-01T10:00Z') from error
    if moment.tzinfo is None:
        raise InputError(f'"{text}" does not say in which zone; write it like 2026-03-01T10:00Z')
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise InputError(f'"{text}" is beyond the calendar') from error


_READERS: dict[Type, Callable[[str, tuple[str, ...]], Plain]] = {
    Type.TEXT: _text,
    Type.WORD: _word,
    Type.TEXTS: _word,
    Type.NUMBER: _number,
    Type.WHOLE: _whole,
    Type.SHARE: _share,
    Type.MONEY: _money,
    Type.YES_NO: _yes_no,
    Type.DATE: _date,
    Type.MOMENT: _moment,
    Type.CELL: _text,
}
