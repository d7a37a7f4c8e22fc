"""Collect an open invoice from the stored payment method."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self, get_args

from duly.action import (
    MAX_DAYS,
    MAX_DECLINES,
    MAX_TRIES,
    Action,
    Ask,
    Facts,
    Nothing,
    Prepared,
    Task,
    Tools,
)
from duly.condition.words import Translate, as_written
from duly.connector import ChargeRequest, Payment, PaymentState, Uncertain
from duly.model.books import OPEN_ATTEMPTS, TECHNICAL, Attempt, AttemptState
from duly.model.change import Change, NewAttempt, SettleAttempt
from duly.model.ledger import JobClass
from duly.model.outcome import Done, Failed, NotThere, Outcome, Unknown
from duly.model.saved import SavedAttempt
from duly.shape.form import Fields, Word
from duly.values.money import Money


@dataclass(frozen=True, slots=True)
class Charge(Action):
    """Collect what is open of the invoice; a refusal is an answer, not the end of the rule."""

    name = "charge"
    job_class = JobClass.MONEY
    needs = frozenset({"invoice"})
    example = "charge: {from: saved_method}"
    shape = Fields(
        title="Charge",
        about="Collect what is open of the invoice. A refusal is an answer: what follows goes on.",
        optional={
            "from": Word(
                title="From",
                about="Where the money comes from.",
                one_of=(("saved_method", "The card or account that is on file."),),
                unknown="is not something one can charge",
            ),
            "what": Word(
                title="What",
                about="What is collected.",
                one_of=(("invoice", "The invoice that the rule is about, or has just made."),),
                unknown="is not something one can collect",
                not_yet=("everything_open",),
            ),
        },
        not_yet=("via", "on_unknown"),
        empty_ok=True,
    )
    refusal_is_answer = True
    can_find = True

    @classmethod
    def load(cls, given: Mapping[str, Any]) -> Self:
        return cls()

    def describe(self, translate: Translate = as_written) -> str:
        return translate("charge the stored payment method")

    def prepare(self, facts: Facts) -> Prepared:
        if facts.invoice is None:
            return Nothing("there is no invoice to charge")
        if facts.invoice.open.minor <= 0:
            return Nothing("nothing to pay")
        if any(attempt.state in OPEN_ATTEMPTS for attempt in facts.attempts):
            return Nothing("a payment is under way")
        if facts.method is None:
            return Nothing("declined: no payment method that can be charged")
        if _exhausted(facts):
            return Nothing("declined: this invoice was tried often enough")
        row = NewAttempt(
            invoice_id=facts.invoice.id,
            payment_method_id=facts.method.id,
            amount_minor=facts.invoice.open.minor,
            currency=facts.invoice.open.currency,
        )
        return Ask(row, facts.method.gateway)

    async def perform(self, task: Task, tools: Tools) -> Done:
        attempt = _attempt(task)
        request = ChargeRequest(attempt.amount, attempt.token, attempt.invoice, attempt.customer)
        payment = _known(await tools.gateway(task.connector).charge(request, task.effect_key))
        return Done(payment.reference, payment.state)

    async def find(self, task: Task, tools: Tools) -> Outcome:
        payment = await tools.gateway(task.connector).find(task.effect_key)
        return NotThere() if payment is None else _outcome(_known(payment), _attempt(task).amount)

    def settling_delay(self, task: Task, tools: Tools) -> timedelta:
        return tools.gateway(task.connector).look_up_delay

    def settle(self, task: Task, outcome: Outcome) -> tuple[Change, ...]:
        row = _attempt(task)
        match outcome:
            case Done(reference, result):
                return (SettleAttempt(row.id, AttemptState(result), reference),)
            case Failed(reason, failure, reference):
                return (SettleAttempt(row.id, AttemptState.FAILED, reference, failure, reason),)
            case Unknown(reason):
                return (SettleAttempt(row.id, AttemptState.UNKNOWN, reason=reason),)
            case _:
                return ()


def _exhausted(facts: Facts) -> bool:
    declines = sum(_is_declined(attempt) for attempt in facts.attempts)
    since = min((attempt.started_at for attempt in facts.attempts), default=facts.now)
    too_long = facts.now - since > timedelta(days=MAX_DAYS)
    return declines >= MAX_DECLINES or len(facts.attempts) >= MAX_TRIES or too_long


def _is_declined(attempt: Attempt) -> bool:
    """Tell whether the payer's side said no, at once or later; our own failures do not count."""
    if attempt.state == AttemptState.RETURNED:
        return True
    return attempt.state == AttemptState.FAILED and attempt.failure != TECHNICAL


def _attempt(task: Task) -> SavedAttempt:
    assert isinstance(task.row, SavedAttempt), "a charge refers to its attempt"
    return task.row


def _known(payment: Payment) -> Payment:
    """Return an answer that duly understands; raises Uncertain for another one."""
    if payment.state not in get_args(PaymentState):
        raise Uncertain(f'the gateway answered "{payment.state}", which says nothing to duly')
    return payment


def _outcome(payment: Payment, asked: Money) -> Outcome:
    if payment.amount != asked:
        return Unknown(f"the gateway was asked for {payment.amount} under this key, not {asked}")
    if payment.state == "failed":
        return Failed(payment.reason, payment.failure, payment.reference)
    return Done(payment.reference, payment.state)


KIND: type[Action] = Charge
