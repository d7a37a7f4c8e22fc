"""Files and small databases on this machine: atomic writes, and what their errors mean."""

import errno
import os
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from duly.connector import Misconfigured, Temporary

_BUSY_TIMEOUT_S = 10.0

# What a person must mend; anything else (disk full, locked, input or output error) may pass.
_MISPLACED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.EISDIR}
_MISPLACED_SQLITE = {
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}
_PRIMARY_CODE = 0xFF


@contextmanager
def storing(place: str) -> Iterator[None]:
    """Turn errors of the disk into failures of a connector; ``place`` names it for people."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        if error.errno in _MISPLACED:
            raise Misconfigured(_misplaced(place, reason)) from error
        raise Temporary(f"{place} could not be written: {reason}") from error
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE in _MISPLACED_SQLITE:
            raise Misconfigured(_misplaced(place, str(error))) from error
        raise Temporary(f"{place} could not be written: {error}") from error


def _misplaced(place: str, reason: str) -> str:
    return f"{place} cannot be used: {reason}; name a folder that duly may write to"


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, also after kill -9.

    A process killed in the middle leaves one hidden ``.part`` file, which nobody reads.
    """
    part = _part(path)
    with open(part, "wb") as file:
        file.write(content)
    os.replace(part, path)


def open_database(path: Path, schema: str, *, synchronous: str) -> sqlite3.Connection:
    """Open a small database in autocommit mode and make its tables if they are not there.

    Several processes may have it open. The caller keeps the connection; ``close_with`` ends it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(
        path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )
    try:
        _use_wal(connection)
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        connection.executescript(schema)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


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


def close_with(owner: object, connection: sqlite3.Connection) -> None:
    """Close a connection when its owner is no longer used: connectors are never closed."""
    weakref.finalize(owner, connection.close)


def _part(path: Path) -> str:
    folder, name = os.path.split(path)
    return os.path.join(folder, f".{name[-60:]}.{os.getpid()}-{threading.get_ident()}.part")
