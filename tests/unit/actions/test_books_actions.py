"""What the actions of the books change: invoice, pause, resume, cancel."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from action_cases import CYCLE, FACTS, PRICE, SHOP, SUBSCRIPTION, TAXED, TODAY, facts, subscribed
from duly.action import Books, Facts, Impossible, Nothing, Prepared
from duly.actions.cancel import Cancel
from duly.actions.invoice import Invoice
from duly.actions.pause import Pause
from duly.actions.resume import Resume
from duly.model.business import Series
from duly.model.change import (
    EndSubscription,
    IssueInvoice,
    PauseSubscription,
    PlanEnd,
    ResumeSubscription,
)
from duly.model.subscription import Status
from duly.values.duration import Duration, Unit
from duly.values.money import Money

# --- invoice ------------------------------------------------------------------------------------


def issued(given: Facts, action: Invoice | None = None) -> IssueInvoice:
    prepared = (action or Invoice()).prepare(given)
    assert isinstance(prepared, Books)
    (change,) = prepared.changes
    assert isinstance(change, IssueInvoice)
    return change


def business(**changes: Any) -> Facts:
    return facts(shop=replace(SHOP, business=replace(SHOP.business, **changes)))


def test_the_invoice_bills_the_cycle_of_the_subscription() -> None:
    invoice = issued(FACTS)

    (line,) = invoice.lines
    assert invoice.total == TAXED
    assert (line.quantity, line.unit, line.amount) == (1, PRICE, TAXED)
    assert (line.cycle_id, line.subscription_line_id) == (CYCLE.id, 8)
    assert (line.tax_class, line.tax_rate_bp) == ("food", 1100)
    assert line.text.startswith("Small box, ")
    assert (invoice.subscriber_id, invoice.subscription_id, invoice.firing_id) == (1, 2, 6)


def test_it_is_issued_on_the_business_day_and_taxed_on_the_first_day_of_the_cycle() -> None:
    # 22:30 UTC on the 10th is the 11th in Bucharest; two weeks are the terms.
    invoice = issued(FACTS)

    assert (invoice.issued_on, invoice.due_on) == (date(2026, 2, 11), date(2026, 2, 25))
    assert invoice.tax_on == date(2026, 1, 31)


def test_the_issue_day_is_the_business_own_wherever_the_subscriber_lives() -> None:
    invoice = issued(business(zone="America/Los_Angeles"))

    assert invoice.issued_on == date(2026, 2, 10)


def test_the_rule_may_give_more_time_to_pay() -> None:
    invoice = issued(FACTS, Invoice(due_in=Duration(1, Unit.MONTH)))

    assert invoice.due_on == date(2026, 3, 11)


@pytest.mark.parametrize(
    ("series", "counter", "starts_at"),
    [
        (Series(), "invoice:2026", 1),
        (Series("CAF-{n:05}", yearly=False, starts_at=70), "invoice", 70),
        (Series("{n}", yearly=True, starts_at=5), "invoice:2026", 5),
    ],
)
def test_numbers_come_from_the_counter_of_the_series(
    series: Series, counter: str, starts_at: int
) -> None:
    invoice = issued(business(series={"invoice": series}))

    assert (invoice.series, invoice.counter) == ("invoice", counter)
    assert (invoice.starts_at, invoice.number_pattern) == (starts_at, series.pattern)


def test_buyer_and_seller_are_copied_as_they_are_now() -> None:
    invoice = issued(business(legal_name="Cafea SRL", tax_id="RO1"))

    assert (invoice.seller["name"], invoice.seller["tax_id"]) == ("Cafea SRL", "RO1")
    assert (invoice.buyer["name"], invoice.buyer["country"]) == ("Ana Pop", "RO")


FREE = tuple(replace(line, amount=Money(0, "RON")) for line in FACTS.lines)


@pytest.mark.parametrize(
    ("given", "action", "prepared"),
    [
        (facts(cycle=None), Invoice(), Impossible("there is no cycle to invoice")),
        (facts(subscription=None), Invoice(), Impossible("there is no cycle to invoice")),
        (facts(cycle_invoiced=True), Invoice(), Nothing("already invoiced")),
        (facts(lines=FREE), Invoice(skip_zero=True), Nothing("nothing to invoice")),
    ],
)
def test_what_cannot_or_need_not_be_invoiced(
    given: Facts, action: Invoice, prepared: Prepared
) -> None:
    assert action.prepare(given) == prepared


def test_an_invoice_over_nothing_is_issued_unless_the_rule_says_otherwise() -> None:
    assert issued(facts(lines=FREE)).total.gross == Money(0, "RON")


def test_a_number_of_things_is_billed_together() -> None:
    lines = tuple(replace(line, quantity=3) for line in FACTS.lines)

    assert issued(facts(lines=lines)).total.gross == Money(26_700, "RON")


# --- pause, resume, cancel ----------------------------------------------------------------------


def books(change: Any, result: str) -> Books:
    return Books((change,), result)


@pytest.mark.parametrize(
    ("given", "prepared"),
    [
        (FACTS, books(PauseSubscription(2, TODAY, "unpaid"), "paused")),
        (subscribed(status=Status.PAUSED), Nothing("already paused")),
        (
            subscribed(status=Status.ENDED),
            Impossible("a subscription that is ended cannot be paused"),
        ),
        (
            subscribed(status=Status.PENDING),
            Impossible("a subscription that is pending cannot be paused"),
        ),
        (facts(subscription=None), Impossible("there is no subscription to pause")),
    ],
)
def test_pause(given: Facts, prepared: Prepared) -> None:
    assert Pause("unpaid").prepare(given) == prepared


@pytest.mark.parametrize(
    ("given", "prepared"),
    [
        (
            subscribed(status=Status.PAUSED, paused_on=date(2026, 2, 1)),
            books(ResumeSubscription(2, TODAY), "resumed"),
        ),
        (FACTS, Nothing("it is not paused")),
        (subscribed(status=Status.ENDED), Impossible("the subscription has ended")),
        (facts(subscription=None), Impossible("there is no subscription to resume")),
    ],
)
def test_resume(given: Facts, prepared: Prepared) -> None:
    assert Resume().prepare(given) == prepared


@pytest.mark.parametrize(
    ("given", "prepared"),
    [
        (FACTS, books(EndSubscription(2, TODAY, "unpaid"), "ended")),
        (
            subscribed(status=Status.PAUSED),
            books(EndSubscription(2, TODAY, "unpaid"), "ended"),
        ),
        (subscribed(status=Status.ENDED), Nothing("already ended")),
        (facts(subscription=None), Impossible("there is no subscription to end")),
    ],
)
def test_cancel_now(given: Facts, prepared: Prepared) -> None:
    assert Cancel("now", "unpaid").prepare(given) == prepared


def planned(day: date) -> Books:
    return books(PlanEnd(2, day, ""), "end planned")


# Cycles from 31 January end on 28 February, 31 March and 30 April.
LAST_CYCLE = replace(CYCLE, end_on=date(2026, 1, 31))


@pytest.mark.parametrize(
    ("given", "prepared"),
    [
        (FACTS, planned(date(2026, 2, 28))),
        (facts(today=date(2026, 2, 27)), planned(date(2026, 2, 28))),
        (facts(today=date(2026, 2, 28)), planned(date(2026, 3, 31))),
        # The rule is about an invoice of an older cycle: it never ends in the past.
        (facts(cycle=LAST_CYCLE), planned(date(2026, 2, 28))),
        (facts(cycle=None), planned(date(2026, 2, 28))),
        # It has not begun: it ends with its first cycle.
        (
            facts(
                today=date(2026, 1, 5), subscription=replace(SUBSCRIPTION, status=Status.PENDING)
            ),
            planned(date(2026, 2, 28)),
        ),
        (subscribed(ending_on=date(2026, 2, 28)), Nothing("it ends by then anyway")),
        (subscribed(ending_on=date(2026, 3, 31)), planned(date(2026, 2, 28))),
        (
            subscribed(term_then="ends", term_ends_on=date(2026, 2, 20)),
            Nothing("it ends by then anyway"),
        ),
        (
            subscribed(term_then="renews", term_ends_on=date(2026, 2, 20)),
            planned(date(2026, 2, 28)),
        ),
        (subscribed(status=Status.ENDED), Nothing("already ended")),
        (facts(subscription=None), Impossible("there is no subscription to end")),
    ],
)
def test_cancel_at_the_end_of_the_cycle(given: Facts, prepared: Prepared) -> None:
    assert Cancel().prepare(given) == prepared
