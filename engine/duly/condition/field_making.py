"""Short ways to describe a field whose column or subquery is found through the scope."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from duly.condition.catalogue import Field
from duly.condition.scope import Expression, Scope
from duly.condition.types import Type
from duly.tables.books import allocation


def stored(
    name: str,
    kind: Type,
    sentence: str,
    *,
    column: str = "",
    missing: bool = False,
    one_of: tuple[str, ...] = (),
) -> Field:
    """Describe a field that is a column of its owner's row, by default the one of its name."""
    about, _, short = name.partition(".")
    return Field(
        name=name,
        type=kind,
        about=about,
        sentence=sentence,
        expression=lambda scope: scope.table(about).c[column or short],
        may_be_missing=missing,
        one_of=one_of,
    )


def derived(
    name: str,
    kind: Type,
    sentence: str,
    expression: Callable[[Scope], Expression],
    *,
    missing: bool = False,
    unit: str = "",
) -> Field:
    """Describe a field that is found by asking other rows."""
    return Field(
        name=name,
        type=kind,
        about=name.partition(".")[0],
        sentence=sentence,
        expression=expression,
        unit=unit,
        may_be_missing=missing,
        derived=True,
    )


def tied(scope: Scope, found: Select[Any]) -> Select[Any]:
    """Tie a select to the rows of the scope; by itself it would only see the next one outside."""
    return found.correlate(*scope.tables.values())


def paid(invoice_id: ColumnElement[Any]) -> ColumnElement[Any]:
    """Add up what was laid to an invoice, by allocation(invoice)."""
    laid = select(func.coalesce(func.sum(allocation.c.amount_minor), 0))
    return laid.where(allocation.c.invoice_id == invoice_id).scalar_subquery()
