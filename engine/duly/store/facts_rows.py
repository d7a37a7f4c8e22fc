"""Read the rows that facts are made of, each kind in one statement for a whole batch."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, func, literal_column, select

from duly.model.books import Attempt, AttemptState, Invoice, InvoiceLine
from duly.model.people import PaymentMethod, Subscriber
from duly.model.subscription import Cycle, Line, Status, Subscription
from duly.store.ids import rows_among
from duly.store.record import Record
from duly.tables.books import allocation, invoice, invoice_line, payment_attempt
from duly.tables.ledger import message
from duly.tables.people import consent, payment_method, subscriber, suppression
from duly.tables.subscriptions import cycle, parcel, subscription, subscription_line
from duly.values.duration import Duration, Unit
from duly.values.money import Money, Taxed

_SUBSCRIBERS = select(subscriber)
_SUBSCRIPTIONS = select(subscription)
_LINES = select(subscription_line).order_by(subscription_line.c.id)
_CYCLES = select(cycle)
_INVOICES = select(invoice)
_PAID = select(allocation.c.invoice_id, func.sum(allocation.c.amount_minor).label("paid")).group_by(
    allocation.c.invoice_id
)
_INVOICE_LINES = (
    select(invoice_line, invoice.c.currency)
    .join(invoice, invoice.c.id == invoice_line.c.invoice_id)
    .order_by(invoice_line.c.id)
)
_ATTEMPTS = select(payment_attempt).order_by(payment_attempt.c.number)
_METHODS = select(payment_method).where(
    payment_method.c.is_default, payment_method.c.status == literal_column("'active'")
)
_CONSENTS = select(consent)
_PARCEL_COUNTS = (
    select(parcel.c.subscription_id, func.count().label("number"))
    .where(parcel.c.status != literal_column("'failed'"))
    .group_by(parcel.c.subscription_id)
)
_INVOICED_CYCLES = select(invoice_line.c.cycle_id).distinct()
_SHIPPED_CYCLES = (
    select(parcel.c.cycle_id).where(parcel.c.status != literal_column("'failed'")).distinct()
)
_FAILED_MESSAGES = select(message.c.job_id, message.c.channel).where(
    message.c.status == literal_column("'failed'")
)


def subscribers(connection: Connection, ids: Iterable[int]) -> Mapping[int, Subscriber]:
    """Load subscribers by id."""
    rows = rows_among(connection, _SUBSCRIBERS, subscriber.c.id, ids)
    return {row.id: _subscriber(row) for row in rows}


def _subscriber(row: Record) -> Subscriber:
    return Subscriber(
        id=row.id,
        external_id=row.external_id,
        language=row.language,
        zone=row.zone,
        kind=row.kind,
        name=row.name or "",
        email=row.email or "",
        phone=row.phone or "",
        push=row.push or "",
        country=row.country or "",
        region=row.region or "",
        address=row.address or {},
        signed_up_on=row.signed_up_on,
        own=row.own or {},
    )


def subscriptions(connection: Connection, ids: Iterable[int]) -> Mapping[int, Subscription]:
    """Load subscriptions by id."""
    rows = rows_among(connection, _SUBSCRIPTIONS, subscription.c.id, ids)
    return {row.id: _subscription(row) for row in rows}


def _subscription(row: Record) -> Subscription:
    return Subscription(
        id=row.id,
        external_id=row.external_id,
        subscriber_id=row.subscriber_id,
        plan=row.plan,
        status=Status(row.status),
        started_on=row.started_on,
        anchor_on=row.anchor_on,
        every=Duration(row.every_count, Unit(row.every_unit)),
        zone=row.zone,
        currency=row.currency,
        term_ends_on=row.term_ends_on,
        term_then=row.term_then or "",
        ending_on=row.ending_on,
        ended_on=row.ended_on,
        end_reason=row.end_reason or "",
        paused_on=row.paused_on,
        paused_reason=row.paused_reason or "",
        settled_until=row.settled_until,
        own=row.own or {},
    )


def lines(connection: Connection, ids: Iterable[int]) -> Mapping[int, tuple[Line, ...]]:
    """Load the lines of subscriptions, by subscription."""
    found: dict[int, list[Line]] = defaultdict(list)
    for row in rows_among(connection, _LINES, subscription_line.c.subscription_id, ids):
        amount = Money(row.amount_minor, row.currency)
        line = Line(row.id, row.line, row.price, row.quantity, amount)
        found[row.subscription_id].append(line)
    return {one: tuple(its) for one, its in found.items()}


def cycles(connection: Connection, ids: Iterable[int]) -> Mapping[int, Cycle]:
    """Load cycles by id."""
    rows = rows_among(connection, _CYCLES, cycle.c.id, ids)
    return {
        row.id: Cycle(
            row.id,
            row.subscription_id,
            row.number,
            row.start_on,
            row.end_on,
            row.start_at,
            row.end_at,
            row.zone,
            row.billable,
            row.settled_elsewhere,
        )
        for row in rows
    }


def invoices(connection: Connection, ids: Iterable[int]) -> Mapping[int, Invoice]:
    """Load invoices with their lines and what is open of them, by id."""
    wanted = sorted(set(ids))
    its_lines = _invoice_lines(connection, wanted)
    laid = rows_among(connection, _PAID, allocation.c.invoice_id, wanted)
    paid = {row.invoice_id: int(row.paid) for row in laid}
    rows = rows_among(connection, _INVOICES, invoice.c.id, wanted)
    return {row.id: _invoice(row, its_lines.get(row.id, ()), paid.get(row.id, 0)) for row in rows}


def _invoice(row: Record, its_lines: tuple[InvoiceLine, ...], paid: int) -> Invoice:
    return Invoice(
        id=row.id,
        subscriber_id=row.subscriber_id,
        subscription_id=row.subscription_id,
        number=row.number,
        issued_on=row.issued_on,
        due_on=row.due_on,
        total=_taxed(row, row.currency),
        open=Money(row.gross_minor - paid, row.currency),
        lines=its_lines,
        buyer=row.buyer or {},
        seller=row.seller,
    )


def _taxed(row: Record, currency: str) -> Taxed:
    return Taxed(
        Money(row.net_minor, currency),
        Money(row.tax_minor, currency),
        Money(row.gross_minor, currency),
    )


def _invoice_lines(
    connection: Connection, ids: Iterable[int]
) -> Mapping[int, tuple[InvoiceLine, ...]]:
    found: dict[int, list[InvoiceLine]] = defaultdict(list)
    for row in rows_among(connection, _INVOICE_LINES, invoice_line.c.invoice_id, ids):
        line = InvoiceLine(
            text=row.text,
            quantity=row.quantity,
            unit=Money(row.unit_minor, row.currency),
            amount=_taxed(row, row.currency),
            tax_class=row.tax_class,
            tax_rate_bp=row.tax_rate_bp,
            cycle_id=row.cycle_id,
            subscription_line_id=row.subscription_line_id,
        )
        found[row.invoice_id].append(line)
    return {one: tuple(its) for one, its in found.items()}


def attempts(
    connection: Connection, invoice_ids: Iterable[int]
) -> Mapping[int, tuple[Attempt, ...]]:
    """Load the payment attempts at invoices, oldest first, by invoice."""
    found: dict[int, list[Attempt]] = defaultdict(list)
    for row in rows_among(connection, _ATTEMPTS, payment_attempt.c.invoice_id, invoice_ids):
        found[row.invoice_id].append(
            Attempt(
                row.id,
                row.invoice_id,
                row.payment_method_id,
                row.number,
                row.effect_key,
                AttemptState(row.state),
                Money(row.amount_minor, row.currency),
                row.failure or "",
                row.started_at,
            )
        )
    return {one: tuple(its) for one, its in found.items()}


def methods(connection: Connection, ids: Iterable[int]) -> Mapping[int, PaymentMethod]:
    """Load the default method that can be charged, by subscriber."""
    rows = rows_among(connection, _METHODS, payment_method.c.subscriber_id, ids)
    return {
        row.subscriber_id: PaymentMethod(
            row.id, row.subscriber_id, row.gateway, row.token, row.kind, row.status
        )
        for row in rows
    }


def consents(connection: Connection, ids: Iterable[int]) -> Mapping[int, Mapping[str, bool]]:
    """Load what subscribers agreed to: topic to yes or no, by subscriber."""
    found: dict[int, dict[str, bool]] = defaultdict(dict)
    for row in rows_among(connection, _CONSENTS, consent.c.subscriber_id, ids):
        found[row.subscriber_id][row.topic] = row.given
    return found


def suppressed(
    connection: Connection, people: Iterable[Subscriber]
) -> Mapping[tuple[str, str], str]:
    """Load which of some people's addresses get nothing: (channel, address) to the reason."""
    addresses = {
        address for one in people for address in (one.email, one.phone, one.push) if address
    }
    table = suppression
    statement = select(table).where(table.c.address.in_(sorted(addresses)))
    rows = connection.execute(statement) if addresses else ()
    return {(row.channel, row.address): row.reason for row in rows}


def parcel_counts(connection: Connection, ids: Iterable[int]) -> Mapping[int, int]:
    """Count the parcels of subscriptions so far, by subscription."""
    rows = rows_among(connection, _PARCEL_COUNTS, parcel.c.subscription_id, ids)
    return {row.subscription_id: row.number for row in rows}


def invoiced_cycles(connection: Connection, ids: Iterable[int]) -> frozenset[int]:
    """Tell which of some cycles are on an invoice."""
    rows = rows_among(connection, _INVOICED_CYCLES, invoice_line.c.cycle_id, ids)
    return frozenset(row.cycle_id for row in rows)


def shipped_cycles(connection: Connection, ids: Iterable[int]) -> frozenset[int]:
    """Tell for which of some cycles a parcel went out, or is about to; a refused one did not."""
    rows = rows_among(connection, _SHIPPED_CYCLES, parcel.c.cycle_id, ids)
    return frozenset(row.cycle_id for row in rows)


def tried_channels(connection: Connection, jobs: Iterable[int]) -> Mapping[int, frozenset[str]]:
    """Tell on which channels messages of some jobs failed, by job."""
    found: dict[int, set[str]] = defaultdict(set)
    for row in rows_among(connection, _FAILED_MESSAGES, message.c.job_id, jobs):
        found[row.job_id].add(row.channel)
    return {one: frozenset(channels) for one, channels in found.items()}
