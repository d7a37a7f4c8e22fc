"""No statement of a tick reads a table that grows from end to end."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, update

import databases
import trigger_world
from duly import tick
from duly.store import rulesets
from duly.store.database import Database
from duly.tables.people import subscriber
from duly.tables.subscriptions import subscription
from sim.story import Book, Day, Group, Law, Policy, Shop, Told
from sim.told_rules import Lives

LARGE = (
    "subscriber|subscription|cycle|event|firing|near_miss|job|invoice|payment_attempt"
    "|segment_member|offer|its_\\w+"
)
# A new local day changes what a segment may ask about anybody there: it looks at all of them.
LOOKS_AT_ALL = "turned"
# Holds only the few firings that wait for an earlier day.
SMALL = "ix_firing_stalled"
START = datetime(2026, 3, 28, 12, tzinfo=UTC)

LATER = (Day(("notify/a",)), Day(("charge",), day=3), Day(("notify/b",), day=7))
BOOK = Book(
    (
        Law("invoice", "subscription", (Told("cycle_due", "cycle"),), (Day(("charge",)),)),
        Law(
            "rescue",
            "invoice",
            (Told("payment_failed", "invoice"),),
            LATER,
            only_if={"country": "RO", "invoice.is_paid": "false"},
            stop_when=("invoice_paid", "subscription_ended"),
        ),
        Law(
            "expiry",
            "subscription",
            (Told("expiry_approaching", before=(14, 3)),),
            (Day(("notify/a",)),),
            Policy(until_date=True),
            only_if={"subscription.status": "active"},
        ),
        Law(
            "offer",
            "subscription",
            (Told("enters_segment", segment="far", stays_for_days=1),),
            (Day(("notify/a",)), Day(("notify/b",), after_hours=2)),
            Policy("latest", within_days=1),
        ),
        Law("hello", "subscriber", (Told("signed_up", "ever"),), LATER, stop_when=("signed_up",)),
        Law("gone", "subscription", (Told("subscription_ended", 30),), (Day(("notify/a",)),)),
    ),
    (
        Group("far", "subscription", {"country": "DE"}, "1"),
        Group("home", "subscriber", {"country": "RO"}, "1"),
    ),
)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    if request.param == "sqlite":
        yield from trigger_world.filled("sqlite://")
        return
    with databases.temporary_database(request.getfixturevalue("postgres_url")) as url:
        yield from trigger_world.filled(url)


def test_a_tick_reads_no_large_table_from_end_to_end(database: Database) -> None:
    lives = Lives(database.dialect, Shop())
    live = lives.of(BOOK)
    with database.write() as connection:
        number = rulesets.put_live(connection, live.ruleset, {}, (), now=START, actor="test")
    live = replace(live, ruleset_id=number)
    tick.run(database, live, START)  # the first look at a segment is at everybody
    plans: dict[str, str] = {}
    event.listen(database.engine, "before_cursor_execute", _explain_into(plans))

    for minutes in (1, 60, 24 * 60, 4 * 24 * 60):
        _change_a_few(database)
        report = tick.run(database, live, START + timedelta(minutes=minutes))
        assert not report.failed

    assert len(plans) > len(BOOK.laws)
    assert {text: plan for text, plan in plans.items() if _reads_all(text, plan)} == {}


def _change_a_few(database: Database) -> None:
    with database.write() as connection:
        few = subscription.c.id < 20
        new = {"tick": None, "dated_tick": None, "term_ends_on": date(2026, 4, 2)}
        connection.execute(update(subscription).where(few).values(**new))
        connection.execute(update(subscriber).where(subscriber.c.id < 20).values(tick=None))


def _explain_into(plans: dict[str, str]) -> Any:
    """Ask for the plan of every statement before it runs."""

    def ask(
        found: Connection, _cursor: Any, text: str, bound: Any, _context: Any, many: bool
    ) -> None:
        # A single row is looked up nowhere but where a foreign key was broken before.
        if many or not re.match(r"\s*(SELECT|INSERT(?!.* VALUES )|UPDATE|WITH)\b", text):
            return
        cursor = found.connection.cursor()
        if found.dialect.name == "sqlite":
            cursor.execute("EXPLAIN QUERY PLAN " + text, bound)
        else:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("EXPLAIN " + text, bound)
        plans[text] = "\n".join(str(row[-1]) for row in cursor.fetchall())

    return ask


def _reads_all(text: str, plan: str) -> bool:
    """Tell whether a plan reads a large table whole, by itself or by way of an index."""
    whole = rf"\bSCAN (?:{LARGE})\b(?! USING INDEX {SMALL})|Seq Scan on (?:{LARGE})\b"
    return LOOKS_AT_ALL not in text and re.search(whole, plan) is not None
