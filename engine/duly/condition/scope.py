"""Where a field finds its columns: the tables of one subject, its local day, the instant."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, FromClause

TODAY = "today"


@dataclass(frozen=True, slots=True)
class MoneyColumns:
    """Hold an amount in minor units and its currency; a missing amount is a missing money."""

    minor: ColumnElement[Any]
    currency: ColumnElement[Any]


@dataclass(frozen=True, slots=True)
class Members:
    """Ask a list field whether it holds a word; the answer is yes or no, never unknown."""

    has: Callable[[ColumnElement[str]], ColumnElement[bool]]


Expression = ColumnElement[Any] | MoneyColumns | Members
Inside = Callable[["Scope"], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Scope:
    """Give the fields of one subject their columns and remember what was asked for.

    ``tables`` maps a name to its alias in the statement. ``local_day`` is the subject's local date
    today, ``instant`` the bound instant of the evaluation. ``any_subscription`` makes EXISTS over
    the subscriber's subscriptions: it calls the given function with the scope of one of them.
    ``needed`` collects the tables asked for, and TODAY, so that a statement joins only these.
    """

    tables: Mapping[str, FromClause]
    local_day: ColumnElement[Any]
    instant: ColumnElement[Any]
    any_subscription: Callable[[Inside], ColumnElement[bool]]
    needed: set[str] = field(default_factory=set, compare=False)

    def table(self, name: str) -> FromClause:
        """Return the alias of a table and note that it is needed."""
        self.needed.add(name)
        return self.tables[name]

    @property
    def today(self) -> ColumnElement[Any]:
        """Return the subject's local date today and note that it is needed."""
        self.needed.add(TODAY)
        return self.local_day

    @property
    def now(self) -> ColumnElement[Any]:
        """Return the instant of the evaluation."""
        return self.instant
