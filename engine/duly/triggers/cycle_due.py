"""A cycle of a subscription is due to be billed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any, Self

from sqlalchemy import ColumnElement, Select, and_, literal_column, or_, select

from duly.condition.words import Translate, as_written
from duly.model.about import About
from duly.shape.form import Fields
from duly.shape.scalars import time_of_day
from duly.tables.rows import DrivingJoin
from duly.tables.subscriptions import cycle, subscription
from duly.trigger import Calendar, Look, Mention, Trigger, fresh_only


@dataclass(frozen=True, slots=True)
class CycleDue(Trigger):
    """Happen on the local day a billable cycle starts, also if that day has long passed."""

    name = "cycle_due"
    mention = Mention(r"cycle:(\d+):\d+", "subscription")
    about = About.SUBSCRIPTION
    once_per = "cycle"
    brings = frozenset({"cycle"})
    example = "cycle_due:"
    shape = Fields(
        title="A new cycle starts",
        about="On the day a new cycle of a running subscription starts: time for the invoice.",
        optional={
            "at": time_of_day(
                "At", "At which local hour; without it the hour of money in duly.yaml.", "06:00"
            )
        },
        not_yet=("final",),
        empty_ok=True,
    )

    at: time | None = None

    @classmethod
    def load(cls, given: Mapping[str, Any]) -> Self:
        return cls(at=given.get("at"))

    def describe(self, translate: Translate = as_written) -> str:
        return translate("a new cycle starts")

    @property
    def calendar(self) -> Calendar:
        return Calendar(
            date=cycle.c.start_on,
            zone=cycle.c.zone,
            stamp=cycle.c.tick,
            dated=cycle.c.tick,
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
        same_day = (cycle.c.zone == moment.c.zone) & (cycle.c.start_on == moment.c.day)
        starting = DrivingJoin(moment, cycle, same_day)
        owner = subscription.c.id == cycle.c.subscription_id
        return (
            select(
                cycle.c.subscriber_id,
                subject.label("subject_id"),
                _natural_key(look.about).label("natural_key"),
                moment.c.at,
                moment.c.local_on,
                cycle.c.zone,
                cycle.c.id.label("reference_id"),
                moment.c.decision,
                moment.c.fresh,
            )
            .select_from(DrivingJoin(starting, subscription, owner))
            .where(
                cycle.c.billable,
                ~cycle.c.settled_elsewhere,
                _was_running(),
                fresh_only(moment, cycle.c.tick),
            )
        )


def _natural_key(about: About) -> ColumnElement[str]:
    """Count the cycles of a subscription; one payer's subscriptions count each for itself."""
    word: ColumnElement[str] = literal_column("'cycle:'")
    if about == About.SUBSCRIBER:
        word = word.concat(cycle.c.subscription_id).concat(literal_column("':'"))
    return word.concat(cycle.c.number)


def _was_running() -> ColumnElement[bool]:
    """Keep out what is paused, and what had ended by the day the cycle starts.

    A cycle that an outage delayed beyond the end of its subscription is still to be paid.
    """
    running: list[ColumnElement[str]] = [literal_column("'active'"), literal_column("'pending'")]
    return or_(
        subscription.c.status.in_(running),
        and_(
            subscription.c.status == literal_column("'ended'"),
            subscription.c.paused_on.is_(None),
            cycle.c.start_on < subscription.c.ended_on,
        ),
    )


KIND: type[Trigger] = CycleDue
