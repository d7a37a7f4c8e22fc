"""Write the subscribers of an import or a sign-up, with what they agreed to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, tuple_, update

from duly.model.enrolment import EnrolledSubscriber
from duly.store.bulk import bulk
from duly.store.context import Context
from duly.store.enrolling_change import different, write_changes
from duly.store.enrolling_effect import Effect, TakeOver
from duly.store.enrolling_names import add_named, called
from duly.store.happening import Happening, happen, touch
from duly.store.ids import among
from duly.store.record import Record
from duly.tables.people import consent, subscriber
from duly.tables.subscriptions import subscription


@dataclass(frozen=True, slots=True)
class People:
    """Hold the ids of subscribers by their external ids, and what happened to each."""

    ids: Mapping[str, int]
    effects: Mapping[str, Effect]


def write_people(
    connection: Connection,
    told: Sequence[EnrolledSubscriber],
    take_over: TakeOver,
    context: Context,
) -> People:
    """Insert and change subscribers; of one told several times the first counts."""
    people: dict[str, EnrolledSubscriber] = {}
    for one in told:
        people.setdefault(one.external_id, one)
    present = _present(connection, people)
    new = [one for name, one in people.items() if name not in present]
    ids = {name: row.id for name, row in present.items()}
    ids |= _add_people(connection, new, take_over, context)
    changed = {name: different(row, _values(people[name])) for name, row in present.items()}
    changes = [(present[name], values) for name, values in changed.items() if values]
    write_changes(connection, subscriber, changes, context)
    _move(connection, {row.id: new["zone"] for row, new in changes if "zone" in new})
    agreed = _write_consents(connection, people.values(), ids, context)
    effects = {
        name: Effect.CHANGED if changed.get(name) or name in agreed else Effect.SAME
        for name in people
    }
    return People(ids, effects | {one.external_id: Effect.NEW for one in new})


def _present(connection: Connection, names: Iterable[str]) -> Mapping[str, Record]:
    statement = select(subscriber).where(called(connection, subscriber, names))
    return {row.external_id: row for row in connection.execute(statement)}


def _values(one: EnrolledSubscriber) -> dict[str, Any]:
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


def _add_people(
    connection: Connection,
    new: Sequence[EnrolledSubscriber],
    take_over: TakeOver,
    context: Context,
) -> Mapping[str, int]:
    """Insert subscribers; those whose sign-up is no history signed up just now."""
    rows = [
        {
            "external_id": one.external_id,
            "origin": take_over.origin(one.signed_up_on),
            "tick": None,
            **_values(one),
        }
        for one in new
    ]
    ids = add_named(connection, subscriber, rows)
    happened = [
        Happening("signed_up", (person := ids[one.external_id]), one.zone, "signup", f"{person}")
        for one in new
        if not take_over.is_history(one.signed_up_on)
    ]
    happen(connection, happened, now=context.now, actor=context.actor)
    return ids


def _move(connection: Connection, zones: Mapping[int, str]) -> None:
    """Let every subscription follow its payer to another zone, told here or not."""
    theirs = subscription.c.subscriber_id == bindparam("payer")
    statement = update(subscription).where(theirs, subscription.c.zone != bindparam("to"))
    moved = statement.values(zone=bindparam("to"), tick=None, dated_tick=None)
    rows = [{"payer": payer, "to": zone} for payer, zone in zones.items()]
    bulk(connection, moved, rows)


def _write_consents(
    connection: Connection,
    people: Iterable[EnrolledSubscriber],
    ids: Mapping[str, int],
    context: Context,
) -> frozenset[str]:
    """Write what subscribers agreed to; returns those for whom something is new."""
    asked = [one for one in people if one.consents]
    if not asked:
        return frozenset()
    mine = among(connection, consent.c.subscriber_id, [ids[one.external_id] for one in asked])
    known = {
        (row.subscriber_id, row.topic): row.given
        for row in connection.execute(select(consent).where(mine))
    }
    news = [
        (one, topic)
        for one in asked
        for topic, given in one.consents.items()
        if known.get((ids[one.external_id], topic)) != given
    ]
    rows = [_consent_row(ids[one.external_id], topic, one, context) for one, topic in news]
    _forget_consents(
        connection, [key for row in rows if (key := (row["subscriber_id"], row["topic"])) in known]
    )
    bulk(connection, insert(consent), rows)
    touch(connection, subscribers=[row["subscriber_id"] for row in rows])
    return frozenset(one.external_id for one, _ in news)


def _forget_consents(connection: Connection, keys: Sequence[tuple[int, str]]) -> None:
    if keys:
        key = tuple_(consent.c.subscriber_id, consent.c.topic)
        connection.execute(delete(consent).where(key.in_(keys)))


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
