"""A subscription has ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import Select

from duly.condition.words import Translate, as_written
from duly.model.about import About
from duly.shape.form import Fields, OneOrMany, Reference
from duly.shape.scalars import text
from duly.tables.ledger import event
from duly.tables.subscriptions import subscription
from duly.trigger import Look, Mention, Trigger, happened


@dataclass(frozen=True, slots=True)
class SubscriptionEnded(Trigger):
    """Happen when a subscription ends, of its own accord or by a decision."""

    name = "subscription_ended"
    mention = Mention(r"(\d+)", "change")
    about = About.SUBSCRIPTION
    is_event = True
    example = "subscription_ended: {reason: unpaid}"
    shape = Fields(
        title="A subscription ends",
        about="When a subscription is over, by itself or because somebody decided so.",
        optional={
            "plan": OneOrMany(
                title="Plan",
                about="Only subscriptions to these plans.",
                item=Reference(
                    title="Plan",
                    about="A plan of catalog.yaml.",
                    to="plan",
                    unknown="is not a plan of this business",
                    examples=("basic",),
                ),
            ),
            "reason": OneOrMany(
                title="Reason",
                about="Only ends with these reasons, as cancel: {reason: …} wrote them.",
                item=text("Reason", "Why it ended.", "unpaid", at_most=64),
            ),
        },
        empty_ok=True,
    )

    plan: tuple[str, ...] = ()
    reason: tuple[str, ...] = ()

    @classmethod
    def load(cls, given: Mapping[str, Any]) -> Self:
        return cls(plan=tuple(given.get("plan", ())), reason=tuple(given.get("reason", ())))

    def describe(self, translate: Translate = as_written) -> str:
        if self.reason:
            pattern = translate("a subscription ends ({reasons})")
            return pattern.format(reasons=", ".join(self.reason))
        return translate("a subscription ends")

    @property
    def stamps(self) -> frozenset[str]:
        return frozenset({self.name})

    def select(self, look: Look) -> Select[Any]:
        """Find ends by the events that tell of them."""
        found = happened(look, self.name).join(
            subscription, subscription.c.id == event.c.subscription_id
        )
        if self.plan:
            found = found.where(subscription.c.plan.in_(self.plan))
        if self.reason:
            found = found.where(subscription.c.end_reason.in_(self.reason))
        return found


KIND: type[Trigger] = SubscriptionEnded
