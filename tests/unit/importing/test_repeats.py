"""A row that stands in a file twice, and rows of one subscriber that do not agree."""

from dataclasses import replace
from datetime import date

import pytest

from duly.importing.repeats import Repeats
from duly.model.enrolment import EnrolledMethod, EnrolledSubscriber, EnrolledSubscription, Enrolment
from duly.model.subscription import Status
from duly.values.money import Money
from import_cases import MONTH

PERSON = EnrolledSubscriber("C-1", "ro", "Europe/Bucharest", name="Ana", own={"cups": 3})
FIRST = EnrolledSubscription(
    external_id="A-1",
    plan="box",
    price="box-2026",
    amount=Money(8900, "RON"),
    every=MONTH,
    status=Status.ACTIVE,
    started_on=date(2026, 1, 31),
)
SECOND = replace(FIRST, external_id="A-2")
CARD, OTHER_CARD = EnrolledMethod("cards", "pm_1"), EnrolledMethod("cards", "pm_2")


def test_a_row_that_stands_there_twice_names_both_lines() -> None:
    repeats = Repeats()

    assert repeats.refuse(2, Enrolment(PERSON, FIRST)) == ""
    assert repeats.refuse(9, Enrolment(replace(PERSON, external_id="C-2"), FIRST)) == (
        '"A-1" stands in line 2 and again in line 9'
    )


def test_a_subscriber_alone_is_known_by_its_own_number() -> None:
    repeats = Repeats()

    assert repeats.refuse(2, Enrolment(PERSON)) == ""
    assert repeats.refuse(3, Enrolment(PERSON)) == '"C-1" stands in line 2 and again in line 3'


def test_a_subscriber_may_have_two_subscriptions() -> None:
    repeats = Repeats()

    assert repeats.refuse(2, Enrolment(PERSON, FIRST, CARD)) == ""
    assert repeats.refuse(3, Enrolment(PERSON, SECOND, CARD)) == ""


@pytest.mark.parametrize(
    ("other", "method", "what"),
    [
        (replace(PERSON, name="Anna"), CARD, "name"),
        (replace(PERSON, own={"cups": 4}), CARD, "fields of your own"),
        (replace(PERSON, address={"city": "Cluj"}, signed_up_on=date(2026, 1, 1)), CARD,
         "address, sign-up"),
        (PERSON, OTHER_CARD, "way to pay"),
    ],
)  # fmt: skip
def test_two_rows_that_tell_otherwise_of_a_subscriber_are_not_both_taken(
    other: EnrolledSubscriber, method: EnrolledMethod, what: str
) -> None:
    repeats = Repeats()
    repeats.refuse(2, Enrolment(PERSON, FIRST, CARD))

    assert repeats.refuse(3, Enrolment(other, SECOND, method)) == (
        f'the subscriber "C-1" stands in line 2 and in line 3 with another {what}; '
        "make the lines agree"
    )


def test_a_row_without_a_way_to_pay_agrees_with_every_other() -> None:
    repeats = Repeats()

    found = [
        repeats.refuse(line, Enrolment(PERSON, replace(FIRST, external_id=f"A-{line}"), method))
        for line, method in enumerate((None, CARD, None, OTHER_CARD), start=2)
    ]

    assert [bool(reason) for reason in found] == [False, False, False, True]


def test_a_refused_row_does_not_take_its_number() -> None:
    repeats = Repeats()
    repeats.refuse(2, Enrolment(PERSON, FIRST))
    repeats.refuse(3, Enrolment(replace(PERSON, name="Anna"), SECOND))

    assert repeats.refuse(4, Enrolment(PERSON, SECOND)) == ""
