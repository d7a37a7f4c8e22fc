"""The values that a message's text may use: names, dates, amounts."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from duly.model.books import Invoice, InvoiceLine
from duly.model.business import Business
from duly.model.people import Subscriber
from duly.model.subscription import Cycle, Subscription

_ONE_DAY = timedelta(days=1)


def business_values(business: Business) -> Mapping[str, Any]:
    """Return what a text may say about the business."""
    return {
        "name": business.name,
        "legal_name": business.legal_name or business.name,
        "email": business.email,
        "web": business.web,
        "address": ", ".join(part for part in business.address.values() if part),
        "tax_id": business.tax_id,
        "iban": business.iban,
    }


def subscriber_values(subscriber: Subscriber) -> Mapping[str, Any]:
    """Return what a text may say about the addressee."""
    return {
        "name": subscriber.name,
        "first_name": subscriber.name.split(" ")[0],
        "email": subscriber.email,
        "external_id": subscriber.external_id,
    }


def subscription_values(subscription: Subscription) -> Mapping[str, Any]:
    """Return what a text may say about the subscription; ends are the last day, inclusive."""
    return {
        "plan": subscription.plan,
        "status": str(subscription.status),
        "started_on": subscription.started_on,
        "term_ends_on": _last_day(subscription.term_ends_on),
        "ending_on": _last_day(subscription.stops_on),
        "paused_on": subscription.paused_on,
    }


def cycle_values(cycle: Cycle) -> Mapping[str, Any]:
    """Return what a text may say about the cycle: first and last day, both inclusive."""
    return {"starts_on": cycle.start_on, "ends_on": cycle.end_on - _ONE_DAY}


def invoice_values(invoice: Invoice) -> Mapping[str, Any]:
    """Return what a text may say about an invoice."""
    return {
        "number": invoice.number,
        "issued_on": invoice.issued_on,
        "due_on": invoice.due_on,
        "net": invoice.total.net,
        "tax": invoice.total.tax,
        "total": invoice.total.gross,
        "open_amount": invoice.open,
        "lines": [_line_values(line) for line in invoice.lines],
    }


def _line_values(line: InvoiceLine) -> Mapping[str, Any]:
    return {
        "text": line.text,
        "quantity": line.quantity,
        "unit": line.unit,
        "net": line.amount.net,
        "tax": line.amount.tax,
        "total": line.amount.gross,
        "tax_percent": f"{line.tax_rate_bp / 100:g} %",
    }


def _last_day(end: date | None) -> date | None:
    return None if end is None else end - _ONE_DAY
