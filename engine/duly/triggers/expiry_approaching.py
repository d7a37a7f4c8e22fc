"""A term comes to its end and does not renew."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Any, Self

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    and_,
    literal_column,
    or_,
    select,
    union_all,
)

from duly.condition.words import Translate, as_written
from duly.model.about import About
from duly.shape.form import Fields, OneOrMany
from duly.shape.scalars import duration, time_of_day
from duly.tables.rows import DrivingJoin
from duly.tables.subscriptions import subscription
from duly.trigger import STAMPED_AFTER, STAMPED_TO, Calendar, Look, Mention, Trigger, fresh_only
from duly.values.duration import Duration, Unit


@dataclass(frozen=True, slots=True)
class ExpiryApproaching(Trigger):
    """Happen some days before a term ends; the last day of the term is the day before its end."""

    name = "expiry_approaching"
    mention = Mention(r"(\d+):.+", "subscription")
    about = About.SUBSCRIPTION
    example = "expiry_approaching: {before: [14 days, 3 days]}"
    shape = Fields(
        title="A term ends soon",
        about="Some days before a subscription ends that does not renew by itself.",
        required={
            "before": OneOrMany(
                title="Before",
                about="How long before the end, once or several times.",
                item=duration(
                    "Before", "How long before the end.", "14 days", units=(Unit.DAY, Unit.WEEK)
                ),
            )
        },
        optional={
            "at": time_of_day(
                "At", "At which local hour; without it when the hours for messages begin.", "09:00"
            )
        },
    )

    before: tuple[Duration, ...] = field(default_factory=lambda: (Duration(14, Unit.DAY),))
    at: time | None = None

    @classmethod
    def load(cls, given: Mapping[str, Any]) -> Self:
        return cls(before=tuple(given["before"]), at=given.get("at"))

    def describe(self, translate: Translate = as_written) -> str:
        lengths = translate(" and ").join(str(length) for length in self.before)
        return translate("the subscription expires in {lengths}").format(lengths=lengths)

    @property
    def calendar(self) -> Calendar:
        return Calendar(
            date=subscription.c.term_ends_on,
            zone=subscription.c.zone,
            stamp=subscription.c.tick,
            dated=subscription.c.dated_tick,
            hour="messages",
            offsets=tuple(sorted({length.days for length in self.before}, reverse=True)),
            at=self.at,
        )

    @property
    def stamps(self) -> frozenset[str]:
        return frozenset({"subscription"})

    def select(self, look: Look) -> Select[Any]:
        """Find ending terms by subscription(zone, term_ends_on), and ended ones by their stamp.

        What ended since the last look may have had its moment before: an outage delayed it.
        """
        moment = look.moments
        same_day = and_(
            subscription.c.zone == moment.c.zone, subscription.c.term_ends_on == moment.c.day
        )
        has_ended = subscription.c.status == literal_column("'ended'")
        open_ones = _ending(look, DrivingJoin(moment, subscription, same_day)).where(
            subscription.c.term_ends_on.is_not(None), ~has_ended
        )
        just_ended = _ending(look, DrivingJoin(subscription, moment, same_day)).where(
            has_ended,
            subscription.c.tick > STAMPED_AFTER,
            subscription.c.tick <= STAMPED_TO,
            subscription.c.ended_on > moment.c.local_on,
        )
        both = union_all(open_ones, just_ended).subquery("ending")
        return select(*both.c)


def _ending(look: Look, found: FromClause) -> Select[Any]:
    """Select the moments of terms that end; those before a take-over were the other system's."""
    moment, take_over_on = look.moments, subscription.c.take_over_on
    subject: ColumnElement[Any] = subscription.c.id
    natural_key: ColumnElement[Any] = moment.c.natural_key
    if look.about == About.SUBSCRIBER:
        # Two subscriptions of one payer may end on one day.
        subject = subscription.c.subscriber_id
        natural_key = subscription.c.id.concat(literal_column("':'")).concat(natural_key)
    return (
        select(
            subscription.c.subscriber_id,
            subject.label("subject_id"),
            natural_key.label("natural_key"),
            moment.c.at,
            moment.c.local_on,
            subscription.c.zone,
            subscription.c.id.label("reference_id"),
            moment.c.decision,
            moment.c.fresh,
        )
        .select_from(found)
        .where(
            subscription.c.term_then == literal_column("'ends'"),
            or_(take_over_on.is_(None), take_over_on <= moment.c.local_on),
            fresh_only(moment, subscription.c.dated_tick),
        )
    )


KIND: type[Trigger] = ExpiryApproaching
