"""Which open firings an event stops: driven from the events to the firings."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    func,
    literal_column,
    or_,
    select,
)

from duly.model.about import About
from duly.rule import Rule
from duly.selection.parameters import RULE, TOP
from duly.tables.books import invoice
from duly.tables.ledger import event, firing
from duly.tables.rows import DialectName
from duly.trigger import STAMPED_AFTER, STAMPED_TO, Look

# What ends a subscription stops a firing about one of its invoices too.
_END = "subscription_ended"


def select_stops(rule: Rule, dialect: DialectName) -> Select[Any] | None:
    """Select (firing, event) for the open firings of a rule that a newly stamped event stops.

    An event older than the start stops nothing. None if the rule is never stopped.
    """
    if not rule.stop_when:
        return None
    return _stopping(rule, dialect).where(
        event.c.tick > STAMPED_AFTER, event.c.tick <= STAMPED_TO, firing.c.rule_id == RULE
    )


def select_new_stops(rule: Rule, dialect: DialectName) -> Select[Any] | None:
    """Select the same for the firings recorded after ``top``, by all events stamped so far."""
    if not rule.stop_when:
        return None
    return _stopping(rule, dialect).where(
        event.c.tick <= STAMPED_TO, firing.c.rule_id == RULE, firing.c.id > TOP
    )


def select_stopped_now(rule: Rule, dialect: DialectName) -> Select[Any] | None:
    """Select the same whether stamped or not; the caller narrows it to the firings it acts for."""
    return _stopping(rule, dialect) if rule.stop_when else None


def _stopping(rule: Rule, dialect: DialectName) -> Select[Any]:
    look = Look(dialect, rule.about)
    kinds: list[ColumnElement[str]] = [
        literal_column(f"'{trigger.name}'") for trigger in rule.stop_when
    ]
    return (
        select(firing.c.id.label("firing_id"), func.min(event.c.id).label("event_id"))
        .join_from(event, firing, firing.c.subscriber_id == event.c.subscriber_id)
        .where(
            firing.c.ended.is_(None),
            event.c.origin == literal_column("'own'"),
            event.c.at >= firing.c.at,
            ~_brought(),
            event.c.kind.in_(kinds),
            _same_row(look.about),
        )
        .group_by(firing.c.id)
    )


def _brought() -> ColumnElement[bool]:
    """Tell whether an event is what the firing began with; other references are other rows."""
    return and_(
        firing.c.reference_id.is_not(None),
        event.c.id == firing.c.reference_id,
        event.c.kind == firing.c.trigger,
    )


def _same_row(about: About) -> ColumnElement[bool]:
    """Tie an event to a firing: by subscriber, subscription, or invoice."""
    match about:
        case About.SUBSCRIBER:
            return firing.c.subscriber_id == event.c.subscriber_id
        case About.SUBSCRIPTION:
            return firing.c.subject_id == event.c.subscription_id
        case About.INVOICE:
            ends = and_(
                event.c.kind == literal_column(f"'{_END}'"),
                select(invoice.c.subscription_id)
                .where(invoice.c.id == firing.c.subject_id)
                .scalar_subquery()
                == event.c.subscription_id,
            )
            return or_(firing.c.subject_id == event.c.invoice_id, ends)
