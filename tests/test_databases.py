"""The databases that tests get are real, empty, apart from each other, and gone afterwards."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, inspect, make_url

import databases

# Reports where its server lives and dies without a chance to tidy up.
KILLED_RUN = """
import os, databases
server = databases.postgres_server()
print(server.__enter__(), flush=True)
os._exit(9)
"""


def execute(url: str, statement: str) -> list[tuple[object, ...]]:
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        result = connection.exec_driver_sql(statement)
        return [tuple(row) for row in result] if result.returns_rows else []


def tables(url: str) -> list[str]:
    return inspect(create_engine(url, poolclass=NullPool)).get_table_names()


def databases_of(server_url: str) -> set[object]:
    return {row[0] for row in execute(server_url, "SELECT datname FROM pg_database")}


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_starts_with_an_empty_database(database_url: str, turn: int) -> None:
    assert tables(database_url) == []

    execute(database_url, "CREATE TABLE left_behind (id integer)")

    assert tables(database_url) == ["left_behind"]


def test_a_url_names_the_dialect_and_driver(fresh_postgres: str, fresh_sqlite: str) -> None:
    assert make_url(fresh_postgres).drivername == "postgresql+psycopg"
    assert make_url(fresh_sqlite).drivername == "sqlite"


def test_a_database_is_dropped_though_somebody_is_connected(postgres_url: str) -> None:
    engine = create_engine(postgres_url, poolclass=NullPool)
    with databases.temporary_database(postgres_url) as url:
        name = make_url(url).database
        engine = create_engine(url, poolclass=NullPool)
        connection = engine.connect()
        assert name in databases_of(postgres_url)

    assert name not in databases_of(postgres_url)
    connection.invalidate()
    connection.close()


def test_a_template_is_copied_with_its_rows(postgres_url: str, fresh_postgres: str) -> None:
    execute(fresh_postgres, "CREATE TABLE kept AS SELECT 7 AS number")

    template = make_url(fresh_postgres).database
    assert template is not None
    with databases.temporary_database(postgres_url, template=template) as url:
        assert execute(url, "SELECT number FROM kept") == [(7,)]


def test_a_server_leaves_nothing_behind() -> None:
    with databases.postgres_server() as url:
        folder = Path(str(make_url(url).query["host"]))
        server = int((folder / "data" / "postmaster.pid").read_text().split()[0])
        assert is_running(server)

    assert not folder.exists()
    assert not is_running(server)


def test_a_server_ends_with_its_tests_however_they_end() -> None:
    # The keeper shares our pipe for errors, so this returns when the last of them is gone.
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_RUN],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert killed.returncode == 9
    assert not Path(str(make_url(killed.stdout.strip()).query["host"])).exists()


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
