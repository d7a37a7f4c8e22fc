"""What the SQL of every kind of trigger keeps: constant text, an index, no gap and no overlap."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Executable, event, func, select

import databases
import trigger_world
from duly.catalog import Catalog
from duly.condition.fields import field_catalogue
from duly.condition.given import Entries, Text
from duly.condition.parse import parse_condition
from duly.language.kinds import action_kinds, trigger_kinds
from duly.language.rules_shape import rules_shape
from duly.language.source import parse
from duly.model.about import reaches
from duly.model.business import Business, Hours
from duly.rule import Entry, Rule, RuleSet, Step
from duly.selection.moments import Outlook, window_moments
from duly.selection.rule import RuleStatements, select_rule
from duly.shape.convert import convert
from duly.shape.record import Record
from duly.store.database import Database
from duly.tables.ledger import firing, near_miss
from duly.tables.rows import value as rows_value
from duly.trigger import MOMENT_COLUMNS, TODAY_COLUMNS, Catch, CatchUp, Look, Trigger
from duly.values.problem import Span
from duly.values.zone import Window, local_date
from trigger_world import BEGIN, CUT, END, TICKS, ZONES

TRIGGERS = list(trigger_kinds().values())
BUSINESS = Business(
    "Shop", "Europe/Bucharest", "RON", ("ro",), hours=Hours(money=time(9), messages_from=time(9))
)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
FAR_AHEAD = datetime(9000, 1, 1, tzinfo=UTC)
_PLACE = Span("rules.yaml", 1, 1)

# The index by which a kind finds what is due; a new kind names its own.
INDEXES = {
    "cycle_due": {"ix_cycle_zone_start"},
    "enters_segment": {"ix_segment_member_entered"},
    "expiry_approaching": {"ix_subscription_zone_term_ends", "ix_subscription_tick"},
    "invoice_paid": {"ix_event_tick_kind"},
    "payment_failed": {"ix_event_tick_kind"},
    "payment_succeeded": {"ix_event_tick_kind"},
    "signed_up": {"ix_event_tick_kind"},
    "subscription_ended": {"ix_event_tick_kind"},
}
# Tables that grow with the business: no statement of a tick may read one from end to end.
LARGE = (
    "subscriber|subscription|cycle|event|firing|near_miss|job|invoice|payment_attempt"
    "|segment_member|its_\\w+"
)


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """Give a database with a few thousand rows that it has counted."""
    if request.param == "sqlite":
        yield from trigger_world.filled("sqlite://")
        return
    with databases.temporary_database(request.getfixturevalue("postgres_url")) as url:
        yield from trigger_world.filled(url)


def example_of(kind: type[Trigger]) -> Trigger:
    """Load a kind from its own example."""
    text = f"rules:\n  a:\n    when:\n      {kind.example}\n    do:\n      - resume:\n"
    node, _ = parse(text, "care.yaml")
    assert node is not None
    item, problems = convert(node, rules_shape())
    assert item is not None, problems
    rule = item.as_a(Record).need("rules", Record).need("a", Record)
    return kind.load(rule.need("when", Record).many(kind.name, Record)[0].plain())


def statements_of(trigger: Trigger, database: Database, country: str = "RO") -> RuleStatements:
    """Build a rule with a condition and two steps on one trigger."""
    given = Entries(((Text("country", _PLACE), Text(country, _PLACE)),), _PLACE)
    condition, problems = parse_condition(given, field_catalogue(BUSINESS))
    assert condition is not None, problems
    notify = action_kinds()["notify"].load({"message": "hello"})
    rule = Rule(
        name="rule",
        about=trigger.subject,
        triggers=(trigger,),
        entries=(Entry((Step("0/notify/hello", notify, _PLACE),)),),
        once_per=(trigger.default_once_per,),
        catch_up=CatchUp(Catch.EACH, up_to=12),
        span=_PLACE,
        only_if=condition,
    )
    ruleset = RuleSet("d", BUSINESS, Catalog("RON", {}, {}, {}), {"rule": rule})
    return select_rule(rule, ruleset, database.dialect)


def inserts(built: RuleStatements) -> list[Executable]:
    (found,) = built.triggers
    assert found.near_misses is not None
    return [found.near_misses, found.too_late, found.firings]


def bound(
    database: Database, trigger: Trigger, window: Window, stamps: tuple[int, int]
) -> dict[str, Any]:
    """Bind a window of time and of ticks as a tick does."""
    moments: list[list[object]] = []
    if trigger.calendar is not None:
        outlook = Outlook(
            calendar=trigger.calendar,
            hours=BUSINESS.hours,
            window=window,
            catch_up=CatchUp(Catch.EACH),
            all_service=False,
        )
        titles = [title for title, _ in MOMENT_COLUMNS]
        moments = [
            [getattr(moment, title) for title in titles]
            for moment in window_moments(outlook, ZONES)
        ]
    today = [(zone, local_date(zone, window.until)) for zone in ZONES]
    return {
        "rule": 1,
        "ruleset": 1,
        "top": 0,
        "now": window.until,
        "late_before": LONG_AGO,
        "too_late_before": LONG_AGO,
        "counts_from": LONG_AGO,
        "active_from": LONG_AGO,
        "active_until": FAR_AHEAD,
        "younger_than": LONG_AGO,
        "stamped_after": stamps[0],
        "stamped_to": stamps[1],
        "moment": rows_value(database.dialect, [title for title, _ in MOMENT_COLUMNS], moments),
        "today": rows_value(database.dialect, [title for title, _ in TODAY_COLUMNS], today),
        **trigger.parameters(window),
    }


WHOLE = Window(BEGIN, END)


@contextmanager
def undone(database: Database) -> Iterator[Connection]:
    """Give a transaction of which nothing stays."""
    with database.engine.connect() as connection:
        transaction = connection.begin()
        try:
            yield connection
        finally:
            transaction.rollback()


def test_every_kind_has_named_its_index() -> None:
    assert set(INDEXES) == set(trigger_kinds())


@pytest.mark.parametrize("kind", TRIGGERS, ids=lambda kind: kind.name)
def test_its_statements_have_the_same_text_for_ever(
    database: Database, kind: type[Trigger]
) -> None:
    texts = [
        [
            str(statement.compile(dialect=database.engine.dialect))
            for statement in inserts(statements_of(example_of(kind), database))
        ]
        for _ in range(2)
    ]

    assert texts[0] == texts[1]
    assert not re.search(r"\d{4}-\d\d-\d\d", " ".join(texts[0]))


@pytest.mark.parametrize("kind", TRIGGERS, ids=lambda kind: kind.name)
def test_its_statements_find_what_is_due_by_their_index(
    database: Database, kind: type[Trigger]
) -> None:
    trigger = example_of(kind)
    window, stamps = Window(CUT - timedelta(hours=2), CUT), (TICKS - 1, TICKS)
    plans = []
    with undone(database) as connection:
        for statement in inserts(statements_of(trigger, database)):
            parameters = bound(database, trigger, window, stamps)
            plans.append(_plan(connection, statement, parameters))

    for plan in plans:
        assert not _full_reads(plan), plan
        assert INDEXES[kind.name] <= set(re.findall(r"\bix_\w+", plan)), plan


def _plan(connection: Connection, statement: Executable, parameters: dict[str, Any]) -> str:
    """Ask how a statement would be done; PostgreSQL is told that reading a table whole is dear."""
    explain = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")

    plan: list[str] = []

    def ask(found: Connection, _cursor: Any, text: str, bound: Any, *_more: Any) -> None:
        cursor = found.connection.cursor()
        cursor.execute(explain + text, bound)
        plan.extend(str(row[-1]) for row in cursor.fetchall())

    event.listen(connection, "before_cursor_execute", ask)
    try:
        connection.execute(statement, parameters)
    finally:
        event.remove(connection, "before_cursor_execute", ask)
    return "\n".join(plan)


def _full_reads(plan: str) -> list[str]:
    return re.findall(rf"(?m)\bSCAN (?:{LARGE})(?: USING .*)?$|Seq Scan on (?:{LARGE})\b", plan)


@pytest.mark.parametrize("kind", TRIGGERS, ids=lambda kind: kind.name)
def test_cutting_its_window_loses_and_doubles_nothing(
    database: Database, kind: type[Trigger]
) -> None:
    trigger = example_of(kind)
    windows = [Window(BEGIN, CUT), Window(CUT, CUT), Window(CUT, END)]
    half = TICKS // 2
    stamps = [(0, half), (half, half), (half, TICKS)]
    if trigger.calendar is not None:
        stamps = [(0, TICKS)] * 3  # only its moments are cut; its rows are as they are
    pieces = list(zip(windows, stamps, strict=True))
    for about in reaches(trigger.subject):
        with undone(database) as connection:
            whole = _happenings(connection, database, trigger, about, WHOLE, (0, TICKS))
            parts = [
                row
                for window, seen in pieces
                for row in _happenings(connection, database, trigger, about, window, seen)
            ]

        assert sorted(parts, key=str) == sorted(whole, key=str)
        assert whole


def _happenings(
    connection: Connection,
    database: Database,
    trigger: Trigger,
    about: Any,
    window: Window,
    stamps: tuple[int, int],
) -> list[tuple[object, ...]]:
    """Select what happened; the local day of what is told by its age is the day of the look."""
    statement = trigger.select(Look(database.dialect, about))
    parameters = bound(database, trigger, window, stamps)
    rows = connection.execute(statement, parameters)
    return [(row.subject_id, row.natural_key, row.at, row.reference_id) for row in rows]


@pytest.mark.parametrize("kind", TRIGGERS, ids=lambda kind: kind.name)
def test_deciding_twice_changes_nothing(database: Database, kind: type[Trigger]) -> None:
    trigger = example_of(kind)
    parameters = bound(database, trigger, WHOLE, (0, TICKS))
    for country in ("RO", "DE"):
        statements = inserts(statements_of(trigger, database, country))
        with undone(database) as connection:
            counts = []
            for _ in range(2):
                for statement in statements:
                    connection.execute(statement, parameters)
                counts.append(_counts(connection))

        assert counts[0] == counts[1]
        assert counts[0][country == "DE"] > 0


def _counts(connection: Connection) -> tuple[int, int]:
    """Count the firings and the near misses of the rule."""
    found = [
        select(func.count()).select_from(table).where(table.c.rule_id == 1)
        for table in (firing, near_miss)
    ]
    fired, missed = (connection.execute(statement).scalar_one() for statement in found)
    return fired, missed
