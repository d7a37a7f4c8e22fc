"""Apply new invoices: their numbers, their lines, and what is told of them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, insert, select, update

from duly.model.books import InvoiceLine
from duly.model.change import IssueInvoice
from duly.store.bulk import add_many, bulk, insert_new
from duly.store.context import Context
from duly.store.happening import Happening, happen, touch
from duly.store.ids import rows_among
from duly.tables.books import counter, invoice, invoice_line
from duly.tables.people import subscriber

_ZONES = select(subscriber.c.id, subscriber.c.zone)


def issue_invoices(
    connection: Connection, changes: Sequence[IssueInvoice], context: Context
) -> None:
    """Write invoices; the counter rows are locked last and once a batch, so no number is lost."""
    touch(
        connection,
        subscribers=[change.subscriber_id for change in changes],
        subscriptions=[change.subscription_id for change in changes],
    )
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
        "natural_key": change.natural_key,
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
