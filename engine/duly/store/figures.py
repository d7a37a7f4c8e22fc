"""Count what a business did, for a summary."""

from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import Connection, func, select

from duly.tables.books import allocation, invoice, payment_attempt
from duly.tables.ledger import event, message
from duly.tables.people import subscriber
from duly.tables.subscriptions import offer, parcel, subscription, subscription_line
from duly.values.duration import Duration, Unit
from duly.values.money import Money, round_half_away

_MONTHS = {Unit.WEEK: Fraction(12, 52), Unit.DAY: Fraction(12, 365)}


@dataclass(frozen=True, slots=True)
class Figures:
    """Hold the counts and sums of a business in one currency."""

    subscribers: int
    active: int
    invoices: int
    invoiced: Money
    paid: Money
    attempts: int
    declined: int
    recovered: int
    mails: int
    texts: int
    parcels: int
    offers: int
    paused: int
    resumed: int
    monthly: Money

    @property
    def open(self) -> Money:
        """Return what is still to be paid."""
        return self.invoiced - self.paid


def figures(connection: Connection, currency: str) -> Figures:
    """Count everything, whenever it happened."""

    def count(statement: object) -> int:
        return int(connection.execute(statement).scalar() or 0)  # type: ignore[call-overload] # any select

    sent = select(func.count(message.c.id)).where(message.c.status == "sent")
    happened = select(func.count(event.c.id))
    return Figures(
        subscribers=count(select(func.count(subscriber.c.id))),
        active=count(
            select(func.count(subscription.c.id)).where(subscription.c.status == "active")
        ),
        invoices=count(select(func.count(invoice.c.id))),
        invoiced=Money(count(select(func.sum(invoice.c.gross_minor))), currency),
        paid=Money(count(select(func.sum(allocation.c.amount_minor))), currency),
        attempts=count(select(func.count(payment_attempt.c.id))),
        declined=count(_failed_invoices(paid_later=False)),
        recovered=count(_failed_invoices(paid_later=True)),
        mails=count(sent.where(message.c.channel == "email")),
        texts=count(sent.where(message.c.channel != "email")),
        parcels=count(select(func.count(parcel.c.id)).where(parcel.c.status == "sent")),
        offers=count(select(func.count(offer.c.id))),
        paused=count(happened.where(event.c.kind == "subscription_paused")),
        resumed=count(happened.where(event.c.kind == "subscription_resumed")),
        monthly=_monthly(connection, currency),
    )


def _failed_invoices(*, paid_later: bool) -> object:
    """Count the invoices whose payment was refused at least once; or those paid after all."""
    refused = (
        select(payment_attempt.c.invoice_id)
        .where(payment_attempt.c.state == "failed")
        .distinct()
        .subquery("refused")
    )
    counted = select(func.count()).select_from(refused)
    if not paid_later:
        return counted
    paid = select(payment_attempt.c.id).where(
        payment_attempt.c.invoice_id == refused.c.invoice_id,
        payment_attempt.c.state == "succeeded",
    )
    return counted.where(paid.exists())


def _monthly(connection: Connection, currency: str) -> Money:
    """Add up what active subscriptions pay a month: exact values summed, rounded once."""
    line = subscription_line
    rows = connection.execute(
        select(
            subscription.c.every_count,
            subscription.c.every_unit,
            func.sum(line.c.amount_minor * line.c.quantity),
        )
        .join(line, line.c.subscription_id == subscription.c.id)
        .where(subscription.c.status == "active", line.c.currency == currency)
        .group_by(subscription.c.every_count, subscription.c.every_unit)
    )
    total = Fraction(0)
    for count, unit, minor in rows:
        every = Duration(count, Unit(unit))
        months = Fraction(every.months) or count * _MONTHS[every.unit]
        total += Fraction(int(minor)) / months
    return Money(round_half_away(total), currency)
