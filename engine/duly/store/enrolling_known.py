"""Change subscriptions that are there already, as far as a later telling may.

What no tick has counted yet is taken anew, so that a mistake in a mapping can be mended by
importing again. Afterwards duly's own decisions stay: a file of yesterday does not wake up the
ended, and a first day no longer moves.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, delete, exists, literal_column, select, update

from duly.model.change import EndSubscription
from duly.model.enrolment import EnrolledSubscription, Enrolment
from duly.model.subscription import Status
from duly.store import applying_subscription, enrolling_subscription
from duly.store.bulk import bulk
from duly.store.context import Context
from duly.store.enrolling_change import Values, different, write_changes
from duly.store.enrolling_effect import TakeOver
from duly.store.enrolling_names import called
from duly.store.enrolling_subscription import NewSubscription
from duly.store.happening import Entry, note, touch
from duly.store.ids import among
from duly.store.record import Record
from duly.tables.books import invoice_line
from duly.tables.people import subscriber
from duly.tables.subscriptions import cycle, subscription, subscription_line
from duly.values.cycle import boundary, index_at
from duly.values.duration import Duration, Unit
from duly.values.zone import local_date

Present = Mapping[str, Record]  # by external id; with ``payer``, ``is_counted`` and the base line

# What duly decides itself once it counts.
_DECIDED = frozenset(
    {"status", "started_on", "anchor_on", "term_ends_on", "ending_on", "ended_on", "end_reason"}
    | {"paused_on", "take_over_on", "settled_until", "origin"}
)


@dataclass(frozen=True, slots=True)
class KnownSubscription:
    """Hold a subscription as it is, what is told of it, and the payer's zone as told."""

    row: Record
    told: EnrolledSubscription
    zone: str

    @property
    def is_open(self) -> bool:
        """Tell whether it runs here and is told to run."""
        return Status.ENDED not in (self.row.status, self.told.status)


def load_known(connection: Connection, external_ids: Iterable[str]) -> Present:
    """Load subscriptions with their payers' external ids, and whether a tick counted a cycle."""
    counted = exists().where(
        cycle.c.subscription_id == subscription.c.id, cycle.c.tick.is_not(None)
    )
    line = subscription_line
    statement = (
        select(
            subscription,
            subscriber.c.external_id.label("payer"),
            counted.label("is_counted"),
            line.c.id.label("line_id"),
            line.c.price.label("line_price"),
            line.c.amount_minor.label("line_minor"),
        )
        .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
        .join(line, (line.c.subscription_id == subscription.c.id) & (line.c.line == "base"))
        .where(called(connection, subscription, external_ids))
    )
    return {row.external_id: row for row in connection.execute(statement)}


def refuse(one: Enrolment, present: Present) -> str:
    """Say why what is told cannot follow what is there; empty if it can."""
    told = one.subscription
    row = present.get(told.external_id) if told else None
    if told is None or row is None:
        return ""
    if row.payer != one.subscriber.external_id:
        return (
            f'the subscription "{told.external_id}" belongs to "{row.payer}", and this row gives '
            f'it to "{one.subscriber.external_id}"; end it and give the new one another number'
        )
    if row.currency != told.amount.currency:
        return (
            f'the subscription "{told.external_id}" is paid in {row.currency}, and this row says '
            f"{told.amount.currency}; end it and give the new one another number"
        )
    return "" if _can_be_taken_anew(row) else _refuse_counted(row, told)


def _can_be_taken_anew(row: Record) -> bool:
    """Tell whether nothing has come of it yet: no tick counted it, and no rule heard of it."""
    return not row.is_counted and (row.origin == "import" or row.status == Status.PENDING)


def _refuse_counted(row: Record, told: EnrolledSubscription) -> str:
    """Say what can no longer be told of a subscription whose cycles duly counts."""
    every = Duration(row.every_count, Unit(row.every_unit))
    if every != told.every:
        return (
            f"its cycle is {every} here and {told.every} in the file; "
            "end it and give the new one another number"
        )
    if row.started_on != told.started_on:
        return (
            f"it started on {row.started_on} here and on {told.started_on} in the file; "
            "a first day cannot move once duly counts from it"
        )
    if Status.ENDED in (row.status, told.status) or not _moves(row, told):
        return ""
    until = told.settled_until
    assert until is not None, "only a day that is told moves"
    if until < row.settled_until:
        return (
            f"it was paid until {row.settled_until}, and now the file says {until}; "
            "what duly has left unbilled since then must be settled by hand"
        )
    if (told.anchor_on or told.started_on) != row.anchor_on and not _is_boundary(row, every, until):
        return (
            f"it is paid until {until}, which is not the first day of one of its cycles; "
            f"they are counted from {row.anchor_on}"
        )
    return ""


def _moves(row: Record, told: EnrolledSubscription) -> bool:
    """Tell whether the first day to be paid here is another than before."""
    return None not in (row.settled_until, told.settled_until) and (
        row.settled_until != told.settled_until
    )


def _is_boundary(row: Record, every: Duration, day: date) -> bool:
    return boundary(row.anchor_on, every, index_at(row.anchor_on, every, day)) == day


def update_known(
    connection: Connection,
    known: Sequence[KnownSubscription],
    take_over: TakeOver,
    context: Context,
) -> frozenset[str]:
    """Write what has changed; returns the external ids of those that did."""
    anew = [one for one in known if _can_be_taken_anew(one.row)]
    counted = [one for one in known if not _can_be_taken_anew(one.row)]
    changed = {
        *_take_anew(connection, anew, take_over, context),
        *_update_counted(connection, counted, take_over, context),
        *_update_lines(connection, known, context),
    }
    rows = [one.row for one in known if one.row.external_id in changed]
    touch(
        connection,
        subscribers=[row.subscriber_id for row in rows],
        subscriptions=[row.id for row in rows],
    )
    return frozenset(changed)


def _take_anew(
    connection: Connection,
    known: Sequence[KnownSubscription],
    take_over: TakeOver,
    context: Context,
) -> Iterable[str]:
    """Write subscriptions again as if they were new, with another first cycle."""
    changes = [(one, _told_anew(one, take_over, context)) for one in known]
    changes = [(one, values) for one, values in changes if values]
    if not changes:
        return ()
    write_changes(connection, subscription, [(one.row, new) for one, new in changes], context)
    ids = [one.row.id for one, _ in changes]
    connection.execute(delete(cycle).where(among(connection, cycle.c.subscription_id, ids)))
    made = [
        (one.row.id, NewSubscription(one.told, one.row.subscriber_id, one.zone))
        for one, _ in changes
    ]
    enrolling_subscription.begin(connection, made, take_over, context)
    return [one.row.external_id for one, _ in changes]


def _told_anew(one: KnownSubscription, take_over: TakeOver, context: Context) -> Values:
    values = enrolling_subscription.values(one.told, one.zone, take_over, context)
    if values["paused_on"] and one.row.paused_on:
        values["paused_on"] = one.row.paused_on
    return different(one.row, values)


def _update_counted(
    connection: Connection,
    known: Sequence[KnownSubscription],
    take_over: TakeOver,
    context: Context,
) -> Iterable[str]:
    """Write what may still change, and the ends that are news."""
    changes = []
    ends = []
    for one in known:
        values = _told_later(one, take_over, context)
        day = _end_that_is_news(one, context)
        if day is not None and take_over.is_history(day):
            # It ended before the take-over: no rule hears of it.
            values |= {"status": str(Status.ENDED), "ended_on": day}
        elif day is not None:
            ends.append(EndSubscription(one.row.id, day, one.told.end_reason))
        if values:
            changes.append((one.row, values))
    write_changes(connection, subscription, changes, context)
    applying_subscription.end(connection, ends, context)
    _settle_cycles(connection, changes)
    ended = {end.subscription_id for end in ends}
    names = {one.row.external_id for one in known if one.row.id in ended}
    return names | {row.external_id for row, _ in changes}


def _told_later(one: KnownSubscription, take_over: TakeOver, context: Context) -> dict[str, Any]:
    values = enrolling_subscription.values(one.told, one.zone, take_over, context)
    may_change = {name: value for name, value in values.items() if name not in _DECIDED}
    if one.is_open and _moves(one.row, one.told):
        may_change |= {name: values[name] for name in ("settled_until", "take_over_on")}
    if one.is_open and one.told.ending_on is not None:
        may_change["ending_on"] = one.told.ending_on
    return dict(different(one.row, may_change))


def _end_that_is_news(one: KnownSubscription, context: Context) -> date | None:
    if one.told.status != Status.ENDED or one.row.status == Status.ENDED:
        return None
    return one.told.ended_on or local_date(one.zone, context.now)


def _settle_cycles(connection: Connection, changes: Sequence[tuple[Record, Values]]) -> None:
    """Leave to the other system the cycles it was paid for meanwhile, unless they are invoiced."""
    moved = [
        {"row": row.id, "until": values["settled_until"]}
        for row, values in changes
        if "settled_until" in values
    ]
    is_invoiced = exists().where(invoice_line.c.cycle_id == cycle.c.id)
    statement = update(cycle).where(
        cycle.c.subscription_id == bindparam("row"),
        cycle.c.start_on < bindparam("until", type_=cycle.c.start_on.type),
        ~is_invoiced,
    )
    bulk(connection, statement.values(settled_elsewhere=literal_column("true")), moved)


def _update_lines(
    connection: Connection, known: Sequence[KnownSubscription], context: Context
) -> Iterable[str]:
    """Write changed prices of base lines."""
    changed = [
        one
        for one in known
        if (one.row.line_price, one.row.line_minor) != (one.told.price, one.told.amount.minor)
    ]
    line = subscription_line
    statement = update(line).where(line.c.id == bindparam("row"))
    new = statement.values(price=bindparam("told"), amount_minor=bindparam("minor"))
    rows = [
        {"row": one.row.line_id, "told": one.told.price, "minor": one.told.amount.minor}
        for one in changed
    ]
    bulk(connection, new, rows)
    entries = [
        Entry("price agreed", "subscription", one.row.id, {"price": one.told.price})
        for one in changed
    ]
    note(connection, entries, now=context.now, actor=context.actor)
    return [one.row.external_id for one in changed]
