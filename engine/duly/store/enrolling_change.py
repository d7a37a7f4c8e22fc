"""Write what differs between a row and what is told of it, with an audit entry for each row."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, update

from duly.store.context import Context
from duly.store.happening import Entry, note
from duly.store.record import Record
from duly.tables.subscriptions import subscription

Values = Mapping[str, Any]

# What the moments of calendar triggers are counted from.
_DATES = frozenset({"zone", "term_ends_on", "term_then"})


def different(row: Record, values: Values) -> Values:
    """Return the values that the row does not have yet."""
    held = row._mapping
    return {name: value for name, value in values.items() if held[name] != value}


def write_changes(
    connection: Connection,
    table: Table,
    changes: Sequence[tuple[Record, Values]],
    context: Context,
) -> None:
    """Change rows, so that the next tick looks at them again; the audit names the columns only."""
    for row, values in changes:
        statement = update(table).where(table.c.id == row.id)
        connection.execute(statement.values(**values, **_marks(table, values)))
    entries = [
        Entry(f"{table.name} changed", table.name, row.id, {"columns": sorted(values)})
        for row, values in changes
    ]
    note(connection, entries, now=context.now, actor=context.actor)


def _marks(table: Table, values: Values) -> Values:
    """Return what makes the next tick look at a row again, and at its moments if they moved."""
    moved = table is subscription and not _DATES.isdisjoint(values)
    return {"tick": None, "dated_tick": None} if moved else {"tick": None}
