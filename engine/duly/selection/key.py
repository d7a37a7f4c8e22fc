"""The key of a firing: what ``once_per`` makes of a happening."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Integer, func, literal_column, select, type_coerce

from duly.model.about import About
from duly.tables.books import invoice_line
from duly.tables.ledger import event
from duly.tables.rows import DialectName
from duly.tables.subscriptions import cycle
from duly.trigger import Look, Trigger
from duly.values.duration import Duration


def occurrence_key(
    found: FromClause, trigger: Trigger, once_per: str | Duration, look: Look
) -> ColumnElement[Any]:
    """Make the key that is unique for a rule and subject, from the columns of an occurrence."""
    occurrence = literal_column(f"'{trigger.name}:'").concat(found.c.natural_key)
    match once_per:
        case "ever":
            return literal_column("'ever'")
        case "calendar_year":
            return literal_column("'year:'").concat(_year(found.c.local_on, look.dialect))
        case "cycle" if "cycle" in trigger.brings:
            return found.c.natural_key
        case "cycle":
            key = _cycle_key(found, trigger, look.about)
        case "invoice":
            key = _invoice_key(found, trigger, look.about)
        case _:
            key = None
    return occurrence if key is None else func.coalesce(key, occurrence)


def _year(day: ColumnElement[Any], dialect: DialectName) -> ColumnElement[Any]:
    if dialect == "sqlite":
        return func.strftime("%Y", type_coerce(day, Integer()) * 86_400, "unixepoch")
    return func.to_char(day, "YYYY")


def _cycle_key(found: FromClause, trigger: Trigger, about: About) -> ColumnElement[Any] | None:
    """Name the cycle that a happening belongs to: the one billed, or the present one."""
    word: ColumnElement[str] = literal_column("'cycle:'")
    if "invoice" in trigger.brings:
        if about == About.SUBSCRIBER:
            word = word.concat(event.c.subscription_id).concat(literal_column("':'"))
        billed = (
            select(word.concat(func.min(cycle.c.number)))
            .join_from(event, invoice_line, invoice_line.c.invoice_id == event.c.invoice_id)
            .join(cycle, cycle.c.id == invoice_line.c.cycle_id)
            .where(event.c.id == found.c.reference_id)
            .group_by(event.c.id)
        )
        return billed.scalar_subquery()
    if about != About.SUBSCRIPTION:
        return None
    present = select(word.concat(func.max(cycle.c.number))).where(
        cycle.c.subscription_id == found.c.subject_id, cycle.c.start_on <= found.c.local_on
    )
    return present.scalar_subquery()


def _invoice_key(found: FromClause, trigger: Trigger, about: About) -> ColumnElement[Any] | None:
    """Name the invoice that a happening is about, if it is about one."""
    if about == About.INVOICE:
        return literal_column("'invoice:'").concat(found.c.subject_id)
    if "invoice" not in trigger.brings:
        return None
    brought = select(literal_column("'invoice:'").concat(event.c.invoice_id))
    return brought.where(event.c.id == found.c.reference_id).scalar_subquery()
