"""What a look brought, and why nothing started a rule, is told from what is stored."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from duly.actions.charge import Charge
from duly.actions.invoice import Invoice
from duly.actions.notify import Notify
from duly.cli.tally import has_sent, said
from duly.cli.why_not import say_why_not
from duly.rule import Rule
from duly.store.reading import subscriber_id
from duly.store.tally import Standing, oldest_unfinished, standings
from duly.tables.ledger import job
from duly.tables.people import payment_method
from duly.triggers.cycle_due import CycleDue
from duly.triggers.payment_failed import PaymentFailed
from office import Office
from sim.world import on_day, person, rule

OpenOffice = Callable[..., Office]
HALF_A_DAY = timedelta(hours=12)
RESCUE = rule("rescue", PaymentFailed(), on_day(0, Notify("payment-refused")))


def open_shop(opened: OpenOffice, *rules: Rule) -> Office:
    bill = rule("bill", CycleDue(), on_day(0, Invoice(), Charge()))
    people = [
        person("ana", "pays", date(2026, 2, 1)),
        person("dan", "declines", date(2026, 2, 1)),
    ]
    return opened([bill, *rules], people)


def standing(shop: Office, first: int) -> Counter[Standing]:
    with shop.database.read() as connection:
        return standings(connection, first)


def first_of(shop: Office) -> int:
    with shop.database.read() as connection:
        return oldest_unfinished(connection)


def test_a_look_says_what_was_done(opened_on_both: OpenOffice) -> None:
    shop = open_shop(opened_on_both, RESCUE)
    first = first_of(shop)
    before = standing(shop, first)
    shop.turn(after=HALF_A_DAY)
    after = standing(shop, first)

    assert said(before, after) == "2 invoices, 2 charges (1 refused)"
    assert not has_sent(before, after)

    shop.turn(after=HALF_A_DAY)
    later = standing(shop, first)

    assert said(after, later) == "1 mail"
    assert has_sent(after, later)


def test_what_was_decided_before_a_crash_counts_where_it_is_done(
    opened_on_both: OpenOffice,
) -> None:
    shop = open_shop(opened_on_both)
    shop.pass_time(HALF_A_DAY)
    shop.tick()  # and is killed before the work
    first = first_of(shop)
    before = standing(shop, first)
    shop.sweep()
    shop.work()

    assert said(before, standing(shop, first)) == "2 invoices, 2 charges (1 refused)"


def test_what_waits_is_told(opened_on_both: OpenOffice) -> None:
    shop = open_shop(opened_on_both)
    first = first_of(shop)
    before = standing(shop, first)
    shop.pass_time(HALF_A_DAY)
    shop.tick()

    assert said(before, standing(shop, first)) == "2 still to be done"
    assert first_of(shop) == min(row.id for row in shop.rows(job))


def test_a_charge_that_was_not_tried_is_why_no_payment_was_refused(
    opened_on_both: OpenOffice,
) -> None:
    shop = open_shop(opened_on_both, RESCUE)
    with shop.database.write() as connection:
        connection.execute(update(payment_method).values(status="failed"))
    shop.turn(after=HALF_A_DAY)

    with shop.database.read() as connection:
        ana = subscriber_id(connection, "ana")
        assert ana is not None
        told = say_why_not(connection, ana, RESCUE, "Europe/Bucharest", None)

    assert told.startswith("did not start: no payment was refused: the charge of 2026-02-01 ")
    assert told.endswith(" was not tried, no payment method that can be charged")


@pytest.mark.parametrize(("on", "told"), [(None, ""), ("2026-02-01", " on 2026-02-01")])
def test_nothing_is_said_to_have_happened_where_nothing_is_known(
    opened: OpenOffice, on: str | None, told: str
) -> None:
    shop = open_shop(opened, RESCUE)

    with shop.database.read() as connection:
        ana = subscriber_id(connection, "ana")
        assert ana is not None
        assert say_why_not(connection, ana, RESCUE, "UTC", on) == (
            f"did not start: nothing happened that it waits for{told} (a payment is refused)"
        )
