"""Hand a small table of rows to a statement as one bound parameter.

SQLite reads it with json_each and PostgreSQL with json_to_recordset, so that the statement's text
stays the same whatever the rows are.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, Literal

from sqlalchemy import (
    JSON,
    ColumnElement,
    FromClause,
    Join,
    Text,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from duly.tables.types import day_number, microseconds

DialectName = Literal["sqlite", "postgresql"]
Kind = TypeEngine[Any] | type[TypeEngine[Any]]
Columns = tuple[tuple[str, Kind], ...]


@cache  # a statement that needs the table twice has to get the same one
def rows(name: str, dialect: DialectName, columns: Columns) -> FromClause:
    """Return a table called ``name`` whose rows are the bound parameter of the same name."""
    parameter = bindparam(name, type_=Text())
    if dialect == "sqlite":
        each = func.json_each(parameter).table_valued("value", name=f"{name}_each")
        # The cast gives the cell an affinity, without which the planner makes no index over it.
        cells = [
            cast(func.json_extract(each.c.value, literal_column(f"'$.{title}'")), kind)
            for title, kind in columns
        ]
        labelled = [cell.label(title) for cell, (title, _) in zip(cells, columns, strict=True)]
        # Once and for all: the planner would read the JSON again for every row it meets.
        return select(*labelled).select_from(each).cte(name).prefix_with("MATERIALIZED")
    return (
        func.json_to_recordset(cast(parameter, JSON))
        .table_valued(*[column(title, kind) for title, kind in columns], name=name)
        .render_derived(name=name, with_types=True)
    )


def value(dialect: DialectName, titles: Sequence[str], table: Iterable[Sequence[object]]) -> str:
    """Write the rows as the parameter wants them."""
    made = [
        dict(zip(titles, (_plain(dialect, cell) for cell in row), strict=True)) for row in table
    ]
    return json.dumps(made, separators=(",", ":"))


def _plain(dialect: DialectName, cell: object) -> object:
    match cell:
        case datetime():
            return microseconds(cell) if dialect == "sqlite" else cell.isoformat()
        case date():
            return day_number(cell) if dialect == "sqlite" else cell.isoformat()
        case _:
            return cell


def unlikely(condition: ColumnElement[bool], dialect: DialectName) -> ColumnElement[bool]:
    """Tell SQLite that few rows fit, whatever it counted when nearly all did."""
    if dialect != "sqlite":
        return condition
    told: ColumnElement[Any] = func.unlikely(condition)  # a type would have it compared with 1
    return told


class DrivingJoin(Join):
    """Join so that SQLite walks the left side and looks up the right one, never the reverse."""

    inherit_cache = True


@compiles(DrivingJoin, "sqlite")
def _cross_join(join: DrivingJoin, compiler: SQLCompiler, **options: Any) -> str:
    """Write CROSS JOIN, by which SQLite keeps the order that was written."""
    inside = {**options, "asfrom": True, "from_linter": None}
    left = compiler.process(join.left, **inside)
    right = compiler.process(join.right, **inside)
    assert join.onclause is not None, "a driving join says on what"
    return f"{left} CROSS JOIN {right} ON {compiler.process(join.onclause, **options)}"
