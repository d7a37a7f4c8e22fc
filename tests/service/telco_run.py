"""Runs the telephone company for ninety days, and reads what that has left behind."""

import asyncio
import hashlib
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from time import perf_counter
from typing import Any

from sqlalchemy import Executable, event, select

from duly.connector import Place, SourceFormat
from duly.dispatch.desk import Desk
from duly.importing.report import ImportReport
from duly.importing.run import run_import
from duly.language.mapping import read_mapping
from duly.rehearsal import MadeUpClock
from duly.service.workspace import DATABASE, Workspace
from duly.store.database import Database
from duly.tables.every import schema
from duly.turn import turn_async
from duly_connectors.csv import CsvSettings, CsvSource
from service.telco_expected import Bill, Span, bills_of
from service.telco_people import CUSTOMERS, Base, Customer, customers_of

HERE = Path(__file__).parent
# The last day before the take-over begins in Kiritimati, the first place to reach it.
BEGIN = datetime(2026, 1, 30, 10, 30, tzinfo=UTC)
# The longest step by which what is due at nine still happens on its local day.
BETWEEN = timedelta(hours=15)
# Ninety days for everybody: it has to be past nine on 30 April in Pago Pago too.
TICKS = tuple(BEGIN + number * BETWEEN for number in range(146))
BACKUP_AFTER = 114  # ticks: twenty days before the end
SPAN = Span(TICKS[0], TICKS[-1])
MOST_LOOKS = 10  # at one instant


@dataclass(frozen=True, slots=True)
class Run:
    """Hold a business, and the backup of its database taken on the way."""

    base: Base
    workspace: Workspace
    desk: Desk
    clock: MadeUpClock
    customers: tuple[Customer, ...]
    bills: tuple[Bill, ...]
    backup: Path

    @property
    def folder(self) -> Path:
        return self.workspace.folder

    @property
    def database(self) -> Database:
        return self.workspace.database

    def rows(self, statement: Executable) -> list[tuple[Any, ...]]:
        """Read plain rows."""
        with self.database.read() as transaction:
            return [tuple(row) for row in transaction.execute(statement)]

    def close(self) -> None:
        """Let the database go."""
        self.database.close()


def run_ninety_days(base: Base, folder: Path, every: int) -> Run:
    """Bring every n-th customer in and let the days pass, fifteen hours at a time."""
    _lay_out(folder, every)
    run = _opened(base, folder, MadeUpClock(BEGIN))
    begun = perf_counter()
    work(run, TICKS[:BACKUP_AFTER])
    _back_up(folder / DATABASE, run.backup)
    work(run, TICKS[BACKUP_AFTER:])
    _tell(run, perf_counter() - begun)
    return run


def _lay_out(folder: Path, every: int) -> None:
    """Bring together settings, rules and every n-th customer."""
    shutil.copytree(HERE / "telco", folder, dirs_exist_ok=True)
    shutil.copytree(HERE / "telco_rules", folder, dirs_exist_ok=True)
    lines = CUSTOMERS.read_text(encoding="utf-8").splitlines(keepends=True)
    write_customers(folder, [lines[0], *lines[1::every]])


def write_customers(folder: Path, lines: Iterable[str]) -> None:
    """Write the file that the mappings name; the first line holds the headings."""
    (folder / "imports" / "customers.csv").write_text("".join(lines), encoding="utf-8")


def _opened(base: Base, folder: Path, clock: MadeUpClock) -> Run:
    """Put the files live and bring the customers in."""
    workspace = open_workspace(folder, clock)
    assert workspace.draft.ruleset is not None, workspace.draft.problems
    workspace.set_up()
    workspace.apply("test")
    report = bring_in(base, workspace)
    assert not report.rejected, report.rejected[:3]
    customers = customers_of(base, folder / "imports" / "customers.csv")
    bills = tuple(bill for one in customers for bill in bills_of(one, SPAN))
    backup = folder.with_name(f"{folder.name}-backup.db")
    return Run(base, workspace, workspace.desk(), clock, customers, bills, backup)


def open_workspace(folder: Path, clock: MadeUpClock) -> Workspace:
    """Open a business whose database never waits for the disk: nobody pulls the plug here."""
    workspace = Workspace(folder, {}, clock.now)
    event.listen(workspace.any_database.engine, "connect", _do_not_wait)
    return workspace


def _do_not_wait(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous = OFF")


def bring_in(base: Base, workspace: Workspace) -> ImportReport:
    """Import the file as ``duly import`` does, at the hour of the made-up clock."""
    path = workspace.folder / "imports" / base.mapping
    rules = workspace.rules()
    mapping, problems = read_mapping(
        path.read_bytes(),
        path.name,
        business=rules.business,
        catalog=rules.catalog,
        gateways=rules.business.payments,
    )
    assert mapping is not None, problems
    form = SourceFormat(mapping.format.separator, mapping.format.encoding)
    place = Place(workspace.folder, workspace.clock)
    return run_import(
        workspace.database,
        mapping,
        CsvSource.open(CsvSettings(path.parent / mapping.file, form), place),
        business=rules.business,
        catalog=rules.catalog,
        now=workspace.clock(),
    )


def work(run: Run, ticks: Iterable[datetime]) -> None:
    """Look at each instant until nothing is left to do."""
    asyncio.run(_work(run, ticks))


async def _work(run: Run, ticks: Iterable[datetime]) -> None:
    for at in ticks:
        run.clock.at = at
        for _ in range(MOST_LOOKS):
            report = await turn_async(run.desk, at)
            assert report.failed == ()
            if report.jobs == 0:
                break
        else:
            raise AssertionError(f"there is still something to do at {at} after all these looks")


def _back_up(database: Path, to: Path) -> None:
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)


def copy_of(run: Run, folder: Path, database: Path | None = None) -> Run:
    """Open a copy of the business and of its outside world, from its backup or as it is now."""
    shutil.copytree(run.folder, folder, ignore=shutil.ignore_patterns(f"{DATABASE}*"))
    _back_up(database or run.folder / DATABASE, folder / DATABASE)
    clock = MadeUpClock(run.clock.at)
    workspace = open_workspace(folder, clock)
    return replace(run, workspace=workspace, desk=workspace.desk(), clock=clock)


def reopened(run: Run, workspace: Workspace) -> Run:
    """Go on with what is live in the workspace by now."""
    return replace(run, workspace=workspace, desk=workspace.desk())


def digests(database: Database, *, without: Sequence[str] = ()) -> dict[str, str]:
    """Digest every table; ``without`` names tables and columns to leave out."""
    tables = [table for table in schema().sorted_tables if table.name not in without]
    found = {}
    with database.read() as transaction:
        for table in tables:
            columns = [column for column in table.columns if column.name not in without]
            digest = hashlib.sha256()
            for row in transaction.execute(select(*columns).order_by(*table.primary_key)):
                digest.update(repr(tuple(row)).encode())
            found[table.name] = digest.hexdigest()
    return found


def apart(found: Iterable[object], expected: Iterable[object]) -> list[str]:
    """Say what is missing and what is too many, each as often as it is; at most twenty."""
    one, other = Counter(found), Counter(expected)
    missing = [f"missing {row}" for row in (other - one).elements()]
    return [*missing, *(f"too many {row}" for row in (one - other).elements())][:20]


def _tell(run: Run, seconds: float) -> None:
    """Print the figures, for those who run it with -s."""
    memory = getrusage(RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"\n{run.base.name}: {len(run.customers):,} live customers, {len(run.bills):,} invoices "
        f"in {seconds:.1f} s, {len(run.bills) / seconds:,.0f} a second; at most {memory:,} MB"
    )
