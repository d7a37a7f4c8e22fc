"""A try that led to nothing is made again: same key, same request, later, and not for ever."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from duly.actions.charge import Charge
from duly.actions.invoice import Invoice
from duly.actions.notify import Notify
from duly.connector import Misconfigured, Temporary, Uncertain
from duly.model.enrolment import Enrolment
from duly.tables.books import payment_attempt
from duly.tables.ledger import call, event, job, message
from duly.testing import Fault
from duly.triggers.cycle_due import CycleDue
from duly.triggers.signed_up import SignedUp
from office import Office
from sim.promises import violations
from sim.world import on_day, person, rule

OpenOffice = Callable[..., Office]
NOON = timedelta(hours=12)
BEGIN = date(2026, 2, 1)
BILL = rule("bill", CycleDue(), on_day(0, Invoice(), Charge()))
GREET = rule("greet", SignedUp(), on_day(0, Notify("welcome")))
TEXT = rule("text", SignedUp(), on_day(0, Notify("last-warning", ("sms",))))

DOWN = Fault(lambda: Temporary("come again later"))
WRONG = Fault(lambda: Misconfigured("the password is wrong"))
LOST = Fault(lambda: Uncertain("no answer"))
LOST_AFTER = Fault(lambda: Uncertain("no answer"), happened=True)


def told(who: str, token: str = "pays", **more: object) -> Enrolment:
    made = person(who, token, BEGIN)
    return replace(made, subscriber=replace(made.subscriber, **more))


def test_a_retry_sends_what_was_written_first(opened: OpenOffice) -> None:
    shop = opened([GREET], [told("ana")])
    shop.world.messenger.fail_next(DOWN)
    shop.turn(after=NOON)
    shop.change(told("ana", name="Somebody else", email="elsewhere@example.test"))

    shop.turn(after=timedelta(minutes=6))

    (sent,) = shop.world.messenger.sent.values()
    assert (sent.to, "Ana" in sent.text) == ("ana@example.test", True)
    assert len(shop.rows(message)) == 1
    assert [(row.number, row.fence, row.outcome) for row in shop.rows(call)] == [
        (1, 1, "retry"),
        (2, 2, "done"),
    ]


def test_every_try_of_a_charge_asks_under_the_same_key(opened: OpenOffice) -> None:
    shop = opened([BILL], [told("ana")])
    shop.world.gateway.fail_next(DOWN, LOST_AFTER)

    shop.turn(after=NOON)
    for _ in range(3):
        shop.turn(after=timedelta(minutes=20))

    (attempt,) = shop.rows(payment_attempt)
    assert list(shop.world.gateway.charges) == [attempt.effect_key]
    assert [(row.number, row.state) for row in shop.rows(payment_attempt)] == [(1, "succeeded")]


def test_a_retry_waits_longer_every_time(opened: OpenOffice) -> None:
    shop = opened([GREET], [told("ana")])
    shop.world.messenger.fail_next(DOWN, DOWN)

    shop.turn(after=NOON)
    waits = [shop.jobs()[0].due_at - shop.world.clock.at]
    shop.turn(after=timedelta(minutes=5))
    waits.append(shop.jobs()[0].due_at - shop.world.clock.at)
    shop.turn(after=timedelta(minutes=9))
    too_early = shop.states()
    shop.turn(after=timedelta(minutes=1))

    assert waits == [timedelta(minutes=5), timedelta(minutes=10)]
    assert too_early == ["ready"]
    assert shop.states() == ["done"]


def test_the_wish_of_the_other_side_is_honoured(opened: OpenOffice) -> None:
    shop = opened([GREET], [told("ana")])
    shop.world.messenger.fail_next(Fault(lambda: Temporary("too many", retry_after_s=7200)))

    shop.turn(after=NOON)

    assert shop.jobs()[0].due_at - shop.world.clock.at == timedelta(hours=2)


def test_wrong_settings_spend_no_try(opened: OpenOffice) -> None:
    shop = opened([GREET], [told("ana")])
    shop.world.messenger.fail_next(*[WRONG] * 40)

    shop.turn(after=NOON)
    for _ in range(39):
        shop.turn(after=timedelta(hours=6))
    (waiting,) = shop.jobs()
    shop.turn(after=timedelta(hours=6))

    assert (waiting.state, waiting.tries) == ("ready", 0)
    assert (shop.states(), shop.jobs()[0].tries) == (["done"], 1)


def test_what_was_held_for_long_is_still_tried_again(opened: OpenOffice) -> None:
    shop = opened([GREET], [told("ana")])
    shop.hold("class", "message")
    shop.turn(after=NOON)
    shop.release("class", "message")
    shop.world.messenger.fail_next(DOWN)

    shop.turn(after=timedelta(days=10))

    assert shop.states() == ["ready"]


def test_a_charge_that_leads_to_nothing_is_given_up_and_starts_no_rule(
    opened: OpenOffice,
) -> None:
    shop = opened([BILL], [told("ana", "outage")])

    shop.turn(after=NOON)
    for _ in range(20):
        shop.turn(after=timedelta(hours=6))

    (charge,) = shop.jobs("0/charge")
    (attempt,) = shop.rows(payment_attempt)
    assert (charge.state, charge.tries) == ("dead", 20)
    assert charge.note == "tried 20 times: the gateway is down"
    assert (attempt.state, attempt.failure) == ("failed", "technical")
    assert "payment_failed" not in {row.kind for row in shop.rows(event)}


def test_a_charge_whose_answer_is_always_lost_is_given_up(opened: OpenOffice) -> None:
    # The gateway never sees the call, so that each time it turns out not to have happened.
    shop = opened([BILL], [told("ana")])
    shop.world.gateway.fail_next(LOST, LOST)
    shop.turn(after=NOON)
    with shop.database.write() as connection:
        connection.execute(update(job).where(job.c.state == "unknown").values(tries=19))

    for _ in range(8):
        shop.turn(after=timedelta(hours=4))

    (charge,) = shop.jobs("0/charge")
    assert (charge.state, charge.tries) == ("dead", 20)
    assert charge.note == "tried 20 times: it did not happen"
    assert [row.state for row in shop.rows(payment_attempt)] == ["failed"]
    assert violations(shop.database, shop.world) == []


def test_an_unclear_mail_is_sent_again_for_an_hour_and_then_taken_for_sent(
    opened: OpenOffice,
) -> None:
    shop = opened([GREET], [told("ana")])
    shop.world.messenger.fail_next(*[LOST_AFTER] * 30)

    shop.turn(after=NOON)
    for _ in range(20):
        shop.turn(after=timedelta(minutes=16))

    (greeting,) = shop.jobs()
    # At once, and after 16, 32 and 48 minutes: the hour is over before the fifth.
    assert (greeting.state, greeting.result, greeting.tries) == ("done", "assumed", 4)
    assert [row.status for row in shop.rows(message)] == ["sent"]


def test_an_unclear_mail_that_was_held_for_long_is_not_sent_again(opened: OpenOffice) -> None:
    shop = opened([GREET], [told("ana")])
    shop.world.messenger.fail_next(LOST_AFTER)
    shop.turn(after=NOON)
    shop.hold("class", "message")
    shop.turn(after=timedelta(minutes=16))
    held = shop.states()

    shop.release("class", "message")
    shop.turn(after=timedelta(days=1))

    (greeting,) = shop.jobs()
    assert held == ["ready"]
    assert (greeting.state, greeting.result, greeting.tries) == ("done", "assumed", 1)


def test_an_unclear_text_message_is_never_sent_again(opened: OpenOffice) -> None:
    shop = opened([TEXT], [told("ana", phone="+40711111111")])
    shop.world.messenger.fail_next(LOST)

    shop.turn(after=NOON)
    shop.turn(after=timedelta(minutes=16))

    (text,) = shop.jobs()
    assert (text.state, text.result, text.tries) == ("done", "assumed", 1)


def test_an_unclear_mail_that_is_stopped_is_taken_for_sent(opened: OpenOffice) -> None:
    shop = opened([GREET], [told("ana")])
    shop.world.messenger.fail_next(LOST_AFTER)
    shop.turn(after=NOON)
    shop.hold("class", "message")
    shop.turn(after=timedelta(minutes=16))

    shop.use(BILL)
    shop.release("class", "message")
    shop.turn()

    (greeting,) = [row for row in shop.jobs() if row.step == "0/notify/welcome"]
    assert (greeting.state, greeting.result) == ("done", "assumed")
    assert violations(shop.database, shop.world) == []


class Bug(Exception):  # noqa: N818 - what people call it
    """Be a mistake in a connector."""


@pytest.mark.parametrize("happened", [False, True])
def test_a_connectors_bug_while_charging_is_a_doubt(opened: OpenOffice, happened: bool) -> None:
    shop = opened([BILL], [told("ana")])
    shop.world.gateway.fail_next(Fault(Bug, happened=happened))

    shop.turn(after=NOON)
    after_bug = shop.states("0/charge")
    for _ in range(4):
        shop.turn(after=timedelta(minutes=20))

    assert after_bug == ["unknown"]
    assert [(row.state, row.result) for row in shop.jobs("0/charge")] == [("done", "succeeded")]
    assert len(shop.world.gateway.charges) == 1
    assert "payment_failed" not in {row.kind for row in shop.rows(event)}


def test_a_connectors_bug_while_sending_fails_that_message_alone(opened: OpenOffice) -> None:
    shop = opened([GREET], [told("ana"), told("bob")])
    shop.world.messenger.fail_next(Fault(Bug))

    shop.turn(after=NOON)

    assert [(row.state, row.note) for row in shop.jobs()] == [
        ("failed", "the connector mail failed: Bug"),
        ("done", None),
    ]
