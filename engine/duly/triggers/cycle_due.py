"""A cycle of a subscription is due to be billed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any, Self

from sqlalchemy import Select, literal_column, select

from duly.model.about import About
from duly.tables.subscriptions import cycle, subscription
from duly.trigger import Calendar, Look, Trigger, fresh_only


@dataclass(frozen=True, slots=True)
class CycleDue(Trigger):
    """Happen on the local day a billable cycle starts, also if that day has long passed."""

    name = "cycle_due"
    about = About.SUBSCRIPTION
    once_per = "cycle"
    brings = frozenset({"cycle"})
    example = "cycle_due:"

    at: time | None = None

    @classmethod
    def load(cls, given: Mapping[str, Any]) -> Self:
        return cls(at=given.get("at"))

    def describe(self) -> str:
        return "a new cycle starts"

    @property
    def calendar(self) -> Calendar:
        return Calendar(
            date=cycle.c.start_on,
            zone=cycle.c.zone,
            stamp=cycle.c.tick,
            hour="money",
            at=self.at,
            always=True,
        )

    @property
    def stamps(self) -> frozenset[str]:
        return frozenset({"cycle"})

    def select(self, look: Look) -> Select[Any]:
        """Find billable cycles by the index cycle(zone, start_on)."""
        moment = look.moments
        subject = {
            About.SUBSCRIBER: cycle.c.subscriber_id,
            About.SUBSCRIPTION: cycle.c.subscription_id,
        }[look.about]
        return (
            select(
                cycle.c.subscriber_id,
                subject.label("subject_id"),
                literal_column("'cycle:'").concat(cycle.c.number).label("natural_key"),
                moment.c.at,
                moment.c.local_on,
                cycle.c.zone,
                cycle.c.id.label("reference_id"),
                moment.c.decision,
                moment.c.fresh,
            )
            .select_from(moment)
            .join(cycle, (cycle.c.zone == moment.c.zone) & (cycle.c.start_on == moment.c.day))
            .join(subscription, subscription.c.id == cycle.c.subscription_id)
            .where(
                cycle.c.billable,
                ~cycle.c.settled_elsewhere,
                subscription.c.status.in_(
                    [literal_column("'active'"), literal_column("'pending'")]
                ),
                fresh_only(moment, cycle.c.tick),
            )
        )


KIND: type[Trigger] = CycleDue
