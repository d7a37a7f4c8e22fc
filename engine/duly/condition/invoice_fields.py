"""The fields of an invoice and of an attempt to collect it."""

from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal_column, select

from duly.condition.field_making import derived, paid, stored, tied
from duly.condition.portable import days_between
from duly.condition.scope import MoneyColumns, Scope
from duly.condition.types import Type
from duly.tables.books import payment_attempt

FAILURES = ("soft", "hard", "action_needed", "mandate_dead", "fraud")


def _open(scope: Scope) -> ColumnElement[Any]:
    row = scope.table("invoice").c
    return row.gross_minor - paid(row.id)


INVOICE = (
    stored("invoice.number", Type.TEXT, "Its number."),
    stored("invoice.issued_on", Type.DATE, "Issue date."),
    stored("invoice.due_on", Type.DATE, "Due date."),
    derived(
        "invoice.total",
        Type.MONEY,
        "Sum with tax.",
        lambda scope: MoneyColumns(
            scope.table("invoice").c.gross_minor, scope.table("invoice").c.currency
        ),
    ),
    derived(
        "invoice.open_amount",
        Type.MONEY,
        "What is still to be paid of it.",
        lambda scope: MoneyColumns(_open(scope), scope.table("invoice").c.currency),
    ),
    derived(
        "invoice.is_paid",
        Type.YES_NO,
        "Whether nothing of it is open.",
        lambda scope: _open(scope) <= literal_column("0"),
    ),
    derived(
        "invoice.overdue_days",
        Type.WHOLE,
        "Days since it was due; missing if it is paid or not overdue.",
        lambda scope: case(
            (
                and_(
                    _open(scope) > literal_column("0"),
                    scope.table("invoice").c.due_on < scope.today,
                ),
                days_between(scope.table("invoice").c.due_on, scope.today),
            )
        ),
        missing=True,
        unit="days",
    ),
    derived(
        "invoice.attempts",
        Type.WHOLE,
        "How often it was tried to collect it.",
        lambda scope: tied(
            scope,
            select(func.count()).where(payment_attempt.c.invoice_id == scope.table("invoice").c.id),
        ).scalar_subquery(),
    ),
)

PAYMENT = (
    derived(
        "payment.amount",
        Type.MONEY,
        "What was asked for.",
        lambda scope: MoneyColumns(
            scope.table("payment").c.amount_minor, scope.table("payment").c.currency
        ),
    ),
    stored(
        "payment.failure",
        Type.WORD,
        "Why it was refused: soft, hard, action_needed, mandate_dead or fraud.",
        missing=True,
        one_of=FAILURES,
    ),
    stored("payment.attempt", Type.WHOLE, "Which try it was.", column="number"),
)
