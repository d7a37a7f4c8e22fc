"""Write the next revision from the difference between the migrations and the tables.

    python -m duly.store.new_migration "Store the weight of parcels"
    python -m duly.store.new_migration --rewrite-first

Both compare on SQLite. What the comparison cannot know, such as how a new column is filled, is
added to the file by hand; the changed predicate of a partial index it does not see, so give such an
index a new name. The first revision may be rewritten until another follows it or it is released.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from alembic.autogenerate import produce_migrations
from alembic.operations.ops import UpgradeOps
from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData
from sqlalchemy.schema import sort_tables_and_constraints

from duly.errors import InputError
from duly.store.database import open_database
from duly.store.migration_text import Heading, write_revision
from duly.store.schema import MIGRATIONS, newest, read_revisions, upgrade
from duly.tables.every import schema

FIRST = Heading("0001", "", "Make the first tables.")
MESSAGE_LIMIT = 80


def write_next(message: str, tables: MetaData, folder: Path = MIGRATIONS) -> Path:
    """Write the revision that follows the newest one and leads to ``tables``.

    Raises InputError if nothing differs, the message is no good, or SQLite cannot do it in place.
    """
    before = newest(read_revisions(folder))
    sentence = _sentence(message)
    operations = _difference(tables, folder)
    if operations.is_empty():
        raise InputError(f'the tables are as revision "{before}" makes them: nothing to write')
    return _write(Heading(f"{int(before) + 1:04}", before, sentence), operations, folder)


def rewrite_first(tables: MetaData, folder: Path = MIGRATIONS) -> Path:
    """Write the first revision anew from ``tables``; raises InputError if another follows it."""
    found = sorted(folder.glob("revision_*.py"))
    if len(found) > 1:
        raise InputError(
            f"{found[1].name} follows the first revision, which others have applied by now: "
            "write the next one instead"
        )
    operations = _difference(tables)
    for file in found:
        file.unlink()
    return _write(FIRST, operations, folder)


def _sentence(message: str) -> str:
    words = message.strip(" .")
    if not 0 < len(words) <= MESSAGE_LIMIT or not words.isprintable() or set(words) & set('"\\'):
        raise InputError(
            f'"{message}" does not say what the revision does: write 1 to {MESSAGE_LIMIT} '
            "characters on one line, without quotes and backslashes"
        )
    return f"{words[0].upper()}{words[1:]}."


def _difference(tables: MetaData, folder: Path | None = None) -> UpgradeOps:
    """Compare ``tables`` to what the revisions in the folder make, or to nothing at all."""
    _refuse_circle(tables)
    database = open_database("sqlite://")
    try:
        if folder:
            upgrade(database, folder=folder)
        with database.read() as connection:
            found = produce_migrations(MigrationContext.configure(connection), tables)
    finally:
        database.close()
    assert found.upgrade_ops is not None, "one comparison gives one list of operations"
    return found.upgrade_ops


def _refuse_circle(tables: MetaData) -> None:
    """Refuse foreign keys that leave no order in which tables can be made, copied and emptied."""
    in_order = sort_tables_and_constraints(tables.tables.values())  # type: ignore[no-untyped-call] # it stands so in SQLAlchemy
    names = sorted({constraint.table.name for constraint in in_order[-1][1]})
    if names:
        raise InputError(
            f"the foreign keys of {', '.join(names)} run in a circle: keep one of the columns "
            "as a plain id"
        )


def _write(heading: Heading, operations: UpgradeOps, folder: Path) -> Path:
    slug = re.sub(r"\W+", "_", heading.sentence.lower(), flags=re.ASCII).strip("_")
    path = folder / f"revision_{heading.revision}_{slug}.py"
    path.write_text(write_revision(heading, operations), encoding="utf-8")
    return path


def main(arguments: Sequence[str] | None = None, folder: Path = MIGRATIONS) -> int:
    """Write a revision and name its file; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m duly.store.new_migration")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("message", nargs="?", help="what the revision does, in one sentence")
    what.add_argument("--rewrite-first", action="store_true", help="write the only revision anew")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.rewrite_first:
            path = rewrite_first(schema(), folder)
        else:
            path = write_next(chosen.message, schema(), folder)
    except InputError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"wrote {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
