"""Let a paused subscription go on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from duly.action import Action, Books, Facts, Impossible, Nothing, Prepared
from duly.condition.words import Translate, as_written
from duly.model.change import ResumeSubscription
from duly.model.ledger import JobClass
from duly.model.subscription import Status
from duly.shape.form import Fields


@dataclass(frozen=True, slots=True)
class Resume(Action):
    """Go on from today; billing starts again at the next boundary."""

    name = "resume"
    job_class = JobClass.BOOKS
    needs = frozenset({"subscription"})
    example = "resume:"
    shape = Fields(
        title="Let it go on",
        about="End the pause of a subscription; the next invoice comes with the next cycle.",
        empty_ok=True,
    )

    @classmethod
    def load(cls, given: Mapping[str, Any]) -> Self:
        return cls()

    def describe(self, translate: Translate = as_written) -> str:
        return translate("let the subscription go on")

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
