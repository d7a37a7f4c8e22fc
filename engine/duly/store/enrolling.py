"""Write subscribers and subscriptions as an import or a sign-up tells them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, update

from duly.model.change import EndSubscription
from duly.model.enrolment import (
    EnrolledMethod,
    EnrolledSubscriber,
    EnrolledSubscription,
    Enrolment,
)
from duly.model.subscription import Status
from duly.store import applying_subscription, enrolling_subscription
from duly.store.bulk import add_many, bulk, insert_new
from duly.store.context import Context
from duly.store.happening import Entry, Happening, happen, note, touch
from duly.store.ids import among
from duly.store.record import Record
from duly.tables.people import consent, payment_method, subscriber, zone
from duly.tables.subscriptions import subscription
from duly.values.zone import local_date


class Effect(StrEnum):
    """Say what a row did."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class TakeOver:
    """Say since when duly answers; without a day everything told happens now."""

    on: date | None = None

    def is_history(self, day: date | None) -> bool:
        """Tell whether something of a day belongs to the system before."""
        return self.on is not None and (day is None or day < self.on)


def enrol(
    connection: Connection, enrolments: Sequence[Enrolment], take_over: TakeOver, context: Context
) -> tuple[Effect, ...]:
    """Write a batch in which every subscriber and subscription stands once; says what each did."""
    _add_zones(connection, {one.subscriber.zone for one in enrolments})
    people = _present(connection, subscriber, [one.subscriber.external_id for one in enrolments])
    told = [one.subscription.external_id for one in enrolments if one.subscription]
    subscriptions = _present(connection, subscription, told)
    person_effects, ids = _write_people(connection, enrolments, people, take_over, context)
    effects = _write_subscriptions(connection, enrolments, ids, subscriptions, take_over, context)
    methods = _write_methods(connection, enrolments, ids, context)
    return tuple(_strongest(found) for found in zip(person_effects, effects, methods, strict=True))


def _strongest(effects: Iterable[Effect]) -> Effect:
    order = (Effect.NEW, Effect.CHANGED, Effect.SAME)
    return min(effects, key=order.index)


def _add_zones(connection: Connection, names: Iterable[str]) -> None:
    bulk(connection, insert_new(connection, zone), [{"name": name} for name in sorted(names)])


def _present(
    connection: Connection, table: Table, external_ids: Sequence[str]
) -> Mapping[str, Record]:
    known = table.c.external_id.in_(external_ids)
    return {row.external_id: row for row in connection.execute(select(table).where(known))}


def _person_values(one: EnrolledSubscriber) -> dict[str, Any]:
    return {
        "name": one.name or None,
        "email": one.email or None,
        "phone": one.phone or None,
        "push": one.push or None,
        "country": one.country or None,
        "region": one.region or None,
        "language": one.language,
        "zone": one.zone,
        "kind": one.kind,
        "address": dict(one.address),
        "signed_up_on": one.signed_up_on,
        "own": dict(one.own),
    }


def _write_people(
    connection: Connection,
    enrolments: Sequence[Enrolment],
    present: Mapping[str, Record],
    take_over: TakeOver,
    context: Context,
) -> tuple[tuple[Effect, ...], Mapping[str, int]]:
    """Insert and change subscribers; returns the effects and every subscriber's id."""
    new = [one.subscriber for one in enrolments if one.subscriber.external_id not in present]
    rows = [_new_person(one, take_over) for one in new]
    made = zip(
        [one.external_id for one in new], add_many(connection, subscriber, rows), strict=True
    )
    ids = {row.external_id: row.id for row in present.values()} | dict(made)
    told = [
        Happening("signed_up", ids[one.external_id], one.zone, "signup", f"{ids[one.external_id]}")
        for one in new
        if not take_over.is_history(one.signed_up_on)
    ]
    happen(connection, told, now=context.now, actor=context.actor)
    known = [one.subscriber for one in enrolments if one.subscriber.external_id in present]
    changed = {
        one.external_id
        for one in known
        if _change(connection, subscriber, present[one.external_id], _person_values(one), context)
    }
    changed |= _write_consents(connection, enrolments, ids, context)
    fresh = {one.external_id for one in new}
    return tuple(_effect(one.subscriber.external_id, fresh, changed) for one in enrolments), ids


def _effect(external_id: str, new: set[str], changed: set[str]) -> Effect:
    if external_id in new:
        return Effect.NEW
    return Effect.CHANGED if external_id in changed else Effect.SAME


def _new_person(one: EnrolledSubscriber, take_over: TakeOver) -> dict[str, Any]:
    origin = "import" if take_over.is_history(one.signed_up_on) else "own"
    return {"external_id": one.external_id, "origin": origin, "tick": None, **_person_values(one)}


def _change(
    connection: Connection, table: Table, row: Record, values: Mapping[str, Any], context: Context
) -> bool:
    """Write what differs from the row, with an audit entry that names the columns."""
    different = {name: value for name, value in values.items() if row._mapping[name] != value}
    if not different:
        return False
    statement = update(table).where(table.c.id == row.id)
    connection.execute(statement.values(**different, tick=None))
    entry = Entry(f"{table.name} changed", table.name, row.id, {"columns": sorted(different)})
    note(connection, [entry], now=context.now, actor=context.actor)
    return True


def _write_consents(
    connection: Connection,
    enrolments: Sequence[Enrolment],
    ids: Mapping[str, int],
    context: Context,
) -> set[str]:
    """Write what subscribers agreed to; returns those for whom something is new."""
    known = {
        (row.subscriber_id, row.topic): row.given
        for row in connection.execute(
            select(consent).where(among(connection, consent.c.subscriber_id, ids.values()))
        )
    }
    rows, changed = [], set()
    for one in enrolments:
        person = ids[one.subscriber.external_id]
        for topic, given in one.subscriber.consents.items():
            if known.get((person, topic)) != given:
                rows.append(_consent_row(person, topic, one.subscriber, context))
                changed.add(one.subscriber.external_id)
    for row in rows:
        mine = (consent.c.subscriber_id == row["subscriber_id"]) & (consent.c.topic == row["topic"])
        connection.execute(delete(consent).where(mine))
    bulk(connection, insert(consent), rows)
    touch(connection, subscribers=[row["subscriber_id"] for row in rows])
    return changed


def _consent_row(
    person: int, topic: str, one: EnrolledSubscriber, context: Context
) -> dict[str, Any]:
    return {
        "subscriber_id": person,
        "topic": topic,
        "given": one.consents[topic],
        "at": context.now,
        "source": one.consent_source or context.actor,
    }


def _write_subscriptions(
    connection: Connection,
    enrolments: Sequence[Enrolment],
    ids: Mapping[str, int],
    present: Mapping[str, Record],
    take_over: TakeOver,
    context: Context,
) -> tuple[Effect, ...]:
    new: list[tuple[EnrolledSubscription, int, str]] = []
    changed: set[str] = set()
    ends: list[EndSubscription] = []
    known: dict[int, EnrolledSubscription] = {}
    for one in enrolments:
        told = one.subscription
        if told is None:
            continue
        row = present.get(told.external_id)
        if row is None:
            new.append((told, ids[one.subscriber.external_id], one.subscriber.zone))
            continue
        known[row.id] = told
        values = enrolling_subscription.values(told) | {"zone": one.subscriber.zone}
        if _change(connection, subscription, row, _without_decisions(values), context):
            changed.add(told.external_id)
        if told.status == Status.ENDED and row.status != Status.ENDED:
            day = told.ended_on or local_date(one.subscriber.zone, context.now)
            ends.append(EndSubscription(row.id, day, told.end_reason))
            changed.add(told.external_id)
    applying_subscription.end(connection, ends, context)
    origins = ["import" if take_over.is_history(told.started_on) else "own" for told, _, _ in new]
    enrolling_subscription.insert_new(connection, new, origins, context)
    prices = enrolling_subscription.line_differs(connection, known)
    changed |= {known[one].external_id for one in prices}
    fresh = {told.external_id for told, _, _ in new}
    return tuple(
        _effect(one.subscription.external_id, fresh, changed) if one.subscription else Effect.SAME
        for one in enrolments
    )


def _without_decisions(values: dict[str, Any]) -> dict[str, Any]:
    """Leave alone what duly decides itself: a file of yesterday does not wake up the ended."""
    decided = ("status", "ended_on", "end_reason", "term_ends_on", "anchor_on", "started_on")
    return {name: value for name, value in values.items() if name not in decided}


def _write_methods(
    connection: Connection,
    enrolments: Sequence[Enrolment],
    ids: Mapping[str, int],
    context: Context,
) -> tuple[Effect, ...]:
    """Store ways to pay; the newest told is the default."""
    told = {ids[one.subscriber.external_id]: one.method for one in enrolments if one.method}
    mine = among(connection, payment_method.c.subscriber_id, told)
    rows = connection.execute(select(payment_method).where(mine)).all()
    known = {(row.subscriber_id, row.gateway, row.token) for row in rows}
    new = {
        person: method
        for person, method in told.items()
        if (person, method.gateway, method.token) not in known
    }
    older = [row.id for row in rows if row.subscriber_id in new]
    if older:
        others = update(payment_method).where(among(connection, payment_method.c.id, older))
        connection.execute(others.values(is_default=False))
    bulk(connection, insert(payment_method), [_method_row(*one, context) for one in new.items()])
    touch(connection, subscribers=new)
    replaced = {row.subscriber_id for row in rows}
    return tuple(
        _method_effect(ids[one.subscriber.external_id], new, replaced) for one in enrolments
    )


def _method_row(person: int, method: EnrolledMethod, context: Context) -> dict[str, Any]:
    return {
        "subscriber_id": person,
        "gateway": method.gateway,
        "token": method.token,
        "kind": method.kind,
        "is_default": True,
        "status": "active",
        "made_at": context.now,
    }


def _method_effect(person: int, new: Mapping[int, EnrolledMethod], replaced: set[int]) -> Effect:
    if person not in new:
        return Effect.SAME
    return Effect.CHANGED if person in replaced else Effect.NEW
