"""Write the subscriptions of an import or a sign-up, with their lines and first cycles."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from duly.model.enrolment import EnrolledSubscription
from duly.model.subscription import Status
from duly.store.bulk import add_many, bulk
from duly.store.context import Context
from duly.store.happening import Happening, happen, touch
from duly.store.ids import among
from duly.store.record import Record
from duly.tables.subscriptions import cycle, subscription, subscription_change, subscription_line
from duly.values.cycle import cycle_dates, index_at
from duly.values.duration import add
from duly.values.zone import instant

_ONE_DAY = timedelta(days=1)


def values(one: EnrolledSubscription) -> dict[str, Any]:
    """Return the columns that a second import may change."""
    return {
        "plan": one.plan,
        "status": str(one.status),
        "started_on": one.started_on,
        "anchor_on": one.started_on,
        "every_count": one.every.count,
        "every_unit": str(one.every.unit),
        "currency": one.amount.currency,
        "term_ends_on": term_end(one),
        "term_then": one.term_then or None,
        "term_count": one.term.count if one.term else None,
        "term_unit": str(one.term.unit) if one.term else None,
        "ended_on": one.ended_on,
        "end_reason": one.end_reason or None,
        "own": dict(one.own),
    }


def term_end(one: EnrolledSubscription) -> date | None:
    """Return the end of the present term, exclusive: told, or counted in terms from the start."""
    if one.term_ends_on is not None or one.term is None:
        return one.term_ends_on
    if one.settled_until is None or one.term_then == "ends":
        return add(one.started_on, one.term)
    index = index_at(one.started_on, one.term, max(one.settled_until, one.started_on))
    return cycle_dates(one.started_on, one.term, index).end


def insert_new(
    connection: Connection,
    told: Sequence[tuple[EnrolledSubscription, int, str]],
    origins: Sequence[str],
    context: Context,
) -> None:
    """Insert subscriptions, given as (what is told, payer, zone), with lines, cycles, events."""
    rows = [
        {
            "external_id": one.external_id,
            "subscriber_id": payer,
            "zone": zone,
            "settled_until": one.settled_until,
            "take_over_on": one.settled_until,
            "origin": origin,
            "tick": None,
            **values(one),
        }
        for (one, payer, zone), origin in zip(told, origins, strict=True)
    ]
    ids = add_many(connection, subscription, rows)
    made = [(found, *one) for found, one in zip(ids, told, strict=True)]
    bulk(connection, insert(subscription_line), [_line(found, one) for found, one, _, _ in made])
    cycles = [
        row
        for found, one, payer, zone in made
        if one.status != Status.ENDED
        for row in [first_cycle(found, one, payer, zone)]
    ]
    bulk(connection, insert(cycle), cycles)
    started = [
        (found, payer, zone, one)
        for (found, one, payer, zone), origin in zip(made, origins, strict=True)
        if origin == "own" and one.status != Status.PENDING
    ]
    _tell_started(connection, started, context)


def _line(subscription_id: int, one: EnrolledSubscription) -> dict[str, Any]:
    return {
        "subscription_id": subscription_id,
        "line": "base",
        "price": one.price,
        "quantity": 1,
        "amount_minor": one.amount.minor,
        "currency": one.amount.currency,
    }


def first_cycle(
    subscription_id: int, one: EnrolledSubscription, payer: int, zone: str
) -> dict[str, Any]:
    """Make the first cycle duly keeps: the one running when it took over, else the very first."""
    settled = one.settled_until
    is_settled = settled is not None and one.started_on < settled
    index = index_at(one.started_on, one.every, settled - _ONE_DAY) if settled and is_settled else 0
    dates = cycle_dates(one.started_on, one.every, index)
    return {
        "subscription_id": subscription_id,
        "subscriber_id": payer,
        "number": dates.index,
        "start_on": dates.start,
        "end_on": dates.end,
        "start_at": instant(zone, dates.start),
        "end_at": instant(zone, dates.end),
        "zone": zone,
        "billable": one.status in (Status.ACTIVE, Status.PENDING),
        "settled_elsewhere": is_settled,
        "tick": None,
    }


def _tell_started(
    connection: Connection,
    started: Sequence[tuple[int, int, str, EnrolledSubscription]],
    context: Context,
) -> None:
    rows = [
        {
            "subscription_id": found,
            "subscriber_id": payer,
            "kind": "started",
            "effective_on": one.started_on,
            "at": context.now,
            "actor": context.actor,
        }
        for found, payer, _, one in started
    ]
    changes = add_many(connection, subscription_change, rows)
    told = [
        Happening(
            kind="subscription_started",
            subscriber_id=payer,
            zone=zone,
            natural_key=str(change),
            subscription_id=found,
            reference_id=change,
        )
        for change, (found, payer, zone, _) in zip(changes, started, strict=True)
    ]
    happen(connection, told, now=context.now, actor=context.actor)


def line_differs(
    connection: Connection, subscriptions: Mapping[int, EnrolledSubscription]
) -> frozenset[int]:
    """Write changed prices of base lines; returns the subscriptions whose line has changed."""
    table = subscription_line
    mine = among(connection, table.c.subscription_id, subscriptions) & (table.c.line == "base")
    changed = set()
    for row in connection.execute(select(table).where(mine)).all():
        one = subscriptions[row.subscription_id]
        if _differs(row, one):
            new = {"price": one.price, "amount_minor": one.amount.minor}
            connection.execute(update(table).where(table.c.id == row.id).values(**new))
            changed.add(row.subscription_id)
    touch(connection, subscriptions=changed)
    return frozenset(changed)


def _differs(row: Record, one: EnrolledSubscription) -> bool:
    return (row.price, row.amount_minor) != (one.price, one.amount.minor)
