"""Let a paused subscription go on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from duly.action import Action, Books, Facts, Impossible, Nothing, Prepared
from duly.model.change import ResumeSubscription
from duly.model.ledger import JobClass
from duly.model.subscription import Status


@dataclass(frozen=True, slots=True)
class Resume(Action):
    """Go on from today; billing starts again at the next boundary."""

    name = "resume"
    job_class = JobClass.BOOKS
    example = "resume:"

    @classmethod
    def load(cls, given: Mapping[str, Any]) -> Self:
        return cls()

    def describe(self) -> str:
        return "let the subscription go on"

    def prepare(self, facts: Facts) -> Prepared:
        if facts.subscription is None:
            return Impossible("there is no subscription to resume")
        match facts.subscription.status:
            case Status.PAUSED:
                change = ResumeSubscription(facts.subscription.id, facts.today)
                return Books((change,), result="resumed")
            case Status.ENDED:
                return Impossible("the subscription has ended")
            case _:
                return Nothing("it is not paused")


KIND: type[Action] = Resume
