"""Pause a subscription."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from duly.action import Action, Books, Facts, Impossible, Nothing, Prepared
from duly.condition.words import Translate, as_written
from duly.model.change import PauseSubscription
from duly.model.ledger import JobClass
from duly.model.subscription import Status
from duly.shape.form import Fields, Word
from duly.shape.scalars import text


@dataclass(frozen=True, slots=True)
class Pause(Action):
    """Pause from today on; nothing is charged for cycles that start while paused."""

    name = "pause"
    job_class = JobClass.BOOKS
    needs = frozenset({"subscription"})
    example = "pause: {reason: unpaid}"
    shape = Fields(
        title="Pause the subscription",
        about="From today on; cycles that start while it is paused cost nothing.",
        optional={
            "reason": text(
                "Reason", "Why; conditions and reports show this word.", "unpaid", at_most=64
            ),
            "grid": Word(
                title="Grid",
                about="What a pause does to the days of the cycles.",
                one_of=(("keep", "They stay where they are."),),
                unknown="is not something a pause can do to the cycles",
                not_yet=("shift", "credit"),
            ),
        },
        not_yet=("for", "until"),
        empty_ok=True,
    )

    reason: str = ""

    @classmethod
    def load(cls, given: Mapping[str, Any]) -> Self:
        return cls(reason=given.get("reason", ""))

    def describe(self, translate: Translate = as_written) -> str:
        if self.reason:
            return translate("pause the subscription ({reason})").format(reason=self.reason)
        return translate("pause the subscription")

    def prepare(self, facts: Facts) -> Prepared:
        if facts.subscription is None:
            return Impossible("there is no subscription to pause")
        match facts.subscription.status:
            case Status.PAUSED:
                return Nothing("already paused")
            case Status.ACTIVE:
                change = PauseSubscription(facts.subscription.id, facts.today, self.reason)
                return Books((change,), result="paused")
            case other:
                return Impossible(f"a subscription that is {other} cannot be paused")


KIND: type[Action] = Pause
