"""What counts: the payer's first refusal, and the parcels that went."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from duly.actions.charge import Charge
from duly.actions.invoice import Invoice
from duly.actions.notify import Notify
from duly.actions.ship import Ship
from duly.catalog import Content
from duly.connector import FailureClass, Refused
from duly.tables.books import payment_attempt
from duly.tables.subscriptions import parcel
from duly.triggers.cycle_due import CycleDue
from duly.triggers.payment_failed import PaymentFailed
from duly.values.duration import Duration, Unit
from office import Office
from sim.world import on_day, person, rule

OpenOffice = Callable[..., Office]
WEEK = Duration(1, Unit.WEEK)


@pytest.mark.parametrize(("failure", "letters"), [("technical", 1), ("soft", 0)])
def test_the_first_refusal_is_the_payers_first(
    opened: OpenOffice, failure: str, letters: int
) -> None:
    bill = rule("bill", CycleDue(), on_day(0, Invoice(), Charge()), on_day(1, Charge()))
    rescue = rule("rescue", PaymentFailed(first_time=True), on_day(0, Notify("payment-refused")))
    shop = opened([bill, rescue], [person("ana", "declines:2", date(2026, 2, 1))])
    shop.turn(after=timedelta(hours=12))
    with shop.database.write() as connection:
        connection.execute(update(payment_attempt).values(failure=failure))
        connection.exec_driver_sql("DELETE FROM event WHERE kind = 'payment_failed'")
    for _ in range(3):
        shop.turn(after=timedelta(days=1))

    assert [row.number for row in shop.rows(payment_attempt)] == [1, 2]
    assert len(shop.mails("payment-refused")) == letters


def test_what_is_in_a_box_goes_by_the_boxes_that_went(opened: OpenOffice) -> None:
    told = person("ana", "pays", date(2026, 2, 1), every=WEEK, price="small-week")
    shop = opened([rule("ship", CycleDue(), on_day(0, Ship()))], [told])
    catalog = shop.desk.shop.catalog
    boxes = (Content("beans", 1), Content("beans", 5, every=2))
    plans = {**catalog.plans, "small": replace(catalog.plans["small"], parcel=boxes)}
    shop.desk = replace(
        shop.desk, shop=replace(shop.desk.shop, catalog=replace(catalog, plans=plans))
    )
    ship, asked = shop.world.carrier.ship, []

    async def refuse_the_second(request: object, key: str) -> object:
        asked.append(key)
        if len(asked) == 2:
            raise Refused("there is no such street", FailureClass.BAD_ADDRESS)
        return await ship(request, key)  # type: ignore[arg-type]

    shop.world.carrier.ship = refuse_the_second  # type: ignore[assignment, method-assign]
    for _ in range(22):
        shop.turn(after=timedelta(days=1))

    packed = [(row.number, row.status, len(row.items)) for row in shop.rows(parcel)]
    assert packed[:4] == [(1, "sent", 1), (2, "failed", 2), (3, "sent", 2), (4, "sent", 1)]
