"""Offer something better, for some days."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Self

from duly.action import Action, Facts, Prepared, Task, Tools
from duly.actions.outgoing import compose, saved, send, settle_message
from duly.catalog import name_in
from duly.model.change import Change, MakeOffer
from duly.model.ledger import JobClass
from duly.model.outcome import Done, Outcome
from duly.values.duration import Duration, Unit, add
from duly.values.zone import instant


@dataclass(frozen=True, slots=True)
class Offer(Action):
    """Store the offer and write to the subscriber; it can be taken until the last day ends."""

    name = "offer"
    job_class = JobClass.MESSAGE
    example = "offer: {gives: {plan: pro}, valid_for: 10 days, message: room-to-grow, by: email}"
    doubt = "assume"

    message: str
    gives: Mapping[str, str] = field(default_factory=dict)
    valid_for: Duration = field(default_factory=lambda: Duration(14, Unit.DAY))
    by: tuple[str, ...] = ("email",)

    @classmethod
    def load(cls, given: Mapping[str, Any]) -> Self:
        return cls(
            message=given["message"],
            gives={name: str(value) for name, value in given["gives"].items()},
            valid_for=given["valid_for"],
            by=tuple(given.get("by", ("email",))),
        )

    def describe(self) -> str:
        return f'offer it with "{self.message}" for {self.valid_for}'

    @property
    def step(self) -> str:
        return f"offer/{self.message}"

    def prepare(self, facts: Facts) -> Prepared:
        last_day = add(facts.today, self.valid_for)
        offer = MakeOffer(
            subscriber_id=facts.subscriber.id,
            subscription_id=facts.subscription.id if facts.subscription else None,
            firing_id=facts.firing.id,
            gives=self.gives,
            expires_at=instant(facts.subscriber.zone, last_day + timedelta(days=1)),
        )
        values = {**self.gives, "until": last_day, "plan_name": self._plan_name(facts)}
        return compose(facts, self.message, self.by, {"offer": values}, (offer,))

    def _plan_name(self, facts: Facts) -> str:
        code = self.gives.get("plan", "")
        plan = facts.shop.catalog.plans.get(code)
        return name_in(plan.names, facts.subscriber.language, code) if plan else ""

    async def perform(self, task: Task, tools: Tools) -> Done:
        return await send(task, tools)

    def has_another_way(self, task: Task) -> bool:
        return saved(task).channel != self.by[-1]

    def settle(self, task: Task, outcome: Outcome) -> tuple[Change, ...]:
        return settle_message(task, outcome)


KIND: type[Action] = Offer
