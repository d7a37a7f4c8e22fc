"""Who belongs to a segment, and the difference to who did."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    FromClause,
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

LookedAt = Callable[[FromClause], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Moves:
    """Hold two statements in the order they run: who leaves a segment, and who enters."""

    leave: Update
    enter: Insert


@dataclass(frozen=True, slots=True)
class SegmentStatements:
    """Hold the statements of one segment.

    ``changed`` looks at the subjects that were stamped; ``wide`` also at those of the zones bound
    as ``turned``, whose local day has changed, and with ``everybody`` at all.
    """

    segment: Segment
    changed: Moves
    wide: Moves


def select_segment(segment: Segment, ruleset: RuleSet, dialect: DialectName) -> SegmentStatements:
    """Build the statements of a segment."""
    return SegmentStatements(
        segment,
        _moves(segment, ruleset, dialect, _changed),
        _moves(segment, ruleset, dialect, lambda subject: _looked_at(subject, dialect)),
    )


def _moves(segment: Segment, ruleset: RuleSet, dialect: DialectName, looked_at: LookedAt) -> Moves:
    members = _members(segment, ruleset, dialect, looked_at)
    return Moves(_leave(segment, looked_at, members), _enter(dialect, members))


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


def _changed(subject: FromClause) -> ColumnElement[bool]:
    """Keep the subjects stamped since the watermark, by the index on the stamp."""
    return and_(subject.c.tick > STAMPED_AFTER, subject.c.tick <= STAMPED_TO)


def _looked_at(subject: FromClause, dialect: DialectName) -> ColumnElement[bool]:
    turned = rows("turned", dialect, ZONE_COLUMNS)
    new_day = subject.c.zone.in_(select(turned.c.zone))
    return or_(EVERYBODY, _changed(subject), new_day)


def _members(
    segment: Segment, ruleset: RuleSet, dialect: DialectName, looked_at: LookedAt
) -> Select[Any]:
    """Select the looked-at subjects for whom the segment's condition is true."""
    subject = _subjects(segment).subquery("candidate")
    look = Look(dialect, segment.about)
    scope = scope_of(look)
    holds = condition_sql(segment.members, scope, segment_conditions(ruleset))
    chosen = select(subject.c.subject_id, subject.c.subscriber_id, subject.c.zone).select_from(
        subject
    )
    reached: Select[Any] = joined(chosen, scope, segment.about, subject)
    return reached.where(looked_at(subject), holds)


def _enter(dialect: DialectName, members: Select[Any]) -> Insert:
    found = members.subquery("found")
    chosen = select(
        SEGMENT.label("segment_id"),
        found.c.subject_id,
        found.c.subscriber_id,
        found.c.zone,
        NOW.label("entered_at"),
        SILENT.label("silent"),
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


def _leave(segment: Segment, looked_at: LookedAt, members: Select[Any]) -> Update:
    subject = _subjects(segment).subquery("somebody")
    seen = select(subject.c.subject_id).where(looked_at(subject))
    still = members.with_only_columns(members.selected_columns.subject_id)
    return (
        update(segment_member)
        .where(
            segment_member.c.segment_id == SEGMENT,
            segment_member.c.left_at.is_(None),
            segment_member.c.subject_id.in_(seen),
            segment_member.c.subject_id.not_in(still),
        )
        .values(left_at=NOW)
    )
