"""Sums up what a business has come to, in words that are the same whatever order rows came in."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, func, select

from duly.store.database import Database
from duly.tables.books import allocation, invoice, invoice_line, payment_attempt
from duly.tables.ledger import (
    event,
    firing,
    job,
    message,
    near_miss,
    rule,
    segment,
    segment_member,
)
from duly.tables.people import subscriber
from duly.tables.subscriptions import cycle, offer, parcel, subscription
from sim.world import RULESET

Summary = Mapping[str, Counter[tuple[Any, ...]]]

_WITH_IDS = re.compile(r"(invoice|entered|payment_failed|invoice_paid|subscription_ended):[\d:]+")


def sum_up(database: Database) -> Summary:
    """Sum up the ledger without ids, instants and tries."""
    with database.read() as connection:
        names = _Names(connection)
        return {
            "firings": _firings(connection, names),
            "jobs": _jobs(connection, names),
            "near misses": _near_misses(connection, names),
            "events": _events(connection, names),
            "invoices": _invoices(connection, names),
            "attempts": _attempts(connection, names),
            "subscriptions": _subscriptions(connection),
            "parcels": _parcels(connection, names),
            "messages": _messages(connection, names),
            "offers": _count(connection, select(offer.c.subscriber_id, offer.c.status)),
            "members": _members(connection),
        }


def difference(one: Summary, other: Summary) -> list[str]:
    """Say where two summaries differ: ``-`` is only in the first, ``+`` only in the second."""
    told = []
    for name in one:
        told += [f"- {name}: {row}" for row in (one[name] - other[name]).elements()]
        told += [f"+ {name}: {row}" for row in (other[name] - one[name]).elements()]
    return told


class _Names:
    """Name rows by what they are to people."""

    def __init__(self, connection: Connection) -> None:
        found = connection.execute(select(subscriber.c.id, subscriber.c.external_id))
        self.person = {row.id: row.external_id for row in found}
        billed = (
            select(invoice_line.c.invoice_id, invoice.c.subscriber_id, cycle.c.number)
            .join(invoice, invoice.c.id == invoice_line.c.invoice_id)
            .join(cycle, cycle.c.id == invoice_line.c.cycle_id)
        )
        self.invoice = {
            row.invoice_id: f"{self.person[row.subscriber_id]}/{row.number}"
            for row in connection.execute(billed)
        }
        self.cycle = {
            row.id: row.number for row in connection.execute(select(cycle.c.id, cycle.c.number))
        }

    def subject(self, row: Row[Any]) -> str:
        """Name what a firing is about."""
        about = RULESET.rules[row.name].about
        who = self.person[row.subscriber_id]
        return str(self.invoice[row.subject_id]) if about == "invoice" else str(who)


def _count(connection: Connection, statement: Any) -> Counter[tuple[Any, ...]]:
    return Counter(tuple(row) for row in connection.execute(statement))


def _key(key: str) -> str:
    return _WITH_IDS.sub(r"\1", key)


def _firings(connection: Connection, names: _Names) -> Counter[tuple[Any, ...]]:
    statement = select(firing, rule.c.name).join(rule, rule.c.id == firing.c.rule_id)
    return Counter(
        (row.name, names.subject(row), _key(row.key), row.ended, _running(row))
        for row in connection.execute(statement)
    )


def _running(row: Row[Any]) -> tuple[Any, ...]:
    """Say what the days to come of a firing are counted from."""
    return () if row.ended else (row.started_on, row.stalled_at is not None)


def _jobs(connection: Connection, names: _Names) -> Counter[tuple[Any, ...]]:
    statement = (
        select(job, firing.c.subject_id, firing.c.key, rule.c.name)
        .join(firing, firing.c.id == job.c.firing_id)
        .join(rule, rule.c.id == firing.c.rule_id)
    )
    return Counter(
        (row.name, names.subject(row), _key(row.key), row.step, *_came_to(row))
        for row in connection.execute(statement)
    )


def _came_to(row: Row[Any]) -> tuple[str, str]:
    """Take a message that may have left, or was lost by a connector's mistake, for sent."""
    assumed = row.result == "assumed"
    lost = row.job_class == "message" and "failed: Bug" in (row.note or "")
    return ("done", "sent") if assumed or lost else (row.state, row.result or "")


def _near_misses(connection: Connection, names: _Names) -> Counter[tuple[Any, ...]]:
    statement = select(near_miss, rule.c.name).join(rule, rule.c.id == near_miss.c.rule_id)
    return Counter(
        (row.name, names.subject(row), row.trigger, row.reason)
        for row in connection.execute(statement)
    )


def _events(connection: Connection, names: _Names) -> Counter[tuple[Any, ...]]:
    rows = connection.execute(select(event.c.kind, event.c.subscriber_id, event.c.invoice_id))
    return Counter(
        (row.kind, names.person[row.subscriber_id], names.invoice.get(row.invoice_id or 0))
        for row in rows
    )


def _invoices(connection: Connection, names: _Names) -> Counter[tuple[Any, ...]]:
    paid = (
        select(func.coalesce(func.sum(allocation.c.amount_minor), 0))
        .where(allocation.c.invoice_id == invoice.c.id)
        .scalar_subquery()
    )
    rows = connection.execute(select(invoice.c.id, invoice.c.gross_minor, paid.label("paid")))
    return Counter((names.invoice[row.id], row.gross_minor, row.paid) for row in rows)


def _attempts(connection: Connection, names: _Names) -> Counter[tuple[Any, ...]]:
    return Counter(
        (names.invoice[row.invoice_id], row.number, row.state, row.failure)
        for row in connection.execute(select(payment_attempt))
    )


def _subscriptions(connection: Connection) -> Counter[tuple[Any, ...]]:
    table = subscription.c
    columns = (table.external_id, table.status, table.paused_on, table.ending_on, table.ended_on)
    return _count(connection, select(*columns))


def _parcels(connection: Connection, names: _Names) -> Counter[tuple[Any, ...]]:
    return Counter(
        (names.person[row.subscriber_id], row.number, names.cycle[row.cycle_id], row.status)
        for row in connection.execute(select(parcel))
    )


def _messages(connection: Connection, names: _Names) -> Counter[tuple[Any, ...]]:
    """List what was written to whom; on how many channels does not matter."""
    rows = connection.execute(select(message.c.job_id, message.c.subscriber_id, message.c.name))
    return Counter((names.person[row.subscriber_id], row.name) for row in set(rows))


def _members(connection: Connection) -> Counter[tuple[Any, ...]]:
    left = segment_member.c.left_at.is_(None)
    columns = (segment.c.name, segment_member.c.subscriber_id, left)
    return _count(connection, select(*columns).join(segment))
