"""Parcels: what is in them goes by the boxes that went, their names by the boxes there were."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from duly.actions.ship import Ship
from duly.catalog import Content, Product
from duly.connector import FailureClass, ParcelRequest, Receipt, Refused
from duly.tables.subscriptions import parcel
from duly.triggers.cycle_due import CycleDue
from duly.values.duration import Duration, Unit
from office import Office
from sim.world import on_day, person, rule

OpenOffice = Callable[..., Office]


def _sell_a_gift_in_every_second_box(shop: Office) -> None:
    catalog = shop.desk.shop.catalog
    contents = (Content("beans", 1, 1), Content("gift", 1, 2))
    plan = replace(catalog.plans["small"], parcel=contents)
    products = {**catalog.products, "gift": Product("gift", {"": "A cup"})}
    sold = replace(catalog, plans={**catalog.plans, "small": plan}, products=products)
    shop.desk = replace(shop.desk, shop=replace(shop.desk.shop, catalog=sold))


def _refuse_the_second(shop: Office) -> None:
    carrier = shop.world.carrier
    ship, asked = carrier.ship, []

    async def sometimes(request: ParcelRequest, key: str) -> Receipt:
        asked.append(key)
        if len(asked) == 2:
            raise Refused("there is no such street", FailureClass.BAD_ADDRESS)
        return await ship(request, key)

    carrier.ship = sometimes  # type: ignore[method-assign]


def test_a_box_that_never_went_does_not_count(opened: OpenOffice) -> None:
    week = Duration(1, Unit.WEEK)
    told = person("ana", "pays", date(2026, 2, 1), every=week, price="small-week")
    shop = opened([rule("boxes", CycleDue(), on_day(0, Ship()))], [told])
    _sell_a_gift_in_every_second_box(shop)
    _refuse_the_second(shop)
    for _ in range(30):
        shop.turn(after=timedelta(days=1))

    assert [
        (row.number, row.status, [item["product"] for item in row._mapping["items"]])
        for row in shop.rows(parcel)
    ] == [
        (1, "sent", ["beans"]),
        (2, "failed", ["beans", "gift"]),
        (3, "sent", ["beans", "gift"]),  # the second box that goes
        (4, "sent", ["beans"]),
        (5, "sent", ["beans", "gift"]),
    ]
