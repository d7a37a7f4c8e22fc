"""Who belongs to a segment, and the difference to who did."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Insert,
    Select,
    Text,
    Update,
    and_,
    bindparam,
    or_,
    select,
    update,
)

from duly.condition.sql import condition_sql
from duly.model.about import About
from duly.rule import RuleSet, Segment
from duly.selection.parameters import insert_new, segment_conditions
from duly.selection.scope import joined, scope_of
from duly.tables.ledger import segment_member
from duly.tables.people import subscriber
from duly.tables.rows import DialectName, rows
from duly.tables.subscriptions import subscription
from duly.trigger import NOW, STAMPED_AFTER, STAMPED_TO, Look

SEGMENT = bindparam("segment", type_=BigInteger())
SILENT = bindparam("is_silent", type_=Boolean())
EVERYBODY = bindparam("everybody", type_=Boolean())
ZONE_COLUMNS = (("zone", Text()),)


@dataclass(frozen=True, slots=True)
class SegmentStatements:
    """Hold the statements of one segment: those who leave, then those who enter.

    Each looks at changed subjects and at those of the zones bound as ``turned``, whose local day
    has changed; with ``everybody`` at all.
    """

    segment: Segment
    leave: Update
    enter: Insert


def select_segment(segment: Segment, ruleset: RuleSet, dialect: DialectName) -> SegmentStatements:
    """Build the statements of a segment."""
    members = _members(segment, ruleset, dialect)
    return SegmentStatements(segment, _leave(segment, dialect, members), _enter(dialect, members))


def _subjects(segment: Segment) -> Select[Any]:
    """Give every possible member the columns that an occurrence has for reaching its rows."""
    if segment.about == About.SUBSCRIPTION:
        table = subscription
        return select(
            table.c.subscriber_id, table.c.id.label("subject_id"), table.c.zone, table.c.tick
        )
    table = subscriber
    return select(
        table.c.id.label("subscriber_id"),
        table.c.id.label("subject_id"),
        table.c.zone,
        table.c.tick,
    )


def _looked_at(subject: Any, dialect: DialectName) -> ColumnElement[bool]:
    turned = rows("turned", dialect, ZONE_COLUMNS)
    changed = and_(subject.c.tick > STAMPED_AFTER, subject.c.tick <= STAMPED_TO)
    new_day = subject.c.zone.in_(select(turned.c.zone))
    return or_(EVERYBODY, changed, new_day)


def _members(segment: Segment, ruleset: RuleSet, dialect: DialectName) -> Select[Any]:
    """Select the looked-at subjects for whom the segment's condition is true."""
    subject = _subjects(segment).subquery("candidate")
    look = Look(dialect, segment.about)
    scope = scope_of(look)
    holds = condition_sql(segment.members, scope, segment_conditions(ruleset))
    chosen = select(subject.c.subject_id, subject.c.subscriber_id, subject.c.zone).select_from(
        subject
    )
    reached: Select[Any] = joined(chosen, scope, segment.about, subject)
    return reached.where(_looked_at(subject, dialect), holds)


def _enter(dialect: DialectName, members: Select[Any]) -> Insert:
    found = members.subquery("found")
    chosen = select(
        SEGMENT.label("segment_id"),
        found.c.subject_id,
        found.c.subscriber_id,
        found.c.zone,
        NOW.label("entered_at"),
        SILENT.label("silent"),
        STAMPED_TO.label("tick"),
    ).where(~_present(found.c.subject_id).exists())
    names = [column.name for column in chosen.selected_columns]
    entered: Insert = insert_new(dialect, segment_member).from_select(names, chosen)
    return entered


def _present(subject_id: ColumnElement[Any]) -> Select[Any]:
    return select(segment_member.c.id).where(
        segment_member.c.segment_id == SEGMENT,
        segment_member.c.subject_id == subject_id,
        segment_member.c.left_at.is_(None),
    )


def _leave(segment: Segment, dialect: DialectName, members: Select[Any]) -> Update:
    subject = _subjects(segment).subquery("somebody")
    looked_at = select(subject.c.subject_id).where(_looked_at(subject, dialect))
    still = members.with_only_columns(members.selected_columns.subject_id)
    return (
        update(segment_member)
        .where(
            segment_member.c.segment_id == SEGMENT,
            segment_member.c.left_at.is_(None),
            segment_member.c.subject_id.in_(looked_at),
            segment_member.c.subject_id.not_in(still),
        )
        .values(left_at=NOW)
    )
