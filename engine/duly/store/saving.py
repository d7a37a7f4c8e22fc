"""Write the rows that requests refer to, and read them again for every try."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Select, func, select

from duly.model.business import Business
from duly.model.change import NewAttempt, NewMessage, NewParcel, NewRow
from duly.model.ledger import Firing, Job
from duly.model.saved import SavedAttempt, SavedMessage, SavedParcel, SavedRow
from duly.store.bulk import add_many
from duly.store.ids import rows_among
from duly.store.lasting import Lasting, lasting_names
from duly.store.record import Record
from duly.tables.books import invoice, payment_attempt
from duly.tables.ledger import message
from duly.tables.people import payment_method, subscriber
from duly.tables.subscriptions import parcel, subscription
from duly.values.key import charge_key, job_key
from duly.values.money import Money

_MESSAGES = select(message)
_ATTEMPTS = (
    select(
        payment_attempt,
        payment_method.c.token,
        invoice.c.number.label("invoice_number"),
        subscriber.c.external_id,
    )
    .join(payment_method, payment_method.c.id == payment_attempt.c.payment_method_id)
    .join(invoice, invoice.c.id == payment_attempt.c.invoice_id)
    .join(subscriber, subscriber.c.id == payment_attempt.c.subscriber_id)
)
_BILLED = select(invoice.c.id, invoice.c.natural_key, subscription.c.external_id).join(
    subscription, subscription.c.id == invoice.c.subscription_id
)
_PARCELS = select(parcel, subscriber.c.external_id).join(
    subscriber, subscriber.c.id == parcel.c.subscriber_id
)

Request = Mapping[str, int]  # the kind of row to its id


@dataclass(frozen=True, slots=True)
class ToSave:
    """Hold a row to be written for a job."""

    job: Job
    firing: Firing
    row: NewRow


@dataclass(frozen=True, slots=True)
class Saved:
    """Hold what was written: the request that refers to the row, and the key of the effect."""

    request: Request
    effect_key: str


def save(
    connection: Connection, wanted: Sequence[ToSave], *, installation: str, now: datetime
) -> Mapping[int, Saved]:
    """Write rows before the first try, by job; numbers are drawn in the claiming transaction."""
    messages: list[tuple[ToSave, NewMessage]] = []
    parcels: list[tuple[ToSave, NewParcel]] = []
    attempts: list[tuple[ToSave, NewAttempt]] = []
    for one in wanted:
        match one.row:
            case NewMessage() as row:
                messages.append((one, row))
            case NewParcel() as row:
                parcels.append((one, row))
            case NewAttempt() as row:
                attempts.append((one, row))
    named = lasting_names(connection, [one.firing for one, _ in (*messages, *parcels)])
    return {
        **_save_messages(connection, messages, named, installation),
        **_save_parcels(connection, parcels, named, installation),
        **_save_attempts(connection, attempts, installation, now),
    }


def _key(installation: str, one: ToSave, named: Mapping[int, Lasting], way: str = "") -> str:
    """Name the decision; a message that goes another way is another request."""
    name = named[one.firing.id]
    return job_key(
        installation,
        rule=one.firing.rule,
        about=str(one.firing.about),
        subject=name.subject,
        occurrence=name.occurrence,
        step=f"{one.job.step}:{way}" if way else one.job.step,
    )


def _save_messages(
    connection: Connection,
    wanted: Sequence[tuple[ToSave, NewMessage]],
    named: Mapping[int, Lasting],
    installation: str,
) -> Mapping[int, Saved]:
    rows = [
        {
            "subscriber_id": one.job.subscriber_id,
            "job_id": one.job.id,
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
        for one, row in wanted
    ]
    ids = add_many(connection, message, rows)
    return {
        one.job.id: Saved({"message": found}, _key(installation, one, named, row.channel))
        for found, (one, row) in zip(ids, wanted, strict=True)
    }


def _save_parcels(
    connection: Connection,
    wanted: Sequence[tuple[ToSave, NewParcel]],
    named: Mapping[int, Lasting],
    installation: str,
) -> Mapping[int, Saved]:
    last = _last_numbers(connection, parcel.c.subscription_id, parcel.c.number, wanted)
    rows = []
    for one, row in wanted:
        last[row.subscription_id] += 1
        rows.append(
            {
                "subscriber_id": one.job.subscriber_id,
                "subscription_id": row.subscription_id,
                "cycle_id": row.cycle_id,
                "firing_id": one.firing.id,
                "number": last[row.subscription_id],
                "status": "packing",
                "items": list(row.items),
                "receiver": row.receiver,
                "address": row.address,
            }
        )
    ids = add_many(connection, parcel, rows)
    return {
        one.job.id: Saved({"parcel": found}, _key(installation, one, named))
        for found, (one, _) in zip(ids, wanted, strict=True)
    }


def _save_attempts(
    connection: Connection,
    wanted: Sequence[tuple[ToSave, NewAttempt]],
    installation: str,
    now: datetime,
) -> Mapping[int, Saved]:
    table = payment_attempt.c
    last = _last_numbers(connection, table.invoice_id, table.number, wanted)
    billed = rows_among(connection, _BILLED, invoice.c.id, [row.invoice_id for _, row in wanted])
    bills = {row.id: row for row in billed}
    rows, keys = [], []
    for one, row in wanted:
        last[row.invoice_id] += 1
        keys.append(_charge_key(installation, bills[row.invoice_id], last[row.invoice_id]))
        rows.append(
            {
                "subscriber_id": one.job.subscriber_id,
                "invoice_id": row.invoice_id,
                "payment_method_id": row.payment_method_id,
                "number": last[row.invoice_id],
                "effect_key": keys[-1],
                "state": "created",
                "amount_minor": row.amount_minor,
                "currency": row.currency,
                "started_at": now,
            }
        )
    ids = add_many(connection, payment_attempt, rows)
    return {
        one.job.id: Saved({"attempt": found}, key)
        for found, (one, _), key in zip(ids, wanted, keys, strict=True)
    }


def _charge_key(installation: str, bill: Record, number: int) -> str:
    return charge_key(
        installation, subscription=bill.external_id, invoice=bill.natural_key, number=number
    )


def _last_numbers(
    connection: Connection,
    owner: Column[int],
    number: Column[int],
    wanted: Sequence[tuple[ToSave, NewParcel | NewAttempt]],
) -> Counter[int]:
    """Return the highest number so far of each owner; 0 where there is none yet."""
    owners = [getattr(row, owner.name) for _, row in wanted]
    rows = rows_among(connection, _highest(owner, number), owner, owners)
    return Counter({row[0]: row[1] for row in rows})


@cache
def _highest(owner: Column[Any], number: Column[Any]) -> Select[Any]:
    found: Select[Any] = select(owner, func.max(number)).group_by(owner)
    return found


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
    rows = rows_among(connection, _MESSAGES, message.c.id, ids)
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
    rows = rows_among(connection, _ATTEMPTS, payment_attempt.c.id, ids)
    return {row.id: _attempt(row) for row in rows}


def _attempt(row: Record) -> SavedAttempt:
    return SavedAttempt(
        id=row.id,
        amount=Money(row.amount_minor, row.currency),
        token=row.token,
        invoice=row.invoice_number,
        customer=row.external_id,
    )


def _parcels(connection: Connection, ids: Iterable[int]) -> Mapping[int, SavedRow]:
    rows = rows_among(connection, _PARCELS, parcel.c.id, ids)
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


@dataclass(frozen=True, slots=True)
class KnownAttempt:
    """Name a payment attempt and its payer."""

    id: int
    subscriber_id: int


def attempts_by_key(connection: Connection, keys: Iterable[str]) -> Mapping[str, KnownAttempt]:
    """Find payment attempts by the keys that gateways know them by."""
    table = payment_attempt.c
    columns = (table.id, table.subscriber_id, table.effect_key)
    rows = connection.execute(select(*columns).where(table.effect_key.in_(sorted(set(keys)))))
    return {row.effect_key: KnownAttempt(row.id, row.subscriber_id) for row in rows}
