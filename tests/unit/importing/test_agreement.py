"""What is agreed with a subscriber who is taken over, and what contradicts itself."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from duly.catalog import Catalog, Plan, Price
from duly.importing.agreement import Handover, ToldSubscription, agree
from duly.importing.row import BadRowError
from duly.model.enrolment import EnrolledSubscription
from duly.model.subscription import Status
from duly.values.duration import Duration, Unit
from duly.values.money import Money
from import_cases import CATALOG, MONTH

TAKE_OVER = date(2026, 12, 1)
BEFORE = Handover(TAKE_OVER, today=date(2026, 11, 22))
AFTER = Handover(TAKE_OVER, today=date(2026, 12, 10))
TOLD = ToldSubscription(
    external_id="A-1",
    plan="box-small",
    status=None,
    amount=None,
    started_on=date(2026, 1, 31),
    paid_until=None,
    ended_on=None,
)


def agreed(told: ToldSubscription, handover: Handover = BEFORE) -> EnrolledSubscription:
    return agree(told, CATALOG, handover)


def contradiction(told: ToldSubscription, handover: Handover = BEFORE) -> str:
    with pytest.raises(BadRowError) as caught:
        agree(told, CATALOG, handover)
    return str(caught.value)


# How it stands.


@pytest.mark.parametrize(
    ("status", "ended_on", "stands", "ended", "ending"),
    [
        (None, None, Status.ACTIVE, None, None),
        (Status.PAUSED, None, Status.PAUSED, None, None),
        (Status.ENDED, None, Status.ENDED, date(2026, 11, 30), None),  # the day before
        (Status.ENDED, date(2026, 5, 1), Status.ENDED, date(2026, 5, 1), None),
        (None, date(2026, 5, 1), Status.ENDED, date(2026, 5, 1), None),
        (None, date(2026, 11, 28), Status.ENDED, date(2026, 11, 28), None),  # the old system's
        (Status.ENDED, date(2027, 1, 10), Status.ACTIVE, None, date(2027, 1, 10)),  # to come
        (Status.ACTIVE, date(2026, 12, 1), Status.ACTIVE, None, date(2026, 12, 1)),
    ],
)
def test_an_end_is_past_or_planned(
    status: Status | None,
    ended_on: date | None,
    stands: Status,
    ended: date | None,
    ending: date | None,
) -> None:
    found = agreed(replace(TOLD, status=status, ended_on=ended_on))

    assert (found.status, found.ended_on, found.ending_on) == (stands, ended, ending)


def test_an_end_without_a_day_is_not_before_the_start() -> None:
    found = agreed(replace(TOLD, status=Status.ENDED, started_on=date(2026, 12, 5)))

    assert found.ended_on == date(2026, 12, 5)


@pytest.mark.parametrize(
    ("started_on", "handover", "status"),
    [
        (date(2026, 12, 1), BEFORE, Status.PENDING),
        (date(2026, 12, 10), AFTER, Status.ACTIVE),  # starts on the day of the import
        (date(2026, 12, 11), AFTER, Status.PENDING),
        (date(2026, 12, 5), AFTER, Status.ACTIVE),
        (date(2026, 11, 28), BEFORE, Status.ACTIVE),  # starts while it is the old system's
    ],
)
def test_what_starts_later_waits_for_its_day(
    started_on: date, handover: Handover, status: Status
) -> None:
    assert agreed(replace(TOLD, started_on=started_on), handover).status == status


# What was billed elsewhere.


@pytest.mark.parametrize(
    ("started_on", "paid_until", "settled_until", "anchor_on"),
    [
        (date(2026, 1, 31), None, TAKE_OVER, None),
        (date(2026, 1, 31), date(2026, 12, 31), date(2026, 12, 31), None),  # a day of its cycles
        (date(2026, 1, 31), date(2026, 12, 15), date(2026, 12, 15), date(2026, 1, 15)),
        (date(2026, 1, 31), date(2026, 11, 30), date(2026, 11, 30), None),  # unpaid since then
        (date(2026, 12, 1), None, None, None),  # nothing lies before
        (date(2026, 12, 20), date(2026, 12, 20), None, None),
        (date(2026, 12, 20), date(2027, 1, 20), date(2027, 1, 20), None),  # paid ahead
    ],
)
def test_cycles_before_the_first_unpaid_day_are_settled(
    started_on: date, paid_until: date | None, settled_until: date | None, anchor_on: date | None
) -> None:
    found = agreed(replace(TOLD, started_on=started_on, paid_until=paid_until))

    assert (found.settled_until, found.anchor_on) == (settled_until, anchor_on)


def test_of_the_ended_it_does_not_matter_what_was_paid() -> None:
    found = agreed(replace(TOLD, status=Status.ENDED, paid_until=date(2020, 1, 1)))

    assert (found.settled_until, found.anchor_on) == (TAKE_OVER, None)


# Price and term.


def test_the_price_is_the_one_of_the_first_day_or_else_of_the_take_over() -> None:
    plan = Plan(
        "box",
        {},
        (
            Price("box-2026", MONTH, "food", Money(8900, "RON"), since=date(2026, 6, 1),
                  until=date(2026, 11, 30)),
            Price("box-2027", MONTH, "food", Money(9900, "RON"), since=date(2026, 12, 1)),
        ),
    )  # fmt: skip
    catalog = Catalog("RON", {"box": plan})

    prices = [
        agree(replace(TOLD, plan="box", started_on=day), catalog, BEFORE).price
        for day in (date(2026, 7, 1), date(2020, 1, 1), date(2027, 2, 1))
    ]

    assert prices == ["box-2026", "box-2027", "box-2027"]


def test_an_amount_of_its_own_wins_over_the_price_of_the_plan() -> None:
    assert agreed(replace(TOLD, amount=Fraction("29.85"))).amount == Money(2985, "RON")


@pytest.mark.parametrize(
    ("plan", "term", "then"),
    [
        ("box-small", None, ""),
        ("gift-6", Duration(6, Unit.MONTH), "ends"),
        ("yearly", Duration(2, Unit.YEAR), "renews"),
    ],
)
def test_the_term_is_the_one_of_the_plan(plan: str, term: Duration | None, then: str) -> None:
    found = agreed(replace(TOLD, plan=plan, started_on=date(2026, 10, 1)))

    assert (found.term, found.term_then) == (term, then)


# What contradicts itself.


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (
            replace(TOLD, plan="box-office"),
            'the plan "box-office" has a price agreed with each subscriber, and this row has none '
            "(amount)",
        ),
        (
            replace(TOLD, plan="box-office", amount=Fraction(100)),
            'the amount is 100.00 RON, and the plan "box-office" asks at least 250.00 RON',
        ),
        (
            replace(TOLD, ended_on=date(2026, 1, 1)),
            "it ended on 2026-01-01, before it started on 2026-01-31",
        ),
        (
            replace(TOLD, status=Status.ACTIVE, ended_on=date(2026, 10, 1)),
            "it is active, and yet it ended on 2026-10-01",
        ),
        (
            replace(TOLD, paid_until=date(2026, 1, 1)),
            "it is paid until 2026-01-01, before it started on 2026-01-31",
        ),
        (
            replace(TOLD, paid_until=date(2026, 10, 31)),
            "it is paid until 2026-10-31, more than 1 month before 2026-12-01; what is open since "
            "then belongs to the old system",
        ),
        (
            replace(TOLD, plan="gift-6"),
            "its term of 6 months was over on 2026-07-31, and yet it has not ended; say that it "
            "has, or when it started again",
        ),
    ],
)
def test_a_contradiction_is_said(told: ToldSubscription, said: str) -> None:
    assert contradiction(told) == said


def test_a_cycle_before_the_take_over_is_early_enough() -> None:
    found = agreed(replace(TOLD, started_on=date(2026, 1, 1), paid_until=date(2026, 11, 1)))

    assert found.settled_until == date(2026, 11, 1)


def test_a_plan_without_a_price_is_said() -> None:
    plan = Plan("old", {}, (Price("old", MONTH, "food", None, until=date(2025, 12, 31)),))

    with pytest.raises(BadRowError, match='the plan "old" has no price on 2026-12-01'):
        agree(replace(TOLD, plan="old"), Catalog("RON", {"old": plan}), BEFORE)
