"""Formulas whose value is needed here and now: amounts, quantities, columns of imported files.

The typed tree, never raw text, is evaluated by simpleeval's evaluator with its handlers replaced
by three-valued ones over our own nodes; a node that is not listed here is refused. Numbers are
exact fractions, and money is rounded once, at the end, half away from zero.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Protocol, runtime_checkable

from simpleeval import SimpleEval  # type: ignore[import-untyped] # ships no types

from duly.condition.exact import (
    Amount,
    Exact,
    calculate,
    compare,
    days_later,
    enter,
    extreme,
    months_between,
    months_later,
    rounded,
)
from duly.condition.formula import Names, read_formula
from duly.condition.given import Text
from duly.condition.operators import as_condition, is_cell, settle
from duly.condition.refusal import Problems, RefusedError, at
from duly.condition.tree import (
    All,
    AnyOf,
    Arithmetic,
    Call,
    Compare,
    Condition,
    Constant,
    Contains,
    Function,
    HasMember,
    Holds,
    IfMissing,
    NameRef,
    Negative,
    Node,
    Not,
    OneOf,
    Value,
    is_rough,
)
from duly.condition.types import Type
from duly.shape.suggest import closest
from duly.values.money import Money
from duly.values.problem import Problem

Truth = bool | None
Result = Money | Fraction | int | str | bool | date | tuple[str, ...] | None


@runtime_checkable
class Cell(Protocol):
    """Be a cell of an imported file, read by the file's own formats."""

    def read(self, kind: Type) -> object | None:
        """Return the cell as a type, None if it is empty; raises InputError if it is neither."""


@dataclass(frozen=True, slots=True)
class Formula:
    """Hold a checked formula; ``type`` is what it gives, ``names`` are the values it needs."""

    tree: Value | Condition
    type: Type
    names: frozenset[str]

    def value(self, values: Mapping[str, object], *, today: date) -> Result:
        """Calculate; None if the result is missing or unknown.

        ``values`` holds int, Decimal, Fraction, float, Money, str, bool, date, datetime, a list of
        words, a Cell, or None; a name that is absent is missing. A number comes back as a Fraction,
        a whole one as int. ``today`` is the local date that ``days_since`` counts to.
        """
        result: Exact | None = _Evaluator(values, today).eval("", previously_parsed=self.tree)
        match result:
            case Amount():
                return result.rounded()
            case Fraction() if self.type is Type.WHOLE:
                return int(result)
            case _:
                return result


def compile_formula(
    given: Text, names: Mapping[str, Type], *, wanted: Type | None = None
) -> tuple[Formula | None, tuple[Problem, ...]]:
    """Read a formula over these names; None if there are problems.

    ``wanted`` is what it must give; without it a cell alone gives text.
    """
    problems = Problems()
    needed: set[str] = set()

    def find(name: str) -> Value | None:
        if name not in names:
            return None
        needed.add(name)
        return NameRef(name, names[name])

    known = Names(find, lambda name: closest(name, names), _never, in_memory=True)

    def read() -> Formula:
        tree = read_formula(given, known, problems)
        tree, kind = at(given.span, "wrong-type", lambda: _as_wanted(tree, wanted))
        if wanted is not None and not _fits(kind, wanted):
            message = f'"{given.text}" gives {kind.holds}, and {wanted.holds} is needed here'
            raise RefusedError(given.span, "wrong-type", message)
        return Formula(tree, kind, frozenset(needed))

    formula = problems.attempt(read)
    found = problems.sorted()
    return (None if found else formula), found


def _never(_name: str) -> bool:
    """Say of every name that no later version will know it: the file decides what there is."""
    return False


def row_name(heading: str) -> str:
    """Return how formulas name a column: ``row.pret_lunar`` for ``Pret lunar``."""
    plain = unicodedata.normalize("NFKC", heading).lower()
    return "row." + (re.sub(r"\W+", "_", plain).strip("_") or "_")


def _as_wanted(tree: Value | Condition, wanted: Type | None) -> tuple[Value | Condition, Type]:
    if wanted is Type.YES_NO:
        return as_condition(tree), Type.YES_NO
    if not isinstance(tree, Value):
        return tree, Type.YES_NO
    if wanted is not None or is_cell(tree):
        tree = settle(tree, wanted or Type.TEXT)
    return tree, tree.type


def _fits(kind: Type, wanted: Type) -> bool:
    if wanted in (Type.NUMBER, Type.SHARE):
        return kind.is_number
    return kind is wanted or (wanted is Type.TEXT and kind.is_text)


class _Evaluator(SimpleEval):  # type: ignore[misc] # simpleeval ships no types
    """Evaluate the nodes of formulas; missing and unknown are None."""

    def __init__(self, values: Mapping[str, object], today: date) -> None:
        # Without the parent's own set-up, which is for Python's syntax: none of that is wanted.
        self._values = values
        self._today = today
        self.nodes: dict[type[Node], Callable[..., Exact | None]] = {
            Constant: self._eval_written,
            NameRef: self._eval_named,
            Arithmetic: self._eval_arithmetic,
            Negative: self._eval_negative,
            IfMissing: self._eval_if_missing,
            Call: self._eval_function,
            Compare: self._eval_comparison,
            OneOf: self._eval_one_of,
            Contains: self._eval_contains,
            HasMember: self._eval_has_member,
            Holds: self._eval_holds,
            All: self._eval_all,
            AnyOf: self._eval_any,
            Not: self._eval_not,
        }

    def _known(self, *nodes: Node) -> list[Exact] | None:
        """Evaluate nodes; None if one of them is missing."""
        values = [self._eval(node) for node in nodes]
        return None if None in values else values

    def _eval_written(self, node: Constant) -> Exact | None:
        return enter(node.value)

    def _eval_named(self, node: NameRef) -> Exact | None:
        value = self._values.get(node.name)
        return enter(value.read(node.type) if isinstance(value, Cell) else value)

    def _eval_arithmetic(self, node: Arithmetic) -> Exact | None:
        sides = self._known(node.left, node.right)
        if sides is None:
            return None
        return calculate(node.sign, *sides, rough=is_rough(node.right))

    def _eval_negative(self, node: Negative) -> Exact | None:
        value = self._eval(node.value)
        match value:
            case Amount(minor, currency):
                return Amount(-minor, currency)
            case Fraction():
                return -value
            case _:
                return None

    def _eval_if_missing(self, node: IfMissing) -> Exact | None:
        value: Exact | None = self._eval(node.value)
        other: Exact | None = self._eval(node.otherwise)
        return other if value is None else value

    def _eval_function(self, node: Call) -> Exact | None:
        arguments = self._known(*node.arguments)
        if arguments is None:
            return None
        if node.function in ("min", "max"):
            return extreme(node.function, arguments)
        return self._functions()[node.function](*arguments)

    def _functions(self) -> Mapping[Function, Callable[..., Exact | None]]:
        return {
            "days_since": lambda day: Fraction((self._today - day).days),
            "months_since": lambda day: Fraction(months_between(day, self._today)),
            "add_days": days_later,
            "add_months": months_later,
            "round": rounded,
            "lower": str.lower,
        }

    def _eval_comparison(self, node: Compare) -> Truth:
        sides = self._known(node.left, node.right)
        if sides is None:
            return None
        return compare(node.comparison, *sides, rough=is_rough(node.left) or is_rough(node.right))

    def _eval_one_of(self, node: OneOf) -> Truth:
        return _some([self._eval(Compare("==", node.value, option)) for option in node.options])

    def _eval_contains(self, node: Contains) -> Truth:
        sides = self._known(node.value, node.part)
        if sides is None:
            return None
        whole, part = sides
        return str(part) in str(whole)

    def _eval_has_member(self, node: HasMember) -> bool:
        words = self._eval(node.value) or ()
        return node.member.value in words

    def _eval_holds(self, node: Holds) -> Truth:
        value = self._eval(node.value)
        return None if value is None else value == node.wanted

    def _eval_all(self, node: All) -> Truth:
        return _opposite(_some([_opposite(self._eval(part)) for part in node.parts]))

    def _eval_any(self, node: AnyOf) -> Truth:
        return _some([self._eval(part) for part in node.parts])

    def _eval_not(self, node: Not) -> Truth:
        return _opposite(self._eval(node.part))


def _some(truths: list[Truth]) -> Truth:
    if True in truths:
        return True
    return None if None in truths else False


def _opposite(truth: Truth) -> Truth:
    return None if truth is None else not truth
