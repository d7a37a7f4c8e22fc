"""The business's own fields: kept in one JSON column, read by the type they are declared with.

A value of another type than declared is missing, never an error and never a wrong comparison.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Double,
    Numeric,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
)
from sqlalchemy.types import TypeEngine

from duly.condition.portable import Portable, written
from duly.condition.scope import Expression, Members, MoneyColumns
from duly.condition.types import Plain, Type
from duly.errors import InputError
from duly.tables.types import LocalDate
from duly.values.money import Money

OWN_TYPES = tuple(kind for kind in Type if kind not in (Type.MOMENT, Type.CELL))
LARGEST = Decimal(10**15)
SMALLEST = Decimal(1) / LARGEST  # nearer to zero is taken for a slip

_NUMBERS = ("number", "integer", "real")  # as PostgreSQL and SQLite call them
_TEXTS = ("string", "text")
_BOOLEANS = ("boolean", "true", "false")


@written("json_type({0}, {2})", "jsonb_typeof(({0}) -> {1})")
class _Kind(Portable):
    """The JSON type under a key, missing if there is nothing."""


@written("json_extract({0}, {2})", "(({0}) ->> {1})")
class _Scalar(Portable):
    """A text, number or yes/no under a key."""


@written("json_extract({0}, {2})", "(({0}) -> {1})")
class _Piece(Portable):
    """A list or map under a key, still as JSON."""


@written(
    "EXISTS (SELECT 1 FROM json_each({0}) WHERE type = 'text' AND value = {1})",
    "COALESCE(jsonb_exists({0}, {1}), FALSE)",
)
class _Has(Portable):
    """Whether a JSON list holds a word; nothing holds none."""


@written(
    "CASE WHEN {0} GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]' AND {0} >= '0001'"
    " THEN CAST(strftime('%s', {0}) AS INTEGER) / 86400 END",
    "CASE WHEN {0} ~ '^[0-9]{{4}}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' AND {0} >= '0001'"
    " THEN make_date(CAST(substr({0}, 1, 4) AS INTEGER), CAST(substr({0}, 6, 2) AS INTEGER), 1)"
    " + (CAST(substr({0}, 9, 2) AS INTEGER) - 1) END",
)
class _IsoDay(Portable):
    """A date written as 2026-03-01, missing for any other text."""


def own_value(column: ColumnElement[Any], key: str, kind: Type) -> Expression:
    """Read an own field from the JSON column that keeps it."""
    is_a = _Asked(column, key)
    match kind:
        case Type.TEXTS:
            return is_a.list()
        case Type.MONEY:
            return is_a.money()
        case Type.TEXT | Type.WORD:
            return is_a.text()
        case Type.YES_NO:
            return is_a.where(_BOOLEANS, cast(is_a.scalar(Text()), Boolean))
        case Type.DATE:
            return _IsoDay(LocalDate(), is_a.text())
        case Type.WHOLE:
            return is_a.whole()
        case Type.NUMBER | Type.SHARE:
            return is_a.number()
        case Type.MOMENT | Type.CELL:
            raise InputError(f"an own field cannot hold {kind.holds}")


def own_json(value: Plain | tuple[str, ...]) -> object:
    """Make the JSON that ``own_value`` reads: a date as 2026-03-01, money as minor and currency."""
    match value:
        case Money(minor, currency):
            return {"minor": minor, "currency": currency}
        case date():
            return value.isoformat()
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case tuple():
            return list(value)
        case _:
            return value


class _Asked:
    """Ask the JSON column about one key, guarded by the type of what is there."""

    def __init__(self, column: ColumnElement[Any], key: str) -> None:
        path = '$."' + key.replace('"', "") + '"'
        self._parts = (column, literal(key, Text()), literal(path, Text()))

    def scalar(self, kind: TypeEngine[Any]) -> ColumnElement[Any]:
        return _Scalar(kind, *self._parts)

    def where(self, json_types: tuple[str, ...], value: ColumnElement[Any]) -> ColumnElement[Any]:
        """Give the value if there is something of these JSON types, else missing."""
        kind = _Kind(Text(), *self._parts)
        return case((kind.in_([literal(name, Text()) for name in json_types]), value))

    def text(self) -> ColumnElement[Any]:
        return self.where(_TEXTS, self.scalar(Text()))

    def number(self) -> ColumnElement[Any]:
        number = cast(self.scalar(Text()), Numeric)
        most = literal(int(LARGEST), BigInteger())
        size = func.abs(number)
        zero, one = literal(0, BigInteger()), literal(1, BigInteger())
        fits = or_(number == zero, and_(size <= most, size * most >= one))
        return self.where(_NUMBERS, case((fits, cast(number, Double))))

    def whole(self) -> ColumnElement[Any]:
        number = cast(self.scalar(Text()), Numeric)
        whole = cast(number, BigInteger)
        fits = func.abs(number) <= literal(int(LARGEST), BigInteger())
        return self.where(_NUMBERS, case((fits, case((number == whole, whole)))))

    def money(self) -> MoneyColumns:
        piece = self.where(("object",), _Piece(Text(), *self._parts))
        return MoneyColumns(_Asked(piece, "minor").whole(), _Asked(piece, "currency").text())

    def list(self) -> Members:
        piece = self.where(("array",), _Piece(Text(), *self._parts))
        return Members(lambda word: _Has(Boolean(), piece, word))
