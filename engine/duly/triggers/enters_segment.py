"""Somebody enters a segment."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Self

from sqlalchemy import ColumnElement, Select, bindparam, func, literal_column, select, type_coerce

from duly.condition.words import Translate, as_written
from duly.model.about import About
from duly.shape.form import Fields, Reference
from duly.shape.scalars import duration
from duly.tables.ledger import segment, segment_member
from duly.tables.types import Instant
from duly.trigger import Look, Mention, Trigger, decision_of
from duly.values.duration import Duration, Unit
from duly.values.zone import Window

_ENTERED_AFTER = bindparam("entered_after", type_=Instant())
_ENTERED_UNTIL = bindparam("entered_until", type_=Instant())


@dataclass(frozen=True, slots=True)
class EntersSegment(Trigger):
    """Happen when somebody new belongs to the segment and has stayed for the given time.

    Who is in it when it is first looked at, or when its text changed, does not enter. ``of`` is
    what the segment is about.
    """

    name = "enters_segment"
    mention = Mention(r"entered:(\d+)", "entering")
    about = About.SUBSCRIPTION
    example = "enters_segment: {segment: nearly-full, stays_for: 7 days}"
    shape = Fields(
        title="Somebody enters a segment",
        about="When somebody becomes part of a segment. Who is in it from the start did not enter.",
        required={
            "segment": Reference(
                title="Segment",
                about="The segment, as it is called under segments:.",
                to="segment",
                unknown="is not a segment of this business",
                examples=("nearly-full",),
            )
        },
        optional={
            "stays_for": duration(
                "Stays for",
                "How long they have to stay in it before the rule takes hold.",
                "7 days",
                units=(Unit.HOUR, Unit.DAY, Unit.WEEK),
            )
        },
    )

    watched: str
    stays_for: Duration | None = None
    of: About = About.SUBSCRIPTION

    @classmethod
    def load(cls, given: Mapping[str, Any]) -> Self:
        return cls(given["segment"], given.get("stays_for"))

    def describe(self, translate: Translate = as_written) -> str:
        if self.stays_for is None:
            return translate("somebody enters the segment {segment}").format(segment=self.watched)
        pattern = translate("somebody enters the segment {segment} and stays for {length}")
        return pattern.format(segment=self.watched, length=self.stays_for)

    def in_segment(self, about: About) -> Trigger:
        return replace(self, of=about)

    @property
    def subject(self) -> About:
        return self.of

    @property
    def segment(self) -> str:
        return self.watched

    @property
    def is_timed(self) -> bool:
        return self.stays_for is not None

    def parameters(self, window: Window) -> Mapping[str, datetime]:
        stay = self._stay
        return {"entered_after": window.since - stay, "entered_until": window.until - stay}

    def select(self, look: Look) -> Select[Any]:
        """Find members by the index segment_member(segment, entered_at)."""
        member, today = segment_member, look.today
        own = look.about == self.of
        at = self._entered_for_good(look)
        return (
            select(
                member.c.subscriber_id,
                (member.c.subject_id if own else member.c.subscriber_id).label("subject_id"),
                literal_column("'entered:'").concat(member.c.id).label("natural_key"),
                at.label("at"),
                today.c.day.label("local_on"),
                member.c.zone,
                member.c.id.label("reference_id"),
                decision_of(at).label("decision"),
                literal_column("false").label("fresh"),
            )
            .join_from(segment, member, member.c.segment_id == segment.c.id)
            .join(today, today.c.zone == member.c.zone)
            .where(
                segment.c.name == literal_column(f"'{self.watched}'"),
                member.c.entered_at > _ENTERED_AFTER,
                member.c.entered_at <= _ENTERED_UNTIL,
                member.c.left_at.is_(None),
                ~member.c.silent,
            )
        )

    @property
    def _stay(self) -> timedelta:
        return self.stays_for.as_timedelta() if self.stays_for else timedelta(0)

    def _entered_for_good(self, look: Look) -> ColumnElement[Any]:
        entered, seconds = segment_member.c.entered_at, int(self._stay.total_seconds())
        if look.dialect == "sqlite":
            return type_coerce(entered + literal_column(f"{seconds * 1_000_000}"), Instant())
        return type_coerce(
            entered + func.make_interval(0, 0, 0, 0, 0, 0, literal_column(f"{seconds}")), Instant()
        )


KIND: type[Trigger] = EntersSegment
