"""The fields of a subscriber."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, func, literal, literal_column, select

from duly.condition.catalogue import Field
from duly.condition.field_making import derived, paid, stored, tied
from duly.condition.portable import days_between
from duly.condition.scope import MoneyColumns, Scope
from duly.condition.types import Type
from duly.tables.books import allocation, invoice
from duly.tables.people import payment_method
from duly.tables.subscriptions import subscription

KINDS = ("person", "company")

SUBSCRIBER = (
    stored("subscriber.external_id", Type.TEXT, "The business's own name for the subscriber."),
    stored("subscriber.name", Type.TEXT, "Name of the person or company.", missing=True),
    stored("subscriber.email", Type.TEXT, "E-mail address.", missing=True),
    stored("subscriber.phone", Type.TEXT, "Telephone number.", missing=True),
    stored("subscriber.country", Type.TEXT, "Country, two letters.", missing=True),
    stored("subscriber.region", Type.TEXT, "Region.", missing=True),
    stored("subscriber.language", Type.TEXT, "Language of messages, two letters."),
    stored("subscriber.zone", Type.TEXT, "Time zone."),
    stored("subscriber.kind", Type.WORD, "person or company.", one_of=KINDS),
    stored("subscriber.signed_up_on", Type.DATE, "Day of the sign-up.", missing=True),
    derived(
        "subscriber.has_payment_method",
        Type.YES_NO,
        "Whether there is a stored method that can be charged.",
        lambda scope: _methods(scope, payment_method.c.id).exists(),
    ),
    derived(
        "subscriber.pays_by",
        Type.TEXT,
        "Kind of the stored payment method.",
        lambda scope: _methods(scope, payment_method.c.kind).limit(1).scalar_subquery(),
        missing=True,
    ),
    derived(
        "subscriber.subscriptions",
        Type.WHOLE,
        "How many subscriptions have not ended.",
        lambda scope: tied(
            scope,
            select(func.count()).where(
                subscription.c.subscriber_id == scope.table("subscriber").c.id,
                subscription.c.status != literal_column("'ended'"),
            ),
        ).scalar_subquery(),
    ),
    derived(
        "subscriber.overdue_days",
        Type.WHOLE,
        "Days since the earliest unpaid invoice was due; missing if none is overdue.",
        lambda scope: days_between(_earliest_due(scope), scope.today),
        missing=True,
        unit="days",
    ),
)


def _methods(scope: Scope, column: ColumnElement[Any]) -> Select[Any]:
    """Select the default method that can be charged, by payment_method(subscriber, ...)."""
    methods = select(column).where(
        payment_method.c.subscriber_id == scope.table("subscriber").c.id,
        payment_method.c.is_default,
        payment_method.c.status == literal_column("'active'"),
    )
    return tied(scope, methods)


def _earliest_due(scope: Scope) -> ColumnElement[Any]:
    owed = invoice.alias("owed")
    earliest = select(func.min(owed.c.due_on)).where(
        owed.c.subscriber_id == scope.table("subscriber").c.id,
        owed.c.due_on < scope.today,
        owed.c.gross_minor > paid(owed.c.id),
    )
    return tied(scope, earliest).scalar_subquery()


def sums_in(currency: str) -> Iterable[Field]:
    """Make the sums over a subscriber's invoices, in the currency of the business."""

    def in_currency(minor: ColumnElement[Any]) -> MoneyColumns:
        return MoneyColumns(minor, literal(currency, Text()))

    def total_paid(scope: Scope) -> MoneyColumns:
        whose = scope.table("subscriber").c.id
        laid = select(func.coalesce(func.sum(allocation.c.amount_minor), 0)).where(
            allocation.c.subscriber_id == whose, allocation.c.currency == literal(currency, Text())
        )
        return in_currency(tied(scope, laid).scalar_subquery())

    def open_balance(scope: Scope) -> MoneyColumns:
        owed = invoice.alias("owed_in_all")
        whose = scope.table("subscriber").c.id
        gross = select(func.coalesce(func.sum(owed.c.gross_minor), 0)).where(
            owed.c.subscriber_id == whose, owed.c.currency == literal(currency, Text())
        )
        owing = tied(scope, gross).scalar_subquery()
        return in_currency(owing - total_paid(scope).minor)

    yield derived(
        "subscriber.paid_total", Type.MONEY, "All that was paid, less what came back.", total_paid
    )
    yield derived("subscriber.open_balance", Type.MONEY, "What is still to be paid.", open_balance)
