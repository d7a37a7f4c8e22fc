"""Write a revision as Python that needs no tidying: a function a table, in our own layout."""

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from textwrap import dedent
from typing import Literal

from alembic.autogenerate import render_python_code
from alembic.operations import ops
from sqlalchemy import BigInteger

from duly.errors import InputError
from duly.store.code_layout import INDENT, lay_out
from duly.tables.types import Id, Instant, Json, LocalDate, Word

_TYPES = ("Id", "Instant", "Json", "LocalDate", "Minor", "Word")


@dataclass(frozen=True, slots=True)
class Heading:
    """Say which revision a file holds, which one it follows (or nothing), and what it does."""

    revision: str
    follows: str
    sentence: str


@dataclass(frozen=True, slots=True)
class _Step:
    table: str
    call: ast.expr


def write_revision(heading: Heading, operations: ops.UpgradeOps) -> str:
    """Return the text of a revision's file; raises InputError for what SQLite cannot do."""
    steps = [_step(operation) for operation in _flattened(operations)]
    functions = _functions(heading.sentence, steps)
    follows = f'"{heading.follows}"' if heading.follows else "None"
    return (
        f'"""{heading.sentence}"""\n\n{_imports(functions)}\n'
        f'revision = "{heading.revision}"\ndown_revision = {follows}\n\n\n{functions}'
    )


def _imports(functions: str) -> str:
    types = [name for name in _TYPES if re.search(rf"\b{name}\b[,)]", functions)]
    lines = [
        "import sqlalchemy as sa\n" if "sa." in functions else "",
        "from alembic import op\n\n",
        "from duly.store.downgrade import downgrade as downgrade\n",
        f"from duly.tables.types import {', '.join(types)}\n" if types else "",
    ]
    return "".join(lines)


def _functions(sentence: str, steps: Sequence[_Step]) -> str:
    groups = [(table, list(found)) for table, found in groupby(steps, lambda step: step.table)]
    head = f'def upgrade() -> None:\n    """{sentence}"""\n'
    if len(groups) == 1:
        return head + _body(steps)
    calls = "".join(f"    _{table}()\n" for table, _ in groups)
    parts = [f"def _{table}() -> None:\n{_body(found)}" for table, found in groups]
    return "\n\n".join([head + calls, *parts])


def _body(steps: Sequence[_Step]) -> str:
    return "".join(f"{lay_out(step.call, INDENT)}\n" for step in steps)


def _flattened(operations: ops.UpgradeOps) -> list[ops.MigrateOperation]:
    return [
        inner
        for outer in operations.ops
        for inner in (outer.ops if isinstance(outer, ops.ModifyTableOps) else [outer])
    ]


def _step(operation: ops.MigrateOperation) -> _Step:
    match operation:
        case ops.AddColumnOp(column=column) if not column.nullable and not column.server_default:
            raise InputError(
                f'"{operation.table_name}.{column.name}" cannot be required: the rows that are '
                "there have no value for it; make it optional, or give it a server_default"
            )
        case (
            ops.CreateTableOp()
            | ops.DropTableOp()
            | ops.CreateIndexOp()
            | ops.DropIndexOp()
            | ops.AddColumnOp()
            | ops.DropColumnOp()
        ):
            table = operation.table_name
            assert table, "every one of these names its table"
            return _Step(table, _call(operation))
        case _:
            raise InputError(
                f"SQLite cannot do {ast.unparse(_call(operation))} to a table that is there: add a "
                "new column, table or unique index, and remove the old one a release later"
            )


def _call(operation: ops.MigrateOperation) -> ast.expr:
    code = render_python_code(ops.UpgradeOps([operation]), render_item=_name_type)
    # Alembic indents all lines but the first, which is a comment.
    statements = ast.parse(dedent(f"    {code}")).body
    match statements:
        case [ast.Expr(value=call)]:
            tidy = _Tidy().visit(call)
            assert isinstance(tidy, ast.expr), "tidying keeps an expression"
            return tidy
        case _:
            raise AssertionError(f"one operation is one call, not {code}")


class _Tidy(ast.NodeTransformer):
    """Take away what alembic writes to be on the safe side."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Unwrap ``op.f("name")``, which only matters where names are made up; drop defaults."""
        self.generic_visit(node)
        if ast.unparse(node.func) == "op.f":
            return node.args[0]
        node.keywords = [word for word in node.keywords if ast.unparse(word) != "unique=False"]
        return node


def _name_type(what: str, item: object, _context: object) -> str | Literal[False]:
    """Render our own types by the names they have in duly.tables.types."""
    if what != "type":
        return False
    match item:
        case LocalDate():
            return "LocalDate"
        case Instant():
            return "Instant"
        case _ if item is Id:
            return "Id"
        case _ if item is Json:
            return "Json"
        case _ if item is Word:
            return "Word"
        case BigInteger():
            return "Minor"
        case _:
            return False
