"""Tables made at once and tables made step by step are the same, on both databases."""

import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import TextClause, inspect, text

import databases
from duly.errors import OutsideError
from duly.store import schema
from duly.store.database import Database, open_database
from duly.tables.every import schema as every_table

FIRST = "0001: Make the first tables."
MAKE_LIMIT_S = 0.05

# A step that gets half way.
FAILING_STEP = '''"""Fail half way."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("CREATE TABLE half_made (id integer)")
    op.execute("SELECT nonsense FROM nowhere")
'''

WORKING_STEP = '''"""Keep a note."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("CREATE TABLE note (id integer)")
'''


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    yield opened
    opened.close()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def twins(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Database, Database]]:
    """Give two databases: one made at once, the other by every migration."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            folder = tmp_path_factory.mktemp("twins")
            urls = [f"sqlite:///{folder}/{name}.db" for name in ("made", "migrated")]
        else:
            server = request.getfixturevalue("postgres_url")
            urls = [stack.enter_context(databases.temporary_database(server)) for _ in range(2)]
        made, migrated = (open_database(url) for url in urls)
        schema.make(made)
        schema.upgrade(migrated)
        yield made, migrated
        made.close()
        migrated.close()


def describe(database: Database, part: str) -> dict[str, Any]:
    """Say of every table what the database itself says of one part of it."""
    with database.read() as connection:
        inspector = inspect(connection)
        ask = {
            "columns": inspector.get_columns,
            "primary key": inspector.get_pk_constraint,
            "foreign keys": inspector.get_foreign_keys,
            "unique keys": inspector.get_unique_constraints,
            "indexes": inspector.get_indexes,
            "checks": inspector.get_check_constraints,
            "options": inspector.get_table_options,
        }
        if database.dialect == "postgresql":
            ask["comment"] = inspector.get_table_comment
        tables = inspector.get_table_names()
        return {table: plain(ask[part](table), database) for table in tables if part in ask}


def plain(found: Any, database: Database) -> Any:
    """Spell out types and predicates, and sort what has a name, so that values compare."""
    match found:
        case dict():
            return {key: plain(value, database) for key, value in found.items()}
        case [{"name": _}, *_]:
            return sorted((plain(each, database) for each in found), key=lambda each: each["name"])
        case TextClause():
            return str(found)
        case _ if hasattr(found, "compile"):
            return str(found.compile(dialect=database.engine.dialect))
        case _:
            return found


@pytest.mark.parametrize(
    "part",
    [
        "columns",  # with type, collation, default and comment
        "primary key",
        "foreign keys",
        "unique keys",
        "indexes",  # with the predicate of partial ones
        "checks",
        "options",  # WITHOUT ROWID
        "comment",
    ],
)
def test_made_at_once_and_step_by_step_is_the_same(
    twins: tuple[Database, Database], part: str
) -> None:
    made, migrated = twins

    assert describe(migrated, part) == describe(made, part)


def test_all_tables_are_there(twins: tuple[Database, Database]) -> None:
    for database in twins:
        assert describe(database, "columns").keys() == {*every_table().tables, "alembic_version"}


def test_types_are_what_they_are_meant_to_be(twins: tuple[Database, Database]) -> None:
    made = twins[0]
    columns = {
        f"{table}.{column['name']}": column["type"]
        for table, found in describe(made, "columns").items()
        for column in found
    }

    number = 0 if made.dialect == "sqlite" else 1
    expected = {
        "cycle.id": ("INTEGER", "BIGINT"),
        "cycle.start_on": ("INTEGER", "DATE"),
        "cycle.start_at": ("BIGINT", "TIMESTAMP WITH TIME ZONE"),
        "cycle.zone": ("TEXT", 'TEXT COLLATE "C"'),
        "invoice.gross_minor": ("BIGINT", "BIGINT"),
        "invoice.seller": ("JSON", "JSONB"),
    }
    for name, types in expected.items():
        assert (name, columns[name]) == (name, types[number])


def test_migrations_lead_to_the_tables(twins: tuple[Database, Database]) -> None:
    options = {"compare_type": True, "compare_server_default": True}
    for database in twins:
        with database.read() as connection:
            context = MigrationContext.configure(connection, opts=options)
            differences = compare_metadata(context, every_table())

        assert differences == [], 'run python -m duly.store.new_migration "..."'


def test_partial_indexes_are_partial(twins: tuple[Database, Database]) -> None:
    made = twins[0]
    partial = {
        index["name"]
        for found in describe(made, "indexes").values()
        for index in found
        if f"{made.dialect}_where" in index.get("dialect_options", {})
    }

    assert partial == {
        index.name
        for table in every_table().tables.values()
        for index in table.indexes
        if index.dialect_options["sqlite"]["where"] is not None
    }
    assert "uq_job_lane_out" in partial


# Making.


def test_what_is_made_is_current(database: Database) -> None:
    schema.make(database)

    assert schema.is_current(database)
    assert schema.upgrade(database) == ()


def test_making_twice_is_refused(database: Database) -> None:
    schema.make(database)

    with pytest.raises(OutsideError, match='the database already holds a table "allocation"'):
        schema.make(database)


def test_making_leaves_other_tables_alone(database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("CREATE TABLE spatial_reference (id integer)"))

    schema.make(database)

    assert "spatial_reference" in describe(database, "columns")


def test_making_in_memory_is_quick() -> None:
    took = []
    for _ in range(5):
        database = open_database("sqlite://")
        start = time.process_time()
        schema.make(database)
        took.append(time.process_time() - start)
        database.close()

    assert min(took) < MAKE_LIMIT_S


# Upgrading.


def test_upgrading_says_what_it_did(database: Database) -> None:
    assert schema.upgrade(database)[0] == FIRST
    assert schema.is_current(database)


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    schema.upgrade(database)
    before = describe(database, "columns")

    assert schema.upgrade(database) == ()
    assert describe(database, "columns") == before


def test_an_empty_database_has_no_revision(database: Database) -> None:
    assert schema.current(database) == ""
    assert not schema.is_current(database)


def test_an_older_database_gets_only_what_it_lacks(database: Database, tmp_path: Path) -> None:
    schema.upgrade(database, folder=first_and(WORKING_STEP, tmp_path, include_second=False))

    applied = schema.upgrade(database, folder=first_and(WORKING_STEP, tmp_path))

    assert applied == ("0002: Keep a note.",)
    assert schema.current(database) == "0002"
    assert "note" in describe(database, "columns")


def test_upgrading_words_what_tables_hold_as_now(fresh_postgres: str, tmp_path: Path) -> None:
    folder = first_and(WORKING_STEP, tmp_path, include_second=False)
    first = next(folder.iterdir())
    first.write_text(first.read_text().replace('comment="Who', 'comment="As worded once: who'))
    database = open_database(fresh_postgres)

    schema.upgrade(database, folder=folder)

    words = {column["name"]: column["comment"] for column in describe(database, "columns")["audit"]}
    assert words["actor"] == every_table().tables["audit"].c.actor.comment
    database.close()


def test_a_step_that_fails_leaves_everything_as_it_was(database: Database, tmp_path: Path) -> None:
    folder = first_and(FAILING_STEP, tmp_path)

    with pytest.raises(Exception, match=r"nonsense|nowhere"):
        schema.upgrade(database, folder=folder)

    assert describe(database, "columns") == {}


def first_and(second: str, folder: Path, *, include_second: bool = True) -> Path:
    """Copy the first revision, and let another follow it."""
    found = folder / "migrations"
    found.mkdir(exist_ok=True)
    shutil.copy(next(schema.MIGRATIONS.glob("revision_0001_*.py")), found)
    if include_second:
        (found / "revision_0002_second.py").write_text(second)
    return found


def test_of_two_that_upgrade_at_once_one_does_the_work(database_url: str) -> None:
    start = Barrier(2)

    def upgrade() -> tuple[str, ...]:
        database = open_database(database_url)
        try:
            start.wait()
            return schema.upgrade(database)
        finally:
            database.close()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(upgrade), pool.submit(upgrade)
        applied = sorted([first.result(), second.result()])

    assert applied[0] == ()
    assert applied[1][0] == FIRST


def test_a_database_of_a_newer_program_is_refused(database: Database) -> None:
    schema.make(database)
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    for use in (schema.upgrade, schema.is_current):
        with pytest.raises(OutsideError) as caught:
            use(database)

        assert str(caught.value).startswith('the database has revision "9999" of the tables')
        assert "run the newer version" in str(caught.value)
    assert schema.current(database) == "9999"


def test_there_is_no_way_back_and_every_revision_says_so() -> None:
    for script in schema.read_revisions().walk_revisions():
        with pytest.raises(OutsideError, match="restore the backup made before the upgrade"):
            script.module.downgrade()


def test_revisions_are_one_chain_counted_from_1() -> None:
    chain = [script.revision for script in schema.read_revisions().walk_revisions()]

    assert chain[::-1] == [f"{number:04}" for number in range(1, len(chain) + 1)]
