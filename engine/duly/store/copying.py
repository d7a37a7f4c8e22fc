"""Copy a database into memory, row by row, so that anything can be tried on the copy."""

from sqlalchemy import insert, select

from duly.store.bulk import bulk
from duly.store.database import Database, open_database
from duly.store.schema import make
from duly.tables.every import schema

BATCH = 5_000


def copy_to_memory(source: Database) -> Database:
    """Return an SQLite database in memory that holds the same rows; the source is only read."""
    copy = open_database("sqlite://")
    make(copy)
    with source.read() as old, copy.write() as new:
        for table in schema().sorted_tables:
            rows = old.execution_options(yield_per=BATCH).execute(select(table)).mappings()
            for chunk in rows.partitions(BATCH):
                bulk(new, insert(table), [dict(row) for row in chunk])
    return copy
