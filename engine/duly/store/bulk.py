"""Write many rows in one statement."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Connection, Executable, Table, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from duly.errors import OutsideError, TakenError

Row = Mapping[str, Any]


def bulk(connection: Connection, statement: Executable, rows: Sequence[Row]) -> None:
    """Run a statement once per row; none at all for no rows.

    SQLAlchemy takes an empty list for one row of defaults, so every many-row write comes here.
    """
    if rows:
        connection.execute(statement, [dict(row) for row in rows])


def add_many(connection: Connection, table: Table, rows: Sequence[Row]) -> tuple[int, ...]:
    """Insert rows and return their ids in the order of the rows."""
    if not rows:
        return ()
    # SQLite counts ids up in the order of the rows, but SQLAlchemy, asked to keep that order, would
    # run a statement a row.
    is_counted = connection.dialect.name == "sqlite"
    statement = insert(table).returning(table.c.id, sort_by_parameter_order=not is_counted)
    ids = connection.execute(statement, [dict(row) for row in rows]).scalars()
    return tuple(sorted(ids)) if is_counted else tuple(ids)


def add(connection: Connection, table: Table, row: Row) -> int:
    """Insert one row and return its id."""
    return add_many(connection, table, [row])[0]


def insert_new(connection: Connection, table: Table) -> Any:
    """Return an insert that passes over rows whose unique key is taken."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()


@contextmanager
def savepoint(connection: Connection) -> Iterator[None]:
    """Try a part of a transaction; an error takes back the part alone.

    A key that is taken already is a TakenError. That the database could not go on at all (it is
    full, or a lock did not come) is an OutsideError, and says nothing about the part.
    """
    nested = connection.begin_nested()
    try:
        yield
    except OperationalError as error:
        with suppress(DBAPIError):  # the transaction may be gone as a whole
            nested.rollback()
        raise OutsideError(f"the database could not go on: {error.orig}") from error
    except IntegrityError as error:
        nested.rollback()
        raise TakenError("this was done before") from error
    except BaseException:
        nested.rollback()
        raise
    nested.commit()
