"""Name many rows by one bound parameter, however many there are."""

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    CursorResult,
    Select,
    Text,
    Update,
    bindparam,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from duly.store.record import Record

_IDS = "ids"
_KEPT = 256  # statements are constants, so this is more than there are


def among(
    connection: Connection, column: ColumnElement[Any], ids: Iterable[int]
) -> ColumnElement[bool]:
    """Return the condition that a column is one of the ids; the statement's text is constant."""
    found = sorted(set(ids))
    if connection.dialect.name == "sqlite":
        return _in_json(column, bindparam(None, json.dumps(found), type_=Text()))
    return _in_array(column, bindparam(None, found, type_=ARRAY(BigInteger)))


def rows_among(
    connection: Connection, statement: Select[Any], column: ColumnElement[Any], ids: Iterable[int]
) -> Sequence[Record]:
    """Run a statement for the rows whose column is one of the ids; not at all for no ids.

    The statement is a constant, so that narrowing it is done once.
    """
    found = sorted(set(ids))
    return _run(connection, statement, column, found).all() if found else ()


def change_among(
    connection: Connection, statement: Update, column: ColumnElement[Any], ids: Iterable[int]
) -> None:
    """Change the rows whose column is one of the ids; the statement is a constant."""
    found = sorted(set(ids))
    if found:
        _run(connection, statement, column, found)


def _run(
    connection: Connection,
    statement: Select[Any] | Update,
    column: ColumnElement[Any],
    ids: Sequence[int],
) -> CursorResult[Any]:
    sqlite = connection.dialect.name == "sqlite"
    narrowed = _narrowed_sqlite if sqlite else _narrowed_postgresql
    bound = {_IDS: json.dumps(ids) if sqlite else ids}
    return connection.execute(narrowed(statement, column), bound)


@lru_cache(maxsize=_KEPT)
def _narrowed_sqlite(
    statement: Select[Any] | Update, column: ColumnElement[Any]
) -> Select[Any] | Update:
    return statement.where(_in_json(column, bindparam(_IDS, type_=Text())))


@lru_cache(maxsize=_KEPT)
def _narrowed_postgresql(
    statement: Select[Any] | Update, column: ColumnElement[Any]
) -> Select[Any] | Update:
    return statement.where(_in_array(column, bindparam(_IDS, type_=ARRAY(BigInteger))))


def _in_json(column: ColumnElement[Any], ids: Any) -> ColumnElement[bool]:
    each = func.json_each(ids).table_valued("value")
    return column.in_(select(each.c.value))


def _in_array(column: ColumnElement[Any], ids: Any) -> ColumnElement[bool]:
    return column == func.any(ids)
