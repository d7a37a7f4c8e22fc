"""Apply changes of a subscription's status; each writes its change row, event, audit and touch."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from duly.model.change import EndSubscription, PauseSubscription, PlanEnd, ResumeSubscription
from duly.model.subscription import Status, move
from duly.store.bulk import add_many, bulk
from duly.store.context import Context
from duly.store.happening import Entry, Happening, happen, note, touch
from duly.store.ids import among, rows_among
from duly.store.record import Record
from duly.tables.people import subscriber
from duly.tables.subscriptions import subscription, subscription_change

_CHANGED = update(subscription).where(subscription.c.id == bindparam("row"))
_PAYERS = (
    select(subscriber.c.id)
    .join(subscription, subscription.c.subscriber_id == subscriber.c.id)
    .order_by(subscriber.c.id)
    .with_for_update(of=subscriber, key_share=True)
)


@dataclass(frozen=True, slots=True)
class _Step:
    """Hold one change: the columns it sets, the kind it is recorded as, and its event."""

    subscription_id: int
    kind: str
    on: date
    reason: str
    event: str
    values: Mapping[str, Any]
    status: Status | None = None


def start(connection: Connection, days: Mapping[int, date], context: Context) -> None:
    """Let pending subscriptions become active on their first day, given by id."""
    steps = [
        _Step(one, "started", on, "", "subscription_started", {}, Status.ACTIVE)
        for one, on in days.items()
    ]
    _apply(connection, steps, context)


def pause(connection: Connection, changes: Sequence[PauseSubscription], context: Context) -> None:
    """Pause; what is already paused stays as it is."""
    steps = [
        _Step(
            change.subscription_id,
            "paused",
            change.on,
            change.reason,
            "subscription_paused",
            {"paused_on": change.on, "paused_reason": change.reason},
            Status.PAUSED,
        )
        for change in changes
    ]
    _apply(connection, steps, context)


def resume(connection: Connection, changes: Sequence[ResumeSubscription], context: Context) -> None:
    """Go on; billing starts again with the next cycle."""
    steps = [
        _Step(
            change.subscription_id,
            "resumed",
            change.on,
            "",
            "subscription_resumed",
            {"paused_on": None, "paused_reason": None},
            Status.ACTIVE,
        )
        for change in changes
    ]
    _apply(connection, steps, context)


def end(connection: Connection, changes: Sequence[EndSubscription], context: Context) -> None:
    """End for good."""
    steps = [
        _Step(
            change.subscription_id,
            "ended",
            change.on,
            change.reason,
            "subscription_ended",
            {"ended_on": change.on, "end_reason": change.reason},
            Status.ENDED,
        )
        for change in changes
    ]
    _apply(connection, steps, context)


def plan_end(connection: Connection, changes: Sequence[PlanEnd], context: Context) -> None:
    """Decide an end to come."""
    steps = [
        _Step(
            change.subscription_id,
            "cancellation_requested",
            change.on,
            change.reason,
            "cancellation_requested",
            {"ending_on": change.on, "end_reason": change.reason},
        )
        for change in changes
    ]
    _apply(connection, steps, context)


def lock_payers(connection: Connection, subscriptions: Iterable[int]) -> None:
    """Lock the payers of subscriptions in their order, as everybody does who changes both."""
    rows_among(connection, _PAYERS, subscription.c.id, subscriptions)


def _apply(connection: Connection, steps: Sequence[_Step], context: Context) -> None:
    if not steps:
        return
    ids = [step.subscription_id for step in steps]
    lock_payers(connection, ids)
    present = _present(connection, ids)
    by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for step in steps:
        row = present[step.subscription_id]
        status = row.status if step.status is None else move(Status(row.status), step.status)
        values = {**step.values, "status": str(status)}
        by_columns.setdefault(tuple(values), []).append({"row": step.subscription_id, **values})
    for rows in by_columns.values():
        bulk(connection, _CHANGED, rows)
    _record(connection, steps, present, context)


def _present(connection: Connection, ids: Iterable[int]) -> Mapping[int, Record]:
    columns = (subscription.c.id, subscription.c.subscriber_id, subscription.c.status)
    statement = select(*columns, subscription.c.zone)
    mine = statement.where(among(connection, subscription.c.id, ids)).with_for_update()
    return {row.id: row for row in connection.execute(mine)}


def _record(
    connection: Connection,
    steps: Sequence[_Step],
    present: Mapping[int, Record],
    context: Context,
) -> None:
    rows = [_change_row(step, present[step.subscription_id], context) for step in steps]
    changes = add_many(connection, subscription_change, rows)
    happenings = [
        _happening(step, present[step.subscription_id], change)
        for step, change in zip(steps, changes, strict=True)
    ]
    happen(connection, happenings, now=context.now, actor=context.actor)
    entries = [
        Entry(
            f"subscription {step.kind}",
            "subscription",
            step.subscription_id,
            {"on": step.on.isoformat(), "reason": step.reason},
        )
        for step in steps
    ]
    note(connection, entries, now=context.now, actor=context.actor)
    touch(
        connection,
        subscribers=[row.subscriber_id for row in present.values()],
        subscriptions=present.keys(),
    )


def _change_row(step: _Step, row: Record, context: Context) -> dict[str, Any]:
    return {
        "subscription_id": step.subscription_id,
        "subscriber_id": row.subscriber_id,
        "kind": step.kind,
        "effective_on": step.on,
        "at": context.now,
        "actor": context.actor,
        "reason": step.reason or None,
    }


def _happening(step: _Step, row: Record, change: int) -> Happening:
    return Happening(
        kind=step.event,
        subscriber_id=row.subscriber_id,
        zone=row.zone,
        natural_key=str(change),
        subscription_id=step.subscription_id,
        reference_id=change,
        facts={"reason": step.reason} if step.reason else {},
    )
