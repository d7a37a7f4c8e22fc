"""Open a database and run transactions on it: SQLite by default, PostgreSQL by a URL.

SQLite: ``BEGIN IMMEDIATE`` for every writer (the driver's own mode loses updates silently), WAL,
``synchronous=FULL``, foreign keys on. PostgreSQL: READ COMMITTED for writers, one snapshot for
readers, with time limits.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import Transaction
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import QueuePool

from duly.errors import OutsideError, UsageError
from duly.tables.rows import DialectName

SQLITE_BUSY_MS = 10_000
SQLITE_CACHE_KIB = 64 * 1024
STATEMENT_LIMIT_MS = 600_000
LOCK_LIMIT_MS = 30_000
IDLE_LIMIT_MS = 60_000
# PostgreSQL's classes for a deadlock, a serialization failure, and a lock that did not come.
CROSSED = frozenset({"40P01", "40001", "55P03"})
CROSSED_TRIES = 3

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class CommitSeam:
    """Stand around every commit of a writer, so that tests can let it fail before or after."""

    before: Callable[[], None] = field(default=lambda: None)
    after: Callable[[], None] = field(default=lambda: None)


@dataclass(frozen=True, slots=True)
class Database:
    """Give out transactions; the only place that begins and commits."""

    engine: Engine
    seam: CommitSeam = field(default_factory=CommitSeam)

    @property
    def dialect(self) -> DialectName:
        """Name the kind of database."""
        return cast(DialectName, self.engine.dialect.name)

    @property
    def name(self) -> str:
        """Name the database for people, without password and options."""
        return self.engine.url.set(query={}).render_as_string(hide_password=True)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Run one writing transaction; an error in the block rolls it back."""
        with self._begun({"duly_writes": True}) as (connection, transaction):
            try:
                yield connection
                self.seam.before()
            except BaseException:
                transaction.rollback()
                raise
            _commit(connection, transaction)
            self.seam.after()

    def again(self, work: Callable[[Connection], Result]) -> Result:
        """Run a writing transaction; one that crossed another's way is run anew, a few times."""
        for _ in range(CROSSED_TRIES):
            try:
                with self.write() as transaction:
                    return work(transaction)
            except (DBAPIError, OutsideError) as error:
                if not _crossed(error):
                    raise
        with self.write() as transaction:
            return work(transaction)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Run one reading transaction, which sees one state throughout and keeps no change."""
        # READ COMMITTED would see what others commit between two statements.
        options = {"isolation_level": "REPEATABLE READ"} if self.dialect == "postgresql" else {}
        with self._begun(options) as (connection, transaction):
            try:
                yield connection
            finally:
                transaction.rollback()

    @contextmanager
    def _begun(self, options: Mapping[str, Any]) -> Iterator[tuple[Connection, Transaction]]:
        with ExitStack() as stack:
            try:
                connection = stack.enter_context(self.engine.connect())
                connection.execution_options(**options)
                transaction = connection.begin()
            except (DBAPIError, PoolTimeoutError) as error:
                reason = error.orig if isinstance(error, DBAPIError) else error
                words = " ".join(str(reason).split())
                raise OutsideError(f"cannot use the database {self.name}: {words}") from error
            yield connection, transaction

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


def _crossed(error: BaseException | None) -> bool:
    """Tell whether a transaction failed only because another was at work on the same rows."""
    while error is not None:
        if isinstance(error, DBAPIError):
            return getattr(error.orig, "sqlstate", None) in CROSSED
        error = error.__cause__
    return False


def _commit(connection: Connection, transaction: Transaction) -> None:
    try:
        transaction.commit()
    except DBAPIError as error:
        # SQLite keeps a transaction open whose COMMIT failed, and SQLAlchemy takes it for closed.
        if not error.connection_invalidated:
            connection.connection.rollback()
        raise


def open_database(url: str, seam: CommitSeam | None = None) -> Database:
    """Open a database by its URL; nothing is made or changed in it.

    ``sqlite:///duly.db`` is a file, ``sqlite://`` lives in memory, and PostgreSQL is
    ``postgresql://user:password@host/name``. Raises UsageError for another kind of URL.
    """
    parsed = _parse(url)
    match parsed.get_backend_name():
        case "sqlite":
            engine = _sqlite(parsed.set(drivername="sqlite"))
        case "postgresql" | "postgres":
            engine = _postgresql(parsed.set(drivername="postgresql+psycopg"))
        case other:
            raise UsageError(f'"{other}" is not a database duly speaks; use SQLite or PostgreSQL')
    return Database(engine, seam or CommitSeam())


def _parse(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        # The cause may quote a piece of the password, so it is not shown.
        raise UsageError(
            "the database address cannot be read; write sqlite:///duly.db or "
            "postgresql://user:password@host/name, with %40 for @ and %2F for / in a password"
        ) from None


def _sqlite(url: URL) -> Engine:
    # A database in memory is gone with its connection, so there is one, used in turns.
    in_memory = url.database in (None, "", ":memory:")
    turns = {"pool_size": 1, "max_overflow": 0, "pool_timeout": SQLITE_BUSY_MS / 1000}
    engine = create_engine(
        url,
        connect_args={"isolation_level": None, "check_same_thread": False},
        poolclass=QueuePool,
        **(turns if in_memory else {}),
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute(f"PRAGMA busy_timeout = {SQLITE_BUSY_MS}")
    _use_wal(connection)
    for pragma in (
        "synchronous = FULL",
        "foreign_keys = ON",
        f"cache_size = -{SQLITE_CACHE_KIB}",
        "temp_store = MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to WAL, for which SQLite does not wait when two open a new file at once."""
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
        # Beginning to write does wait; then the other has switched, or has gone.
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
        connection.execute("PRAGMA journal_mode = WAL")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("duly_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgresql(url: URL) -> Engine:
    options = " ".join(
        f"-c {setting}"
        for setting in (
            f"statement_timeout={STATEMENT_LIMIT_MS}",
            f"lock_timeout={LOCK_LIMIT_MS}",
            f"idle_in_transaction_session_timeout={IDLE_LIMIT_MS}",
            "timezone=UTC",
            # A generic plan for a window of rows costs many times a custom one.
            "plan_cache_mode=force_custom_plan",
        )
    )
    try:
        return create_engine(
            url,
            isolation_level="READ COMMITTED",
            connect_args={"options": options},
            pool_pre_ping=True,
        )
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise OutsideError('PostgreSQL needs its driver: pip install "duly[postgres]"') from error
