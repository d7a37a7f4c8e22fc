"""A term comes to its end and does not renew."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Any, Self

from sqlalchemy import Select, literal_column, select

from duly.model.about import About
from duly.tables.subscriptions import subscription
from duly.trigger import Calendar, Look, Trigger, fresh_only
from duly.values.duration import Duration, Unit


@dataclass(frozen=True, slots=True)
class ExpiryApproaching(Trigger):
    """Happen some days before a term ends; the last day of the term is the day before its end."""

    name = "expiry_approaching"
    about = About.SUBSCRIPTION
    example = "expiry_approaching: {before: [14 days, 3 days]}"

    before: tuple[Duration, ...] = field(default_factory=lambda: (Duration(14, Unit.DAY),))
    at: time | None = None

    @classmethod
    def load(cls, given: Mapping[str, Any]) -> Self:
        return cls(before=tuple(given["before"]), at=given.get("at"))

    def describe(self) -> str:
        return f"the subscription expires in {' and '.join(str(length) for length in self.before)}"

    @property
    def calendar(self) -> Calendar:
        return Calendar(
            date=subscription.c.term_ends_on,
            zone=subscription.c.zone,
            stamp=subscription.c.tick,
            hour="messages",
            offsets=tuple(sorted({length.days for length in self.before}, reverse=True)),
            at=self.at,
        )

    @property
    def stamps(self) -> frozenset[str]:
        return frozenset({"subscription"})

    def select(self, look: Look) -> Select[Any]:
        """Find ending terms by the index subscription(zone, term_ends_on)."""
        moment = look.moments
        subject = {
            About.SUBSCRIBER: subscription.c.subscriber_id,
            About.SUBSCRIPTION: subscription.c.id,
        }[look.about]
        return (
            select(
                subscription.c.subscriber_id,
                subject.label("subject_id"),
                moment.c.natural_key,
                moment.c.at,
                moment.c.local_on,
                subscription.c.zone,
                subscription.c.id.label("reference_id"),
                moment.c.decision,
                moment.c.fresh,
            )
            .select_from(moment)
            .join(
                subscription,
                (subscription.c.zone == moment.c.zone)
                & (subscription.c.term_ends_on == moment.c.day),
            )
            .where(
                subscription.c.term_ends_on.is_not(None),
                subscription.c.term_then == literal_column("'ends'"),
                subscription.c.status != literal_column("'ended'"),
                fresh_only(moment, subscription.c.tick),
            )
        )


KIND: type[Trigger] = ExpiryApproaching
