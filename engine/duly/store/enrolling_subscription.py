"""Write new subscriptions of an import or a sign-up, with their lines and first cycles."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, insert

from duly.model.enrolment import EnrolledSubscription
from duly.model.subscription import Status
from duly.store.bulk import add_many, bulk
from duly.store.context import Context
from duly.store.enrolling_effect import TakeOver
from duly.store.enrolling_names import add_named
from duly.store.happening import Happening, happen
from duly.tables.subscriptions import cycle, subscription, subscription_change, subscription_line
from duly.values.cycle import cycle_dates, index_at
from duly.values.duration import add
from duly.values.zone import instant, local_date

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class NewSubscription:
    """Hold a subscription as told, with its payer and the payer's zone."""

    told: EnrolledSubscription
    payer: int
    zone: str


def values(
    one: EnrolledSubscription, zone: str, take_over: TakeOver, context: Context
) -> dict[str, Any]:
    """Return the columns of a subscription that duly has not touched yet."""
    paused_on = local_date(zone, context.now) if one.status == Status.PAUSED else None
    return {
        "plan": one.plan,
        "status": str(one.status),
        "started_on": one.started_on,
        "anchor_on": one.anchor_on or one.started_on,
        "every_count": one.every.count,
        "every_unit": str(one.every.unit),
        "zone": zone,
        "currency": one.amount.currency,
        "term_ends_on": term_end(one),
        "term_then": one.term_then or None,
        "term_count": one.term.count if one.term else None,
        "term_unit": str(one.term.unit) if one.term else None,
        "ending_on": one.ending_on,
        "ended_on": one.ended_on,
        "end_reason": one.end_reason or None,
        "paused_on": paused_on,
        "take_over_on": take_over.on,
        "settled_until": one.settled_until,
        "origin": take_over.origin(one.started_on),
        "own": dict(one.own),
    }


def term_end(one: EnrolledSubscription) -> date | None:
    """Return the end of the present term, exclusive: told, or counted in terms from the start.

    A term that has turned monthly before the take-over has no end any more.
    """
    if one.term_ends_on is not None or one.term is None:
        return one.term_ends_on
    first = add(one.started_on, one.term)
    if one.settled_until is None or one.term_then == "ends" or one.settled_until < first:
        return first
    if one.term_then == "monthly":
        return None
    index = index_at(one.started_on, one.term, one.settled_until)
    return cycle_dates(one.started_on, one.term, index).end


def insert_new(
    connection: Connection,
    new: Sequence[NewSubscription],
    take_over: TakeOver,
    context: Context,
) -> None:
    """Insert subscriptions with their lines, first cycles and events."""
    rows = [
        {
            "external_id": one.told.external_id,
            "subscriber_id": one.payer,
            "tick": None,
            **values(one.told, one.zone, take_over, context),
        }
        for one in new
    ]
    ids = add_named(connection, subscription, rows)
    made = [(ids[one.told.external_id], one) for one in new]
    lines = [_line(found, one.told) for found, one in made]
    bulk(connection, insert(subscription_line), lines)
    begin(connection, made, take_over, context)


def _line(subscription_id: int, one: EnrolledSubscription) -> dict[str, Any]:
    return {
        "subscription_id": subscription_id,
        "line": "base",
        "price": one.price,
        "quantity": 1,
        "amount_minor": one.amount.minor,
        "currency": one.amount.currency,
    }


def begin(
    connection: Connection,
    made: Sequence[tuple[int, NewSubscription]],
    take_over: TakeOver,
    context: Context,
) -> None:
    """Write the first cycle of each that has not ended, and tell of those that start here."""
    rows = [
        _first_cycle(found, one, take_over, context)
        for found, one in made
        if one.told.status != Status.ENDED
    ]
    bulk(connection, insert(cycle), rows)
    started = [
        (found, one)
        for found, one in made
        if not take_over.is_history(one.told.started_on)
        and one.told.status in (Status.ACTIVE, Status.TRIALING)
    ]
    _tell_started(connection, started, context)


def _first_cycle(
    subscription_id: int, new: NewSubscription, take_over: TakeOver, context: Context
) -> dict[str, Any]:
    """Make the cycle that runs when duly takes over, else the very first.

    Those before it are settled and not kept; those after it are rolled, settled as long as they
    start before the first day that is to be paid here.
    """
    one = new.told
    anchor = one.anchor_on or one.started_on
    settled = one.settled_until
    day = one.started_on
    if settled is not None:
        limits = [settled - _ONE_DAY, local_date(new.zone, context.now)]
        limits += [take_over.on - _ONE_DAY] if take_over.on else []
        day = max(min(limits), one.started_on)
    dates = cycle_dates(anchor, one.every, index_at(anchor, one.every, day))
    start = max(dates.start, one.started_on)
    return {
        "subscription_id": subscription_id,
        "subscriber_id": new.payer,
        "number": dates.index,
        "start_on": start,
        "end_on": dates.end,
        "start_at": instant(new.zone, start),
        "end_at": instant(new.zone, dates.end),
        "zone": new.zone,
        "billable": one.status in (Status.ACTIVE, Status.PENDING),
        "settled_elsewhere": settled is not None and start < settled,
        "tick": None,
    }


def _tell_started(
    connection: Connection, started: Sequence[tuple[int, NewSubscription]], context: Context
) -> None:
    rows = [
        {
            "subscription_id": found,
            "subscriber_id": one.payer,
            "kind": "started",
            "effective_on": one.told.started_on,
            "at": context.now,
            "actor": context.actor,
        }
        for found, one in started
    ]
    changes = add_many(connection, subscription_change, rows)
    told = [
        Happening(
            kind="subscription_started",
            subscriber_id=one.payer,
            zone=one.zone,
            natural_key=str(change),
            subscription_id=found,
            reference_id=change,
        )
        for change, (found, one) in zip(changes, started, strict=True)
    ]
    happen(connection, told, now=context.now, actor=context.actor)
