"""Write the rows that requests refer to, and read them again for every try."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr

from sqlalchemy import Connection, func, select

from duly.model.business import Business
from duly.model.change import NewAttempt, NewMessage, NewParcel, NewRow
from duly.model.ledger import Firing, Job
from duly.model.saved import SavedAttempt, SavedMessage, SavedParcel, SavedRow
from duly.store.bulk import add
from duly.store.ids import among
from duly.store.record import Record
from duly.tables.books import invoice, payment_attempt
from duly.tables.ledger import message
from duly.tables.people import payment_method, subscriber
from duly.tables.subscriptions import parcel
from duly.values.key import charge_key, job_key
from duly.values.money import Money

Request = Mapping[str, int]  # the kind of row to its id


@dataclass(frozen=True, slots=True)
class Saved:
    """Hold what was written: the request that refers to the row, and the key of the effect."""

    request: Request
    effect_key: str


def save(
    connection: Connection,
    job: Job,
    firing: Firing,
    row: NewRow,
    *,
    installation: str,
    now: datetime,
) -> Saved:
    """Write a row before the first try; numbers are drawn here, in the claiming transaction."""
    key = job_key(installation, firing.rule, firing.subject_id, firing.key, job.step)
    match row:
        case NewMessage():
            return Saved({"message": _save_message(connection, job, row)}, key)
        case NewParcel():
            return Saved({"parcel": _save_parcel(connection, job, firing, row)}, key)
        case NewAttempt():
            return _save_attempt(connection, job, row, installation, now)


def _save_message(connection: Connection, job: Job, row: NewMessage) -> int:
    values = {
        "subscriber_id": job.subscriber_id,
        "job_id": job.id,
        "channel": row.channel,
        "name": row.name,
        "language": row.language,
        "message_class": row.message_class,
        "status": "written",
        "address": row.address,
        "subject": row.subject,
        "text": row.text,
        "html": row.html,
    }
    return add(connection, message, values)


def _save_parcel(connection: Connection, job: Job, firing: Firing, row: NewParcel) -> int:
    mine = parcel.c.subscription_id == row.subscription_id
    last = select(func.coalesce(func.max(parcel.c.number), 0)).where(mine)
    values = {
        "subscriber_id": job.subscriber_id,
        "subscription_id": row.subscription_id,
        "cycle_id": row.cycle_id,
        "firing_id": firing.id,
        "number": connection.execute(last).scalar_one() + 1,
        "status": "packing",
        "items": list(row.items),
        "receiver": row.receiver,
        "address": row.address,
    }
    return add(connection, parcel, values)


def _save_attempt(
    connection: Connection, job: Job, row: NewAttempt, installation: str, now: datetime
) -> Saved:
    mine = payment_attempt.c.invoice_id == row.invoice_id
    last = select(func.coalesce(func.max(payment_attempt.c.number), 0)).where(mine)
    number = connection.execute(last).scalar_one() + 1
    key = charge_key(installation, row.invoice_id, number)
    values = {
        "subscriber_id": job.subscriber_id,
        "invoice_id": row.invoice_id,
        "payment_method_id": row.payment_method_id,
        "number": number,
        "effect_key": key,
        "state": "created",
        "amount_minor": row.amount_minor,
        "currency": row.currency,
        "started_at": now,
    }
    return Saved({"attempt": add(connection, payment_attempt, values)}, key)


def saved_rows(
    connection: Connection, requests: Mapping[int, Request], business: Business
) -> Mapping[int, SavedRow]:
    """Read the rows that requests refer to, by job."""
    by_kind = {
        kind: {job: request[kind] for job, request in requests.items() if kind in request}
        for kind in ("message", "attempt", "parcel")
    }
    rows: dict[tuple[str, int], SavedRow] = {}
    found = {
        "message": _messages(connection, by_kind["message"].values(), business),
        "attempt": _attempts(connection, by_kind["attempt"].values()),
        "parcel": _parcels(connection, by_kind["parcel"].values()),
    }
    for kind, read in found.items():
        rows |= {(kind, row_id): row for row_id, row in read.items()}
    return {job: rows[kind, row_id] for kind, ids in by_kind.items() for job, row_id in ids.items()}


def _messages(
    connection: Connection, ids: Iterable[int], business: Business
) -> Mapping[int, SavedRow]:
    domain = parseaddr(business.sender)[1].partition("@")[2] or "duly.invalid"
    rows = connection.execute(select(message).where(among(connection, message.c.id, ids)))
    return {
        row.id: SavedMessage(
            id=row.id,
            channel=row.channel,
            name=row.name,
            language=row.language,
            message_class=row.message_class,
            sender=business.sender,
            domain=domain,
            address=row.address or "",
            subject=row.subject or "",
            text=row.text or "",
            html=row.html or "",
        )
        for row in rows
    }


def _attempts(connection: Connection, ids: Iterable[int]) -> Mapping[int, SavedRow]:
    statement = (
        select(
            payment_attempt,
            payment_method.c.token,
            invoice.c.number.label("invoice_number"),
            subscriber.c.external_id,
        )
        .join(payment_method, payment_method.c.id == payment_attempt.c.payment_method_id)
        .join(invoice, invoice.c.id == payment_attempt.c.invoice_id)
        .join(subscriber, subscriber.c.id == payment_attempt.c.subscriber_id)
        .where(among(connection, payment_attempt.c.id, ids))
    )
    return {row.id: _attempt(row) for row in connection.execute(statement)}


def _attempt(row: Record) -> SavedAttempt:
    return SavedAttempt(
        id=row.id,
        amount=Money(row.amount_minor, row.currency),
        token=row.token,
        invoice=row.invoice_number,
        customer=row.external_id,
    )


def _parcels(connection: Connection, ids: Iterable[int]) -> Mapping[int, SavedRow]:
    statement = select(parcel, subscriber.c.external_id).join(
        subscriber, subscriber.c.id == parcel.c.subscriber_id
    )
    rows = connection.execute(statement.where(among(connection, parcel.c.id, ids)))
    return {
        row.id: SavedParcel(
            id=row.id,
            reference=f"{row.external_id}-{row.number}",
            items=tuple(row._mapping["items"]),
            receiver=row.receiver or "",
            address=row.address or {},
        )
        for row in rows
    }


def attempts_by_key(connection: Connection, keys: Iterable[str]) -> Mapping[str, int]:
    """Find payment attempts by the keys that gateways know them by."""
    columns = (payment_attempt.c.id, payment_attempt.c.effect_key)
    wanted = payment_attempt.c.effect_key.in_(sorted(set(keys)))
    rows = connection.execute(select(*columns).where(wanted))
    return {row.effect_key: row.id for row in rows}
