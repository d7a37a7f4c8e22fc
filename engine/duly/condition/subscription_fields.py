"""The fields of a subscription."""

from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal_column, select

from duly.condition.field_making import derived, paid, stored, tied
from duly.condition.portable import months_between
from duly.condition.scope import MoneyColumns, Scope
from duly.condition.types import Type
from duly.tables.books import invoice, invoice_line
from duly.tables.subscriptions import cycle, offer, subscription_line
from duly.values.duration import CALENDAR_UNITS

STATUSES = ("pending", "trialing", "active", "paused", "ended")
INTERVALS = tuple(str(unit) for unit in CALENDAR_UNITS)


def _present_cycle(scope: Scope, column: str) -> ColumnElement[Any]:
    """Find the cycle that holds today, by cycle(subscription, start_on)."""
    present = cycle.alias("present_cycle")
    found = select(present.c[column]).where(
        present.c.subscription_id == scope.table("subscription").c.id,
        present.c.start_on <= scope.today,
        present.c.end_on > scope.today,
    )
    return tied(scope, found).limit(1).scalar_subquery()


def _cycle_paid(scope: Scope) -> ColumnElement[Any]:
    billed = invoice.alias("cycle_invoice")
    of_cycle = select(billed.c.id).join(invoice_line, invoice_line.c.invoice_id == billed.c.id)
    settled = of_cycle.where(
        invoice_line.c.cycle_id == _present_cycle(scope, "id"),
        billed.c.gross_minor <= paid(billed.c.id),
    )
    return tied(scope, settled).exists()


def _amount(scope: Scope) -> MoneyColumns:
    whose = scope.table("subscription")
    line = subscription_line
    total = select(func.sum(line.c.amount_minor * line.c.quantity))
    mine = total.where(line.c.subscription_id == whose.c.id)
    return MoneyColumns(tied(scope, mine).scalar_subquery(), whose.c.currency)


def _price(scope: Scope) -> ColumnElement[Any]:
    line = subscription_line
    mine = line.c.subscription_id == scope.table("subscription").c.id
    return tied(scope, select(line.c.price).where(mine)).limit(1).scalar_subquery()


def _ending_on(scope: Scope) -> ColumnElement[Any]:
    row = scope.table("subscription").c
    term = case((row.term_then == literal_column("'ends'"), row.term_ends_on))
    return func.coalesce(row.ending_on, term)


def _last_offer_at(scope: Scope) -> ColumnElement[Any]:
    mine = offer.c.subscription_id == scope.table("subscription").c.id
    return tied(scope, select(func.max(offer.c.shown_at)).where(mine)).scalar_subquery()


SUBSCRIPTION = (
    stored(
        "subscription.status",
        Type.WORD,
        "pending, trialing, active, paused or ended.",
        one_of=STATUSES,
    ),
    stored("subscription.plan", Type.TEXT, "The plan's name in the catalogue."),
    stored("subscription.started_on", Type.DATE, "First day."),
    stored(
        "subscription.interval",
        Type.WORD,
        "Unit of a cycle.",
        column="every_unit",
        one_of=INTERVALS,
    ),
    stored("subscription.term_ends_on", Type.DATE, "Day on which the term ends.", missing=True),
    stored("subscription.end_reason", Type.TEXT, "Why it ended or will end.", missing=True),
    stored("subscription.paused_reason", Type.TEXT, "Why it is paused.", missing=True),
    derived("subscription.price", Type.TEXT, "The price's name.", _price, missing=True),
    derived("subscription.amount", Type.MONEY, "What is paid for a cycle.", _amount),
    derived(
        "subscription.cycle",
        Type.WHOLE,
        "Number of the present cycle; the first is 0.",
        lambda scope: _present_cycle(scope, "number"),
        missing=True,
    ),
    derived(
        "subscription.cycle_starts_on",
        Type.DATE,
        "First day of the present cycle.",
        lambda scope: _present_cycle(scope, "start_on"),
        missing=True,
    ),
    derived(
        "subscription.cycle_ends_on",
        Type.DATE,
        "First day of the next cycle.",
        lambda scope: _present_cycle(scope, "end_on"),
        missing=True,
    ),
    derived(
        "subscription.cycle_paid",
        Type.YES_NO,
        "Whether the present cycle's invoice is paid in full.",
        _cycle_paid,
    ),
    derived(
        "subscription.renews_automatically",
        Type.YES_NO,
        "Whether it goes on by itself when its term ends.",
        lambda scope: and_(
            scope.table("subscription").c.ending_on.is_(None),
            func.coalesce(scope.table("subscription").c.term_then, literal_column("''"))
            != literal_column("'ends'"),
        ),
    ),
    derived(
        "subscription.ending_on",
        Type.DATE,
        "Day from which it will be over, if that is known.",
        _ending_on,
        missing=True,
    ),
    derived(
        "subscription.months_active",
        Type.WHOLE,
        "Whole months since the first day.",
        lambda scope: months_between(scope.table("subscription").c.started_on, scope.today),
        unit="months",
    ),
    derived(
        "subscription.last_offer_at",
        Type.MOMENT,
        "When the last offer was made.",
        _last_offer_at,
        missing=True,
    ),
)
