"""Asks whether the promises of the ledger were kept, against the world that was really touched."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Row, func, select

from duly.store.database import Database
from duly.store.facts import firings_of
from duly.store.lasting import lasting_names
from duly.tables.books import allocation, invoice, invoice_line, payment_attempt
from duly.tables.ledger import call, firing, hold, job, message, rule
from duly.tables.subscriptions import parcel
from duly.values.key import job_key
from sim.faults import World
from sim.world import INSTALLATION

# A job in one of these says openly that its effect is not known, or that a person must look.
VISIBLE = ("calling", "unknown", "held", "dead")
# What left is in one of these.
LEFT = ("done", "ready", *VISIBLE)
# Attempts that say so.
IN_DOUBT = ("created", "unknown")

Rows = list[Row[Any]]


@dataclass(frozen=True, slots=True)
class _Ledger:
    jobs: Rows
    calls: Rows
    attempts: Rows
    invoices: Rows
    other_ways: Mapping[str, Row[Any]]
    incidents: frozenset[int]  # subscribers who are held, which is how an incident shows

    def shows(self, row: Row[Any]) -> bool:
        """Tell whether a person is told about the row's subscriber."""
        return row.subscriber_id in self.incidents


def violations(database: Database, world: World) -> list[str]:
    """Name every promise that is broken now; none is what a test wants."""
    with database.read() as connection:
        ledger = _Ledger(
            jobs=_all(connection, select(job)),
            calls=_all(connection, select(call).order_by(call.c.id)),
            attempts=_all(connection, select(payment_attempt)),
            invoices=_all(connection, select(invoice).order_by(invoice.c.id)),
            other_ways=_other_ways(connection),
            incidents=frozenset(
                int(row.name)
                for row in _all(connection, select(hold).where(hold.c.what == "subscriber"))
            ),
        )
        found = [*_firings_are_unique(connection), *_books_add_up(connection, ledger)]
        found += _parcels_are_sent_once(connection)
    found += _no_charge_twice(ledger, world)
    found += _attempts_are_true(ledger, world)
    found += _messages_are_true(ledger, world)
    found += _lanes_are_kept(ledger, world)
    return found


def _all(connection: Connection, statement: Any) -> Rows:
    return list(connection.execute(statement))


def _firings_are_unique(connection: Connection) -> Iterator[str]:
    key = (firing.c.rule_id, firing.c.subject_id, firing.c.key)
    twice = select(rule.c.name, *key).join(rule, rule.c.id == firing.c.rule_id)
    for row in connection.execute(twice.group_by(rule.c.name, *key).having(func.count() > 1)):
        yield f"P1: {row.name} fired twice for {row.subject_id} and {row.key}"


def _no_charge_twice(ledger: _Ledger, world: World) -> Iterator[str]:
    """P3: an invoice is captured once, unless the money went back."""
    now = world.clock.at
    kept = Counter(
        charge.invoice
        for charge in world.gateway.charges.values()
        if charge.at(now).state == "succeeded"
    )
    for number, times in kept.items():
        if times > 1:
            yield f"P3: invoice {number} was collected {times} times"
    keys = Counter(row.effect_key for row in ledger.attempts)
    yield from (
        f"P3: key {key} belongs to {times} tries" for key, times in keys.items() if times > 1
    )


def _attempts_are_true(ledger: _Ledger, world: World) -> Iterator[str]:
    """P5 for money: what the gateway knows and what the attempts say agree, or it shows."""
    now, charges = world.clock.at, world.gateway.charges
    by_key = {row.effect_key: row for row in ledger.attempts}
    for key, charge in charges.items():
        attempt = by_key.get(key)
        if attempt is None:
            yield f"P5: the gateway has charge {key}, the ledger has no try"
        elif not _agree(charge.at(now).state, attempt.state) and not ledger.shows(attempt):
            yield f"P5: charge {key} is {charge.at(now).state} there and {attempt.state} here"
    for row in ledger.attempts:
        if row.state in ("succeeded", "pending", "returned") and row.effect_key not in charges:
            yield f"P5: try {row.effect_key} is {row.state} and never reached the gateway"
    yield from _open_attempts_have_jobs(ledger)


def _agree(there: str, here: str) -> bool:
    return here in IN_DOUBT or here == "pending" or there == here


def _open_attempts_have_jobs(ledger: _Ledger) -> Iterator[str]:
    """Nothing is forgotten silently: a try in doubt has a job that is not at its end."""
    waiting = {one.effect_key for one in ledger.jobs if one.state in (*VISIBLE, "ready", "blocked")}
    for row in ledger.attempts:
        forgotten = row.state in IN_DOUBT and row.effect_key not in waiting
        if forgotten and not ledger.shows(row):
            yield f"P5: try {row.effect_key} is {row.state} and no job looks after it"


def _messages_are_true(ledger: _Ledger, world: World) -> Iterator[str]:
    """P5 for messages and parcels: done means it left; what left is done, or it shows."""
    left = {**world.messenger.sent, **world.carrier.shipped}
    with_bug = {row.job_id for row in ledger.calls if _is_bug(row)}
    by_key = {row.effect_key: row for row in ledger.jobs if row.effect_key} | ledger.other_ways
    for row in ledger.jobs:
        if row.state == "done" and row.result == "sent" and row.effect_key not in left:
            yield f"P5: {row.step} of job {row.id} is done and nothing left"
    for key in left:
        found = by_key.get(key)
        if found is None:
            yield f"P5: something left under {key} and no job knows of it"
        elif not (found.state in LEFT or found.id in with_bug or ledger.shows(found)):
            yield f"P5: {found.step} of job {found.id} left and is {found.state}: {found.note}"


def _is_bug(row: Row[Any]) -> bool:
    """Tell whether the connector failed by a mistake of its own, which stands in the call."""
    return row.outcome == "failed" and "failed: Bug" in (row.note or "")


def _other_ways(connection: Connection) -> Mapping[str, Row[Any]]:
    """Find the jobs of messages by the key of each way they went; the job knows the last alone."""
    statement = select(job, message.c.channel).join(message, message.c.job_id == job.c.id)
    rows = connection.execute(statement).all()
    firings = firings_of(connection, [row.firing_id for row in rows])
    names = lasting_names(connection, firings.values())
    found = {}
    for row in rows:
        decided, named = firings[row.firing_id], names[row.firing_id]
        key = job_key(
            INSTALLATION,
            rule=decided.rule,
            about=str(decided.about),
            subject=named.subject,
            occurrence=named.occurrence,
            step=f"{row.step}:{row.channel}",
        )
        found[key] = row
    return found


def _lanes_are_kept(ledger: _Ledger, world: World) -> Iterator[str]:
    """P9: one subscriber's money jobs never overlap."""
    yield from (f"P9: {one} was charged twice at the same time" for one in world.overlaps)
    calls: Mapping[int, list[Row[Any]]] = _grouped(ledger.calls, "job_id")
    lanes = _grouped((one for one in ledger.jobs if one.job_class == "money"), "subscriber_id")
    for person, lane in lanes.items():
        called = sorted((one for one in lane if calls.get(one.id)), key=lambda one: one.id)
        for earlier, later in pairwise(called):
            begun = min(one.started_at for one in calls[later.id])
            if earlier.ended_at is None or earlier.ended_at > begun:
                yield f"P9: job {later.id} of {person} began before {earlier.id} was over"
    for job_id, tries in calls.items():
        fences = [one.fence for one in tries]
        if fences != sorted(set(fences)):
            yield f"P9: job {job_id} was claimed twice under one fence: {fences}"


def _grouped(rows: Iterable[Row[Any]], column: str) -> Mapping[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[getattr(row, column)].append(row)
    return found


def _parcels_are_sent_once(connection: Connection) -> Iterator[str]:
    sent = select(parcel.c.cycle_id).where(
        parcel.c.status == "sent", parcel.c.cycle_id.is_not(None)
    )
    twice = sent.group_by(parcel.c.cycle_id).having(func.count() > 1)
    yield from (f"P3: cycle {row.cycle_id} was shipped twice" for row in connection.execute(twice))


def _books_add_up(connection: Connection, ledger: _Ledger) -> Iterator[str]:
    """Numbers have no gap, lines add up to invoices, and money lies where it was paid."""
    numbers = sorted(int(row.number.rpartition("-")[2]) for row in ledger.invoices)
    if numbers != list(range(1, len(numbers) + 1)):
        yield f"books: the invoice numbers have gaps: {numbers}"
    lines = _sums(connection, invoice_line.c.invoice_id, invoice_line.c.gross_minor)
    laid = _sums(connection, allocation.c.invoice_id, allocation.c.amount_minor)
    paid: Counter[int] = Counter()
    for row in ledger.attempts:
        paid[row.invoice_id] += row.amount_minor if row.state == "succeeded" else 0
    for row in ledger.invoices:
        if lines.get(row.id) != row.gross_minor:
            yield f"books: the lines of {row.number} do not add up"
        if not 0 <= laid.get(row.id, 0) <= row.gross_minor:
            yield f"books: {laid[row.id]} is laid to {row.number} of {row.gross_minor}"
        if laid.get(row.id, 0) != paid[row.id]:
            yield f"books: {row.number} has {laid.get(row.id, 0)} laid and {paid[row.id]} paid"


def _sums(connection: Connection, key: Any, amount: Any) -> Mapping[int, int]:
    rows = connection.execute(select(key, func.sum(amount)).group_by(key))
    return {row[0]: int(row[1]) for row in rows}


def is_at_rest(database: Database) -> bool:
    """Tell whether nothing waits to be done or to be asked about."""
    waiting = select(job.c.id).where(job.c.state.in_(("ready", "blocked", "calling", "unknown")))
    with database.read() as connection:
        return connection.execute(waiting.limit(1)).first() is None
