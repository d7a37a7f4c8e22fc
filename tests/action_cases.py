"""The facts of one job, for the tests of actions: ana, her small box, its invoice and her card."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from duly.action import Facts, Task
from duly.model.about import About
from duly.model.books import Attempt, AttemptState, Invoice
from duly.model.ledger import Firing, Job, JobClass, JobState
from duly.model.people import PaymentMethod, Subscriber
from duly.model.saved import SavedAttempt, SavedMessage, SavedParcel, SavedRow
from duly.model.subscription import Cycle, Line, Status, Subscription
from duly.values.duration import Duration, Unit
from duly.values.money import Money, Taxed
from sim.world import SHOP

NOW = datetime(2026, 2, 10, 22, 30, tzinfo=UTC)  # it is the 11th in Bucharest
TODAY = date(2026, 2, 11)
PRICE = Money(8900, "RON")
# 8900 of 111 parts, 11 of them tax: 8900 / 1.11 = 8018.02
TAXED = Taxed(Money(8018, "RON"), Money(882, "RON"), PRICE)

SUBSCRIBER = Subscriber(
    id=1,
    external_id="ana",
    language="en",
    zone="Europe/Bucharest",
    kind="person",
    name="Ana Pop",
    email="ana@example.test",
    phone="+40711111111",
    country="RO",
    address={"street": "Str. Horea 10", "city": "Cluj-Napoca"},
)
SUBSCRIPTION = Subscription(
    id=2,
    external_id="ana-1",
    subscriber_id=1,
    plan="small",
    status=Status.ACTIVE,
    started_on=date(2026, 1, 31),
    anchor_on=date(2026, 1, 31),
    every=Duration(1, Unit.MONTH),
    zone="Europe/Bucharest",
    currency="RON",
)
CYCLE = Cycle(
    id=3,
    subscription_id=2,
    number=0,
    start_on=date(2026, 1, 31),
    end_on=date(2026, 2, 28),
    start_at=datetime(2026, 1, 30, 22, tzinfo=UTC),
    end_at=datetime(2026, 2, 27, 22, tzinfo=UTC),
    zone="Europe/Bucharest",
    billable=True,
    settled_elsewhere=False,
)
INVOICE = Invoice(
    id=4,
    subscriber_id=1,
    subscription_id=2,
    number="2026-00001",
    issued_on=date(2026, 1, 31),
    due_on=date(2026, 2, 14),
    total=TAXED,
    open=PRICE,
)
METHOD = PaymentMethod(5, 1, "cards", "pays/ana", "card", "active")
FIRING = Firing(
    id=6,
    rule="bill",
    about=About.SUBSCRIPTION,
    subject_id=2,
    subscriber_id=1,
    key="cycle:0",
    trigger="cycle_due",
    at=NOW,
    local_on=TODAY,
    zone="Europe/Bucharest",
    reference_id=3,
    started_at=NOW,
    started_on=None,
    late=False,
    ended="finished",
)
JOB = Job(
    id=7,
    firing_id=6,
    subscriber_id=1,
    step="0/charge",
    kind="charge",
    job_class=JobClass.MONEY,
    state=JobState.READY,
    due_at=NOW,
    made_at=NOW,
    tries=0,
    fence=0,
)
FACTS = Facts(
    shop=SHOP,
    job=JOB,
    firing=FIRING,
    now=NOW,
    today=TODAY,
    subscriber=SUBSCRIBER,
    subscription=SUBSCRIPTION,
    lines=(Line(8, "base", "small-26", 1, PRICE),),
    cycle=CYCLE,
    invoice=INVOICE,
    method=METHOD,
)

SAVED_MESSAGE = SavedMessage(
    id=9,
    channel="email",
    name="welcome",
    language="en",
    message_class="service",
    sender="Cafeaua <salut@cafea.example>",
    domain="cafea.example",
    address="ana@example.test",
    subject="Welcome",
    text="Hello",
    html="<p>Hello</p>",
)
SAVED_ATTEMPT = SavedAttempt(10, PRICE, "pays/ana", "2026-00001", "ana")
SAVED_PARCEL = SavedParcel(
    11,
    "ana-1",
    ({"product": "beans", "name": "Beans 250 g", "count": 2},),
    "Ana Pop",
    {"street": "Str. Horea 10", "city": "Cluj-Napoca", "country": "RO"},
)


def facts(**changes: Any) -> Facts:
    """Change some of the facts."""
    return replace(FACTS, **changes)


def subscribed(**changes: Any) -> Facts:
    """Change the subscription."""
    return facts(subscription=replace(SUBSCRIPTION, **changes))


def written_to(**changes: Any) -> Facts:
    """Change the subscriber."""
    return facts(subscriber=replace(SUBSCRIBER, **changes))


def attempts(*states: str, failure: str = "soft", days_ago: int = 0) -> tuple[Attempt, ...]:
    """Make tries of the invoice, oldest first."""
    at = NOW - timedelta(days=days_ago)
    return tuple(
        Attempt(number, 4, 5, number, f"key:{number}", AttemptState(state), PRICE, failure, at)
        for number, state in enumerate(states, start=1)
    )


def task(row: SavedRow, kind: str = "charge") -> Task:
    """Make the task of a call that asks about a row."""
    return Task(job_id=7, fence=1, kind=kind, connector="x", effect_key="key", row=row)
