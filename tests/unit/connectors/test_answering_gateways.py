"""The sandbox and the gateway in memory behave alike, token by token."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from charging import ask, charge, find, refused, states
from duly.connector import (
    ChargeRequest,
    FailureClass,
    Misconfigured,
    Place,
    Refused,
    Temporary,
    Uncertain,
)
from duly.testing import AnsweringGateway, Clock, MemoryGateway, MemoryGatewaySettings
from duly.values.money import Money

MARCH_1 = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)

DAY = timedelta(days=1)


def test_a_good_method_pays(gateway: AnsweringGateway) -> None:
    payment = charge(gateway, "pays", "key-1")

    assert (payment.state, payment.amount) == ("succeeded", Money(8900, "RON"))
    assert payment.reference.startswith("sb_")


def test_a_soft_decline_is_kept_and_repeated_under_its_key(gateway: AnsweringGateway) -> None:
    first, second = refused(gateway, "declines", "key-1"), refused(gateway, "declines", "key-1")

    found = find(gateway, "key-1")
    assert first.failure is second.failure is FailureClass.SOFT
    assert first.reference == second.reference
    assert found is not None
    assert (found.state, found.failure, found.reason) == (
        "failed",
        "soft",
        "not enough money in the account",
    )


def test_two_declines_are_counted_by_keys_then_it_pays(gateway: AnsweringGateway) -> None:
    refused(gateway, "declines:2/anna", "key-1")
    refused(gateway, "declines:2/anna", "key-1")  # the same try again is not counted
    refused(gateway, "declines:2/anna", "key-2")

    assert charge(gateway, "declines:2/anna", "key-3").state == "succeeded"
    assert charge(gateway, "declines:2/anna", "key-4").state == "succeeded"


def test_declines_are_counted_for_each_invoice(gateway: AnsweringGateway) -> None:
    refused(gateway, "declines:1", "key-1", invoice="CAF-1")

    refused(gateway, "declines:1", "key-2", invoice="CAF-2")
    assert charge(gateway, "declines:1", "key-3", invoice="CAF-1").state == "succeeded"


def test_declines_are_counted_for_each_customer_and_token(gateway: AnsweringGateway) -> None:
    refused(gateway, "declines:1/anna", "key-1")

    refused(gateway, "declines:1/maria", "key-2")
    with pytest.raises(Refused):
        asyncio.run(gateway.charge(ask("declines:1/anna", customer="Ion"), "key-3"))


def test_a_lost_request_did_nothing_and_its_key_can_be_used_again(
    gateway: AnsweringGateway,
) -> None:
    with pytest.raises(Uncertain):
        charge(gateway, "times-out", "key-1")

    assert find(gateway, "key-1") is None
    assert charge(gateway, "times-out", "key-1").state == "succeeded"


def test_every_new_key_of_a_losing_method_is_lost_once(gateway: AnsweringGateway) -> None:
    with pytest.raises(Uncertain):
        charge(gateway, "times-out", "key-1")
    with pytest.raises(Uncertain):
        charge(gateway, "times-out", "key-2")

    assert charge(gateway, "times-out", "key-2").state == "succeeded"
    assert find(gateway, "key-1") is None


def test_a_lost_answer_has_collected(gateway: AnsweringGateway) -> None:
    with pytest.raises(Uncertain):
        charge(gateway, "times-out-done", "key-1")

    found = find(gateway, "key-1")
    assert found is not None
    assert found.state == "succeeded"
    assert charge(gateway, "times-out-done", "key-1").reference == found.reference


def test_a_pending_payment_succeeds_through_news(gateway: AnsweringGateway, clock: Clock) -> None:
    assert charge(gateway, "pending:2", "key-1").state == "pending"
    clock.advance(2 * DAY - timedelta(microseconds=1))
    assert states(gateway) == []

    clock.advance(timedelta(microseconds=1))

    assert states(gateway) == [("key-1", "succeeded")]
    found = find(gateway, "key-1")
    assert found is not None
    assert found.state == "succeeded"


def test_a_late_failure_comes_through_news_with_its_reason(
    gateway: AnsweringGateway, clock: Clock
) -> None:
    assert charge(gateway, "fails-late:3", "key-1").state == "pending"
    clock.advance(3 * DAY)

    (payment,) = asyncio.run(gateway.news("")).payments

    assert (payment.state, payment.failure) == ("failed", "soft")
    assert payment.reason == "the bank did not find enough money"


def test_money_that_goes_back_was_there_before(gateway: AnsweringGateway, clock: Clock) -> None:
    assert charge(gateway, "returns:3", "key-1").state == "succeeded"
    clock.advance(3 * DAY)

    (payment,) = asyncio.run(gateway.news("")).payments

    assert (payment.state, payment.failure) == ("returned", "soft")


def test_a_key_gets_its_first_answer_also_after_the_payment_turned(
    gateway: AnsweringGateway, clock: Clock
) -> None:
    first = charge(gateway, "fails-late:3", "key-1")
    clock.advance(4 * DAY)

    assert charge(gateway, "fails-late:3", "key-1") == first


def test_news_go_on_from_the_cursor(gateway: AnsweringGateway, clock: Clock) -> None:
    charge(gateway, "pending:1", "key-1")
    clock.advance(DAY)
    first = asyncio.run(gateway.news(""))
    charge(gateway, "pending:0", "key-2")

    assert states(gateway, first.cursor) == [("key-2", "succeeded")]
    assert states(gateway) == [("key-1", "succeeded"), ("key-2", "succeeded")]


def test_news_are_not_lost_when_the_clock_goes_back(
    gateway: AnsweringGateway, clock: Clock
) -> None:
    charge(gateway, "pending:5", "key-1")
    clock.advance(5 * DAY)
    cursor = asyncio.run(gateway.news("")).cursor
    clock.advance(-5 * DAY)

    charge(gateway, "pending:1", "key-2")
    clock.advance(DAY)

    assert states(gateway, cursor) == [("key-2", "succeeded")]


def test_news_come_in_pages_and_keep_the_order_of_happening(
    gateway: AnsweringGateway, clock: Clock
) -> None:
    for number in range(601):
        charge(gateway, f"pending:{1 + number % 2}", f"key-{number:03}")
    clock.advance(2 * DAY)

    first = asyncio.run(gateway.news(""))
    second = asyncio.run(gateway.news(first.cursor))

    assert (len(first.payments), len(second.payments)) == (500, 101)
    assert [each.key for each in first.payments[:2]] == ["key-000", "key-002"]
    assert second.payments[-1].key == "key-599"
    assert asyncio.run(gateway.news(second.cursor)).payments == ()


def test_a_cursor_of_somebody_else_is_refused(gateway: AnsweringGateway) -> None:
    with pytest.raises(Misconfigured, match='"evt_1" is no cursor of this gateway'):
        asyncio.run(gateway.news("evt_1"))


def test_a_gateway_that_is_down_does_nothing_and_says_when_to_ask_again(
    gateway: AnsweringGateway,
) -> None:
    with pytest.raises(Temporary) as caught:
        charge(gateway, "outage", "key-1")

    assert caught.value.retry_after_s == 60
    assert find(gateway, "key-1") is None


def test_wrong_credentials_are_our_mistake(gateway: AnsweringGateway) -> None:
    with pytest.raises(Misconfigured):
        charge(gateway, "wrong-key", "key-1")

    assert find(gateway, "key-1") is None


@pytest.mark.parametrize(
    "other",
    [
        ChargeRequest(Money(8901, "RON"), "pays", "CAF-1", "Anna"),
        ChargeRequest(Money(8900, "EUR"), "pays", "CAF-1", "Anna"),
        ChargeRequest(Money(8900, "RON"), "pays/x", "CAF-1", "Anna"),
        ChargeRequest(Money(8900, "RON"), "pays", "CAF-2", "Anna"),
        ChargeRequest(Money(8900, "RON"), "pays", "CAF-1", "Maria"),
    ],
    ids=["amount", "currency", "token", "invoice", "customer"],
)
def test_a_key_with_another_request_is_a_doubt_and_nobodys_decline(
    gateway: AnsweringGateway, other: ChargeRequest
) -> None:
    first = charge(gateway, "pays", "key-1")

    with pytest.raises(Uncertain, match="this key was used for another request before"):
        asyncio.run(gateway.charge(other, "key-1"))

    assert find(gateway, "key-1") == first


@pytest.mark.parametrize("minor", [0, -100])
def test_nothing_cannot_be_collected(gateway: AnsweringGateway, minor: int) -> None:
    request = ChargeRequest(Money(minor, "RON"), "pays", "CAF-1", "Anna")

    with pytest.raises(Misconfigured, match="cannot be collected"):
        asyncio.run(gateway.charge(request, "key-1"))


def test_a_scripted_gateway_answers_every_token_alike(place: Place) -> None:
    gateway = MemoryGateway.open(MemoryGatewaySettings(always="declines-hard"), place)

    assert refused(gateway, "pays", "key-1").failure is FailureClass.HARD
    assert refused(gateway, "pm_real", "key-2").failure is FailureClass.HARD


def test_a_gateway_may_take_unknown_tokens_as_good_but_never_card_numbers(place: Place) -> None:
    gateway = MemoryGateway.open(MemoryGatewaySettings(otherwise="pays"), place)

    assert charge(gateway, "pm_real", "key-1").state == "succeeded"
    assert refused(gateway, "declines", "key-2").failure is FailureClass.SOFT
    assert refused(gateway, "4242424242424242", "key-3").failure is FailureClass.HARD


def test_a_script_that_is_no_token_is_refused_on_opening(place: Place) -> None:
    with pytest.raises(Misconfigured, match='"succeeds" is no answer to give'):
        MemoryGateway.open(MemoryGatewaySettings(always="succeeds"), place)
