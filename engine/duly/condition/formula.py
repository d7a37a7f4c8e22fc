"""From the syntax tree of a formula to the typed tree, by an allow-list, with every problem."""

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from duly.condition.functions import call
from duly.condition.given import Text
from duly.condition.operators import (
    arithmetic,
    as_condition,
    comparison,
    inside,
    negative,
    one_of,
)
from duly.condition.reading import MAX_OPTIONS, MAX_TEXT
from duly.condition.refusal import Problems, RefusedError, at, not_yet
from duly.condition.syntax import place, read_syntax, written
from duly.condition.tree import (
    All,
    AnyOf,
    Comparison,
    Condition,
    Constant,
    Not,
    Sign,
    Value,
)
from duly.condition.types import Type

T = TypeVar("T")

_SIGNS: dict[type[ast.operator], Sign] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}
_COMPARISONS: dict[type[ast.cmpop], Comparison] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_NUMBER = re.compile(r"(?a)\d{1,15}(\.\d{1,9})?")
_FOREIGN: dict[type[ast.AST], str] = {
    ast.Pow: "powers (**)",
    ast.Mod: "remainders (%)",
    ast.FloorDiv: "whole division (//)",
    ast.Subscript: "square brackets after a name",
    ast.Lambda: "lambda",
    ast.IfExp: "if and else",
    ast.JoinedStr: "texts that begin with f",
    ast.Dict: "curly brackets",
    ast.Set: "curly brackets",
    ast.ListComp: "for",
    ast.SetComp: "for",
    ast.DictComp: "for",
    ast.GeneratorExp: "for",
    ast.NamedExpr: "assignments (:=)",
    ast.Starred: "stars",
    ast.Is: "is (write ==)",
    ast.IsNot: "is not (write !=)",
    ast.List: "lists here; a list stands after in",
    ast.Tuple: "lists here; a list stands after in",
}
_UNNAMED = "such thing; they have fields, numbers, texts, + - * /, comparisons and functions"
_CONSTANT_FIXES = {
    "True": "write the field alone",
    "False": "write not and the field",
    "None": "use if_missing, or known: false outside a formula",
}


@dataclass(frozen=True, slots=True)
class Names:
    """Say what the names in a formula stand for, and which known one a wrong one means.

    ``is_planned`` tells of a name that is not known whether a later version will know it.
    """

    find: Callable[[str], Value | None]
    closest: Callable[[str], str | None]
    is_planned: Callable[[str], bool]
    in_memory: bool


def read_formula(given: Text, names: Names, problems: Problems) -> Value | Condition:
    """Read a formula; raises RefusedError, and notes all problems but the last."""
    return _Reader(given, names, problems).node(read_syntax(given))


@dataclass(frozen=True, slots=True)
class _Reader:
    """Walk the syntax tree; a part that is refused leaves its problem, and the walk goes on."""

    given: Text
    names: Names
    problems: Problems

    def node(self, node: ast.expr) -> Value | Condition:
        """Read one node and what is inside it; raises RefusedError."""
        match node:
            case ast.Constant():
                return self._constant(node)
            case ast.Name() | ast.Attribute():
                return self._name(node)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                value = self._value(operand)
                return self._typed(node, lambda: negative(value))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Not(self._condition(operand))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _SIGNS:
                one, other = self.problems.every(self._value, (left, right))
                return self._typed(node, lambda: arithmetic(_SIGNS[type(op)], one, other))
            case ast.BoolOp(op=ast.And(), values=parts):
                return All(self.problems.every(self._condition, parts))
            case ast.BoolOp(values=parts):
                return AnyOf(self.problems.every(self._condition, parts))
            case ast.Compare():
                return self._compare(node)
            case ast.Call(func=ast.Name(id=function), args=arguments, keywords=[]):
                values = self.problems.every(self._value, arguments)
                memory = self.names.in_memory
                return self._typed(node, lambda: call(function, values, in_memory=memory))
            case _:
                raise self._foreign(node)

    def _value(self, node: ast.expr) -> Value:
        result = self.node(node)
        if not isinstance(result, Value):
            message = f"{written(self.given, node)} is true or false and cannot be used as a value"
            raise RefusedError(place(self.given, node), "wrong-type", message)
        return result

    def _condition(self, node: ast.expr) -> Condition:
        result = self.node(node)
        return self._typed(node, lambda: as_condition(result))

    def _typed(self, node: ast.expr, make: Callable[[], T]) -> T:
        return at(place(self.given, node), "wrong-type", make)

    def _constant(self, node: ast.Constant) -> Constant:
        text = written(self.given, node)
        if isinstance(node.value, str) and len(node.value) <= MAX_TEXT:
            return Constant(node.value, Type.TEXT)
        if _NUMBER.fullmatch(text):
            if "." in text:
                return Constant(Decimal(text), Type.NUMBER)
            return Constant(int(text), Type.WHOLE)
        raise RefusedError(
            place(self.given, node),
            "formula-syntax",
            f"{text} cannot be used in a formula",
            _CONSTANT_FIXES.get(text, "write numbers like 12 or 0.8 and texts in quotes"),
        )

    def _name(self, node: ast.Name | ast.Attribute) -> Value:
        name = _dotted(node)
        if name is None:
            raise self._foreign(node)
        found = self.names.find(name)
        if found is None and self.names.is_planned(name):
            raise not_yet(place(self.given, node), name)
        if found is None:
            meant = self.names.closest(name)
            raise RefusedError(
                place(self.given, node),
                "unknown-field",
                f'unknown field "{name}"',
                f'did you mean "{meant}"?' if meant else "texts stand in quotes: 'basic'",
            )
        return found

    def _compare(self, node: ast.Compare) -> Condition:
        sides = (node.left, *node.comparators)
        steps = tuple(zip(sides, node.ops, node.comparators, strict=False))
        parts = self.problems.every(lambda step: self._step(node, *step), steps)
        return parts[0] if len(parts) == 1 else All(parts)

    def _step(self, node: ast.Compare, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Condition:
        if isinstance(op, ast.In | ast.NotIn):
            found = self._in(node, left, right)
            return found if isinstance(op, ast.In) else Not(found)
        sign = _COMPARISONS.get(type(op))
        if sign is None:
            raise self._foreign(op, at=node)
        one, other = self.problems.every(self._value, (left, right))
        return self._typed(node, lambda: comparison(sign, one, other))

    def _in(self, node: ast.Compare, left: ast.expr, right: ast.expr) -> Condition:
        if not isinstance(right, ast.List | ast.Tuple):
            part, whole = self.problems.every(self._value, (left, right))
            return self._typed(node, lambda: inside(part, whole))
        value = self._value(left)
        if len(right.elts) > MAX_OPTIONS:
            message = f"this list has {len(right.elts)} values; {MAX_OPTIONS} are allowed"
            raise RefusedError(place(self.given, right), "formula-too-long", message)
        options = self.problems.every(self._option, right.elts)
        return self._typed(node, lambda: one_of(value, options))

    def _option(self, node: ast.expr) -> Constant:
        value = self._value(node)
        if not isinstance(value, Constant):
            message = f"{written(self.given, node)} cannot stand in a list"
            fix = "a list holds numbers or texts in quotes"
            raise RefusedError(place(self.given, node), "formula-syntax", message, fix)
        return value

    def _foreign(self, node: ast.AST, at: ast.expr | None = None) -> RefusedError:
        what = node.op if isinstance(node, ast.BinOp | ast.UnaryOp) else node
        message = f"formulas have no {_FOREIGN.get(type(what), _UNNAMED)}"
        where = at if at is not None else node
        assert isinstance(where, ast.expr), "an operator is placed at its expression"
        return RefusedError(place(self.given, where), "formula-syntax", message)


def _dotted(node: ast.expr) -> str | None:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=owner, attr=name):
            left = _dotted(owner)
            return f"{left}.{name}" if left is not None else None
        case _:
            return None
