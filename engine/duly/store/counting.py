"""Let the database count its rows anew after much was written, so that it plans for what is there.

Both databases plan a table that has just been filled as if it were empty, and a column that has
just been stamped as if it were still blank.
"""

from sqlalchemy import Connection, text

from duly.store.record import dialect_of

MANY = 10_000  # rows; fewer change no plan
_SQLITE_SAMPLE = 1_000  # rows of an index that SQLite looks at
_TABLES = ("subscriber", "subscription", "cycle", "event", "firing", "near_miss", "job")


def recount(connection: Connection) -> None:
    """Count the tables that a tick reads and writes."""
    if dialect_of(connection) == "sqlite":
        connection.execute(text(f"PRAGMA analysis_limit = {_SQLITE_SAMPLE}"))
    for name in _TABLES:
        connection.execute(text(f"ANALYZE {name}"))
