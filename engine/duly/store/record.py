"""Name the type of a row as the database gives it."""

from typing import Any, cast

from sqlalchemy import Connection, Row

from duly.tables.rows import DialectName

Record = Row[*tuple[Any, ...]]

# What a transaction hands to the functions of this part.
Transaction = Connection


def dialect_of(connection: Connection) -> DialectName:
    """Name the kind of database a transaction runs on."""
    return cast(DialectName, connection.dialect.name)
