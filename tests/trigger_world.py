"""A few thousand rows in which every kind of trigger finds something, dated in March 2026."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, insert, text

from duly.store.database import Database, open_database
from duly.store.schema import make
from duly.tables.books import invoice, payment_attempt
from duly.tables.ledger import (
    event,
    firing,
    near_miss,
    rule,
    ruleset,
    segment,
    segment_member,
    tick,
)
from duly.tables.people import payment_method, subscriber, zone
from duly.tables.subscriptions import cycle, subscription

COUNT = 2_000
ZONES = ("Asia/Tokyo", "Europe/Bucharest", "America/Havana")
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
END = datetime(2026, 3, 29, tzinfo=UTC)
CUT = datetime(2026, 3, 13, 7, tzinfo=UTC)  # 09:00 in Bucharest
TICKS = 40  # the events and changes of every tick are some of all
EVENTS = (
    "signed_up",
    "payment_failed",
    "payment_succeeded",
    "invoice_paid",
    "invoice_issued",
    "subscription_ended",
    "subscription_started",
)
SEGMENT = "nearly-full"

Row = dict[str, Any]


def filled(url: str) -> Iterator[Database]:
    """Open an empty database, fill it, and close it in the end."""
    database = open_database(url)
    make(database)
    with database.write() as connection:
        fill(connection)
    yield database
    database.close()


def fill(connection: Connection) -> None:
    """Write the rows and let the database count them."""
    _add(connection, zone, [{"name": name} for name in ZONES])
    values = {"digest": "d", "source": {}, "applied_at": BEGIN, "actor": "test"}
    _add(connection, ruleset, [values])
    names = ("rule", "other")
    row = {"about": "subscriber", "since_at": BEGIN, "tick": 0, "looked_until": BEGIN}
    _add(connection, rule, [{"name": name, **row} for name in names])
    _add(connection, tick, [{"at": _hour(number), "kinds": []} for number in range(TICKS)])
    _add(connection, subscriber, [_subscriber(number) for number in range(COUNT)])
    _add(connection, subscription, [_subscription(number) for number in range(COUNT)])
    _add(connection, cycle, [_cycle(number) for number in range(2 * COUNT)])
    _add(connection, firing, [_firing(number) for number in range(COUNT)])
    _add(connection, near_miss, [_near_miss(number) for number in range(COUNT)])
    _add(connection, payment_method, [_method(number) for number in range(COUNT)])
    _add(connection, invoice, [_invoice(number) for number in range(COUNT)])
    _add(connection, payment_attempt, [_attempt(number) for number in range(COUNT)])
    _add(connection, event, [_event(number) for number in range(2 * COUNT)])
    state = {"name": SEGMENT, "digest": "d", "tick": 0, "looked_until": BEGIN}
    _add(connection, segment, [state])
    _add(connection, segment_member, [_member(number) for number in range(COUNT)])
    connection.execute(text("ANALYZE"))


def _add(connection: Connection, table: Table, rows: list[Row]) -> None:
    connection.execute(insert(table), rows)


def _hour(number: int) -> datetime:
    """Spread instants over the month; some are at CUT."""
    return BEGIN + timedelta(hours=7 + 16 * (number % TICKS), minutes=number % 7)


def _day(number: int) -> date:
    return BEGIN.date() + timedelta(days=number % 56)


def _tick(number: int) -> int:
    return number % TICKS + 1


def _zone(number: int) -> str:
    return ZONES[number % len(ZONES)]


def _subscriber(number: int) -> Row:
    return {
        "external_id": f"p{number}",
        "language": "ro",
        "zone": _zone(number),
        "kind": "person",
        "country": ("RO", "DE")[number // len(ZONES) % 2],
        "origin": "own",
        "tick": _tick(number),
    }


def _subscription(number: int) -> Row:
    has_ended = number % 10 == 9
    return {
        "external_id": f"s{number}",
        "subscriber_id": number + 1,
        "plan": "box",
        "status": "ended" if has_ended else "active",
        "started_on": date(2026, 1, 1),
        "anchor_on": date(2026, 1, 1),
        "every_count": 1,
        "every_unit": "month",
        "zone": _zone(number),
        "currency": "RON",
        "term_ends_on": _day(number),
        "term_then": "ends",
        "ended_on": _day(number) if has_ended else None,
        "end_reason": "unpaid",
        "origin": "own",
        "tick": _tick(number),
        "dated_tick": _tick(number),
    }


def _cycle(number: int) -> Row:
    owner, index = number % COUNT, number // COUNT
    start = _day(owner) + timedelta(days=100 * index)
    return {
        "subscription_id": owner + 1,
        "subscriber_id": owner + 1,
        "number": index,
        "start_on": start,
        "end_on": start + timedelta(days=100),
        "start_at": datetime.combine(start, datetime.min.time(), UTC),
        "end_at": datetime.combine(start, datetime.min.time(), UTC) + timedelta(days=100),
        "zone": _zone(owner),
        "billable": True,
        "settled_elsewhere": False,
        "tick": _tick(number),
    }


def _of_rule(number: int) -> Row:
    return {
        "rule_id": 2,
        "subject_id": number + 1,
        "subscriber_id": number + 1,
        "trigger": "cycle_due",
        "natural_key": "cycle:99",
        "at": BEGIN,
        "local_on": BEGIN.date(),
        "tick_id": 1,
        "ruleset_id": 1,
        "letters": "",
    }


def _firing(number: int) -> Row:
    started = {"zone": _zone(number), "started_at": BEGIN, "started_on": BEGIN.date()}
    ended = None if number % 2 else "finished"
    return {**_of_rule(number), **started, "key": "cycle:99", "late": False, "ended": ended}


def _near_miss(number: int) -> Row:
    return {**_of_rule(number), "reason": "condition"}


def _method(number: int) -> Row:
    return {
        "subscriber_id": number + 1,
        "gateway": "cards",
        "token": "t",
        "kind": "card",
        "is_default": True,
        "status": "active",
        "made_at": BEGIN,
    }


def _invoice(number: int) -> Row:
    days = dict.fromkeys(("issued_on", "due_on", "tax_on"), BEGIN.date())
    amounts = dict.fromkeys(("net_minor", "tax_minor", "gross_minor"), 1000)
    return {
        "subscriber_id": number + 1,
        "subscription_id": number + 1,
        "firing_id": number + 1,
        "natural_key": "cycle:0",
        "status": "issued",
        "series": "invoice",
        "number": str(number),
        "currency": "RON",
        "seller": {},
        **days,
        **amounts,
    }


def _attempt(number: int) -> Row:
    return {
        "subscriber_id": number + 1,
        "invoice_id": number + 1,
        "payment_method_id": number + 1,
        "number": 1,
        "effect_key": str(number),
        "state": "failed",
        "amount_minor": 1000,
        "currency": "RON",
        "failure": "soft",
        "started_at": BEGIN,
    }


def _event(number: int) -> Row:
    owner = number % COUNT + 1
    at = _hour(number)
    return {
        "kind": EVENTS[number % len(EVENTS)],
        "subscriber_id": owner,
        "subscription_id": owner,
        "invoice_id": owner,
        "reference_id": owner,
        "natural_key": str(number),
        "dedupe": str(number),
        "at": at,
        "local_on": at.date(),
        "origin": "own",
        "actor": "test",
        "facts": {},
        "tick": _tick(number),
    }


def _member(number: int) -> Row:
    return {
        "segment_id": 1,
        "subject_id": number + 1,
        "subscriber_id": number + 1,
        "zone": _zone(number),
        "entered_at": _hour(number) - timedelta(days=7),
        "silent": False,
    }
