"""Apply changes of the books: invoices with their numbers, payment attempts with their money."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from duly.model.books import OPEN_ATTEMPTS, TECHNICAL, AttemptState, InvoiceLine, move
from duly.model.change import IssueInvoice, SettleAttempt
from duly.store.bulk import add_many, bulk, insert_new
from duly.store.context import Context
from duly.store.happening import Happening, happen, touch
from duly.store.ids import rows_among
from duly.store.record import Record
from duly.tables.books import allocation, counter, invoice, invoice_line, payment_attempt
from duly.tables.people import payment_method, subscriber

# A refusal of these classes ends the method: it is never tried again.
DEAD_METHOD = ("hard", "mandate_dead", "fraud")
# What an attempt has been before: an answer that tells of it comes too late to change anything.
_KNOWN_BEFORE: Mapping[AttemptState, tuple[AttemptState, ...]] = {
    AttemptState.CREATED: (),
    AttemptState.UNKNOWN: (),
    AttemptState.PENDING: (AttemptState.UNKNOWN,),
    AttemptState.SUCCEEDED: (AttemptState.UNKNOWN, AttemptState.PENDING),
    AttemptState.FAILED: (AttemptState.UNKNOWN, AttemptState.PENDING),
    AttemptState.RETURNED: (
        AttemptState.UNKNOWN,
        AttemptState.PENDING,
        AttemptState.SUCCEEDED,
    ),
}


_ATTEMPTS = (
    select(
        payment_attempt,
        invoice.c.subscription_id,
        invoice.c.gross_minor,
        subscriber.c.zone,
    )
    .join(invoice, invoice.c.id == payment_attempt.c.invoice_id)
    .join(subscriber, subscriber.c.id == payment_attempt.c.subscriber_id)
    .with_for_update(of=payment_attempt)
)
_ZONES = select(subscriber.c.id, subscriber.c.zone)


def issue_invoices(
    connection: Connection, changes: Sequence[IssueInvoice], context: Context
) -> None:
    """Write invoices; the counter rows are locked last and once a batch, so no number is lost."""
    starts = {change.counter: change.starts_at for change in changes}
    first = _draw(connection, Counter(change.counter for change in changes), starts)
    rows = []
    for change in changes:
        number = first[change.counter]
        first[change.counter] += 1
        rows.append(_invoice_row(change, number))
    ids = add_many(connection, invoice, rows)
    lines = [
        _line_row(found, line)
        for found, change in zip(ids, changes, strict=True)
        for line in change.lines
    ]
    bulk(connection, insert(invoice_line), lines)
    _tell_issued(connection, dict(zip(ids, changes, strict=True)), context)


def _draw(
    connection: Connection, wanted: Mapping[str, int], starts: Mapping[str, int]
) -> dict[str, int]:
    """Take numbers from the counters: name to how many gives name to the first of them."""
    first = {}
    for series in sorted(wanted):
        row = {"series": series, "next": starts[series]}
        bulk(connection, insert_new(connection, counter), [row])
        taken = (
            update(counter)
            .where(counter.c.series == series)
            .values(next=counter.c.next + wanted[series])
            .returning(counter.c.next)
        )
        first[series] = connection.execute(taken).scalar_one() - wanted[series]
    return first


def _invoice_row(change: IssueInvoice, number: int) -> dict[str, Any]:
    return {
        "subscriber_id": change.subscriber_id,
        "subscription_id": change.subscription_id,
        "firing_id": change.firing_id,
        "status": "issued",
        "series": change.series,
        "number": change.number_pattern.format(year=change.issued_on.year, n=number),
        "issued_on": change.issued_on,
        "due_on": change.due_on,
        "tax_on": change.tax_on,
        "currency": change.total.gross.currency,
        "net_minor": change.total.net.minor,
        "tax_minor": change.total.tax.minor,
        "gross_minor": change.total.gross.minor,
        "buyer": change.buyer,
        "seller": change.seller,
    }


def _line_row(invoice_id: int, line: InvoiceLine) -> dict[str, Any]:
    return {
        "invoice_id": invoice_id,
        "cycle_id": line.cycle_id,
        "subscription_line_id": line.subscription_line_id,
        "text": line.text,
        "quantity": line.quantity,
        "unit_minor": line.unit.minor,
        "net_minor": line.amount.net.minor,
        "tax_minor": line.amount.tax.minor,
        "gross_minor": line.amount.gross.minor,
        "tax_class": line.tax_class,
        "tax_rate_bp": line.tax_rate_bp,
    }


def _tell_issued(
    connection: Connection, issued: Mapping[int, IssueInvoice], context: Context
) -> None:
    zones = _zones(connection, [change.subscriber_id for change in issued.values()])
    told = [
        _invoice_event("invoice_issued", found, change, zones[change.subscriber_id])
        for found, change in issued.items()
    ]
    told += [
        _invoice_event("invoice_paid", found, change, zones[change.subscriber_id])
        for found, change in issued.items()
        if change.total.gross.minor == 0
    ]
    happen(connection, told, now=context.now, actor=context.actor)
    touch(
        connection,
        subscribers=[change.subscriber_id for change in issued.values()],
        subscriptions=[change.subscription_id for change in issued.values()],
    )


def _invoice_event(kind: str, found: int, change: IssueInvoice, zone: str) -> Happening:
    return Happening(
        kind=kind,
        subscriber_id=change.subscriber_id,
        zone=zone,
        natural_key=str(found),
        subscription_id=change.subscription_id,
        invoice_id=found,
        reference_id=found,
    )


def _zones(connection: Connection, ids: Iterable[int]) -> dict[int, str]:
    return {row.id: row.zone for row in rows_among(connection, _ZONES, subscriber.c.id, ids)}


def settle_attempts(
    connection: Connection, changes: Sequence[SettleAttempt], context: Context
) -> None:
    """Write what became of attempts, lay their money to the invoices, and tell of it."""
    attempts = _attempts(connection, [change.attempt_id for change in changes])
    for change in changes:
        row = attempts[change.attempt_id]
        if change.state not in (row.state, *_KNOWN_BEFORE[AttemptState(row.state)]):
            _settle_one(connection, change, row, context)
    touch(
        connection,
        subscribers=[row.subscriber_id for row in attempts.values()],
        subscriptions=[row.subscription_id for row in attempts.values()],
    )


def _attempts(connection: Connection, ids: Iterable[int]) -> dict[int, Record]:
    return {row.id: row for row in rows_among(connection, _ATTEMPTS, payment_attempt.c.id, ids)}


def _settle_one(
    connection: Connection, change: SettleAttempt, row: Record, context: Context
) -> None:
    present = AttemptState(row.state)
    if change.state == AttemptState.RETURNED and present in OPEN_ATTEMPTS:
        # Nobody told that the money had come before it went back.
        _allocate(connection, row, "payment", row.amount_minor, context)
        present = move(present, AttemptState.SUCCEEDED)
    state = move(present, change.state)
    connection.execute(
        update(payment_attempt)
        .where(payment_attempt.c.id == row.id)
        .values(
            state=str(state),
            reference=change.reference or row.reference,
            failure=change.failure or None,
            reason=change.reason or None,
            settled_at=context.now,
        )
    )
    happenings = []
    match state:
        case AttemptState.SUCCEEDED:
            paid = _allocate(connection, row, "payment", row.amount_minor, context)
            happenings.append(_attempt_event("payment_succeeded", row))
            happenings += [_attempt_event("invoice_paid", row, key=str(row.invoice_id))] * paid
        case AttemptState.RETURNED:
            _allocate(connection, row, "return", -row.amount_minor, context)
            happenings.append(_attempt_event("payment_failed", row, dedupe=f"returned:{row.id}"))
        case AttemptState.FAILED:
            if change.failure != TECHNICAL:
                happenings.append(_attempt_event("payment_failed", row))
            _retire_method(connection, row, change.failure)
        case _:
            pass
    happen(connection, happenings, now=context.now, actor=context.actor)


def _allocate(connection: Connection, row: Record, kind: str, minor: int, context: Context) -> bool:
    """Lay money to the attempt's invoice; tells whether the invoice is paid in full now."""
    money = {
        "subscriber_id": row.subscriber_id,
        "invoice_id": row.invoice_id,
        "payment_attempt_id": row.id,
        "kind": kind,
        "amount_minor": minor,
        "currency": row.currency,
        "at": context.now,
    }
    bulk(connection, insert(allocation), [money])
    paid = select(func.sum(allocation.c.amount_minor)).where(
        allocation.c.invoice_id == row.invoice_id
    )
    return bool(connection.execute(paid).scalar_one() >= row.gross_minor)


def _retire_method(connection: Connection, row: Record, failure: str) -> None:
    if failure in DEAD_METHOD:
        dead = update(payment_method).where(payment_method.c.id == row.payment_method_id)
        connection.execute(dead.values(status="dead"))


def _attempt_event(kind: str, row: Record, key: str = "", dedupe: str = "") -> Happening:
    natural = key or f"{row.invoice_id}:{row.number}"
    return Happening(
        kind=kind,
        subscriber_id=row.subscriber_id,
        zone=row.zone,
        natural_key=natural,
        dedupe=dedupe or f"{row.invoice_id}:{row.number}",
        subscription_id=row.subscription_id,
        invoice_id=row.invoice_id,
        reference_id=row.id,
    )
