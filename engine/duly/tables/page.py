"""Write the reference page of the schema: every table, column, key and index."""

from sqlalchemy import Column, Index, Table, UniqueConstraint

from duly.tables.every import schema

_HEAD = """# Tables

Written from the code by `./dev generate`; do not edit by hand.

Names of columns say what they hold: `_on` is a local date (a day number on SQLite, a DATE on
PostgreSQL), `_at` an instant (microseconds UTC on SQLite, a TIMESTAMPTZ on PostgreSQL), `_minor`
money in minor units of the row's currency. A column marked *personal* tells something about a
person and is emptied when that person asks for it. `tick` is the stamp of the tick that saw a row;
an empty one means that no tick has seen the row as it is now.
"""


def page() -> str:
    """Return the page as Markdown."""
    tables = sorted(schema().tables.values(), key=lambda table: table.name)
    return _HEAD + "".join(f"\n{_section(table)}" for table in tables)


def _section(table: Table) -> str:
    rows = "".join(_row(column) for column in table.columns)
    head = "| column | type | holds |\n|---|---|---|\n"
    return f"## {table.name}\n\n{table.comment}\n\n{head}{rows}{_keys(table)}"


def _row(column: Column[object]) -> str:
    kind = type(column.type).__name__.lower()
    marks = [] if not column.nullable or column.primary_key else ["may be empty"]
    marks += ["*personal*"] if column.info["personal"] else []
    marks += [f"points to `{key.column.table.name}`" for key in column.foreign_keys]
    about = " ".join([str(column.comment), *([f"({', '.join(marks)})"] if marks else [])])
    return f"| `{column.name}` | {kind} | {about} |\n"


def _keys(table: Table) -> str:
    keys = [
        f"- unique: {_names(constraint)}\n"
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint)
    ]
    indexes = [_index(index) for index in table.indexes]
    primary = f"- primary key: {_names(table.primary_key)}\n"
    return "\n" + primary + "".join(sorted(keys)) + "".join(sorted(indexes))


def _index(index: Index) -> str:
    where = index.dialect_options["sqlite"].get("where")
    condition = "" if where is None else f" where `{where}`"
    return f"- {'unique' if index.unique else 'index'}: {_names(index)}{condition}\n"


def _names(keyed: object) -> str:
    return ", ".join(f"`{column.name}`" for column in keyed.columns)  # type: ignore[attr-defined] # constraints and indexes both have columns
