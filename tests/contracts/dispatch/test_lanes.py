"""A subscriber's money goes one at a time and in order; nobody else's waits for it."""

from collections.abc import Callable
from datetime import date, timedelta

from duly.actions.charge import Charge
from duly.actions.invoice import Invoice
from duly.actions.notify import Notify
from duly.dispatch.claim import claim
from duly.dispatch.settle import settle
from duly.model.ledger import JobClass
from duly.model.outcome import Done, Failed, Unknown
from duly.triggers.cycle_due import CycleDue
from duly.triggers.payment_failed import PaymentFailed
from duly.values.duration import Duration, Unit
from office import Office, told
from sim.promises import violations
from sim.world import on_day, person, rule

OpenOffice = Callable[..., Office]
NOON = timedelta(hours=12)
BILL = rule("bill", CycleDue(), on_day(0, Invoice(), Notify("your-invoice"), Charge()))
AGAIN = rule("again", PaymentFailed(), on_day(0, Charge()))


def weekly(name: str, token: str, *, weeks: int) -> object:
    """Let as many cycles be due at once."""
    started = date(2026, 2, 1) - timedelta(weeks=weeks - 1)
    return person(name, token, started, price="small-week", every=Duration(1, Unit.WEEK))


def due(shop: Office) -> None:
    """Make the invoices, so that the charges are what is next."""
    shop.pass_time(NOON)
    shop.tick()
    while shop.batch(JobClass.BOOKS):
        pass


def test_only_the_oldest_charge_of_a_subscriber_is_called(opened_on_both: OpenOffice) -> None:
    shop = opened_on_both([BILL], [weekly("ana", "pays", weeks=3), weekly("bob", "pays", weeks=1)])
    due(shop)

    calls = claim(shop.desk, JobClass.MONEY).calls
    again = claim(shop.desk, JobClass.MONEY).calls

    assert [call.item.job.subscriber_id for call in calls] == [1, 2]
    assert again == ()
    assert shop.states("0/charge") == ["calling", "calling", "blocked", "blocked"]


def test_the_next_charge_is_ready_when_the_one_before_has_ended(
    opened_on_both: OpenOffice,
) -> None:
    shop = opened_on_both([BILL], [weekly("ana", "pays", weeks=3)])
    due(shop)

    for outcome in (Done("r1", "succeeded"), Failed("no funds", "soft"), Done("r3", "succeeded")):
        calls = claim(shop.desk, JobClass.MONEY).calls
        assert len(calls) == 1
        settle(shop.desk, told(calls, [outcome]))

    assert shop.states("0/charge") == ["done", "done", "done"]
    assert [row.result for row in shop.jobs("0/charge")] == [
        "succeeded",
        "declined: soft",
        "succeeded",
    ]


def test_an_unclear_charge_keeps_the_lane_and_no_message_waits(
    opened_on_both: OpenOffice,
) -> None:
    shop = opened_on_both([BILL], [weekly("ana", "pays", weeks=2), weekly("bob", "pays", weeks=1)])
    due(shop)
    calls = claim(shop.desk, JobClass.MONEY).calls
    settle(shop.desk, told(calls, [Unknown("no answer"), Done("r", "succeeded")]))

    shop.work()

    assert shop.states("0/charge") == ["unknown", "done", "blocked"]
    assert shop.states("0/notify/your-invoice") == ["done", "done", "done"]


def test_a_held_head_keeps_its_lane(opened: OpenOffice) -> None:
    shop = opened([BILL, AGAIN], [weekly("ana", "declines:1", weeks=2)])
    due(shop)
    shop.batch(JobClass.MONEY)  # the first is declined, and a rule will try it again
    shop.hold("rule", "bill")

    shop.turn(after=timedelta(minutes=1))
    while_held = shop.states("0/charge")
    shop.release("rule", "bill")
    shop.work()

    assert while_held == ["done", "ready", "blocked"]
    assert shop.states("0/charge") == ["done", "done", "done"]
    assert violations(shop.database, shop.world) == []


def test_a_charge_that_is_given_up_lets_the_next_begin(opened: OpenOffice) -> None:
    shop = opened([BILL], [weekly("ana", "outage", weeks=2)])
    due(shop)
    shop.work()

    for _ in range(20):
        shop.turn(after=timedelta(hours=7))

    assert shop.states("0/charge") == ["dead", "ready"]


def test_the_charges_of_one_subscriber_never_overlap(opened: OpenOffice) -> None:
    people = [weekly("ana", "times-out", weeks=4), weekly("bob", "declines:2", weeks=4)]
    shop = opened([BILL, AGAIN], people)

    for _ in range(40):
        shop.turn(after=timedelta(minutes=40))

    assert set(shop.states("0/charge")) == {"done"}
    assert violations(shop.database, shop.world) == []
