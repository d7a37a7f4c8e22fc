"""Name many rows by one bound parameter, however many there are."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY


def among(
    connection: Connection, column: ColumnElement[Any], ids: Iterable[int]
) -> ColumnElement[bool]:
    """Return the condition that a column is one of the ids; the statement's text is constant."""
    found = sorted(set(ids))
    if connection.dialect.name == "sqlite":
        each = func.json_each(bindparam(None, json.dumps(found), type_=Text())).table_valued(
            "value"
        )
        return column.in_(select(each.c.value))
    return column == func.any(bindparam(None, found, type_=ARRAY(BigInteger)))
