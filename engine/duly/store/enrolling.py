"""Write subscribers and subscriptions as an import or a sign-up tells them."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection

from duly.model.enrolment import Enrolment
from duly.store import enrolling_known, enrolling_subscription
from duly.store.bulk import bulk, insert_new
from duly.store.context import Context
from duly.store.enrolling_effect import Effect as Effect
from duly.store.enrolling_effect import Refusal as Refusal
from duly.store.enrolling_effect import TakeOver as TakeOver
from duly.store.enrolling_effect import strongest
from duly.store.enrolling_known import KnownSubscription
from duly.store.enrolling_method import write_methods
from duly.store.enrolling_people import write_people
from duly.store.enrolling_subscription import NewSubscription
from duly.tables.people import zone


def enrol(
    connection: Connection, enrolments: Sequence[Enrolment], take_over: TakeOver, context: Context
) -> tuple[Effect | Refusal, ...]:
    """Write a batch in which every subscription stands once; says what each row did.

    A subscriber may stand in several rows, which have to agree about it. Of a refused row nothing
    is written.
    """
    told = [one.subscription.external_id for one in enrolments if one.subscription]
    present = enrolling_known.load_known(connection, told)
    refusals = {
        at: Refusal(reason)
        for at, one in enumerate(enrolments)
        if (reason := enrolling_known.refuse(one, present))
    }
    taken = [one for at, one in enumerate(enrolments) if at not in refusals]
    effects = iter(_write(connection, taken, present, take_over, context))
    return tuple(refusals.get(at) or next(effects) for at in range(len(enrolments)))


def _write(
    connection: Connection,
    enrolments: Sequence[Enrolment],
    present: enrolling_known.Present,
    take_over: TakeOver,
    context: Context,
) -> tuple[Effect, ...]:
    _add_zones(connection, {one.subscriber.zone for one in enrolments})
    people = write_people(connection, [one.subscriber for one in enrolments], take_over, context)
    subscriptions = _write_subscriptions(
        connection, enrolments, people.ids, present, take_over, context
    )
    methods = write_methods(
        connection,
        {people.ids[one.subscriber.external_id]: one.method for one in enrolments if one.method},
        context,
    )
    effects = []
    for one in enrolments:
        name = one.subscriber.external_id
        own = one.subscription.external_id if one.subscription else ""
        found = (
            people.effects[name],
            subscriptions.get(own, Effect.SAME),
            methods.get(people.ids[name], Effect.SAME),
        )
        effects.append(strongest(found))
    return tuple(effects)


def _write_subscriptions(
    connection: Connection,
    enrolments: Sequence[Enrolment],
    ids: Mapping[str, int],
    present: enrolling_known.Present,
    take_over: TakeOver,
    context: Context,
) -> Mapping[str, Effect]:
    """Insert and change subscriptions; returns what happened to each that was told."""
    new: list[NewSubscription] = []
    known: list[KnownSubscription] = []
    for one in enrolments:
        told, person = one.subscription, one.subscriber
        if told is None:
            continue
        if told.external_id in present:
            known.append(KnownSubscription(present[told.external_id], told, person.zone))
        else:
            new.append(NewSubscription(told, ids[person.external_id], person.zone))
    enrolling_subscription.insert_new(connection, new, take_over, context)
    changed = enrolling_known.update_known(connection, known, take_over, context)
    effects = {one.told.external_id: Effect.NEW for one in new}
    return effects | dict.fromkeys(changed, Effect.CHANGED)


def _add_zones(connection: Connection, names: Iterable[str]) -> None:
    bulk(connection, insert_new(connection, zone), [{"name": name} for name in sorted(names)])
