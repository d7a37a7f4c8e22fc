"""End a subscription, now or with its cycle."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Self

from duly.action import Action, Books, Facts, Impossible, Nothing, Prepared
from duly.condition.words import Translate, as_written
from duly.model.change import EndSubscription, PlanEnd
from duly.model.ledger import JobClass
from duly.model.subscription import Status, Subscription
from duly.shape.form import Fields, Word
from duly.shape.scalars import text
from duly.values.cycle import cycle_dates, index_at


@dataclass(frozen=True, slots=True)
class Cancel(Action):
    """End today, or decide that it ends with the present cycle."""

    name = "cancel"
    job_class = JobClass.BOOKS
    needs = frozenset({"subscription"})
    example = "cancel: {at: cycle_end, reason: unpaid}"
    shape = Fields(
        title="End the subscription",
        about="End it today, or let it run out with the cycle that is paid for.",
        optional={
            "at": Word(
                title="At",
                about="When it ends; without a word with the cycle.",
                one_of=(
                    ("now", "Today."),
                    ("cycle_end", "When the present cycle is over."),
                ),
                unknown="is not a time at which a subscription can end",
                not_yet=("term_end",),
            ),
            "reason": text(
                "Reason", "Why; fields and reports show this word.", "unpaid", at_most=64
            ),
        },
        not_yet=("settle",),
        empty_ok=True,
    )

    at: Literal["now", "cycle_end"] = "cycle_end"
    reason: str = ""

    @classmethod
    def load(cls, given: Mapping[str, Any]) -> Self:
        return cls(at=given.get("at", "cycle_end"), reason=given.get("reason", ""))

    def describe(self, translate: Translate = as_written) -> str:
        if self.at == "now":
            return translate("end the subscription now")
        return translate("end the subscription at the end of the cycle")

    def prepare(self, facts: Facts) -> Prepared:
        subscription = facts.subscription
        if subscription is None:
            return Impossible("there is no subscription to end")
        if subscription.status == Status.ENDED:
            return Nothing("already ended")
        if self.at == "now":
            change = EndSubscription(subscription.id, facts.today, self.reason)
            return Books((change,), result="ended")
        ends_on = _present_end(subscription, facts.today)
        if subscription.stops_on is not None and subscription.stops_on <= ends_on:
            return Nothing("it ends by then anyway")
        planned = PlanEnd(subscription.id, ends_on, self.reason)
        return Books((planned,), result="end planned")


def _present_end(subscription: Subscription, today: date) -> date:
    """Return the end of the cycle that runs today, whichever cycle the rule is about."""
    anchor, every = subscription.anchor_on, subscription.every
    day = max(today, anchor)
    return cycle_dates(anchor, every, index_at(anchor, every, day)).end


KIND: type[Action] = Cancel
