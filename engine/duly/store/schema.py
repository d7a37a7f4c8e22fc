"""Bring a database to the tables of this program: make them new, or migrate what is there."""

from collections.abc import Sequence
from pathlib import Path

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.schema import SetColumnComment, SetTableComment

from duly.errors import OutsideError
from duly.store.database import Database
from duly.tables.every import schema

MIGRATIONS = Path(__file__).parent / "migrations"

# Whoever changes the schema of a PostgreSQL database holds this advisory lock: "duly" in ASCII.
UPGRADE_LOCK = 0x64756C79


def make(database: Database) -> None:
    """Make every table in a database that has none, and mark it as the newest revision.

    Raises OutsideError if one of the tables is there already.
    """
    with database.write() as connection:
        _take_turn(connection)
        _refuse_taken(connection)
        schema().create_all(connection, checkfirst=False)
        revisions = read_revisions()
        MigrationContext.configure(connection).stamp(revisions, newest(revisions))


def upgrade(database: Database, *, folder: Path = MIGRATIONS) -> tuple[str, ...]:
    """Bring a database to the newest revision, all steps in one transaction.

    Returns each step applied as its number and what it does; none if the database is current.
    Raises OutsideError if the database is newer than this program.
    """
    revisions = read_revisions(folder)
    with database.write() as connection:
        _take_turn(connection)
        context = MigrationContext.configure(connection)
        steps = _steps_after(revisions, context.get_current_revision() or "")
        with Operations.context(context):
            for step in steps:
                step.module.upgrade()
                context.stamp(revisions, step.revision)
        if steps:
            _describe(connection)
    return tuple(f"{step.revision}: {step.doc}" for step in steps)


def current(database: Database) -> str:
    """Return the revision a database has, or nothing if it has no tables yet."""
    with database.read() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def is_current(database: Database) -> bool:
    """Tell whether a database has the revision this program works with.

    Raises OutsideError if the database is newer than this program.
    """
    return not _steps_after(read_revisions(), current(database))


def read_revisions(folder: Path = MIGRATIONS) -> ScriptDirectory:
    """Read every revision in a folder."""
    return ScriptDirectory(folder, version_locations=[folder])


def newest(revisions: ScriptDirectory) -> str:
    """Return the revision that nothing follows."""
    head = revisions.get_current_head()
    assert head is not None, "the first revision is shipped"
    return head


def _steps_after(revisions: ScriptDirectory, revision: str) -> Sequence[Script]:
    """Return the steps that follow a revision, in their order; all of them if it is empty."""
    chain = tuple(revisions.walk_revisions())[::-1]
    names = [step.revision for step in chain]
    if revision and revision not in names:
        raise OutsideError(
            f'the database has revision "{revision}" of the tables, which this version of duly '
            f'does not know (its newest is "{names[-1]}"): run the newer version that upgraded '
            "it, or restore the backup made before that upgrade"
        )
    return chain[names.index(revision) + 1 :] if revision else chain


def _take_turn(connection: Connection) -> None:
    """Wait until nobody else changes the schema; the transaction's end lets the next one in."""
    if connection.dialect.name == "sqlite":
        return  # a writing transaction of SQLite is alone already
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": UPGRADE_LOCK})
    # Filling a new column of a large table takes as long as it takes.
    connection.execute(text("SET LOCAL statement_timeout = 0"))


def _refuse_taken(connection: Connection) -> None:
    taken = sorted(set(inspect(connection).get_table_names()) & set(schema().tables))
    if taken:
        raise OutsideError(
            f'the database already holds a table "{taken[0]}": upgrade it if it is duly\'s, '
            "or name another database"
        )


def _describe(connection: Connection) -> None:
    """Write what the tables and columns hold, as it is worded now, where they can tell it."""
    if not connection.dialect.supports_comments:
        return
    for table in schema().tables.values():
        connection.execute(SetTableComment(table))
        for column in table.columns:
            connection.execute(SetColumnComment(column))
