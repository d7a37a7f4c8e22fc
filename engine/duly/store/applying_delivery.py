"""Apply changes of what goes out: messages, parcels, offers, suppressed addresses."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from duly.model.change import MakeOffer, SettleMessage, SettleParcel, Suppress
from duly.store.bulk import bulk, insert_new
from duly.store.context import Context
from duly.store.happening import Happening, happen, touch
from duly.store.ids import among
from duly.store.record import Record
from duly.tables.ledger import message
from duly.tables.people import subscriber, suppression
from duly.tables.subscriptions import offer, parcel
from duly.values.zone import local_date

_MESSAGE_SETTLED = (
    update(message)
    .where(message.c.id == bindparam("row"))
    .values(status=bindparam("new_status"), sent_at=bindparam("at"))
)
_PARCEL_SETTLED = (
    update(parcel)
    .where(parcel.c.id == bindparam("row"))
    .values(
        status=bindparam("new_status"),
        reference=bindparam("name_there"),
        tracking=bindparam("number_there"),
        sent_on=bindparam("day"),
    )
)


def make_offers(connection: Connection, changes: Sequence[MakeOffer], context: Context) -> None:
    """Store offers as shown; one that its firing already made stays as it is."""
    rows = [
        {
            "subscriber_id": change.subscriber_id,
            "subscription_id": change.subscription_id,
            "firing_id": change.firing_id,
            "step": change.step,
            "status": "shown",
            "gives": change.gives,
            "shown_at": context.now,
            "expires_at": change.expires_at,
        }
        for change in changes
    ]
    bulk(connection, insert_new(connection, offer), rows)
    _tell_offers(connection, "offer_shown", [change.firing_id for change in changes], context)


def _tell_offers(
    connection: Connection, kind: str, firings: Sequence[int], context: Context
) -> None:
    statement = (
        select(offer.c.id, offer.c.subscriber_id, offer.c.subscription_id, subscriber.c.zone)
        .join(subscriber, subscriber.c.id == offer.c.subscriber_id)
        .where(among(connection, offer.c.firing_id, firings))
    )
    told = [_offer_event(kind, row) for row in connection.execute(statement)]
    happen(connection, told, now=context.now, actor=context.actor)
    touch(
        connection,
        subscribers=[one.subscriber_id for one in told],
        subscriptions=[one.subscription_id for one in told if one.subscription_id is not None],
    )


def _offer_event(kind: str, row: Record) -> Happening:
    return Happening(
        kind=kind,
        subscriber_id=row.subscriber_id,
        zone=row.zone,
        natural_key=str(row.id),
        subscription_id=row.subscription_id,
        reference_id=row.id,
    )


def expire_offers(connection: Connection, context: Context) -> None:
    """Close the offers whose time is over, by the index offer(expires_at) where shown."""
    over = (offer.c.status == "shown") & (offer.c.expires_at <= context.now)
    closed = update(offer).where(over).values(status="expired").returning(offer.c.firing_id)
    firings = connection.execute(closed).scalars().all()
    if firings:
        _tell_offers(connection, "offer_expired", firings, context)


def settle_messages(
    connection: Connection, changes: Sequence[SettleMessage], context: Context
) -> None:
    """Write which messages were handed over."""
    rows = [
        {
            "row": change.message_id,
            "new_status": "sent" if change.sent else "failed",
            "at": context.now if change.sent else None,
        }
        for change in changes
    ]
    bulk(connection, _MESSAGE_SETTLED, rows)


def settle_parcels(
    connection: Connection, changes: Sequence[SettleParcel], context: Context
) -> None:
    """Write which parcels were handed over, and tell of those."""
    parcels = _parcels(connection, [change.parcel_id for change in changes])
    rows = [_settled(change, parcels[change.parcel_id], context) for change in changes]
    bulk(connection, _PARCEL_SETTLED, rows)
    told = [
        _parcel_event(change.parcel_id, parcels[change.parcel_id])
        for change in changes
        if change.sent
    ]
    happen(connection, told, now=context.now, actor=context.actor)
    touch(
        connection,
        subscribers=[row.subscriber_id for row in parcels.values()],
        subscriptions=[row.subscription_id for row in parcels.values()],
    )


def _parcels(connection: Connection, ids: Sequence[int]) -> dict[int, Record]:
    statement = (
        select(parcel.c.id, parcel.c.subscriber_id, parcel.c.subscription_id, subscriber.c.zone)
        .join(subscriber, subscriber.c.id == parcel.c.subscriber_id)
        .where(among(connection, parcel.c.id, ids))
    )
    return {row.id: row for row in connection.execute(statement)}


def _settled(change: SettleParcel, row: Record, context: Context) -> dict[str, Any]:
    return {
        "row": change.parcel_id,
        "new_status": "sent" if change.sent else "failed",
        "name_there": change.reference or None,
        "number_there": change.tracking or None,
        "day": local_date(row.zone, context.now) if change.sent else None,
    }


def _parcel_event(parcel_id: int, row: Record) -> Happening:
    return Happening(
        kind="parcel_sent",
        subscriber_id=row.subscriber_id,
        zone=row.zone,
        natural_key=str(parcel_id),
        subscription_id=row.subscription_id,
        reference_id=parcel_id,
    )


def suppress(connection: Connection, changes: Sequence[Suppress], context: Context) -> None:
    """Put addresses on the list of those that get nothing."""
    rows = [
        {
            "channel": change.channel,
            "address": change.address,
            "reason": change.reason,
            "at": context.now,
        }
        for change in changes
    ]
    bulk(connection, insert_new(connection, suppression), rows)
