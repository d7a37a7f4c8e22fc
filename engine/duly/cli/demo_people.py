"""The made-up people of the demo: the same ones every time."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from duly.catalog import Catalog, Plan
from duly.model.enrolment import (
    EnrolledMethod,
    EnrolledSubscriber,
    EnrolledSubscription,
    Enrolment,
)
from duly.model.subscription import Status
from duly.values.duration import add_months
from duly.values.money import Money

TAKEN_OVER = 180
SIGN_UPS = 120

_FIRST = (
    "Ana", "Mihai", "Ioana", "Andrei", "Elena", "Radu", "Maria", "Vlad", "Ștefania", "Bogdan",
    "Cristina", "Dan", "Gabriela", "Horia", "Irina", "Luca", "Mădălina", "Nicolae", "Oana", "Țicu",
    "Emma", "Oliver", "Sophie", "Jack",
)  # fmt: skip
_LAST = (
    "Popescu", "Ionescu", "Mureșan", "Stan", "Dumitru", "Georgescu", "Marin", "Tudor", "Barbu",
    "Lungu", "Șerban", "Țîru", "Constantinescu", "Bălan", "Smith", "Taylor", "Brown", "Wilson",
)  # fmt: skip
_CITIES = (
    ("Cluj-Napoca", "CJ", "400174"),
    ("București", "B", "010011"),
    ("Iași", "IS", "700505"),
    ("Timișoara", "TM", "300001"),
    ("Brașov", "BV", "500001"),
    ("Sibiu", "SB", "550001"),
)
_STREETS = ("Str. Horea", "Bd. Carol I", "Str. Lungă", "Str. Morii", "Aleea Teilor")
# How cards behave, and how many of a hundred do.
_CARDS = (
    ("pays", 76),
    ("declines:1", 8),
    ("declines:2", 4),
    ("declines:3", 2),
    ("declines", 2),
    ("declines-hard", 2),
    ("asks-3ds", 1),
    ("times-out-done", 2),
    ("fails-late:3", 2),
    ("pending:2", 1),
)
_PLANS = (("box-small", 55), ("box-large", 27), ("gift-6", 10), ("box-office", 8))
_ZONES = (("Europe/Bucharest", 92), ("Europe/London", 5), ("America/New_York", 3))


@dataclass(frozen=True, slots=True)
class Arrival:
    """Say who comes, and on which day."""

    on: date
    enrolment: Enrolment


def taken_over(catalog: Catalog, day: date, gateway: str) -> tuple[Enrolment, ...]:
    """Return the subscribers that an older system hands over on a day."""
    draw = random.Random(1)  # noqa: S311 - made-up people, no secret
    return tuple(
        _enrol(draw, catalog, f"C-{n:03}", _started(draw, day), gateway, settled_until=day)
        for n in range(1, TAKEN_OVER + 1)
    )


def _started(draw: random.Random, day: date) -> date:
    return add_months(day, -draw.randint(1, 5)) - timedelta(days=draw.randint(0, 27))


def sign_ups(catalog: Catalog, first: date, last: date, gateway: str) -> tuple[Arrival, ...]:
    """Return who signs up between two days, in order."""
    draw = random.Random(2)  # noqa: S311 - made-up people, no secret
    days = sorted(draw.randint(0, (last - first).days) for _ in range(SIGN_UPS))
    return tuple(
        Arrival(
            on := first + timedelta(days=offset),
            _enrol(draw, catalog, f"N-{n:03}", on, gateway, settled_until=None),
        )
        for n, offset in enumerate(days, start=1)
    )


def _pick(draw: random.Random, weighted: tuple[tuple[str, int], ...]) -> str:
    words = [word for word, _ in weighted]
    return draw.choices(words, [weight for _, weight in weighted])[0]


def _enrol(
    draw: random.Random,
    catalog: Catalog,
    name: str,
    started_on: date,
    gateway: str,
    *,
    settled_until: date | None,
) -> Enrolment:
    plan = catalog.plans[_pick(draw, tuple(_known(catalog)))]
    token = f"{_pick(draw, _CARDS)}/{name}"
    subscription = _subscription(draw, plan, name, started_on, settled_until)
    person = _person(draw, name, started_on)
    return Enrolment(person, subscription, EnrolledMethod(gateway, token, "card"))


def _known(catalog: Catalog) -> Iterator[tuple[str, int]]:
    return (found for found in _PLANS if found[0] in catalog.plans)


def _person(draw: random.Random, name: str, signed_up_on: date) -> EnrolledSubscriber:
    first, last = draw.choice(_FIRST), draw.choice(_LAST)
    city, region, postcode = draw.choice(_CITIES)
    return EnrolledSubscriber(
        external_id=name,
        language="en" if first in _FIRST[-4:] else "ro",
        zone=_pick(draw, _ZONES),
        name=f"{first} {last}",
        email=f"{name.lower()}@example.com",
        phone=f"+407{draw.randint(0, 99_999_999):08}" if draw.random() < 0.6 else "",
        country="RO",
        region=region,
        address=_address(draw, city, region, postcode),
        signed_up_on=signed_up_on,
        own={"cups_a_day": draw.randint(1, 6)},
        consents={"marketing": draw.random() < 0.6} if draw.random() < 0.9 else {},
        consent_source="demo",
    )


def _address(draw: random.Random, city: str, region: str, postcode: str) -> Mapping[str, str]:
    street = f"{draw.choice(_STREETS)} {draw.randint(1, 140)}"
    return {"street": street, "city": city, "region": region, "postcode": postcode}


def _subscription(
    draw: random.Random, plan: Plan, name: str, started_on: date, settled_until: date | None
) -> EnrolledSubscription:
    price = plan.price_on(settled_until or started_on)
    chosen = Money(100 * draw.randint(200, 400), "RON")
    term = plan.term
    return EnrolledSubscription(
        external_id=name.replace("C", "A").replace("N", "B"),
        plan=plan.code,
        price=price.code,
        amount=price.amount or chosen,
        every=price.every,
        status=Status.ACTIVE,
        started_on=started_on,
        term=term.length if term else None,
        term_then=term.then if term else "",
        settled_until=settled_until,
        own={"roast": draw.choice(("light", "medium", "dark"))},
    )
