"""When the cycles of a subscription that is taken over begin."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duly.importing.schedule import anchor_for, first_bill_on
from duly.model.enrolment import EnrolledSubscription
from duly.model.subscription import Status
from duly.values.cycle import boundary, index_at
from duly.values.duration import Duration, Unit
from duly.values.money import Money
from import_cases import MONTH, YEAR

WEEK = Duration(1, Unit.WEEK)


@pytest.mark.parametrize(
    ("started_on", "every", "paid_until", "anchor"),
    [
        (date(2026, 1, 31), MONTH, date(2026, 12, 31), date(2026, 1, 31)),
        (date(2026, 1, 31), MONTH, date(2027, 2, 28), date(2026, 1, 31)),  # its own, clamped
        (date(2026, 1, 31), MONTH, date(2026, 12, 15), date(2026, 1, 15)),
        (date(2026, 1, 10), MONTH, date(2026, 12, 31), date(2025, 12, 31)),
        (date(2026, 3, 10), MONTH, date(2026, 12, 31), date(2026, 1, 31)),  # February has no 31st
        (date(2026, 3, 10), YEAR, date(2028, 2, 29), date(2024, 2, 29)),
        (date(2026, 1, 1), WEEK, date(2026, 12, 7), date(2025, 12, 29)),  # Mondays
        (date(2026, 12, 1), MONTH, date(2026, 12, 1), date(2026, 12, 1)),
    ],
)
def test_cycles_are_counted_so_that_one_begins_on_the_first_unpaid_day(
    started_on: date, every: Duration, paid_until: date, anchor: date
) -> None:
    assert anchor_for(started_on, every, paid_until) == anchor


days = st.dates(date(2000, 1, 1), date(2040, 12, 31))
lengths = st.sampled_from(
    [MONTH, YEAR, WEEK, *(Duration(count, unit) for count in (1, 2, 3, 5) for unit in (
        Unit.DAY, Unit.WEEK, Unit.MONTH, Unit.QUARTER, Unit.YEAR
    ))]
)  # fmt: skip


@given(started_on=days, every=lengths, ahead=st.integers(0, 4000))
def test_the_first_unpaid_day_always_begins_a_cycle(
    started_on: date, every: Duration, ahead: int
) -> None:
    paid_until = started_on + timedelta(days=ahead)
    anchor = anchor_for(started_on, every, paid_until)

    index = index_at(anchor, every, paid_until)
    assert boundary(anchor, every, index) == paid_until
    assert anchor <= started_on
    # The day of the month comes back wherever the month has it.
    assert anchor.day >= paid_until.day or every.days


TOLD = EnrolledSubscription(
    external_id="A-1",
    plan="box",
    price="box-2026",
    amount=Money(8900, "RON"),
    every=MONTH,
    status=Status.ACTIVE,
    started_on=date(2026, 1, 31),
    settled_until=date(2026, 12, 1),
)


@pytest.mark.parametrize(
    ("told", "day"),
    [
        (TOLD, date(2026, 12, 31)),  # the cycle from 30 November is the old system's
        (replace(TOLD, settled_until=date(2026, 12, 31)), date(2026, 12, 31)),
        (replace(TOLD, settled_until=date(2027, 2, 28)), date(2027, 2, 28)),
        (replace(TOLD, settled_until=date(2026, 12, 15), anchor_on=date(2026, 1, 15)),
         date(2026, 12, 15)),
        (replace(TOLD, settled_until=None, started_on=date(2026, 12, 5)), date(2026, 12, 5)),
        (replace(TOLD, ending_on=date(2026, 12, 31)), None),  # nothing is owed on its last day
        (replace(TOLD, ending_on=date(2027, 1, 1)), date(2026, 12, 31)),
        (replace(TOLD, term=Duration(11, Unit.MONTH), term_then="ends"), None),
        (replace(TOLD, term=Duration(11, Unit.MONTH), term_then="renews"), date(2026, 12, 31)),
        (replace(TOLD, term=YEAR, term_then="ends", ending_on=date(2026, 12, 10)), None),
    ],
)  # fmt: skip
def test_the_first_bill_comes_with_the_first_cycle_that_is_not_settled(
    told: EnrolledSubscription, day: date | None
) -> None:
    assert first_bill_on(told) == day
