"""Find rows by the names that the business has for them, however many there are."""

import json
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, Table, Text, bindparam, func, insert, select
from sqlalchemy.dialects.postgresql import ARRAY

from duly.store.bulk import Row, bulk


def called(connection: Connection, table: Table, names: Iterable[str]) -> ColumnElement[bool]:
    """Return the condition that a row has one of the external ids, by one bound parameter."""
    found = sorted(set(names))
    column: ColumnElement[str] = table.c.external_id
    if connection.dialect.name == "sqlite":
        parameter = bindparam(None, json.dumps(found), type_=Text())
        return column.in_(select(func.json_each(parameter).table_valued("value").c.value))
    return column == func.any(bindparam(None, found, type_=ARRAY(Text)))


def add_named(connection: Connection, table: Table, rows: Sequence[Row]) -> Mapping[str, int]:
    """Insert rows and return their ids by their external ids.

    Asking for the ids afterwards is many times quicker than having thousands of rows returned by
    one statement, which both the driver and the server would have to take apart.
    """
    bulk(connection, insert(table), rows)
    names = [row["external_id"] for row in rows]
    statement = select(table.c.external_id, table.c.id).where(called(connection, table, names))
    return {row.external_id: row.id for row in connection.execute(statement)} if rows else {}
