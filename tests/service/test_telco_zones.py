"""Ninety days in one zone and in thirteen: invoices come on the customer's own day, at six."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from duly.tables.books import invoice
from duly.tables.ledger import firing
from duly.tables.people import subscriber
from duly.tables.subscriptions import cycle, subscription
from service.telco_expected import MONEY
from service.telco_people import SPREAD
from service.telco_run import BETWEEN, TICKS, Run, apart
from sim.local_time import local_day

# Minutes ahead of UTC at six in the morning, from which day on; as published by IANA (2025b).
_AHEAD = {
    "America/New_York": [("2026-01-01", -300), ("2026-03-08", -240)],
    "America/Los_Angeles": [("2026-01-01", -480), ("2026-03-08", -420)],
    "America/St_Johns": [("2026-01-01", -210), ("2026-03-08", -150)],
    "America/Havana": [("2026-01-01", -300), ("2026-03-08", -240)],
    "America/Santiago": [("2026-01-01", -180), ("2026-04-05", -240)],
    "Europe/Bucharest": [("2026-01-01", 120), ("2026-03-29", 180)],
    "Africa/Cairo": [("2026-01-01", 120), ("2026-04-24", 180)],
    "Asia/Tehran": [("2026-01-01", 210)],
    "Asia/Kathmandu": [("2026-01-01", 345)],
    "Australia/Lord_Howe": [("2026-01-01", 660), ("2026-04-05", 630)],
    "Pacific/Chatham": [("2026-01-01", 825), ("2026-04-05", 765)],
    "Pacific/Apia": [("2026-01-01", 780)],
    "Pacific/Kiritimati": [("2026-01-01", 840)],
    "Pacific/Pago_Pago": [("2026-01-01", -660)],
}


def _at_six(zone: str, day: date) -> datetime:
    ahead = [minutes for since, minutes in _AHEAD[zone] if since <= day.isoformat()][-1]
    return datetime.combine(day, MONEY, tzinfo=UTC) - timedelta(minutes=ahead)


def test_zones_and_first_days_come_in_as_the_mapping_says(run: Run) -> None:
    live = [one.name for one in run.customers]
    found = select(
        subscriber.c.external_id,
        subscriber.c.zone,
        subscription.c.zone,
        subscription.c.started_on,
        subscription.c.anchor_on,
    ).join(subscription, subscription.c.subscriber_id == subscriber.c.id)
    rows = run.rows(found.where(subscriber.c.external_id.in_(live)))

    expected = [
        (one.name, one.zone, one.zone, one.started_on, one.started_on) for one in run.customers
    ]
    assert apart(rows, expected) == []


_MET = {
    "as told": (1, {28, 29, 30, 31}),  # counted back from the last day of a month
    "spread": (13, set(range(1, 32))),
}


def test_all_zones_and_first_days_are_met(run: Run) -> None:
    zones = {bill.customer.zone for bill in run.bills}
    days = {one.started_on.day for one in run.customers}

    assert (len(zones), days) == _MET[run.base.name]


def test_every_invoice_comes_at_six_on_the_local_day_its_cycle_starts(run: Run) -> None:
    found = run.rows(
        select(subscriber.c.external_id, cycle.c.start_on, firing.c.local_on, firing.c.at)
        .join(invoice, invoice.c.subscriber_id == subscriber.c.id)
        .join(firing, firing.c.id == invoice.c.firing_id)
        .join(cycle, cycle.c.id == firing.c.reference_id)
    )

    expected = [
        (bill.customer.name, bill.due_on, bill.due_on, _at_six(bill.customer.zone, bill.due_on))
        for bill in run.bills
    ]
    assert expected
    assert apart(found, expected) == []


def test_every_invoice_is_written_at_the_first_look_after_six(run: Run) -> None:
    found = run.rows(
        select(subscriber.c.external_id, invoice.c.tax_on, firing.c.started_at)
        .join(invoice, invoice.c.subscriber_id == subscriber.c.id)
        .join(firing, firing.c.id == invoice.c.firing_id)
    )

    expected = [
        (
            bill.customer.name,
            bill.due_on,
            _first_look(_at_six(bill.customer.zone, bill.due_on)),
        )
        for bill in run.bills
    ]
    assert apart(found, expected) == []


def _first_look(at: datetime) -> datetime:
    return next(tick for tick in TICKS if at <= tick < at + BETWEEN)


def test_the_date_on_an_invoice_is_the_day_of_the_business(run: Run) -> None:
    found = run.rows(
        select(invoice.c.issued_on, firing.c.started_at, subscriber.c.zone, invoice.c.tax_on)
        .join(firing, firing.c.id == invoice.c.firing_id)
        .join(subscriber, subscriber.c.id == invoice.c.subscriber_id)
    )

    assert [on for on, at, *_ in found if on != local_day("America/New_York", at)] == []
    assert [tax_on for _, at, zone, tax_on in found if tax_on != local_day(zone, at)] == []
    if run.base.name == "spread":  # in the far east the day has begun before New York's
        assert any(on < tax_on for on, _, _, tax_on in found)


_BEGINNINGS = [
    ("Asia/Kathmandu", "2026-03-01", "2026-02-28T18:15Z"),  # a quarter to six ahead
    ("Pacific/Apia", "2026-02-28", "2026-02-27T11:00Z"),  # ahead of the date line since 2011
    ("Pacific/Pago_Pago", "2026-02-28", "2026-02-28T11:00Z"),  # a day behind its neighbour
    ("America/Los_Angeles", "2026-03-08", "2026-03-08T08:00Z"),  # the clocks change at two
    ("America/Los_Angeles", "2026-03-09", "2026-03-09T07:00Z"),
    ("America/Havana", "2026-03-08", "2026-03-08T05:00Z"),  # no midnight: it begins at one
    ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00Z"),  # no midnight: it begins at one
    ("America/Santiago", "2026-04-05", "2026-04-05T04:00Z"),  # 23:00 to 24:00 came twice before
    ("Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00Z"),  # half an hour back, at two
    ("Australia/Lord_Howe", "2026-04-06", "2026-04-05T13:30Z"),
]


@pytest.mark.all  # a share of the customers has hardly anybody on these days
def test_cycles_begin_with_the_local_day(run: Run) -> None:
    if run.base is not SPREAD:
        pytest.skip("all of them live in one zone")
    starts = select(cycle.c.zone, cycle.c.start_on, cycle.c.start_at).distinct()

    days = {(zone, day) for zone, day, _ in _BEGINNINGS}
    found = {
        (zone, day.isoformat(), at)
        for zone, day, at in run.rows(starts)
        if (zone, day.isoformat()) in days
    }
    assert found == {(zone, day, datetime.fromisoformat(at)) for zone, day, at in _BEGINNINGS}


def test_a_cycle_ends_with_the_instant_at_which_the_next_one_begins(run: Run) -> None:
    later = cycle.alias("later")
    pairs = select(cycle.c.end_at, later.c.start_at, cycle.c.end_on, later.c.start_on).join(
        later,
        (later.c.subscription_id == cycle.c.subscription_id)
        & (later.c.number == cycle.c.number + 1),
    )

    found = run.rows(pairs)

    assert len(found) > 2 * len(run.customers)
    assert [row for row in found if row[0] != row[1] or row[2] != row[3]] == []
