"""Keys of effects hold nothing that a restored backup gives anew: no id, but names and numbers."""

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import select

from duly.actions.charge import Charge
from duly.actions.invoice import Invoice
from duly.actions.notify import Notify
from duly.actions.ship import Ship
from duly.language.kinds import trigger_kinds
from duly.model.about import About, reaches
from duly.model.enrolment import Enrolment
from duly.rule import Rule, Segment
from duly.selection.live import make_live
from duly.store import rulesets
from duly.store.database import Database
from duly.tables.ledger import firing, job, rule
from duly.tables.people import subscriber
from duly.trigger import Trigger
from duly.triggers.cycle_due import CycleDue
from duly.triggers.enters_segment import EntersSegment
from duly.triggers.expiry_approaching import ExpiryApproaching
from duly.triggers.invoice_paid import InvoicePaid
from duly.triggers.payment_failed import PaymentFailed
from duly.triggers.payment_succeeded import PaymentSucceeded
from duly.triggers.signed_up import SignedUp
from duly.triggers.subscription_ended import SubscriptionEnded
from duly.values.duration import Duration, Unit
from office import Office, open_office
from sim.crash import driver, restore
from sim.world import conditions, on_day, person
from sim.world import rule as make_rule

NOON = timedelta(hours=12)
BILL = make_rule("bill", CycleDue(), on_day(0, Invoice(), Charge(), Ship()))
AGAIN = make_rule("again", PaymentFailed(first_time=True), on_day(1, Charge()))
TRIGGERS: tuple[Trigger, ...] = (
    CycleDue(),
    EntersSegment("thirsty"),
    ExpiryApproaching((Duration(10, Unit.DAY),)),
    InvoicePaid(),
    PaymentFailed(),
    PaymentSucceeded(),
    SignedUp(),
    SubscriptionEnded(),
)
THIRSTY = Segment(
    "thirsty",
    About.SUBSCRIPTION,
    conditions(subscription__status="active", cups_a_day={"at_least": 2}),
    "d1",
)
ONCE_PER = ("occurrence", "cycle", "invoice")

OpenOffice = Callable[..., Office]
Memory = tuple[Database, bytes]
Key = tuple[str, str, str]  # rule, step, key


def _greetings() -> Iterator[Rule]:
    """Greet on every kind of trigger, about all it can be about, once per all it can bring."""
    for trigger in TRIGGERS:
        for about in reaches(trigger.subject):
            for once_per in ONCE_PER if trigger.brings else ONCE_PER[:1]:
                name = f"{trigger.name}/{about}/{once_per}"
                made = make_rule(name, trigger, on_day(0, Notify("welcome")), once_per=once_per)
                yield replace(made, about=about)


def _opened(memory: Memory, rules: Sequence[Rule], people: Sequence[Enrolment]) -> Office:
    database, empty = memory
    restore(empty, driver(database.engine))
    return open_office(database, rules, people)


def _with_a_second(told: Enrolment) -> Iterator[Enrolment]:
    """Let somebody have two subscriptions that end on one day."""
    assert told.subscription is not None
    yield told
    name = told.subscription.external_id.replace("-1", "-2")
    yield replace(told, subscription=replace(told.subscription, external_id=name))


def _live_through(shop: Office, *names: str) -> frozenset[Key]:
    """Let six weeks pass, with a segment that everybody enters; returns what was done for ana."""
    ruleset = replace(shop.desk.live.ruleset, segments={"thirsty": THIRSTY})
    with shop.database.write() as connection:
        now = shop.world.clock.at
        rulesets.put_live(connection, ruleset, {}, ruleset.rules, now=now, actor="test")
    live = make_live(shop.desk.live.ruleset_id + 1, ruleset, shop.database.dialect)
    shop.desk = replace(shop.desk, live=live)
    shop.turn()
    for name in names:
        for told in _customer(name, cups=3):
            shop.change(told)
    for _ in range(10):
        for _ in range(3):
            shop.turn(after=NOON)
        shop.turn(after=timedelta(days=3))
    return _keys_of_ana(shop)


def _customer(name: str, cups: int = 1) -> Iterator[Enrolment]:
    ends = date(2026, 3, 10)
    return _with_a_second(person(name, "declines:1", date(2026, 2, 10), ends=ends, cups=cups))


def _keys_of_ana(shop: Office) -> frozenset[Key]:
    found = (
        select(rule.c.name, job.c.step, job.c.effect_key)
        .join_from(job, firing, firing.c.id == job.c.firing_id)
        .join(rule, rule.c.id == firing.c.rule_id)
        .join(subscriber, subscriber.c.id == job.c.subscriber_id)
        .where(subscriber.c.external_id == "ana", job.c.effect_key.is_not(None))
    )
    with shop.database.read() as connection:
        return frozenset((row[0], row[1], row[2]) for row in connection.execute(found))


def test_other_ids_and_databases_make_the_same_keys(
    memory: Memory, opened_on_both: OpenOffice
) -> None:
    rules = [BILL, AGAIN, *_greetings()]
    alone = _live_through(_opened(memory, rules, [*_customer("ana")]), "ana")
    crowd = [*_customer("zoe"), *_customer("bob"), *_customer("ana")]
    among_others = _live_through(opened_on_both(rules, crowd), "bob", "zoe", "ana")

    assert alone == among_others
    assert {name for name, _, _ in alone} == {one.name for one in rules}
    assert len({key for _, _, key in alone}) == len(alone)
    assert {one.name for one in TRIGGERS} == set(trigger_kinds())


def test_after_a_restore_every_key_stays_with_its_customer(memory: Memory) -> None:
    # Tokyo is due first; after the restore both are due in one look, and Los Angeles came first.
    people = [
        person("lia", "pays", date(2026, 2, 3), zone="l"),
        person("tom", "pays", date(2026, 2, 3), zone="t"),
    ]
    bill = make_rule("bill", CycleDue(), on_day(0, Invoice(), Charge(), Notify("your-invoice")))
    shop = _opened(memory, [bill], people)
    shop.turn(after=timedelta(hours=1))
    backup = driver(shop.database.engine).serialize()
    shop.turn(after=timedelta(hours=46))
    shop.turn(after=timedelta(hours=20))
    outside = copy.deepcopy((shop.world.gateway.charges, shop.world.messenger.sent))
    restore(backup, driver(shop.database.engine))
    # Their invoices have changed numbers, so the gateway is asked what it did under each key.
    for _ in range(4):
        shop.turn(after=timedelta(minutes=16))

    charges, letters = outside
    assert sorted(one.customer for one in charges.values()) == ["lia", "tom"]
    assert {key: one.customer for key, one in shop.world.gateway.charges.items()} == {
        key: one.customer for key, one in charges.items()
    }
    assert {key: one.to for key, one in shop.world.messenger.sent.items()} == {
        key: one.to for key, one in letters.items()
    }
    assert set(shop.states()) == {"done"}
