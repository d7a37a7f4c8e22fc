"""The values that a message's text may use: names, dates, amounts."""

from collections.abc import Mapping
from datetime import date, timedelta
from email.utils import parseaddr
from functools import cache
from typing import Any
from urllib.parse import quote

from duly.model.books import Invoice, InvoiceLine
from duly.model.business import Business
from duly.model.people import Subscriber
from duly.model.subscription import Cycle, Subscription
from duly.template.language import translator

_ONE_DAY = timedelta(days=1)


def business_values(business: Business) -> Mapping[str, Any]:
    """Return what a text may say about the business."""
    return {
        "name": business.name,
        "legal_name": business.legal_name or business.name,
        "email": business.email or None,
        "web": business.web or None,
        "address": ", ".join(part for part in business.address.values() if part) or None,
        "tax_id": business.tax_id or None,
        "iban": business.iban or None,
    }


def unsubscribe_link(business: Business, language: str) -> str | None:
    """Return the address that ends advertising: a mail to the business; None if it has none."""
    address = business.email or address_in(business.sender)
    subject = quote(translator(language)("Unsubscribe"))
    return f"mailto:{address}?subject={subject}" if address else None


@cache
def address_in(sender: str) -> str:
    """Return the address of ``Cafea <salut@cafea.example>``; empty if it has none."""
    return parseaddr(sender)[1]


def subscriber_values(subscriber: Subscriber) -> Mapping[str, Any]:
    """Return what a text may say about the addressee."""
    return {
        "name": subscriber.name or None,
        "first_name": subscriber.name.split(" ")[0] or None,
        "email": subscriber.email or None,
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


def offer_values(gives: Mapping[str, str], until: date, plan_name: str) -> Mapping[str, Any]:
    """Return what a text may say about an offer; ``until`` is the last day, inclusive."""
    return {**gives, "until": until, "plan_name": plan_name or None}


def _line_values(line: InvoiceLine) -> Mapping[str, Any]:
    return {
        "text": line.text,
        "quantity": line.quantity,
        "unit": line.unit,
        "net": line.amount.net,
        "tax": line.amount.tax,
        "total": line.amount.gross,
        "tax_percent": f"{line.tax_rate_bp / 100:g}\N{NO-BREAK SPACE}%",
    }


def _last_day(end: date | None) -> date | None:
    return None if end is None else end - _ONE_DAY
