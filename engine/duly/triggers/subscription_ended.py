"""A subscription has ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import Select

from duly.model.about import About
from duly.tables.ledger import event
from duly.tables.subscriptions import subscription
from duly.trigger import Look, Trigger, happened


@dataclass(frozen=True, slots=True)
class SubscriptionEnded(Trigger):
    """Happen when a subscription ends, of its own accord or by a decision."""

    name = "subscription_ended"
    about = About.SUBSCRIPTION
    example = "subscription_ended: {reason: unpaid}"

    plan: tuple[str, ...] = ()
    reason: tuple[str, ...] = ()

    @classmethod
    def load(cls, given: Mapping[str, Any]) -> Self:
        return cls(plan=tuple(given.get("plan", ())), reason=tuple(given.get("reason", ())))

    def describe(self) -> str:
        return "a subscription ends"

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
