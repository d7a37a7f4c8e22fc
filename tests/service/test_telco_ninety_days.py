"""Ninety days of a real customer base under five rules, counted again without the engine."""

import asyncio
import csv
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Column, Table, func, select

from duly.dispatch.desk import Desk
from duly.rehearsal import MadeUpClock
from duly.service.workspace import Workspace
from duly.store.database import Database
from duly.tables.books import allocation, invoice, invoice_line, payment_attempt
from duly.tables.every import schema
from duly.tables.ledger import event, firing, job, message, rule
from duly.tables.people import subscriber
from duly.tables.subscriptions import cycle, subscription, subscription_change
from duly.turn import turn_async
from duly_connectors.sandbox import world

ROOT = Path(__file__).resolve().parent.parent.parent
CUSTOMERS = ROOT / "../shared/data/telco-customer-churn.csv"
FOLDER = Path(__file__).parent / "telco"
RULES = Path(__file__).parent / "telco_rules"
TAKE_OVER = date(2026, 1, 31)
BEGIN = datetime(2026, 1, 31, 5, 30, tzinfo=UTC)
DAYS = 90
LAST_DAY = TAKE_OVER + timedelta(days=DAYS - 1)
# How methods behave: those who pay by mailed check need four tries, by credit card two.
TOKENS = {
    "Mailed check": "declines:3",
    "Credit card (automatic)": "declines:1",
    "Electronic check": "pays",
    "Bank transfer (automatic)": "pays",
}
_LOOKS = {"tick", "rule", "segment"}

pytestmark = [
    pytest.mark.skipif(not CUSTOMERS.is_file(), reason=f"there is no file {CUSTOMERS}"),
    pytest.mark.xdist_group("telco"),
]


@dataclass(frozen=True, slots=True)
class Customer:
    """Hold what the file says of one who has not left."""

    name: str
    tenure: int
    plan: str
    minor: int
    pays_by: str


@dataclass(frozen=True, slots=True)
class Run:
    """Hold what ninety days have left behind."""

    workspace: Workspace
    desk: Desk
    customers: tuple[Customer, ...]

    @property
    def database(self) -> Database:
        return self.workspace.database


def _customers(path: Path) -> tuple[Customer, ...]:
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            Customer(
                row["customerID"],
                int(row["tenure"]),
                row["Contract"],
                round(float(row["MonthlyCharges"]) * 100),
                row["PaymentMethod"],
            )
            for row in csv.DictReader(file)
            if row["Churn"] == "No"
        )


def _make_workspace(folder: Path, every: int) -> None:
    """Bring together settings, rules and every n-th customer."""
    shutil.copytree(FOLDER, folder, dirs_exist_ok=True)
    shutil.copytree(RULES, folder, dirs_exist_ok=True)
    settings = (folder / "duly.yaml").read_text(encoding="utf-8")
    settings = settings.replace(
        "cards: {use: sandbox}", "cards: {use: sandbox}\n  email: {use: outbox}"
    )
    extra = "environment: test\nmessages: {from: Phone <office@phone.example.com>}\n"
    (folder / "duly.yaml").write_text(extra + settings, encoding="utf-8")
    catalog = (folder / "catalog.yaml").read_text(encoding="utf-8")
    # The file tells no end of a contract: here the one-year plan is over after 73 months.
    ends = catalog.replace("{length: 1 year, then: renews}", "{length: 73 months, then: ends}")
    (folder / "catalog.yaml").write_text(ends, encoding="utf-8")
    mapping = folder / "imports" / "customers.yaml"
    tokens = ", ".join(f'{word}: "{token}"' for word, token in TOKENS.items())
    text = mapping.read_text(encoding="utf-8")
    plain = '  token: {text: "pays/{customerID}"}'
    assert plain in text
    by_word = f"  token: {{column: PaymentMethod, words: {{{tokens}}}}}"
    mapping.write_text(text.replace(plain, by_word), encoding="utf-8")
    lines = CUSTOMERS.read_text(encoding="utf-8").splitlines(keepends=True)
    chosen = [lines[0], *lines[1::every]]
    (folder / "imports" / "customers.csv").write_text("".join(chosen), encoding="utf-8")


def _import(workspace: Workspace) -> None:
    from click.testing import CliRunner

    from duly.cli.importing import import_

    folder = workspace.folder
    arguments = ["--in", str(folder), str(folder / "imports" / "customers.yaml")]
    result = CliRunner().invoke(import_, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output


async def _run(desk: Desk, clock: MadeUpClock, days: int) -> None:
    for _ in range(days):
        await turn_async(desk, clock.at)
        clock.at += timedelta(hours=12)
        await turn_async(desk, clock.at)
        clock.at += timedelta(hours=12)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Run]:
    every = 1 if request.config.getoption("--all") else 16
    folder = tmp_path_factory.mktemp("telco")
    _make_workspace(folder, every)
    clock = MadeUpClock(BEGIN)
    workspace = Workspace(folder, {}, clock.now)
    assert workspace.draft.ruleset is not None, workspace.draft.problems
    workspace.set_up()
    workspace.apply("test")
    _import(workspace)
    desk = workspace.desk()
    asyncio.run(_run(desk, clock, DAYS))
    yield Run(workspace, desk, _customers(folder / "imports" / "customers.csv"))
    workspace.database.close()


def _month_later(anchor: date, months: int) -> date:
    """Move by months, clamped to the month's length: the slow way."""
    year, month = anchor.year, anchor.month
    for _ in range(abs(months)):
        month += 1 if months > 0 else -1
        if month == 13:
            year, month = year + 1, 1
        if month == 0:
            year, month = year - 1, 12
    day = anchor.day
    while True:
        try:
            return date(year, month, day)
        except ValueError:
            day -= 1


def _due_days(one: Customer) -> list[date]:
    """List the days on which a cycle of a customer starts in the ninety days."""
    anchor = _month_later(TAKE_OVER, -one.tenure)
    days = [_month_later(anchor, n) for n in range(one.tenure - 1, one.tenure + 5)]
    ends = None
    if one.plan == "One year":
        ends = _month_later(anchor, 73)
    return [day for day in days if TAKE_OVER <= day <= LAST_DAY and (ends is None or day < ends)]


def _invoices(run: Run) -> Mapping[str, list[tuple[date, int]]]:
    statement = (
        select(subscriber.c.external_id, cycle.c.start_on, invoice.c.gross_minor)
        .join(invoice, invoice.c.subscriber_id == subscriber.c.id)
        .join(invoice_line, invoice_line.c.invoice_id == invoice.c.id)
        .join(cycle, cycle.c.id == invoice_line.c.cycle_id)
        .order_by(cycle.c.start_on)
    )
    found: dict[str, list[tuple[date, int]]] = {}
    with run.database.read() as transaction:
        for row in transaction.execute(statement):
            found.setdefault(row[0], []).append((row[1], row[2]))
    return found


def test_every_due_cycle_has_exactly_one_invoice_of_the_right_amount(run: Run) -> None:
    invoices = _invoices(run)

    expected = {
        one.name: [(day, one.minor) for day in _due_days(one)]
        for one in run.customers
        if _due_days(one)
    }
    assert invoices == expected


def test_month_ends_land_on_the_clamped_day_and_come_back(run: Run) -> None:
    days = {day for found in _invoices(run).values() for day, _ in found}

    assert date(2026, 2, 28) in days
    assert date(2026, 3, 31) in days
    assert not any(day.month == 2 and day.day > 28 for day in days)


def test_nothing_is_invoiced_or_mailed_for_the_past(run: Run) -> None:
    with run.database.read() as transaction:
        first = transaction.execute(
            select(func.min(cycle.c.start_on)).join(
                invoice_line, invoice_line.c.cycle_id == cycle.c.id
            )
        ).scalar_one()
        history = transaction.execute(
            select(func.count())
            .select_from(event)
            .where(event.c.kind.in_(["signed_up", "subscription_started"]))
        ).scalar_one()

    assert first >= TAKE_OVER
    assert history == sum(one.tenure == 0 for one in run.customers)


def test_sums_reconcile(run: Run) -> None:
    with run.database.read() as transaction:

        def total(column: object) -> int:
            return int(transaction.execute(select(func.sum(column))).scalar() or 0)  # type: ignore[call-overload]

        invoiced, lines = total(invoice.c.gross_minor), total(invoice_line.c.gross_minor)
        paid = total(allocation.c.amount_minor)
        attempts = transaction.execute(
            select(payment_attempt.c.state, func.count()).group_by(payment_attempt.c.state)
        ).all()
    captured = sum(charge.amount.minor for charge in world(run.workspace.folder).captured.values())

    assert invoiced == lines
    assert paid == captured
    assert set(dict(map(tuple, attempts))) <= {"succeeded", "failed"}


def test_the_last_warning_goes_out_once_and_nothing_after_the_payment(run: Run) -> None:
    with run.database.read() as transaction:
        sent = transaction.execute(
            select(firing.c.subject_id, message.c.sent_at)
            .join(job, job.c.firing_id == firing.c.id)
            .join(message, message.c.job_id == job.c.id)
            .where(message.c.name == "last-warning")
        ).all()
        paid = dict(
            map(
                tuple,
                transaction.execute(
                    select(event.c.invoice_id, event.c.at).where(event.c.kind == "invoice_paid")
                ).all(),
            )
        )

    assert sent
    assert max(Counter(row.subject_id for row in sent).values()) == 1
    assert not [
        row for row in sent if row.subject_id in paid and paid[row.subject_id] < row.sent_at
    ]


def test_who_pays_late_is_paused_and_welcomed_back(run: Run) -> None:
    late = {one.name for one in run.customers if one.pays_by == "Mailed check"}
    with run.database.read() as transaction:
        changes = transaction.execute(
            select(subscriber.c.external_id, subscription_change.c.kind)
            .join(subscriber, subscriber.c.id == subscription_change.c.subscriber_id)
            .where(subscription_change.c.kind.in_(["paused", "resumed"]))
        ).all()

    paused = Counter(row[0] for row in changes if row[1] == "paused")
    resumed = Counter(row[0] for row in changes if row[1] == "resumed")
    assert paused
    assert set(paused) <= late
    assert all(paused[name] - resumed[name] in (0, 1) for name in paused)


def test_expiry_reminders_and_offers_reach_whom_they_should(run: Run) -> None:
    with run.database.read() as transaction:
        reminded = transaction.execute(
            select(firing.c.local_on, subscription.c.term_ends_on)
            .join(rule, rule.c.id == firing.c.rule_id)
            .join(subscription, subscription.c.id == firing.c.subject_id)
            .where(rule.c.name == "ends-soon")
        ).all()
        offers = transaction.execute(
            select(subscription.c.started_on, firing.c.local_on)
            .join(subscription, subscription.c.id == firing.c.subject_id)
            .join(rule, rule.c.id == firing.c.rule_id)
            .where(rule.c.name == "offer-security")
        ).all()

    assert reminded
    assert {row.term_ends_on - row.local_on for row in reminded} == {timedelta(days=14)}
    for row in offers:
        assert _month_later(row.started_on, 24) == row.local_on


def test_running_the_last_day_again_changes_nothing(run: Run) -> None:
    last = BEGIN + timedelta(days=DAYS) - timedelta(hours=12)
    parts = (run.database, run.desk.live, run.desk.shop, run.desk.tools)
    desk = Desk(*parts, MadeUpClock(last).now)
    for _ in range(3):  # what the last turn brought about is looked at by the next ones
        asyncio.run(turn_async(desk, last))
    before = _decided(run.database)

    asyncio.run(turn_async(desk, last))

    assert _decided(run.database) == before


def _decided(database: Database) -> list[list[object]]:
    """Return everything but how far the engine has looked."""
    tables = [found for found in schema().sorted_tables if found.name not in _LOOKS]
    with database.read() as transaction:
        return [
            [tuple(row) for row in transaction.execute(select(*_said(found)))] for found in tables
        ]


def _said(found: Table) -> list[Column[object]]:
    return [column for column in found.columns if column.name != "tick"]
