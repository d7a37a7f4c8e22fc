"""The step rule: who waits for whom, what ends the rest, and what is asked just before acting."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from duly.actions.charge import Charge
from duly.actions.invoice import Invoice
from duly.actions.notify import Notify
from duly.actions.offer import Offer
from duly.actions.pause import Pause
from duly.actions.resume import Resume
from duly.actions.ship import Ship
from duly.connector import FailureClass, Refused, Temporary
from duly.model.enrolment import Enrolment
from duly.tables.ledger import firing, message
from duly.tables.people import suppression
from duly.tables.subscriptions import subscription
from duly.testing import Fault as Trouble
from duly.triggers.cycle_due import CycleDue
from duly.triggers.invoice_paid import InvoicePaid
from duly.triggers.payment_failed import PaymentFailed
from duly.triggers.signed_up import SignedUp
from duly.values.duration import Duration, Unit
from office import Office
from sim.faults import Fault
from sim.world import DEAD_PHONE, conditions, on_day, person, rule

OpenOffice = Callable[..., Office]
NOON = timedelta(hours=12)
BEGIN = date(2026, 2, 1)
WARNING = Notify("last-warning", ("sms", "email"))
DOWN = Trouble(lambda: Temporary("come again later"))


def told(who: str, token: str = "pays", **more: object) -> Enrolment:
    """Write down somebody who differs in some things from anybody else."""
    made = person(who, token, BEGIN)
    return replace(made, subscriber=replace(made.subscriber, **more))


def results(shop: Office) -> list[tuple[str, str, str | None]]:
    return [(row.step, row.state, row.result) for row in shop.jobs()]


# --- who waits ----------------------------------------------------------------------------------


def test_a_message_holds_up_nothing(opened: OpenOffice) -> None:
    made = rule("bill", CycleDue(), on_day(0, Invoice(), Notify("your-invoice"), Charge()))
    shop = opened([made], [told("ana")])
    shop.world.messenger.fail_next(DOWN)

    shop.turn(after=NOON)

    assert results(shop) == [
        ("0/invoice", "done", "invoiced"),
        ("0/notify/your-invoice", "ready", None),
        ("0/charge", "done", "succeeded"),
    ]


def test_a_message_that_reaches_nobody_ends_nothing(opened: OpenOffice) -> None:
    made = rule("bill", CycleDue(), on_day(0, Invoice(), Notify("your-invoice"), Charge()))
    shop = opened([made], [told("ana", email="")])

    shop.turn(after=NOON)

    assert shop.states() == ["done", "failed", "done"]


def test_a_declined_charge_is_an_answer_and_the_rest_goes_on(opened: OpenOffice) -> None:
    made = rule("bill", CycleDue(), on_day(0, Invoice(), Charge(), Pause("unpaid")))
    shop = opened([made], [told("ana", "declines")])

    shop.turn(after=NOON)

    assert results(shop) == [
        ("0/invoice", "done", "invoiced"),
        ("0/charge", "done", "declined: soft"),
        ("0/pause", "done", "paused"),
    ]


def test_nothing_to_do_is_done_and_the_rest_goes_on(opened: OpenOffice) -> None:
    made = rule("wake", CycleDue(), on_day(0, Resume(), Notify("welcome-back")))
    shop = opened([made], [told("ana")])

    shop.turn(after=NOON)

    assert results(shop) == [
        ("0/resume", "done", "it is not paused"),
        ("0/notify/welcome-back", "done", "sent"),
    ]


def test_an_impossible_step_ends_the_rest(opened: OpenOffice) -> None:
    # Nobody is told that a box is on its way which could not be sent; day 4 does not come either.
    made = rule(
        "pack",
        CycleDue(),
        on_day(0, Ship(), Notify("box-on-its-way")),
        on_day(4, Notify("good-cup")),
    )
    shop = opened([made], [told("ana", address={})])

    shop.turn(after=NOON)
    shop.turn(after=timedelta(days=5))

    assert [(row.step, row.state) for row in shop.jobs()] == [("0/ship", "failed")]
    assert [row.ended for row in shop.rows(firing)] == ["failed"]


@pytest.mark.parametrize(
    ("token", "state"), [("outage", "ready"), ("times-out", "unknown"), ("wrong-key", "ready")]
)
def test_a_charge_that_is_not_through_makes_the_rest_wait(
    opened: OpenOffice, token: str, state: str
) -> None:
    made = rule(
        "bill",
        CycleDue(),
        on_day(0, Invoice(), Charge(), Pause("unpaid")),
        on_day(1, Notify("last-warning")),
    )
    shop = opened([made], [told("ana", token)])

    shop.turn(after=NOON)
    shop.world.gateway._always = None
    shop.hold("class", "money")
    shop.tick()
    shop.pass_time(timedelta(days=1))
    shop.tick()
    shop.work()

    assert results(shop)[1:] == [("0/charge", state, None)]


# --- just before acting -------------------------------------------------------------------------


def test_nothing_goes_out_after_the_payment(opened: OpenOffice) -> None:
    bill = rule("bill", CycleDue(), on_day(0, Invoice(), Charge()))
    rescue = rule(
        "rescue",
        PaymentFailed(first_time=True),
        on_day(1, Charge(), Notify("last-warning"), Pause("unpaid")),
        stop_when=(InvoicePaid(),),
    )
    shop = opened([bill, rescue], [told("ana", "declines:1")])

    shop.turn(after=NOON)
    shop.turn()
    shop.turn(after=timedelta(days=1))
    shop.turn(after=timedelta(days=1))

    assert results(shop)[2:] == [
        ("1/charge", "done", "succeeded"),
        ("1/notify/last-warning", "skipped", None),
        ("1/pause", "skipped", None),
    ]
    assert [row.ended for row in shop.rows(firing)] == ["finished", "stopped"]
    assert shop.mails("last-warning") == []
    assert [row.status for row in shop.rows(subscription)] == ["active"]


def test_a_stop_takes_back_what_was_written_and_not_sent(opened: OpenOffice) -> None:
    bill = rule("bill", CycleDue(), on_day(0, Invoice(), Charge()))
    warn = rule(
        "warn", PaymentFailed(), on_day(0, Notify("last-warning")), stop_when=(InvoicePaid(),)
    )
    again = rule("again", PaymentFailed(), on_day(1, Charge()))
    shop = opened([bill, warn, again], [told("ana", "declines:1")])
    shop.turn(after=NOON)
    shop.world.messenger.fail_next(*[DOWN] * 20)
    for _ in range(4):
        shop.turn(after=timedelta(hours=8))

    assert results(shop)[2:] == [
        ("0/notify/last-warning", "skipped", None),
        ("1/charge", "done", "succeeded"),
    ]
    assert [row.status for row in shop.rows(message)] == ["failed"]
    assert shop.mails("last-warning") == []


def test_a_message_that_waited_is_sent_only_if_its_condition_still_holds(
    opened: OpenOffice,
) -> None:
    is_small = conditions(consent__marketing="true")
    made = rule("greet", CycleDue(), on_day(0, Notify("welcome")), only_if=is_small)
    shop = opened([made], [told("ana"), told("bob")])
    shop.hold("everything")
    shop.turn(after=NOON)
    shop.change(told("ana", consents={"marketing": False}))

    shop.pass_time(timedelta(minutes=61))
    shop.release("everything")
    shop.work()

    assert [(row.state, row.note) for row in shop.jobs()] == [
        ("skipped", "condition_false"),
        ("done", None),
    ]
    assert shop.mails("welcome") == ["bob@example.test"]


def test_a_message_that_hardly_waited_is_not_asked_again(opened: OpenOffice) -> None:
    made = rule(
        "greet",
        CycleDue(),
        on_day(0, Notify("welcome")),
        only_if=conditions(consent__marketing="true"),
    )
    shop = opened([made], [told("ana")])
    shop.hold("everything")
    shop.turn(after=NOON)
    shop.change(told("ana", consents={"marketing": False}))

    shop.pass_time(timedelta(minutes=59))
    shop.release("everything")
    shop.work()

    assert shop.mails("welcome") == ["ana@example.test"]


# --- addresses and consent ----------------------------------------------------------------------


def test_an_address_that_does_not_exist_is_not_written_to_again(opened: OpenOffice) -> None:
    first = rule("first", SignedUp(), on_day(0, WARNING))
    second = rule("second", SignedUp(), on_day(0, Notify("last-warning", ("sms",))))
    shop = opened([first, second], [told("ana", phone=DEAD_PHONE)])

    shop.turn(after=NOON)

    assert [(row.channel, row.address) for row in shop.rows(suppression)] == [("sms", DEAD_PHONE)]
    assert [(row.state, row.tries) for row in shop.jobs()] == [("done", 2), ("failed", 1)]
    shop.change(told("bob", phone=DEAD_PHONE))
    shop.turn(after=timedelta(minutes=1))
    assert [(row.state, row.tries) for row in shop.jobs()][2:] == [("done", 1), ("failed", 0)]


def test_a_refused_message_goes_the_next_way_under_a_key_of_its_own(opened: OpenOffice) -> None:
    shop = opened([rule("warn", SignedUp(), on_day(0, WARNING))], [told("ana", phone=DEAD_PHONE)])

    shop.turn(after=NOON)

    assert [(row.channel, row.status) for row in shop.rows(message)] == [
        ("sms", "failed"),
        ("email", "sent"),
    ]
    assert [one.channel for one in shop.world.messenger.sent.values()] == ["email"]


def test_a_mail_refused_for_good_fails_alone(opened: OpenOffice) -> None:
    shop = opened([rule("greet", SignedUp(), on_day(0, Notify("welcome")))], [told("ana")])
    refusal = Trouble(lambda: Refused("no such mailbox", FailureClass.BAD_ADDRESS))
    shop.world.messenger.fail_next(refusal)

    shop.turn(after=NOON)

    assert [(row.state, row.note) for row in shop.jobs()] == [("failed", "no such mailbox")]
    assert [row.address for row in shop.rows(suppression)] == ["ana@example.test"]


def test_a_retry_without_consent_is_taken_back(opened: OpenOffice) -> None:
    offer = Offer("larger-box", {"plan": "gift"}, Duration(10, Unit.DAY))
    shop = opened([rule("sell", SignedUp(), on_day(0, offer))], [told("ana")])
    shop.world.messenger.fail_next(DOWN)
    shop.turn(after=NOON)
    shop.change(told("ana", consents={"marketing": False}))

    shop.turn(after=timedelta(minutes=30))

    assert [(row.state, row.note) for row in shop.jobs()] == [
        ("skipped", "condition_false: consent.marketing is missing")
    ]
    assert [row.status for row in shop.rows(message)] == ["failed"]
    assert shop.mails("larger-box") == []


def test_a_retry_goes_another_way_if_its_address_turned_out_dead(opened: OpenOffice) -> None:
    # The first text message finds the line down, the second finds out that the number is dead.
    first = rule("first", SignedUp(), on_day(0, WARNING))
    second = rule("second", SignedUp(), on_day(0, Notify("last-warning", ("sms",))))
    shop = opened([first, second], [told("ana", phone=DEAD_PHONE)])
    shop.seams.fault = Fault("call", 2, "temporary")  # the first asks for news

    shop.turn(after=NOON)
    before = shop.states()
    shop.turn(after=timedelta(minutes=6))

    assert before == ["ready", "failed"]
    assert shop.states() == ["done", "failed"]
    assert [(row.channel, row.status) for row in shop.rows(message)] == [
        ("sms", "failed"),
        ("sms", "failed"),
        ("email", "sent"),
    ]
