"""Pause a subscription."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from duly.action import Action, Books, Facts, Impossible, Nothing, Prepared
from duly.model.change import PauseSubscription
from duly.model.ledger import JobClass
from duly.model.subscription import Status


@dataclass(frozen=True, slots=True)
class Pause(Action):
    """Pause from today on; nothing is charged for cycles that start while paused."""

    name = "pause"
    job_class = JobClass.BOOKS
    example = "pause: {reason: unpaid}"

    reason: str = ""

    @classmethod
    def load(cls, given: Mapping[str, Any]) -> Self:
        return cls(reason=given.get("reason", ""))

    def describe(self) -> str:
        return f"pause the subscription ({self.reason})" if self.reason else "pause it"

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
