"""A database keeps what is committed and nothing else, on SQLite and on PostgreSQL alike."""

import sqlite3
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier, BrokenBarrierError, Event

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError

from duly.errors import OutsideError, UsageError
from duly.store import database as database_module
from duly.store.database import CommitSeam, Database, open_database

Open = Callable[..., Database]


@pytest.fixture
def opened() -> Iterator[Open]:
    """Open databases that are closed after the test."""
    given: list[Database] = []

    def open_one(url: str, seam: CommitSeam | None = None) -> Database:
        given.append(open_database(url, seam))
        return given[-1]

    yield open_one
    for each in given:
        each.close()


@pytest.fixture
def database(database_url: str, opened: Open) -> Database:
    """Give a database with one counter, which stands at 1."""
    return with_counter(opened(database_url))


def with_counter(database: Database) -> Database:
    execute(
        database,
        "CREATE TABLE counter (value integer NOT NULL)",
        "INSERT INTO counter VALUES (1)",
    )
    return database


def execute(database: Database, *statements: str) -> None:
    with database.write() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def value(connection: Connection) -> int:
    found: int = connection.exec_driver_sql("SELECT value FROM counter").scalar_one()
    return found


def set_value(connection: Connection, new: int) -> None:
    connection.exec_driver_sql(f"UPDATE counter SET value = {new}")


def add_one(database: Database) -> None:
    with database.write() as connection:
        set_value(connection, value(connection) + 1)


def kept(database: Database) -> int:
    with database.read() as connection:
        return value(connection)


def write_and_fail(database: Database) -> None:
    with database.write() as connection:
        set_value(connection, 7)
        raise LookupError("the block fails")


def test_what_is_written_is_kept(database: Database) -> None:
    with database.write() as connection:
        set_value(connection, 7)

    assert kept(database) == 7


def test_an_error_in_the_block_keeps_nothing(database: Database) -> None:
    with pytest.raises(LookupError):
        write_and_fail(database)

    assert kept(database) == 1


def test_a_write_is_unseen_until_it_is_committed(database: Database) -> None:
    with database.write() as connection:
        set_value(connection, 7)
        meanwhile = kept(database)

    assert meanwhile == 1


def test_a_reader_sees_one_state_throughout(database: Database) -> None:
    with database.read() as connection:
        before = value(connection)
        add_one(database)
        after = value(connection)

    assert (before, after) == (1, 1)
    assert kept(database) == 2


def test_what_a_reader_writes_is_not_kept(database: Database) -> None:
    with database.read() as connection:
        set_value(connection, 7)

    assert kept(database) == 1


def test_a_commit_that_fails_keeps_nothing(database_url: str, opened: Open) -> None:
    calls: list[str] = []
    database = with_counter(opened(database_url, CommitSeam(after=lambda: calls.append("after"))))
    execute(
        database,
        "CREATE TABLE parent (id integer PRIMARY KEY)",
        "CREATE TABLE child (id integer REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)",
    )
    calls.clear()

    with pytest.raises(IntegrityError):
        execute(database, "UPDATE counter SET value = 7", "INSERT INTO child VALUES (1)")

    assert kept(database) == 1
    assert calls == []


def test_connections_are_given_back_whatever_happens(database: Database) -> None:
    for _ in range(30):
        with pytest.raises(LookupError):
            write_and_fail(database)
        with pytest.raises(LookupError), database.read():
            raise LookupError("the block fails")

    add_one(database)
    assert kept(database) == 2


# The seam around commits.


def test_the_seam_stands_around_the_commit(database_url: str, opened: Open) -> None:
    other = with_counter(opened(database_url))
    seen: list[tuple[str, int]] = []
    seam = CommitSeam(
        before=lambda: seen.append(("before", kept(other))),
        after=lambda: seen.append(("after", kept(other))),
    )
    database = opened(database_url, seam)

    with database.write() as connection:
        set_value(connection, 7)

    assert seen == [("before", 1), ("after", 7)]


def fail() -> None:
    raise InterruptedError("the process ends here")


def test_an_error_before_the_commit_rolls_back(database_url: str, opened: Open) -> None:
    with_counter(opened(database_url))
    database = opened(database_url, CommitSeam(before=fail))

    with pytest.raises(InterruptedError):
        add_one(database)

    assert kept(database) == 1


def test_an_error_after_the_commit_comes_too_late(database_url: str, opened: Open) -> None:
    with_counter(opened(database_url))
    database = opened(database_url, CommitSeam(after=fail))

    with pytest.raises(InterruptedError):
        add_one(database)

    assert kept(database) == 2


def test_what_is_not_committed_does_not_reach_the_seam(database_url: str, opened: Open) -> None:
    with_counter(opened(database_url))
    database = opened(database_url, CommitSeam(before=fail, after=fail))

    with pytest.raises(LookupError):
        write_and_fail(database)

    assert kept(database) == 1


# SQLite.


@pytest.mark.parametrize("use", [Database.write, Database.read])
@pytest.mark.parametrize(
    ("pragma", "expected"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),  # FULL: a commit is on disk when it returns
        ("foreign_keys", 1),
        ("busy_timeout", 10_000),
    ],
)
def test_sqlite_is_set_up_to_be_safe(
    fresh_sqlite: str, opened: Open, use: Callable[..., object], pragma: str, expected: object
) -> None:
    database = opened(fresh_sqlite)

    with database.write() if use is Database.write else database.read() as connection:
        found = connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one()

    assert found == expected


def race(first: Database, second: Database) -> int:
    """Let two writers add 1, the second in the middle of the first; return where they get.

    A writer that was turned away before it began has done nothing and comes again.
    """
    turned_away = False
    with suppress(DBAPIError), first.write() as connection:
        seen = value(connection)
        try:
            add_one(second)
        except OutsideError:
            turned_away = True
        set_value(connection, seen + 1)
    if turned_away:
        add_one(second)
    return kept(first)


def two_writers(url: str, opened: Open, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(database_module, "SQLITE_BUSY_MS", 0)
    return race(with_counter(opened(url)), opened(url))


def test_two_writers_lose_no_update(
    fresh_sqlite: str, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert two_writers(fresh_sqlite, opened, monkeypatch) == 3


def begin_deferred(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def begin_as_the_driver_does(connection: Connection) -> None:
    """Begin nothing: reading stands outside of any transaction."""


@pytest.mark.parametrize("begin", [begin_deferred, begin_as_the_driver_does])
def test_without_begin_immediate_an_update_is_lost(
    fresh_sqlite: str,
    opened: Open,
    monkeypatch: pytest.MonkeyPatch,
    begin: Callable[[Connection], None],
) -> None:
    monkeypatch.setattr(database_module, "_begin_sqlite", begin)

    assert two_writers(fresh_sqlite, opened, monkeypatch) == 2


def test_a_writer_waits_for_its_turn(fresh_sqlite: str, opened: Open) -> None:
    first, second = with_counter(opened(fresh_sqlite)), opened(fresh_sqlite)
    coming = Event()

    def come() -> None:
        coming.set()
        add_one(second)

    with ThreadPoolExecutor(1) as pool:
        with first.write() as connection:
            later = pool.submit(come)
            coming.wait()
            set_value(connection, 7)
        later.result()

    assert kept(first) == 8


def test_of_two_that_wait_for_each_other_one_begins_anew(fresh_postgres: str, opened: Open) -> None:
    database = opened(fresh_postgres)
    execute(
        database,
        "CREATE TABLE pair (id integer PRIMARY KEY, value integer NOT NULL)",
        "INSERT INTO pair VALUES (1, 0), (2, 0)",
    )
    together = Barrier(2, timeout=20)

    def add(first: int, second: int) -> None:
        def work(connection: Connection) -> None:
            add_to(connection, first)
            with suppress(BrokenBarrierError):  # the one who begins anew comes alone
                together.wait()
            together.abort()
            add_to(connection, second)

        database.again(work)

    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(add, 1, 2), pool.submit(add, 2, 1)]:
            one.result()

    with database.read() as connection:
        values = connection.exec_driver_sql("SELECT value FROM pair ORDER BY id").scalars().all()
    assert values == [2, 2]


def add_to(connection: Connection, number: int) -> None:
    connection.exec_driver_sql(f"UPDATE pair SET value = value + 1 WHERE id = {number}")


def test_a_database_that_stays_busy_says_so(
    fresh_sqlite: str, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "SQLITE_BUSY_MS", 0)
    first, second = with_counter(opened(fresh_sqlite)), opened(fresh_sqlite)

    with first.write(), pytest.raises(OutsideError, match=r"duly\.db: database is locked"):
        add_one(second)


def test_of_two_that_open_a_new_file_one_waits_for_the_other(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "duly.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    said: list[str] = []

    def listen(statement: str) -> None:
        said.append(statement)
        if statement == "BEGIN IMMEDIATE":
            other.execute("ROLLBACK")

    connection = sqlite3.connect(tmp_path / "duly.db", isolation_level=None)
    connection.execute(f"PRAGMA busy_timeout = {database_module.SQLITE_BUSY_MS}")
    connection.set_trace_callback(listen)
    database_module._use_wal(connection)

    assert said[0] == "PRAGMA journal_mode = WAL"
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()
    other.close()


def test_opening_makes_nothing(tmp_path: Path, fresh_sqlite: str, opened: Open) -> None:
    opened(fresh_sqlite)

    assert list(tmp_path.iterdir()) == []


def test_memory_is_kept_as_long_as_the_database_is_open(opened: Open) -> None:
    database = with_counter(opened("sqlite://"))

    add_one(database)

    assert kept(database) == 2


def test_two_databases_in_memory_know_nothing_of_each_other(opened: Open) -> None:
    database = with_counter(opened("sqlite://"))
    with_counter(opened("sqlite://"))

    add_one(database)

    assert kept(database) == 2


def test_threads_take_turns_at_a_database_in_memory(opened: Open) -> None:
    database = with_counter(opened("sqlite://"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add_one, [database] * 200))

    assert kept(database) == 201


# PostgreSQL.


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("transaction_isolation", "read committed"),
        ("statement_timeout", "10min"),
        ("lock_timeout", "30s"),
        ("idle_in_transaction_session_timeout", "1min"),
        ("timezone", "UTC"),
        ("plan_cache_mode", "force_custom_plan"),
    ],
)
def test_postgresql_is_set_up(
    fresh_postgres: str, opened: Open, setting: str, expected: str
) -> None:
    with opened(fresh_postgres).write() as connection:
        found = connection.exec_driver_sql(f"SHOW {setting}").scalar_one()

    assert found == expected


def test_a_reader_leaves_no_snapshot_to_a_writer(fresh_postgres: str, opened: Open) -> None:
    database, other = with_counter(opened(fresh_postgres)), opened(fresh_postgres)
    kept(database)  # the pool gives the writer the same connection

    with database.write() as connection:
        before = value(connection)
        add_one(other)
        after = value(connection)

    assert (before, after) == (1, 2)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_the_address_of_postgresql_needs_no_driver(
    fresh_postgres: str, opened: Open, scheme: str
) -> None:
    rest = fresh_postgres.partition("://")[2]

    database = with_counter(opened(f"{scheme}://{rest}"))

    assert database.dialect == "postgresql"
    assert kept(database) == 1


def test_a_connection_that_died_while_idle_is_replaced(fresh_postgres: str, opened: Open) -> None:
    database, other = with_counter(opened(fresh_postgres)), opened(fresh_postgres)
    kept(database)
    with other.write() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    assert kept(database) == 1


# What cannot be opened.


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "the database address cannot be read"),
        ("duly.db", "the database address cannot be read"),
        ("postgresql://anna:swordfish@host:port/duly", "the database address cannot be read"),
        ("mysql://anna:swordfish@host/duly", '"mysql" is not a database duly speaks'),
        ("oracle+x://anna:swordfish@host/duly", '"oracle" is not a database duly speaks'),
    ],
)
def test_an_address_that_is_no_good_is_refused_without_its_password(
    url: str, sentence: str
) -> None:
    with pytest.raises(UsageError) as caught:
        open_database(url)

    assert str(caught.value).startswith(sentence)
    assert "swordfish" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_server_that_is_not_there_is_named_without_its_password(opened: Open) -> None:
    database = opened("postgresql://anna:swordfish@127.0.0.1:1/duly?password=swordfish")

    with pytest.raises(OutsideError) as caught:
        kept(database)

    address = "postgresql+psycopg://anna:***@127.0.0.1:1/duly"
    assert str(caught.value).startswith(f"cannot use the database {address}: ")
    assert "refused" in str(caught.value)
    assert "swordfish" not in str(caught.value)


def test_a_file_that_is_no_database_is_named(tmp_path: Path, opened: Open) -> None:
    file = tmp_path / "duly.db"
    file.write_text("Dear diary, today we sold a box of coffee. " * 100)

    with pytest.raises(OutsideError, match=r"duly\.db: file is not a database"):
        kept(opened(f"sqlite:///{file}"))


def test_a_folder_that_is_not_there_is_named(tmp_path: Path, opened: Open) -> None:
    with pytest.raises(OutsideError, match=r"nowhere/duly\.db: unable to open database file"):
        kept(opened(f"sqlite:///{tmp_path}/nowhere/duly.db"))


def test_a_missing_driver_is_named_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with pytest.raises(OutsideError, match=r'pip install "duly\[postgres\]"'):
        open_database("postgresql://anna@host/duly")
