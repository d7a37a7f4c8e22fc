"""A shop to import into: its plans and fields, sources in memory, and what is in the tables."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import pytest
from sqlalchemy import Row, delete, func, select

import databases
from duly.catalog import Catalog, Plan, Price, Term
from duly.connector import Place, SourceRow, SubscriberSource
from duly.importing.enrolment import RowBook, Skipped
from duly.importing.report import ImportReport
from duly.importing.row import Sheet
from duly.importing.run import run_import
from duly.language.mapping import read_mapping
from duly.language.mapping_headings import row_names
from duly.language.mapping_tree import ImportMapping
from duly.model.business import Business, OwnField
from duly.model.enrolment import Enrolment
from duly.store.database import Database, open_database
from duly.store.schema import make
from duly.tables.every import schema
from duly.values.duration import Duration, Unit
from duly.values.money import Money
from duly.values.problem import render

MONTH = Duration(1, Unit.MONTH)
YEAR = Duration(1, Unit.YEAR)
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
GATEWAYS = ("cards", "transfer")


def plan(
    code: str, amount: str | None, *, term: Term | None = None, every: Duration = MONTH
) -> Plan:
    """Make a plan with one price, tax included; no amount means that each agrees on one."""
    minor = None if amount is None else int(amount.replace(".", ""))
    price = Price(
        f"{code}-2026",
        every,
        "food",
        None if minor is None else Money(minor, "RON"),
        at_least=Money(25_000, "RON") if minor is None else None,
    )
    return Plan(code, {"": code}, (price,), term=term)


CATALOG = Catalog(
    "RON",
    {
        one.code: one
        for one in (
            plan("box-small", "89.00"),
            plan("box-large", "149.00"),
            plan("box-office", None),
            plan("gift-6", "95.00", term=Term(Duration(6, Unit.MONTH), "ends")),
            plan("bound", "50.00", term=Term(YEAR, "monthly")),
            plan("yearly", "900.00", every=YEAR, term=Term(Duration(2, Unit.YEAR), "renews")),
        )
    },
)
BUSINESS = Business(
    name="Cafeaua",
    zone="Europe/Bucharest",
    currency="RON",
    languages=("ro", "en"),
    country="RO",
    fields=(
        OwnField("cups_a_day", "number"),
        OwnField("app.first_login", "date"),
        OwnField("note", "text"),
        OwnField("is_vip", "yes_no"),
        OwnField("visits", "whole"),
        OwnField("share_used", "share"),
        OwnField("deposit", "money"),
        OwnField("labels", "texts"),
        OwnField("roast", "word", "subscription", words=("light", "medium", "dark")),
    ),
    topics={"news": "Noutăți"},
    payments=("cards",),
)

# The least a mapping of subscriptions says.
LEAST = """\
file: old.csv
each_row: subscription
take_over_on: 2026-12-01
same_row: {external_id: No}
subscriber:
  same: {external_id: Client}
subscription:
  plan: Plan
  started_on: Start
"""
HEADINGS = ("No", "Client", "Plan", "Start")


def read(text: str, business: Business = BUSINESS) -> ImportMapping:
    """Read a mapping that has no mistake."""
    mapping, problems = read_mapping(
        text.encode(), "imports/old.yaml", business=business, catalog=CATALOG, gateways=GATEWAYS
    )
    assert mapping is not None, "\n".join(render(one, ()) for one in problems)
    return mapping


def complaints(text: str) -> str:
    """Write what is said about a mapping, as people see it."""
    _, problems = read_mapping(
        text.encode(), "old.yaml", business=BUSINESS, catalog=CATALOG, gateways=GATEWAYS
    )
    lines = tuple(text.split("\n"))
    return "\n".join(render(one, lines) for one in problems)


def read_row(
    mapping: ImportMapping, cells: Mapping[str, str], *, now: datetime = NOW
) -> Enrolment | Skipped:
    """Read one row; raises BadRowError for what is wrong with it."""
    sheet = Sheet(mapping.format, row_names(tuple(cells)), mapping.take_over_on, CATALOG.currency)
    return RowBook(mapping, sheet, BUSINESS, CATALOG, now).read(SourceRow(2, cells))


class MemorySource(SubscriberSource):
    """Hold rows in memory; the first stands in line 2, as in a file with headings."""

    Settings = object

    def __init__(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        self._headings = tuple(headings)
        self._rows = tuple(rows)

    @classmethod
    def open(cls, settings: Any, place: Place) -> Self:
        return cls(*settings)

    def headings(self) -> tuple[str, ...]:
        return self._headings

    def rows(self) -> Iterator[SourceRow]:
        for number, row in enumerate(self._rows, start=2):
            trouble = "" if len(row) == len(self._headings) else "a cell is missing"
            yield SourceRow(number, dict(zip(self._headings, row, strict=False)), trouble)


def bring_in(
    database: Database,
    mapping: ImportMapping,
    rows: Sequence[Sequence[str]],
    headings: Sequence[str] = HEADINGS,
    *,
    now: datetime = NOW,
    dry_run: bool = False,
) -> ImportReport:
    """Import rows given in memory."""
    return run_import(
        database,
        mapping,
        MemorySource(headings, rows),
        business=BUSINESS,
        catalog=CATALOG,
        now=now,
        dry_run=dry_run,
    )


@contextmanager
def made_database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """Make the tables once, on the kind of database that a fixture's parameter names."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            folder: Path = request.getfixturevalue("tmp_path_factory").mktemp("database")
            url = f"sqlite:///{folder / 'duly.db'}"
        else:
            server = request.getfixturevalue("postgres_url")
            url = stack.enter_context(databases.temporary_database(server))
        database = open_database(url)
        stack.callback(database.close)
        make(database)
        yield database


def emptied(database: Database) -> Database:
    """Delete every row: making the tables anew for each test would take most of its time."""
    with database.write() as transaction:
        for found in reversed(schema().sorted_tables):
            transaction.execute(delete(found))
    return database


def table(database: Database, name: str) -> Sequence[Row[Any]]:
    """Read all rows of a table, by id where it has one."""
    found = schema().tables[name]
    order = [found.c.id] if "id" in found.c else list(found.primary_key.columns)
    with database.read() as transaction:
        return transaction.execute(select(found).order_by(*order)).all()


def counts(database: Database) -> Mapping[str, int]:
    """Count the rows of every table that has some."""
    with database.read() as transaction:
        sizes = {
            name: transaction.execute(select(func.count()).select_from(found)).scalar_one()
            for name, found in schema().tables.items()
        }
    return {name: size for name, size in sizes.items() if size}


def fingerprint(database: Database) -> str:
    """Hash every row of every table, as the driver gives it."""
    digest = hashlib.sha256()
    with database.read() as transaction:
        for name, found in sorted(schema().tables.items()):
            order = ", ".join(column.name for column in found.primary_key)
            statement = f'SELECT * FROM "{name}" ORDER BY {order}'
            for row in transaction.exec_driver_sql(statement):
                digest.update(repr((name, *row)).encode())
    return digest.hexdigest()
