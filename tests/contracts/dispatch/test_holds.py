"""A hold stops what it names at the next claim, and after its release everything goes on."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from duly.actions.charge import Charge
from duly.actions.invoice import Invoice
from duly.actions.notify import Notify
from duly.triggers.cycle_due import CycleDue
from office import Office
from sim.world import on_day, person, rule

OpenOffice = Callable[..., Office]
NOON = timedelta(hours=12)
BILL = rule("bill", CycleDue(), on_day(0, Invoice(), Charge(), Notify("your-invoice")))
GREET = rule("greet", CycleDue(), on_day(0, Notify("welcome")))
ANA = person("ana", "pays", date(2026, 2, 1))
BOB = person("bob", "pays", date(2026, 2, 1))


@pytest.mark.parametrize(
    ("what", "name", "stopped", "goes_on"),
    [
        ("rule", "bill", ["0/invoice"], {"0/notify/welcome"}),
        ("connector", "cards", ["0/charge"], {"0/invoice", "0/notify/welcome"}),
        ("connector", "mail", ["0/notify/welcome"], {"0/invoice", "0/charge"}),
        ("subscriber", "1", ["0/invoice", "0/notify/welcome"], set()),
        ("class", "money", ["0/charge"], {"0/invoice", "0/notify/welcome"}),
        ("class", "books", ["0/invoice"], {"0/notify/welcome"}),
        ("everything", "", ["0/invoice", "0/notify/welcome"], set()),
    ],
)
def test_a_hold_stops_what_it_names_until_it_is_released(
    opened: OpenOffice, what: str, name: str, stopped: list[str], goes_on: set[str]
) -> None:
    shop = opened([BILL, GREET], [ANA])
    shop.hold(what, name)

    shop.turn(after=NOON)
    shop.turn()
    waiting = {row.step for row in shop.jobs() if row.state == "ready"}
    done = {row.step for row in shop.jobs() if row.state == "done"}
    shop.release(what, name)
    shop.work()

    assert waiting >= set(stopped)
    assert goes_on <= done
    assert not done & set(stopped)
    assert set(shop.states()) == {"done"}
    assert len(shop.jobs()) == 4


def test_a_hold_works_the_same_on_every_database(opened_on_both: OpenOffice) -> None:
    shop = opened_on_both([BILL, GREET], [ANA, BOB])
    shop.hold("rule", "greet")
    shop.hold("connector", "cards")
    shop.hold("subscriber", "1")

    shop.turn(after=NOON)
    shop.turn()

    stands = {(row.subscriber_id, row.step): row.state for row in shop.jobs()}
    assert stands == {
        (1, "0/invoice"): "ready",  # the subscriber
        (1, "0/notify/welcome"): "ready",  # the subscriber and the rule
        (2, "0/invoice"): "done",
        (2, "0/notify/welcome"): "ready",  # the rule
        (2, "0/charge"): "ready",  # the connector
    }


def test_a_hold_placed_during_a_retry_stops_the_next_try(opened: OpenOffice) -> None:
    shop = opened([BILL], [person("ana", "outage", date(2026, 2, 1))])
    shop.turn(after=NOON)
    shop.hold("connector", "cards")

    shop.turn(after=timedelta(days=1))

    (charge,) = shop.jobs("0/charge")
    assert (charge.state, charge.tries) == ("ready", 1)
