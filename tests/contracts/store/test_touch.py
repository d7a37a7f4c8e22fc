"""Whatever a derived field reads touches its subscriber and subscription when it changes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from sqlalchemy import select, update

from duly.billing.arithmetic import Charge, invoice_lines, invoice_total
from duly.condition.fields import field_catalogue
from duly.model.books import AttemptState
from duly.model.business import Business
from duly.model.change import Change, IssueInvoice, MakeOffer, PlanEnd, SettleAttempt
from duly.model.enrolment import (
    EnrolledMethod,
    EnrolledSubscriber,
    EnrolledSubscription,
    Enrolment,
)
from duly.model.subscription import Status
from duly.store import enrolling, schema
from duly.store.applying import apply
from duly.store.bulk import add
from duly.store.context import Context
from duly.store.database import Database, open_database
from duly.store.record import Transaction
from duly.tables.books import payment_attempt
from duly.tables.ledger import firing, rule, ruleset, tick
from duly.tables.people import subscriber
from duly.tables.subscriptions import cycle, subscription, subscription_line
from duly.values.duration import Duration, Unit
from duly.values.money import Money

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
CONTEXT = Context(NOW, "rule:test")
PRICE = Money(8900, "RON")
ANA = EnrolledSubscriber("C-1", "ro", "Europe/Bucharest", email="ana@example.com")
BOX = EnrolledSubscription(
    "A-1", "box", "box-1", PRICE, Duration(1, Unit.MONTH), Status.ACTIVE, date(2026, 2, 15)
)
CARD = EnrolledMethod("cards", "pays/1", "card")


@dataclass(frozen=True, slots=True)
class World:
    """Hold a database with one subscriber whose rows a tick has seen."""

    database: Database

    def enrol(self, transaction: Transaction, *what: Enrolment) -> None:
        enrolling.enrol(transaction, what, enrolling.TakeOver(), CONTEXT)

    def see_everything(self) -> None:
        with self.database.write() as transaction:
            for table in (subscriber, subscription, cycle):
                transaction.execute(update(table).values(tick=1))

    def untouched(self) -> list[str]:
        with self.database.read() as transaction:
            return [
                table.name
                for table in (subscriber, subscription)
                if transaction.execute(select(table.c.tick)).scalar_one() is not None
            ]


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    made = World(open_database(database_url))
    schema.make(made.database)
    with made.database.write() as transaction:
        add(transaction, tick, {"at": NOW, "kinds": []})
        values = {"digest": "d", "source": {}, "applied_at": NOW, "actor": "test"}
        add(transaction, ruleset, values)
        add(
            transaction,
            rule,
            {"name": "r", "about": "subscriber", "since_at": NOW, "tick": 0, "looked_until": NOW},
        )
        made.enrol(transaction, Enrolment(ANA, BOX, CARD))
        add(transaction, firing, _firing())
    made.see_everything()
    yield made
    made.database.close()


def _firing() -> dict[str, object]:
    return {
        "rule_id": 1,
        "subject_id": 1,
        "subscriber_id": 1,
        "key": "cycle:0",
        "trigger": "cycle_due",
        "natural_key": "cycle:0",
        "at": NOW,
        "local_on": date(2026, 3, 1),
        "zone": "Europe/Bucharest",
        "started_at": NOW,
        "tick_id": 1,
        "ruleset_id": 1,
        "letters": "",
        "late": False,
    }


def _issue(transaction: Transaction) -> None:
    line = transaction.execute(select(subscription_line.c.id)).scalar_one()
    charge = Charge("Box", 1, PRICE, "food", Fraction(11, 100), 1, line)
    lines = invoice_lines([charge])
    day = date(2026, 3, 1)
    change = IssueInvoice(
        1, 1, 1, "cycle:0", "invoice", "invoice:2026", 1, "{n}", day, day, day,
        invoice_total(lines, "RON"), lines, {}, {},
    )  # fmt: skip
    apply(transaction, [change], CONTEXT)


def _attempt(transaction: Transaction, state: AttemptState) -> None:
    """Pay or refuse the invoice that was issued before the rows were seen."""
    values = {
        "subscriber_id": 1,
        "invoice_id": 1,
        "payment_method_id": 1,
        "number": 1,
        "effect_key": "k",
        "state": "created",
        "amount_minor": PRICE.minor,
        "currency": "RON",
        "started_at": NOW,
    }
    attempt = add(transaction, payment_attempt, values)
    apply(transaction, [SettleAttempt(attempt, state, failure="soft")], CONTEXT)


def _pay(transaction: Transaction) -> None:
    _attempt(transaction, AttemptState.SUCCEEDED)


def _refuse(transaction: Transaction) -> None:
    _attempt(transaction, AttemptState.FAILED)


def _change(change: Change) -> Callable[[Transaction], None]:
    return lambda transaction: apply(transaction, [change], CONTEXT)


OFFER = MakeOffer(1, 1, 1, "0/offer", {"plan": "large"}, NOW)
END = PlanEnd(1, date(2026, 4, 1), "moved away")

# What changes each derived field other than the calendar, which every new local day looks at.
CAUSES: dict[str, list[Callable[[Transaction], None]]] = {
    "subscriber.has_payment_method": [],  # see the tests of enrolling and of dead methods below
    "subscriber.pays_by": [],
    "subscriber.subscriptions": [_change(END)],
    "subscriber.overdue_days": [_issue, _pay],
    "subscriber.paid_total": [_pay],
    "subscriber.open_balance": [_issue, _pay],
    "subscription.price": [],
    "subscription.amount": [],
    "subscription.cycle": [],
    "subscription.cycle_starts_on": [],
    "subscription.cycle_ends_on": [],
    "subscription.cycle_paid": [_issue, _pay],
    "subscription.renews_automatically": [_change(END)],
    "subscription.ending_on": [_change(END)],
    "subscription.months_active": [],
    "subscription.last_offer_at": [_change(OFFER)],
    "invoice.total": [_issue],
    "invoice.open_amount": [_issue, _pay],
    "invoice.is_paid": [_issue, _pay],
    "invoice.overdue_days": [_issue, _pay],
    "invoice.attempts": [_refuse],
    "payment.amount": [_refuse],
}


def test_every_derived_field_is_thought_of() -> None:
    catalogue = field_catalogue(Business("Shop", "Europe/Bucharest", "RON", ("ro",)))

    derived = {name for name, found in catalogue.fields.items() if found.derived}

    assert derived == set(CAUSES)


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        pytest.param(name, cause, id=f"{name}-{number}")
        for name, causes in CAUSES.items()
        for number, cause in enumerate(causes)
    ],
)
def test_what_a_derived_field_reads_touches_its_subject(
    world: World, name: str, cause: Callable[[Transaction], None]
) -> None:
    if cause in (_pay, _refuse):
        with world.database.write() as transaction:
            _issue(transaction)
        world.see_everything()

    with world.database.write() as transaction:
        cause(transaction)

    assert world.untouched() == []


def test_a_new_payment_method_touches_its_subscriber(world: World) -> None:
    with world.database.write() as transaction:
        other = EnrolledMethod("cards", "pays/2", "card")
        world.enrol(transaction, Enrolment(ANA, BOX, other))

    assert "subscriber" not in world.untouched()


def test_another_price_touches_its_subscription(world: World) -> None:
    with world.database.write() as transaction:
        dearer = EnrolledSubscription(
            "A-1", "box", "box-2", Money(9900, "RON"), BOX.every, BOX.status, BOX.started_on
        )
        world.enrol(transaction, Enrolment(ANA, dearer, CARD))

    assert "subscription" not in world.untouched()
