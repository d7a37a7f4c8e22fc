"""The rows that conditions of a rule read, and how they are reached from its subject."""

from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Text, cast, literal_column, null, select

from duly.condition.scope import TODAY, Expression, Inside, Members, MoneyColumns, Scope
from duly.model.about import About
from duly.tables.books import invoice, payment_attempt
from duly.tables.ledger import event
from duly.tables.people import subscriber
from duly.tables.subscriptions import subscription
from duly.trigger import NOW, Look


def scope_of(look: Look) -> Scope:
    """Name the rows that a rule can read, each by an alias of its own."""
    tables: dict[str, FromClause] = {
        "subscriber": subscriber.alias("its_subscriber"),
        "subscription": subscription.alias("its_subscription"),
        "invoice": invoice.alias("its_invoice"),
        "payment": payment_attempt.alias("its_payment"),
        "event": event.alias("its_event"),
        TODAY: look.today,
    }
    scope = Scope(
        tables=tables,
        local_day=tables[TODAY].c.day,
        instant=NOW,
        any_subscription=lambda inside: _any_subscription(scope, inside),
    )
    return scope


def _any_subscription(scope: Scope, inside: Inside) -> ColumnElement[bool]:
    one = subscription.alias("one_subscription")
    inner = replace(scope, tables={**scope.tables, "subscription": one})
    whose = one.c.subscriber_id == scope.table("subscriber").c.id
    return select(one.c.id).where(whose, inside(inner)).exists()


def joined(chosen: Select[Any], scope: Scope, about: About, found: FromClause) -> Select[Any]:
    """Join only the rows that were asked for; each is reached from the one before."""
    needed, row = _closure(scope.needed, about), scope.tables
    if "invoice" in needed:
        chosen = chosen.join(row["invoice"], row["invoice"].c.id == found.c.subject_id)
    if "subscription" in needed:
        via = row["invoice"].c.subscription_id if about == About.INVOICE else found.c.subject_id
        chosen = chosen.join(row["subscription"], row["subscription"].c.id == via)
    if "subscriber" in needed:
        whose = row["subscriber"].c.id == found.c.subscriber_id
        chosen = chosen.join(row["subscriber"], whose)
    if "payment" in needed:
        chosen = chosen.join(row["event"], row["event"].c.id == found.c.reference_id)
        brought = row["payment"].c.id == row["event"].c.reference_id
        chosen = chosen.join(row["payment"], brought)
    if TODAY in needed:
        chosen = chosen.join(row[TODAY], row[TODAY].c.zone == found.c.zone)
    return chosen


def _closure(needed: set[str], about: About) -> set[str]:
    reached_by_invoice = about == About.INVOICE and "subscription" in needed
    return needed | ({"invoice"} if reached_by_invoice else set())


def kept(expression: Expression) -> ColumnElement[Any]:
    """Return the value of a field as it is remembered for ``why``."""
    match expression:
        case MoneyColumns(minor, currency):
            return cast(minor, Text()).concat(literal_column("' '")).concat(currency)
        case Members():
            return null()
        case _:
            return expression
