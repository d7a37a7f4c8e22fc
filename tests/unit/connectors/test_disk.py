"""What the disk says becomes a failure that tells what to do."""

import errno
import os
import sqlite3
from pathlib import Path

import pytest

from duly.connector import ConnectorFailure, Misconfigured, Temporary
from duly_connectors.disk import storing, write_whole


@pytest.mark.parametrize(
    ("number", "failure"),
    [
        (errno.ENOSPC, Temporary),
        (errno.EIO, Temporary),
        (errno.EMFILE, Temporary),
        (errno.EACCES, Misconfigured),
        (errno.EROFS, Misconfigured),
        (errno.ENOTDIR, Misconfigured),
    ],
)
def test_an_error_of_the_disk_is_sorted_by_who_can_mend_it(
    number: int, failure: type[ConnectorFailure]
) -> None:
    with pytest.raises(ConnectorFailure) as caught, storing("the box"):
        raise OSError(number, os.strerror(number))

    assert type(caught.value) is failure
    assert caught.value.message.startswith("the box ")
    assert os.strerror(number) in caught.value.message


def test_a_locked_database_is_tried_again(tmp_path: Path) -> None:
    holder = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None, timeout=0)

    with pytest.raises(Temporary, match="database is locked"), storing("the box"):
        other.execute("CREATE TABLE a (b)")

    holder.close()
    other.close()


def test_a_failure_of_a_connector_passes_through() -> None:
    failure = Temporary("come back later", retry_after_s=5)

    with pytest.raises(Temporary) as caught, storing("the box"):
        raise failure

    assert caught.value is failure


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / ("long" * 60)

    write_whole(path, b"one")
    write_whole(path, b"two")

    assert path.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [path]
