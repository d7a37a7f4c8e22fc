"""Offer something better, for some days."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from typing import Any, Self

from duly.action import Action, Facts, Letter, Prepared, Task, Tools
from duly.actions.addressing import BY_ONE, MESSAGE, ways
from duly.actions.outgoing import compose, saved, send, settle_message
from duly.catalog import name_in
from duly.condition.words import Translate, as_written
from duly.errors import InputError
from duly.messaging.content import offer_values
from duly.messaging.names import offer_names
from duly.model.change import Change, MakeOffer
from duly.model.ledger import JobClass
from duly.model.outcome import Done, Outcome
from duly.shape.form import Fields, Reference
from duly.shape.scalars import duration, percent
from duly.values.duration import Duration, Unit, add
from duly.values.zone import instant


@dataclass(frozen=True, slots=True)
class Offer(Action):
    """Store the offer and write to the subscriber; it can be taken until the last day ends."""

    name = "offer"
    job_class = JobClass.MESSAGE
    example = "offer: {gives: {plan: pro}, valid_for: 10 days, message: room-to-grow, by: email}"
    shape = Fields(
        title="Make an offer",
        about="Write down an offer, send it, and keep it open for some days.",
        required={
            "gives": Fields(
                title="Gives",
                about="What the subscriber gets by taking it.",
                optional={
                    "plan": Reference(
                        title="Plan",
                        about="Another plan of catalog.yaml.",
                        to="plan",
                        unknown="is not a plan of this business",
                        examples=("pro",),
                    ),
                    "discount": percent("Discount", "How much less they pay.", "20%"),
                    "for": duration(
                        "For",
                        "How long the discount lasts.",
                        "3 cycles",
                        units=(Unit.CYCLE, Unit.MONTH),
                    ),
                },
                unknown="is not something an offer can give",
                not_yet=("add_on", "extend"),
                count="some",
            ),
            "valid_for": duration(
                "Valid for",
                "How long it can be taken; the last day counts.",
                "10 days",
                units=(Unit.DAY, Unit.WEEK, Unit.MONTH),
            ),
            "message": MESSAGE,
        },
        optional={"by": BY_ONE},
        not_yet=("on_page",),
    )
    doubt = "assume"

    message: str
    gives: Mapping[str, str] = field(default_factory=dict)
    valid_for: Duration = field(default_factory=lambda: Duration(14, Unit.DAY))
    by: tuple[str, ...] = ("email",)

    @classmethod
    def load(cls, given: Mapping[str, Any]) -> Self:
        gives = given["gives"]
        if "for" in gives and "discount" not in gives:
            raise InputError("for says how long a discount lasts; add discount: 20%")
        return cls(
            message=given["message"],
            gives={name: _written(value) for name, value in gives.items()},
            valid_for=given["valid_for"],
            by=ways(given.get("by"))[0],
        )

    def describe(self, translate: Translate = as_written) -> str:
        gives = ", ".join(self.gives.values())
        pattern = translate("offer {gives} with the message {message}, open for {length}")
        return pattern.format(gives=gives, message=self.message, length=self.valid_for)

    @property
    def letter(self) -> Letter:
        return Letter(self.message, self.by, offer_names(self.gives))

    @property
    def step(self) -> str:
        return f"offer/{self.message}"

    def prepare(self, facts: Facts) -> Prepared:
        last_day = add(facts.today, self.valid_for)
        offer = MakeOffer(
            subscriber_id=facts.subscriber.id,
            subscription_id=facts.subscription.id if facts.subscription else None,
            firing_id=facts.firing.id,
            step=facts.job.step,
            gives=self.gives,
            expires_at=instant(facts.subscriber.zone, last_day + timedelta(days=1)),
        )

        def values(language: str) -> Mapping[str, Any]:
            return {"offer": offer_values(self.gives, last_day, self._plan_name(facts, language))}

        return compose(facts, self.message, self.by, values, (offer,))

    def _plan_name(self, facts: Facts, language: str) -> str:
        code = self.gives.get("plan", "")
        return name_in(facts.shop.catalog.plan(code).names, language, code) if code else ""

    async def perform(self, task: Task, tools: Tools) -> Done:
        return await send(task, tools)

    def has_another_way(self, task: Task) -> bool:
        return saved(task).channel != self.by[-1]

    def settle(self, task: Task, outcome: Outcome) -> tuple[Change, ...]:
        return settle_message(task, outcome)


def _written(value: object) -> str:
    """Write a value as the rule file does: ``20%``, ``3 cycles``."""
    return f"{float(value * 100):g}%" if isinstance(value, Fraction) else str(value)


KIND: type[Action] = Offer
