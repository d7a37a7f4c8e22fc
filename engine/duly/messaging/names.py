"""The names that a message's text may use, with their kinds: what ``content`` gives values to."""

from collections.abc import Mapping

from duly.messaging.content import unsubscribe_link
from duly.model.about import About
from duly.model.business import Business
from duly.template.draft import UNSUBSCRIBE_LINK
from duly.template.name import Name

Names = Mapping[str, Name]

_TEXT = Name("text")
_DATE = Name("date")
_MAYBE_TEXT = Name("text", may_be_missing=True)
_MAYBE_DATE = Name("date", may_be_missing=True)
_MONEY = Name("money")

_SUBSCRIBER: Names = {
    "subscriber.name": _MAYBE_TEXT,
    "subscriber.first_name": _MAYBE_TEXT,
    "subscriber.email": _MAYBE_TEXT,
    "subscriber.external_id": _TEXT,
}
_SUBSCRIPTION: Names = {
    "subscription.plan": _TEXT,
    "subscription.status": _TEXT,
    "subscription.started_on": _DATE,
    "subscription.term_ends_on": _MAYBE_DATE,
    "subscription.ending_on": _MAYBE_DATE,
    "subscription.paused_on": _MAYBE_DATE,
    "plan.name": _TEXT,
}
_INVOICE: Names = {
    "invoice.number": _TEXT,
    "invoice.issued_on": _DATE,
    "invoice.due_on": _DATE,
    "invoice.net": _MONEY,
    "invoice.tax": _MONEY,
    "invoice.total": _MONEY,
    "invoice.open_amount": _MONEY,
    "invoice.lines": Name(
        "rows",
        fields={
            "text": _TEXT,
            "quantity": Name("number"),
            "unit": _MONEY,
            "net": _MONEY,
            "tax": _MONEY,
            "total": _MONEY,
            "tax_percent": _TEXT,
        },
    ),
}


def message_names(business: Business, about: About, *, brings: frozenset[str]) -> Names:
    """Return what a message may show that is sent by a rule about this.

    ``brings``: invoice and cycle, if they are there whenever the message is sent.
    """
    names = {**_business(business), **_SUBSCRIBER, "today": _DATE}
    if about != About.SUBSCRIBER:
        missing = "cycle" not in brings
        names |= _SUBSCRIPTION
        names["cycle.starts_on"] = Name("date", may_be_missing=missing)
        names["cycle.ends_on"] = Name("date", may_be_missing=missing)
    if "invoice" in brings:
        names |= _INVOICE
    return names


def offer_names(gives: Mapping[str, str]) -> Names:
    """Return what a message may show of an offer that gives these."""
    given = {f"offer.{part}": _TEXT for part in gives}
    plan_name = Name("text", may_be_missing="plan" not in gives)
    return {**given, "offer.until": _DATE, "offer.plan_name": plan_name}


def _business(business: Business) -> dict[str, Name]:
    names = {
        "business.name": _TEXT,
        "business.legal_name": _TEXT,
        "business.email": _given(business.email),
        "business.web": Name("link") if business.web else _given(""),
        "business.address": _given(*business.address.values()),
        "business.tax_id": _given(business.tax_id),
        "business.iban": _given(business.iban),
    }
    if unsubscribe_link(business, business.languages[0]) is not None:
        names[UNSUBSCRIBE_LINK] = Name("link")
    return names


def _given(*texts: str) -> Name:
    return Name("text", may_be_missing=not any(texts))
