"""What goes into a parcel, when none goes, and what an answer changes."""

from dataclasses import replace

import pytest

from action_cases import FACTS, SAVED_PARCEL, SHOP, facts, task, written_to
from duly.action import Ask, Facts, Impossible, Nothing, Prepared
from duly.actions.ship import Ship
from duly.catalog import Content, Plan
from duly.model.change import Change, NewParcel, SettleParcel
from duly.model.outcome import Done, Failed, NotThere, Outcome, Retry, Unknown, Wait

SHIP = Ship()
BEANS = {"product": "beans", "name": "Beans 250 g", "count": 2}


def planned(*contents: Content, parcels: int = 0) -> Facts:
    small = SHOP.catalog.plans["small"]
    plans = {"small": Plan("small", small.names, small.prices, parcel=contents)}
    return facts(shop=replace(SHOP, catalog=replace(SHOP.catalog, plans=plans)), parcels=parcels)


def test_a_parcel_holds_what_the_plan_says() -> None:
    assert SHIP.prepare(FACTS) == Ask(
        NewParcel(
            subscription_id=2,
            cycle_id=3,
            items=(BEANS,),
            receiver="Ana Pop",
            address={"street": "Str. Horea 10", "city": "Cluj-Napoca", "country": "RO"},
        ),
        SHOP.carrier,
    )


def test_a_parcel_without_a_cycle_belongs_to_none() -> None:
    prepared = SHIP.prepare(facts(cycle=None))

    assert isinstance(prepared, Ask)
    assert isinstance(prepared.row, NewParcel)
    assert prepared.row.cycle_id is None


@pytest.mark.parametrize(("parcels", "count"), [(0, 1), (1, 1), (2, 2), (3, 1), (5, 2)])
def test_some_things_go_into_every_third_parcel(parcels: int, count: int) -> None:
    given = planned(Content("beans", 2), Content("beans", 1, every=3), parcels=parcels)

    prepared = SHIP.prepare(given)

    assert isinstance(prepared, Ask)
    assert isinstance(prepared.row, NewParcel)
    assert len(prepared.row.items) == count


@pytest.mark.parametrize(
    ("given", "prepared"),
    [
        (
            facts(subscription=None),
            Impossible("there is no subscription to send a parcel for"),
        ),
        (planned(), Nothing("this plan has no parcel")),
        (planned(Content("beans", 1, every=2)), Nothing("this plan has no parcel")),
        (facts(cycle_shipped=True), Nothing("this cycle's parcel was sent before")),
        (
            written_to(address={"city": "Cluj-Napoca"}),
            Impossible("the address lacks a street, a city or a country"),
        ),
        (
            written_to(country=""),
            Impossible("the address lacks a street, a city or a country"),
        ),
    ],
)
def test_what_cannot_or_need_not_be_sent(given: Facts, prepared: Prepared) -> None:
    assert SHIP.prepare(given) == prepared


@pytest.mark.parametrize(
    ("outcome", "changes"),
    [
        (
            Done("r1", "sent", {"tracking": "T1"}),
            (SettleParcel(11, sent=True, reference="r1", tracking="T1"),),
        ),
        (Done("r1", "sent"), (SettleParcel(11, sent=True, reference="r1"),)),
        (Failed("no such street", "hard"), (SettleParcel(11, sent=False),)),
        (Unknown("no answer"), ()),
        (Retry("later"), ()),
        (Wait("wrong key"), ()),
        (NotThere(), ()),
    ],
)
def test_an_answer_settles_the_parcel(outcome: Outcome, changes: tuple[Change, ...]) -> None:
    assert SHIP.settle(task(SAVED_PARCEL), outcome) == changes


def test_a_refused_parcel_is_no_answer_and_can_be_asked_about() -> None:
    assert (Ship.refusal_is_answer, Ship.can_find) == (False, True)
