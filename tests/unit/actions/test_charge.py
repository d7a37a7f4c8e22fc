"""What a charge prepares, and what an answer changes."""

import asyncio
from dataclasses import dataclass, replace
from typing import cast

import pytest

from action_cases import INVOICE, SAVED_ATTEMPT, attempts, facts, task
from duly.action import Ask, Facts, Nothing, Prepared, Tools
from duly.actions.charge import Charge
from duly.connector import Payment, PaymentState
from duly.model.books import AttemptState
from duly.model.change import Change, NewAttempt, SettleAttempt
from duly.model.outcome import Done, Failed, NotThere, Outcome, Retry, Unknown, Wait
from duly.values.money import Money

CHARGE = Charge()
ASKED = Ask(NewAttempt(4, 5, 8900, "RON"), "cards")
DECLINED_OFTEN = Nothing("declined: this invoice was tried often enough")
UNDER_WAY = Nothing("a payment is under way")


def invoice_open(minor: int) -> Facts:
    return facts(invoice=replace(INVOICE, open=Money(minor, "RON")))


@pytest.mark.parametrize(
    ("given", "prepared"),
    [
        (facts(), ASKED),
        (facts(invoice=None), Nothing("there is no invoice to charge")),
        (invoice_open(0), Nothing("nothing to pay")),
        (invoice_open(-100), Nothing("nothing to pay")),
        (invoice_open(400), Ask(NewAttempt(4, 5, 400, "RON"), "cards")),  # what is left of it
        (facts(attempts=attempts("created")), UNDER_WAY),
        (facts(attempts=attempts("failed", "pending")), UNDER_WAY),
        (facts(attempts=attempts("unknown")), UNDER_WAY),
        (facts(attempts=attempts("failed")), ASKED),
        (facts(attempts=attempts("returned")), ASKED),
        (facts(method=None), Nothing("declined: no payment method that can be charged")),
        # The limits: 7 declines, 20 tries, 60 days.
        (facts(attempts=attempts(*["failed"] * 6)), ASKED),
        (facts(attempts=attempts(*["failed"] * 7)), DECLINED_OFTEN),
        (facts(attempts=attempts(*["failed"] * 6, "returned")), DECLINED_OFTEN),
        (facts(attempts=attempts(*["failed"] * 19, failure="technical")), ASKED),
        (facts(attempts=attempts(*["failed"] * 20, failure="technical")), DECLINED_OFTEN),
        (facts(attempts=attempts("failed", days_ago=60)), ASKED),
        (facts(attempts=attempts("failed", days_ago=61)), DECLINED_OFTEN),
    ],
)
def test_a_charge_asks_for_what_is_open_unless_it_may_not(given: Facts, prepared: Prepared) -> None:
    assert CHARGE.prepare(given) == prepared


@dataclass(frozen=True, slots=True)
class _Answers:
    """Be tools whose gateway gives one answer to whatever is asked."""

    payment: Payment | None

    def gateway(self, name: str) -> "_Answers":
        return self

    async def find(self, key: str) -> Payment | None:
        return self.payment


def there(state: PaymentState, minor: int = 8900, failure: str = "") -> Payment:
    return Payment("key", "r1", state, Money(minor, "RON"), failure, "too little" * bool(failure))


@pytest.mark.parametrize(
    ("payment", "outcome"),
    [
        (None, NotThere()),
        (there("succeeded"), Done("r1", "succeeded")),
        (there("failed", failure="soft"), Failed("too little", "soft", "r1")),
        # After a restored backup the price may be another one than the one that was collected.
        (
            there("succeeded", 9900),
            Unknown("the gateway was asked for 99.00 RON under this key, not 89.00 RON"),
        ),
    ],
)
def test_what_is_found_is_believed_if_it_is_the_amount(
    payment: Payment | None, outcome: Outcome
) -> None:
    tools = cast(Tools, _Answers(payment))

    assert asyncio.run(CHARGE.find(task(SAVED_ATTEMPT), tools)) == outcome


def settled(state: AttemptState, **more: str) -> tuple[Change, ...]:
    return (SettleAttempt(SAVED_ATTEMPT.id, state, **more),)


@pytest.mark.parametrize(
    ("outcome", "changes"),
    [
        (Done("r1", "succeeded"), settled(AttemptState.SUCCEEDED, reference="r1")),
        (Done("r1", "pending"), settled(AttemptState.PENDING, reference="r1")),
        (Done("r1", "returned"), settled(AttemptState.RETURNED, reference="r1")),
        (
            Failed("no funds", "soft", "r2"),
            settled(AttemptState.FAILED, reference="r2", failure="soft", reason="no funds"),
        ),
        (Unknown("no answer"), settled(AttemptState.UNKNOWN, reason="no answer")),
        (Retry("down"), ()),  # it stays what it was
        (Wait("wrong key"), ()),
        (NotThere(), ()),
    ],
)
def test_an_answer_settles_the_attempt(outcome: Outcome, changes: tuple[Change, ...]) -> None:
    assert CHARGE.settle(task(SAVED_ATTEMPT), outcome) == changes


def test_a_refusal_is_an_answer() -> None:
    assert Charge.refusal_is_answer
