"""What runs under rules that are edited meanwhile: nobody else's rows, and no occurrence lost."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from duly.actions.cancel import Cancel
from duly.actions.charge import Charge
from duly.actions.invoice import Invoice
from duly.actions.notify import Notify
from duly.actions.offer import Offer
from duly.errors import ClockError, StateError
from duly.model.about import About
from duly.rule import Segment
from duly.selection.live import make_live
from duly.store import rulesets
from duly.tables.books import invoice_line
from duly.tables.ledger import firing, segment_member
from duly.tables.subscriptions import offer, subscription
from duly.triggers.cycle_due import CycleDue
from duly.triggers.enters_segment import EntersSegment
from duly.triggers.payment_failed import PaymentFailed
from duly.triggers.signed_up import SignedUp
from duly.triggers.subscription_ended import SubscriptionEnded
from duly.turn import turn
from duly.values.duration import Duration, Unit
from office import Office
from sim.world import conditions, on_day, person, rule

OpenOffice = Callable[..., Office]
NOON = timedelta(hours=12)
BILL = rule("bill", CycleDue(), on_day(0, Invoice(), Charge()))
HELLO = rule("hello", SignedUp(), on_day(0, Notify("welcome")), on_day(4, Notify("good-cup")))
ANA = person("ana", "pays", date(2026, 2, 1))


def test_a_rule_that_is_about_something_else_now_is_another_rule(opened: OpenOffice) -> None:
    rescue = rule(
        "rescue",
        PaymentFailed(first_time=True),
        on_day(0, Notify("payment-refused")),
        on_day(3, Cancel("now", "unpaid")),
    )
    people = [person("vic", "pays", date(2026, 2, 3)), person("bob", "declines", date(2026, 2, 1))]
    shop = opened([BILL, rescue], people)
    shop.turn(after=NOON)
    shop.turn(after=timedelta(minutes=5))
    edited = replace(
        rescue,
        about=About.SUBSCRIPTION,
        triggers=(PaymentFailed(first_time=True), SubscriptionEnded()),
        once_per=("invoice", "occurrence"),
    )
    shop.use(BILL, edited)
    for _ in range(4):
        shop.turn(after=timedelta(days=1))

    assert [(row.external_id, row.status) for row in shop.rows(subscription)] == [
        ("vic-1", "active"),
        ("bob-1", "active"),
    ]
    assert [row.ended for row in shop.rows(firing) if row.trigger == "payment_failed"] == [
        "rule_removed"
    ]


def test_a_rule_that_is_about_the_same_again_remembers_what_it_did(opened: OpenOffice) -> None:
    greet = rule("greet", CycleDue(), on_day(0, Notify("welcome")), once_per="ever")
    week = Duration(1, Unit.WEEK)
    told = person("ana", "pays", date(2026, 2, 1), every=week, price="small-week")
    shop = opened([greet], [told])
    shop.turn(after=NOON)
    mails = [len(shop.mails("welcome"))]
    for about in (About.SUBSCRIBER, About.SUBSCRIPTION):
        shop.use(replace(greet, about=about))
        for _ in range(4):
            shop.turn(after=timedelta(days=2))
        mails.append(len(shop.mails("welcome")))

    # Once for the subscription, once for the subscriber, and not again for the subscription.
    assert mails == [1, 2, 2]


def test_a_rule_that_is_about_the_same_again_counts_from_then_on(opened: OpenOffice) -> None:
    greet = rule("greet", CycleDue(), on_day(0, Notify("welcome")))
    week = Duration(1, Unit.WEEK)
    told = person("ana", "pays", date(2026, 2, 1), every=week, price="small-week")
    shop = opened([greet], [told])
    shop.turn(after=NOON)
    shop.use(replace(greet, about=About.SUBSCRIBER, triggers=(SignedUp(),)))
    for _ in range(4):
        shop.turn(after=timedelta(days=5))
    shop.use(greet)
    shop.turn(after=timedelta(hours=1))
    at_once = len(shop.mails("welcome"))
    for _ in range(4):
        shop.turn(after=timedelta(days=2))

    assert at_once == 1  # two cycles began meanwhile, and were not its own
    assert len(shop.mails("welcome")) == 3  # two more have begun since


def test_a_firing_whose_last_step_is_gone_does_not_stay_open(opened: OpenOffice) -> None:
    both = rule("both", SignedUp(), on_day(0, Notify("welcome")), on_day(2, Notify("good-cup")))
    shop = opened([both], [ANA])
    shop.turn(after=NOON)
    shop.pass_time(timedelta(days=2))
    shop.hold("class", "message")
    shop.tick()
    shop.use(replace(both, entries=both.entries[:1], stop_when=(SubscriptionEnded(),)))
    shop.release("class", "message")
    shop.work()

    assert [(row.step, row.state) for row in shop.jobs()] == [
        ("0/notify/welcome", "done"),
        ("2/notify/good-cup", "skipped"),
    ]
    assert [row.ended for row in shop.rows(firing)] == ["finished"]


def test_what_is_unclear_is_asked_for_although_its_step_is_gone(opened: OpenOffice) -> None:
    shop = opened([BILL], [person("ana", "times-out-done", date(2026, 2, 1))])
    shop.turn(after=NOON)
    before = shop.states("0/charge")
    shop.use(replace(BILL, entries=(on_day(0, Invoice()),)))
    for _ in range(3):
        shop.turn(after=timedelta(minutes=20))

    assert before == ["unknown"]
    assert shop.states("0/charge") == ["done"]
    assert [row.ended for row in shop.rows(firing)] == ["finished"]


def test_rules_that_are_no_longer_live_do_not_look(opened: OpenOffice) -> None:
    shop = opened([BILL], [ANA])
    older = shop.desk
    shop.pass_time(timedelta(minutes=1))
    shop.use(BILL, HELLO)
    newer = shop.desk
    shop.pass_time(timedelta(minutes=1))
    shop.change(person("new", "pays", date(2026, 2, 1)))

    shop.desk = older
    with pytest.raises(StateError, match="new rules were applied meanwhile"):
        shop.tick()
    shop.desk = newer
    shop.turn(after=timedelta(minutes=5))

    assert shop.mails("welcome") == ["new@example.test"]


def test_a_clock_that_stood_ahead_stops_no_job(opened: OpenOffice) -> None:
    shop = opened([BILL], [ANA])
    shop.pass_time(NOON)
    shop.tick()
    waiting = shop.states()

    with pytest.raises(ClockError, match="which is before it"):
        turn(shop.desk, shop.world.clock.at - timedelta(days=1))

    assert waiting == ["ready"]
    assert shop.states() == ["done", "done"]


def test_what_waits_is_billed_by_the_trigger_that_brought_it(opened: OpenOffice) -> None:
    bill = rule("bill", CycleDue(), on_day(0, Invoice()))
    week = Duration(1, Unit.WEEK)
    told = person("ana", "pays", date(2026, 1, 6), every=week, price="small-week")
    shop = opened([bill], [told])
    shop.pass_time(NOON)
    shop.hold("rule", "bill")
    shop.tick()
    shop.use(replace(bill, triggers=(SubscriptionEnded(),), once_per=("occurrence",)))
    shop.release("rule", "bill")
    for _ in range(3):
        shop.turn(after=timedelta(hours=1))

    cycles = [row.cycle_id for row in shop.rows(invoice_line)]
    assert cycles == [row.reference_id for row in shop.rows(firing)]
    assert len(cycles) == len(set(cycles)) > 1


def test_a_segment_that_comes_back_greets_nobody_who_joined_meanwhile(opened: OpenOffice) -> None:
    shop = opened([rule("greet", EntersSegment("all"), on_day(0, Notify("welcome")))], [ANA])
    everybody = conditions(subscription__status="active")
    there = replace(
        shop.desk.live.ruleset,
        segments={"all": Segment("all", About.SUBSCRIPTION, everybody, "d1")},
    )
    gone = replace(there, segments={}, rules={})
    for ruleset, before in ((there, ["greet"]), (gone, ["greet"]), (there, [])):
        with shop.database.write() as connection:
            now = shop.world.clock.at
            rulesets.put_live(connection, ruleset, {}, before, now=now, actor="test")
        number = shop.desk.live.ruleset_id + 1
        shop.desk = replace(shop.desk, live=make_live(number, ruleset, shop.database.dialect))
        shop.turn(after=timedelta(hours=1))
        if ruleset is gone:
            for number in range(3):
                shop.change(person(f"n{number}", "pays", date(2026, 2, 1)))
            shop.turn(after=timedelta(hours=1))
    for _ in range(26):
        shop.turn(after=timedelta(hours=1))

    assert len(shop.rows(segment_member)) == 4
    assert shop.mails("welcome") == []


def test_every_offer_of_a_timeline_is_stored(opened: OpenOffice) -> None:
    days = Duration(3, Unit.DAY)
    offers = rule(
        "offers",
        SignedUp(),
        on_day(0, Offer("larger-box", {"discount": "10%"}, days)),
        on_day(7, Offer("welcome", {"discount": "30%"}, days)),
    )
    shop = opened([offers], [ANA])
    for _ in range(9):
        shop.turn(after=timedelta(days=1))

    assert [row.gives["discount"] for row in shop.rows(offer)] == ["10%", "30%"]


def test_hours_that_come_after_a_day_are_still_to_come(opened: OpenOffice) -> None:
    made = rule("made", SignedUp(), on_day(0, Notify("welcome")))
    later = replace(on_day(0, Notify("good-cup")), after=Duration(40, Unit.HOUR), day=0)
    edited = replace(made, entries=(*made.entries, later, on_day(1, Notify("stay-close"))))
    shop = opened([edited], [ANA])
    for _ in range(12):
        shop.turn(after=timedelta(hours=6))

    assert shop.mails("stay-close") == ["ana@example.test"]
    assert shop.mails("good-cup") == ["ana@example.test"]
