"""SQL that SQLite and PostgreSQL write differently, each as one expression that means the same.

A local date is a day number on SQLite and a DATE on PostgreSQL; an instant is a number of
microseconds on SQLite and a TIMESTAMPTZ on PostgreSQL.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Integer,
    Interval,
    Text,
    case,
    literal,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

from duly.condition.tree import FIRST_DAY, LAST_DAY, MAX_DAYS, MAX_MONTHS


class Portable(FunctionElement[Any]):
    """An expression with one text for each database."""

    def __init__(self, kind: TypeEngine[Any], *parts: ColumnElement[Any]) -> None:
        self.type = kind
        super().__init__(*parts)


def written(sqlite: str, postgresql: str) -> Callable[[type[Portable]], type[Portable]]:
    """Give an expression its two texts; ``{0}`` stands for its first part, ``{all}`` for all.

    The texts for SQLite are flat on purpose: its parser takes only 100 levels (see ``nesting``).
    """

    def decorate(element: type[Portable]) -> type[Portable]:
        for dialect, text in (("sqlite", sqlite), ("postgresql", postgresql)):
            compiles(element, dialect)(_writer(text))
        element.inherit_cache = True  # the class and the parts say all; each class must say so
        return element

    return decorate


def _writer(text: str) -> Callable[..., str]:
    def write(element: Portable, compiler: SQLCompiler, **options: Any) -> str:
        parts = [compiler.process(part, **options) for part in element.clauses]
        return text.format(*parts, all=", ".join(parts))

    return write


@written("({0}) COLLATE BINARY", '({0}) COLLATE "C"')
class _Bytewise(Portable):
    """A text that compares byte by byte, whatever the collation of its column."""


@written("(instr({0}, {1}) > 0)", '(strpos(({0}) COLLATE "C", {1}) > 0)')
class _HasPart(Portable):
    """Whether a text has a part."""


@written("min({all})", "CASE WHEN num_nulls({all}) = 0 THEN LEAST({all}) END")
class _Lowest(Portable):
    """The lowest of some values, missing if one of them is."""


@written("max({all})", "CASE WHEN num_nulls({all}) = 0 THEN GREATEST({all}) END")
class _Highest(Portable):
    """The highest of some values, missing if one of them is."""


@written(
    "CASE WHEN {1} > {4} AND {1} < {5} AND ({0}) + CAST({1} AS INTEGER) BETWEEN {2} AND {3}"
    " THEN ({0}) + CAST({1} AS INTEGER) END",
    # A count beyond {4} and {5}, or a date beyond {2} and {3}, becomes the end itself, and missing.
    "NULLIF(NULLIF(GREATEST(LEAST(({0})"
    " + CAST(NULLIF(NULLIF(GREATEST(LEAST({1}, {5}), {4}), {4}), {5}) AS INTEGER)"
    ", {3} + 1), {2} - 1), {3} + 1), {2} - 1)",
)
class _DaysLater(Portable):
    """A date some days later, missing beyond the calendar."""


# Last is the last day of the wanted month: the wanted day is as far into the month as the given
# one, but not beyond it.
_START = (
    "strftime('%s', ({0}) * 86400, 'unixepoch', 'start of month',"
    " CASE WHEN {1} > {4} AND {1} < {5} THEN CAST({1} AS INTEGER) || ' months' END"
)


@written(
    f"nullif(max(min({_START}) / 86400 + strftime('%d', ({{0}}) * 86400, 'unixepoch') - 1"
    f", {_START}, '+1 month') / 86400 - 1), {{2}} - 1), {{2}} - 1)",
    "NULLIF(NULLIF(GREATEST(LEAST(CAST(({0}) + make_interval(months =>"
    " CAST(NULLIF(NULLIF(GREATEST(LEAST({1}, {5}), {4}), {4}), {5}) AS INTEGER)"
    ") AS DATE), {3} + 1), {2} - 1), {3} + 1), {2} - 1)",
)
class _MonthsLater(Portable):
    """A date some months later, or the last day of that month where it is shorter."""


@written(
    "CAST(strftime('%Y', ({0}) * 86400, 'unixepoch') AS INTEGER)",
    "CAST(EXTRACT(YEAR FROM {0}) AS INTEGER)",
)
class _Year(Portable):
    """The year of a date."""


@written(
    "CAST(strftime('%m', ({0}) * 86400, 'unixepoch') AS INTEGER)",
    "CAST(EXTRACT(MONTH FROM {0}) AS INTEGER)",
)
class _Month(Portable):
    """The month of a date."""


@written(
    "CAST(strftime('%d', ({0}) * 86400, 'unixepoch') AS INTEGER)",
    "CAST(EXTRACT(DAY FROM {0}) AS INTEGER)",
)
class _DayOfMonth(Portable):
    """The day of the month of a date."""


@written("({0}) + {1}", "({0}) + {2}")
class _InstantLater(Portable):
    """An instant moved by microseconds (SQLite) or by an interval (PostgreSQL)."""


def bytewise(text: ColumnElement[Any]) -> ColumnElement[Any]:
    """Let a text compare byte by byte."""
    return _Bytewise(Text(), text)


def has_part(text: ColumnElement[Any], part: ColumnElement[Any]) -> ColumnElement[bool]:
    """Ask whether a text has a part, byte by byte."""
    return _HasPart(Boolean(), text, part)


def lowest(kind: TypeEngine[Any], *values: ColumnElement[Any]) -> ColumnElement[Any]:
    """Take the lowest of two or more values; missing if one of them is."""
    return _Lowest(kind, *values)


def highest(kind: TypeEngine[Any], *values: ColumnElement[Any]) -> ColumnElement[Any]:
    """Take the highest of two or more values; missing if one of them is."""
    return _Highest(kind, *values)


def days_between(first: ColumnElement[Any], last: ColumnElement[Any]) -> ColumnElement[int]:
    """Count the days from one date to another."""
    return last.op("-", return_type=Integer())(first)


def days_later(day: ColumnElement[Any], count: ColumnElement[Any]) -> ColumnElement[Any]:
    """Move a date by whole days; missing beyond MAX_DAYS and beyond the calendar."""
    return _DaysLater(day.type, day, count, *_calendar(day.type), *_ends(MAX_DAYS))


def months_later(day: ColumnElement[Any], count: ColumnElement[Any]) -> ColumnElement[Any]:
    """Move a date by whole months, as ``duration.add_months``; missing beyond the calendar."""
    return _MonthsLater(day.type, day, count, *_calendar(day.type), *_ends(MAX_MONTHS))


def months_between(first: ColumnElement[Any], last: ColumnElement[Any]) -> ColumnElement[int]:
    """Count the whole months from one date to another, by the lengths of the months.

    It is the most months by which ``add_months`` moves the first and does not pass the last.
    """
    whole = Integer()
    months = (_Year(whole, last) - _Year(whole, first)) * 12
    months += _Month(whole, last) - _Month(whole, first)
    next_day = last.op("+", return_type=last.type)(literal(1, Integer()))
    not_yet = _DayOfMonth(whole, last) < _DayOfMonth(whole, first)
    month_goes_on = _DayOfMonth(whole, next_day) > literal(1, Integer())
    return months - case((not_yet & month_goes_on, literal(1, whole)), else_=literal(0, whole))


def instant_later(at: ColumnElement[Any], length: timedelta) -> ColumnElement[Any]:
    """Move an instant by a fixed length."""
    microseconds = literal(length // timedelta(microseconds=1), BigInteger())
    return _InstantLater(at.type, at, microseconds, literal(length, Interval()))


def _calendar(kind: TypeEngine[Any]) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    return literal(FIRST_DAY, kind), literal(LAST_DAY, kind)


def _ends(most: int) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    return literal(-most - 1, BigInteger()), literal(most + 1, BigInteger())
