"""The names a message may use are exactly those it gets values for."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from duly.messaging.content import (
    business_values,
    cycle_values,
    invoice_values,
    offer_values,
    subscriber_values,
    subscription_values,
    unsubscribe_link,
)
from duly.messaging.names import message_names, offer_names
from duly.model.about import About
from duly.model.books import Invoice, InvoiceLine
from duly.model.business import Business
from duly.model.people import Subscriber
from duly.model.subscription import Cycle, Status, Subscription
from duly.template.name import Kind, Name
from duly.values.duration import Duration, Unit
from duly.values.money import Money, Taxed

DAY = date(2026, 3, 1)
TAXED = Taxed(Money(100, "RON"), Money(21, "RON"), Money(121, "RON"))
BUSINESS = Business(
    name="Tea",
    zone="UTC",
    currency="RON",
    languages=("en",),
    email="tea@example.com",
    web="https://tea.example.com",
    tax_id="RO1",
    iban="RO49AAAA1B31007593840000",
    address={"city": "Cluj"},
)
BARE = Business(name="Tea", zone="UTC", currency="RON", languages=("en",))
SUBSCRIBER = Subscriber(1, "a-1", "en", "UTC", "person", name="Ana Pop", email="ana@example.com")
SUBSCRIPTION = Subscription(
    id=1,
    external_id="s-1",
    subscriber_id=1,
    plan="tin",
    status=Status.PAUSED,
    started_on=DAY,
    anchor_on=DAY,
    every=Duration(1, Unit.MONTH),
    zone="UTC",
    currency="RON",
    term_ends_on=DAY,
    term_then="ends",
    ending_on=DAY,
    paused_on=DAY,
)
CYCLE = Cycle(
    id=1,
    subscription_id=1,
    number=0,
    start_on=DAY,
    end_on=date(2026, 4, 1),
    start_at=datetime(2026, 3, 1, tzinfo=UTC),
    end_at=datetime(2026, 4, 1, tzinfo=UTC),
    zone="UTC",
    billable=True,
    settled_elsewhere=False,
)
LINE = InvoiceLine("Tin", 1, Money(121, "RON"), TAXED, "food", 2100)
INVOICE = Invoice(1, 1, 1, "T-1", DAY, DAY, TAXED, Money(121, "RON"), (LINE,))
GIVES = {"plan": "chest", "discount": "20%", "for": "3 cycles"}

VALUES: Mapping[str, Any] = {
    "business": business_values(BUSINESS),
    "subscriber": subscriber_values(SUBSCRIBER),
    "subscription": subscription_values(SUBSCRIPTION),
    "plan": {"name": "Tin of tea"},  # from the catalogue, in the addressee's language
    "cycle": cycle_values(CYCLE),
    "invoice": invoice_values(INVOICE),
    "offer": offer_values(GIVES, DAY, "Chest of tea"),
    "today": DAY,
    "unsubscribe_link": unsubscribe_link(BUSINESS, "en"),
}
NAMES: Mapping[str, Name] = {
    **message_names(BUSINESS, About.INVOICE, brings=frozenset({"invoice", "cycle"})),
    **offer_names(GIVES),
}
TYPES: Mapping[Kind, type] = {
    "text": str,
    "link": str,
    "number": int,
    "date": date,
    "money": Money,
    "rows": list,
}


def flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def test_every_name_has_a_value_and_every_value_a_name() -> None:
    assert {name for name, _ in flat(VALUES)} == set(NAMES)


@pytest.mark.parametrize(("name", "value"), list(flat(VALUES)))
def test_a_value_is_of_the_kind_its_name_promises(name: str, value: object) -> None:
    assert isinstance(value, TYPES[NAMES[name].kind])


def test_a_line_of_an_invoice_has_the_values_its_names_promise() -> None:
    (line,) = VALUES["invoice"]["lines"]
    fields = NAMES["invoice.lines"].fields

    assert set(line) == set(fields)
    assert all(isinstance(line[name], TYPES[field.kind]) for name, field in fields.items())


def test_what_the_business_does_not_say_is_missing_and_may_be_missing() -> None:
    names = message_names(BARE, About.SUBSCRIBER, brings=frozenset())
    values = business_values(BARE)

    missing = {f"business.{name}" for name, value in values.items() if value is None}
    assert missing == {f"business.{name}" for name in ("email", "web", "address", "tax_id", "iban")}
    may_be = {name for name, found in names.items() if found.may_be_missing}
    assert may_be == missing | {f"subscriber.{name}" for name in ("name", "first_name", "email")}
    assert unsubscribe_link(BARE, "en") is None
    assert "unsubscribe_link" not in names


def test_only_ends_and_pauses_may_be_missing_of_a_subscription() -> None:
    names = message_names(BUSINESS, About.SUBSCRIPTION, brings=frozenset({"cycle"}))

    may_be = {name for name, found in names.items() if found.may_be_missing}
    assert {name for name in may_be if name.startswith("subscription.")} == {
        "subscription.term_ends_on",
        "subscription.ending_on",
        "subscription.paused_on",
    }


@pytest.mark.parametrize(
    ("about", "brings", "groups"),
    [
        (About.SUBSCRIBER, (), {"business", "subscriber", "today", "unsubscribe_link"}),
        (
            About.SUBSCRIPTION,
            ("cycle",),
            {
                "business",
                "subscriber",
                "subscription",
                "plan",
                "cycle",
                "today",
                "unsubscribe_link",
            },
        ),
        (
            About.INVOICE,
            ("invoice",),
            {
                "business",
                "subscriber",
                "subscription",
                "plan",
                "cycle",
                "invoice",
                "today",
                "unsubscribe_link",
            },
        ),
    ],
)
def test_a_message_may_show_what_its_rule_is_about(
    about: About, brings: tuple[str, ...], groups: set[str]
) -> None:
    names = message_names(BUSINESS, about, brings=frozenset(brings))

    assert {name.partition(".")[0] for name in names} == groups


@pytest.mark.parametrize(
    ("language", "link"),
    [
        ("en", "mailto:tea@example.com?subject=Unsubscribe"),
        ("ro", "mailto:tea@example.com?subject=Dezabonare"),
    ],
)
def test_one_unsubscribes_by_a_mail_for_now(language: str, link: str) -> None:
    assert unsubscribe_link(BUSINESS, language) == link


def test_a_sender_can_be_written_to_where_there_is_no_other_address() -> None:
    business = Business(
        name="Tea", zone="UTC", currency="RON", languages=("en",), sender="Tea <a@example.com>"
    )

    assert unsubscribe_link(business, "en") == "mailto:a@example.com?subject=Unsubscribe"


def test_who_has_no_name_is_greeted_by_the_default() -> None:
    nobody = subscriber_values(replace(SUBSCRIBER, name="", email=""))

    assert (nobody["name"], nobody["first_name"], nobody["email"]) == (None, None, None)
