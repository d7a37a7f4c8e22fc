"""A file that nobody shaped for duly comes in by YAML alone: customers of a telephone company.

Facts to check against, counted in the file itself: 5,174 customers have not left, and their
MonthlyCharges add up to 316,985.75; 2,220 pay month to month, 1,307 by the year, 1,647 by two.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter

import pytest

from duly.connector import Place, SourceFormat
from duly.importing.rejected import rejected_path, write_rejected
from duly.importing.report import ImportReport
from duly.importing.run import run_import
from duly.language.mapping import read_mapping
from duly.language.workspace import read_workspace
from duly.rule import RuleSet
from duly.store.database import Database
from duly_connectors.csv import CsvSettings, CsvSource
from import_cases import counts, emptied, fingerprint, made_database, table

ROOT = Path(__file__).resolve().parent.parent.parent
CUSTOMERS = ROOT / "../shared/data/telco-customer-churn.csv"
FOLDER = Path(__file__).parent / "telco"
MAPPING = FOLDER / "imports" / "customers.yaml"
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)

pytestmark = [
    pytest.mark.skipif(not CUSTOMERS.is_file(), reason=f"there is no file {CUSTOMERS}"),
    pytest.mark.xdist_group("telco"),
]


@pytest.fixture(scope="module")
def shop() -> RuleSet:
    files = {name: (FOLDER / name).read_bytes() for name in ("duly.yaml", "catalog.yaml")}
    reading = read_workspace(files, environment={}, outlets=None)
    assert reading.ruleset is not None, reading.problems
    return reading.ruleset


def bring_in(
    database: Database, shop: RuleSet, path: Path, *, dry_run: bool = False
) -> ImportReport:
    mapping, problems = read_mapping(
        MAPPING.read_bytes(),
        MAPPING.name,
        business=shop.business,
        catalog=shop.catalog,
        gateways=shop.business.payments,
    )
    assert mapping is not None, problems
    form = SourceFormat(mapping.format.separator, mapping.format.encoding)
    source = CsvSource.open(CsvSettings(path, form), Place(path.parent, lambda: NOW))
    report = run_import(
        database,
        mapping,
        source,
        business=shop.business,
        catalog=shop.catalog,
        now=NOW,
        dry_run=dry_run,
    )
    write_rejected(rejected_path(path), report.headings, report.rejected, mapping.format)
    return report


# All of them. Each test looks at what one import of the whole file has left.


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.all)]
)
def all_customers(request: pytest.FixtureRequest) -> Iterator[Database]:
    with made_database(request) as database:
        yield database


@pytest.fixture(scope="module")
def report(all_customers: Database, shop: RuleSet) -> ImportReport:
    begun = perf_counter()
    report = bring_in(all_customers, shop, CUSTOMERS)
    rate = report.read / (perf_counter() - begun)
    print(f"imported {report.read:,} rows into {all_customers.dialect}, {rate:,.0f} a second")
    return report


def test_every_customer_comes_in(all_customers: Database, report: ImportReport) -> None:
    assert (report.read, report.new, report.set_aside) == (7043, 7043, 0)
    assert counts(all_customers) == {
        "subscriber": 7043,
        "payment_method": 7043,
        "subscription": 7043,
        "subscription_line": 7043,
        "cycle": 5174,
        "zone": 1,
        # Eleven with tenure 0 start on the day of the take-over, and that is heard of.
        "subscription_change": 11,
        "event": 11,
    }


def test_the_live_ones_are_worth_what_the_file_says(report: ImportReport) -> None:
    totals = {one.plan: (one.count, str(one.amount)) for one in report.plans}

    assert report.live == 5174
    assert totals == {
        "monthly": (2220, "136447.05 USD"),
        "one-year": (1307, "81698.15 USD"),
        "two-years": (1647, "98840.55 USD"),
    }
    assert sum(one.amount.minor for one in report.plans) == 31_698_575
    assert sum(one.amount.minor for one in report.next_days) == 31_698_575


def test_the_tables_say_the_same(all_customers: Database, report: ImportReport) -> None:
    del report
    rows = table(all_customers, "subscription")
    live = {row.id for row in rows if row.status == "active"}
    lines = table(all_customers, "subscription_line")

    assert Counter(row.status for row in rows) == {"active": 5174, "ended": 1869}
    assert sum(one.amount_minor for one in lines if one.subscription_id in live) == 31_698_575
    assert {row.ended_on for row in rows if row.status == "ended"} == {date(2026, 1, 30)}


def test_the_first_customer_is_as_in_the_file(
    all_customers: Database, report: ImportReport
) -> None:
    del report
    person, row = table(all_customers, "subscriber")[0], table(all_customers, "subscription")[0]

    assert (person.external_id, person.email) == ("7590-VHVEG", "7590-VHVEG@example.test")
    assert person.own == {
        "gender": "Female",
        "is_senior": False,
        "has_partner": True,
        "has_dependents": False,
        "on_paper": False,
        "charged_so_far": 29.85,
    }
    assert (row.plan, row.started_on) == ("monthly", date(2025, 12, 31))  # tenure 1
    assert row.own["lines"] == "none"


def test_the_old_system_has_settled_what_lies_before(
    all_customers: Database, report: ImportReport
) -> None:
    del report
    fresh = {row.id for row in table(all_customers, "subscription") if row.origin == "own"}
    cycles = table(all_customers, "cycle")

    assert len(fresh) == 11  # tenure 0: they start on the day of the take-over
    assert {one.subscription_id for one in cycles if not one.settled_elsewhere} == fresh
    assert all(one.start_on < date(2026, 1, 31) <= one.end_on for one in cycles
               if one.settled_elsewhere)  # fmt: skip


def test_a_second_import_changes_nothing(
    all_customers: Database, report: ImportReport, shop: RuleSet
) -> None:
    before = counts(all_customers), fingerprint(all_customers)

    again = bring_in(all_customers, shop, CUSTOMERS)

    assert (again.new, again.changed, again.same) == (0, 0, 7043)
    assert (counts(all_customers), fingerprint(all_customers)) == before
    assert (again.plans, again.next_days) == (report.plans, report.next_days)


# Some of them, with rows made bad by hand.


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    with made_database(request) as database:
        yield emptied(database)


@pytest.fixture
def lines() -> list[str]:
    return CUSTOMERS.read_text(encoding="utf-8").splitlines(keepends=True)[:301]


def test_bad_rows_are_set_aside_and_come_in_once_they_are_mended(
    database: Database, shop: RuleSet, lines: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "customers.csv"
    lines[1] = lines[1].replace("Month-to-month", "Weekly")
    lines[199] = lines[199].replace(",Yes,", ",", 1)
    path.write_text("".join(lines), encoding="utf-8")
    mended = path.with_name("customers.rejected.csv")

    report = bring_in(database, shop, path)
    mended.write_text(mended.read_text(encoding="utf-8-sig").replace("Weekly", "One year"))
    again = bring_in(database, shop, mended)

    assert [(one.line, one.reason) for one in report.rejected] == [
        (2, 'Contract is "Weekly", which words: does not list'),
        (200, "20 cells where the headings name 21"),
    ]
    assert report.new == 298
    assert (again.new, again.set_aside) == (1, 1)  # the other one is still short of a cell


def test_a_dry_run_writes_nothing(
    database: Database, shop: RuleSet, lines: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "customers.csv"
    path.write_text("".join(lines), encoding="utf-8")

    report = bring_in(database, shop, path, dry_run=True)

    assert report.new == 300
    assert counts(database) == {}
