"""A small coffee business for the simulator: twelve subscribers who meet every step of the pack."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

from duly.action import Action, Shop
from duly.actions.cancel import Cancel
from duly.actions.charge import Charge
from duly.actions.invoice import Invoice
from duly.actions.notify import Notify
from duly.actions.offer import Offer
from duly.actions.pause import Pause
from duly.actions.resume import Resume
from duly.actions.ship import Ship
from duly.catalog import Catalog, Content, Plan, Price, Product, Rate, Tax
from duly.condition import given
from duly.condition.fields import field_catalogue
from duly.condition.parse import parse_condition
from duly.condition.tree import Condition
from duly.model.about import About
from duly.model.business import Business, OwnField
from duly.model.enrolment import (
    EnrolledMethod,
    EnrolledSubscriber,
    EnrolledSubscription,
    Enrolment,
)
from duly.model.subscription import Status
from duly.rule import Entry, Rule, RuleSet, Segment, Step
from duly.template.draft import MessageClass, MessageHeader, MessageSource
from duly.template.letterhead import Letterhead
from duly.template.message import CompiledMessage, compile_message
from duly.template.name import Name
from duly.template.scan import Placed
from duly.trigger import Catch, CatchUp, Trigger
from duly.triggers.cycle_due import CycleDue
from duly.triggers.enters_segment import EntersSegment
from duly.triggers.expiry_approaching import ExpiryApproaching
from duly.triggers.invoice_paid import InvoicePaid
from duly.triggers.payment_failed import PaymentFailed
from duly.triggers.signed_up import SignedUp
from duly.triggers.subscription_ended import SubscriptionEnded
from duly.values.duration import Duration, Unit
from duly.values.money import Money
from duly.values.problem import Span

START = datetime(2026, 2, 1, 0, 0, tzinfo=UTC)
INSTALLATION = "coffee-1"
CHANNELS = {"email": "mail", "sms": "texts"}
DEAD_PHONE = "+40700000000"

_SPAN = Span("rules.yaml", 1, 1)
_MONTH = Duration(1, Unit.MONTH)
_WEEK = Duration(1, Unit.WEEK)
_EACH = CatchUp(Catch.EACH, up_to=12)
_ADDRESS = {"street": "Str. Horea 10", "city": "Cluj-Napoca"}
_ZONES = {"b": "Europe/Bucharest", "l": "America/Los_Angeles", "t": "Asia/Tokyo"}

BUSINESS = Business(
    "Cafeaua",
    "Europe/Bucharest",
    "RON",
    ("en",),
    country="RO",
    sender="Cafeaua <salut@cafea.example>",
    fields=(OwnField("cups_a_day", "number"),),
)
CATALOG = Catalog(
    "RON",
    plans={
        "small": Plan(
            "small",
            {"": "Small box"},
            (Price("small-26", _MONTH, "food"), Price("small-week", _WEEK, "food")),
            parcel=(Content("beans", 2),),
        ),
        "gift": Plan(
            "gift",
            {"": "Gift"},
            (Price("gift-26", _MONTH, "food"),),
            parcel=(Content("beans", 1),),
        ),
    },
    products={"beans": Product("beans", {"": "Beans 250 g"})},
    taxes={"food": Tax("food", (Rate("RO", Fraction(11, 100)),))},
)


def conditions(**written: Any) -> Condition:
    """Read conditions as a rule file would give them; ``__`` stands for a dot."""
    entries = tuple(
        (given.Text(name.replace("__", "."), _SPAN), _given(value))
        for name, value in written.items()
    )
    found, problems = parse_condition(given.Entries(entries, _SPAN), field_catalogue(BUSINESS))
    assert found is not None, problems
    return found


def _given(value: Any) -> given.Given:
    if isinstance(value, dict):
        entries = tuple((given.Text(key, _SPAN), _given(one)) for key, one in value.items())
        return given.Entries(entries, _SPAN)
    return given.Text(str(value), _SPAN)


def steps(day: int, *actions: Action) -> tuple[Step, ...]:
    """Name actions as the reader of rules does."""
    return tuple(Step(f"{day}/{action.step}", action, _SPAN) for action in actions)


def on_day(day: int, *actions: Action, only_if: Condition | None = None) -> Entry:
    """Say what is done on a day of a timeline."""
    return Entry(steps(day, *actions), day=day, only_if=only_if)


def rule(
    name: str, trigger: Trigger, *entries: Entry, once_per: str | Duration = "", **more: Any
) -> Rule:
    """Make a rule about what its trigger is about."""
    how_often = once_per or trigger.default_once_per
    return Rule(name, trigger.subject, (trigger,), entries, (how_often,), _EACH, _SPAN, **more)


def _rules() -> Mapping[str, Rule]:
    ends = (InvoicePaid(), SubscriptionEnded())
    unpaid = conditions(subscription__status="paused", subscription__paused_reason="unpaid")
    happy = conditions(consent__marketing="true", subscription__cycle_paid="true")
    made = (
        rule(
            "invoice-each-cycle",
            CycleDue(),
            on_day(0, Invoice("your-invoice", ("email",)), Notify("your-invoice"), Charge()),
        ),
        rule(
            "payment-rescue",
            PaymentFailed(first_time=True),
            on_day(0, Notify("payment-refused")),
            on_day(3, Charge()),
            on_day(7, Charge(), Notify("last-warning", ("sms", "email"))),
            on_day(14, Pause("unpaid"), Notify("subscription-paused")),
            on_day(21, Charge()),
            stop_when=ends,
        ),
        rule(
            "welcome-back",
            InvoicePaid(),
            on_day(0, Resume(), Notify("welcome-back")),
            only_if=unpaid,
        ),
        rule(
            "let-go",
            EntersSegment("paused-unpaid", Duration(9, Unit.DAY)),
            on_day(0, Cancel("now", "unpaid"), Notify("subscription-closed")),
        ),
        rule(
            "ship-when-paid",
            InvoicePaid(),
            on_day(0, Ship(), Notify("box-on-its-way")),
            once_per="cycle",
        ),
        rule(
            "first-weeks",
            SignedUp(),
            on_day(0, Notify("welcome")),
            on_day(4, Notify("good-cup")),
            on_day(14, Notify("stay-close"), only_if=conditions(consent__marketing="true")),
            stop_when=(SubscriptionEnded(),),
        ),
        rule(
            "ends-soon",
            ExpiryApproaching((Duration(14, Unit.DAY), Duration(3, Unit.DAY))),
            on_day(0, Notify("ends-soon")),
        ),
        rule("farewell", SubscriptionEnded(), on_day(0, Notify("farewell"))),
        rule(
            "offer-larger-box",
            EntersSegment("big-thirst", Duration(4, Unit.DAY)),
            on_day(0, Offer("larger-box", {"plan": "gift"}, Duration(10, Unit.DAY))),
            once_per=Duration(180, Unit.DAY),
            only_if=happy,
        ),
        rule(
            "leaves-at-the-end",
            EntersSegment("leaver"),
            on_day(0, Cancel("cycle_end", "moved away")),
        ),
    )
    return {one.name: one for one in made}


def _segments() -> Mapping[str, Segment]:
    members = {
        "paused-unpaid": conditions(
            subscription__status="paused", subscription__paused_reason="unpaid"
        ),
        "big-thirst": conditions(
            subscription__plan="small",
            subscription__status="active",
            subscription__months_active={"at_least": 4},
            cups_a_day={"at_least": 2},
        ),
        "leaver": conditions(cups_a_day="0", subscription__cycle_paid="true"),
    }
    return {
        name: Segment(name, About.SUBSCRIPTION, condition, name)
        for name, condition in members.items()
    }


def message(name: str, message_class: MessageClass, *, sms: bool = False) -> CompiledMessage:
    """Write a short message."""
    header = MessageHeader(
        Placed(f"About {name}", _SPAN),
        message_class,
        sms=Placed(f"{name}, {{{{ subscriber.first_name | default('friend') }}}}", _SPAN)
        if sms
        else None,
    )
    names = {
        "subscriber.first_name": Name("text", may_be_missing=True),
        "unsubscribe_link": Name("link"),
    }
    body = Placed(f"{name}, {{{{ subscriber.first_name | default('friend') }}}}.", _SPAN)
    return compile_message(MessageSource(header, body, "en"), names, Letterhead("Cafea", "Cafea"))


def _messages() -> Mapping[tuple[str, str], CompiledMessage]:
    classes: Mapping[str, MessageClass] = {
        "your-invoice": "transactional",
        "payment-refused": "transactional",
        "subscription-paused": "transactional",
        "welcome-back": "transactional",
        "subscription-closed": "transactional",
        "box-on-its-way": "transactional",
        "welcome": "service",
        "good-cup": "service",
        "stay-close": "service",
        "ends-soon": "service",
        "farewell": "service",
        "larger-box": "marketing",
    }
    made = {(name, "en"): message(name, of_class) for name, of_class in classes.items()}
    return made | {("last-warning", "en"): message("last-warning", "transactional", sms=True)}


def person(
    name: str,
    token: str,
    started: date,
    *,
    zone: str = "b",
    plan: str = "small",
    price: str = "small-26",
    every: Duration = _MONTH,
    phone: str = "",
    ends: date | None = None,
    settled: date | None = None,
    cups: int = 1,
) -> Enrolment:
    """Write down a subscriber with one subscription and a card that does what its token says."""
    told = EnrolledSubscriber(
        name,
        "en",
        _ZONES[zone],
        name=name.capitalize(),
        email=f"{name}@example.test",
        phone=phone,
        country="RO",
        address=_ADDRESS,
        signed_up_on=started,
        own={"cups_a_day": cups},
        consents={"marketing": True},
    )
    bought = EnrolledSubscription(
        f"{name}-1",
        plan,
        price,
        Money(8900, "RON"),
        every,
        Status.ACTIVE,
        started,
        term_then="ends" if ends else "",
        term_ends_on=ends,
        settled_until=settled,
    )
    return Enrolment(told, bought, EnrolledMethod("cards", f"{token}/{name}"))


PEOPLE = (
    person("ana", "pays", date(2026, 2, 2), cups=0),
    person("bob", "declines:1", date(2026, 2, 1), zone="t"),
    person("cara", "declines:2", date(2026, 1, 31)),
    person("dan", "declines:3", date(2026, 2, 1), phone="+40711111111"),
    person("eve", "declines-hard", date(2026, 2, 1), zone="l"),
    person("fay", "times-out", date(2026, 2, 3)),
    person("gus", "times-out-done", date(2026, 2, 4), zone="t"),
    person("hal", "asks-3ds", date(2026, 1, 31), phone=DEAD_PHONE),
    person("ivy", "fails-late:3", date(2026, 2, 2)),
    person("jon", "returns:3", date(2026, 2, 2), zone="l"),
    person(
        "kim",
        "pays",
        date(2026, 1, 20),
        plan="gift",
        price="gift-26",
        ends=date(2026, 2, 20),
    ),
    # Her fourth month ends on 10 February: she enters a segment when nobody is new any more.
    person(
        "lea",
        "pays",
        date(2025, 10, 10),
        price="small-week",
        every=_WEEK,
        settled=date(2026, 2, 1),
        cups=3,
    ),
)

RULESET = RuleSet("coffee", BUSINESS, CATALOG, _rules(), _segments(), _messages())
SHOP = Shop(
    BUSINESS,
    CATALOG,
    RULESET.messages,
    CHANNELS,
    gateways=("cards",),
    carrier="courier",
    installation=INSTALLATION,
)
