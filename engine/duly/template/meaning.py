"""Says of what kind an expression is, whether it may be missing, and what is wrong with it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from jinja2 import nodes

from duly.template.expression import Expression, path_of
from duly.template.filters import FILTERS
from duly.template.name import WORDS, Kind, Name, closest
from duly.values.problem import Problem, Span

_MOST_LISTED = 8
_ORDERED: frozenset[Kind] = frozenset({"number", "date"})
_EQUAL: frozenset[Kind] = frozenset({"text", "number", "date", "yes_no"})


@dataclass(frozen=True, slots=True)
class Scope:
    """Hold what is known at a place: all names, the loops around it, what an ``if`` has shown.

    ``links`` are the places of tags that an address begins with.
    """

    names: Mapping[str, Name]
    links: frozenset[Span] = frozenset()
    loops: tuple[str, ...] = ()
    present: frozenset[str] = frozenset()

    def knowing(self, present: Iterable[str]) -> "Scope":
        """Return the scope with more names that are there for certain."""
        return replace(self, present=self.present | frozenset(present))


@dataclass(frozen=True, slots=True)
class Found:
    """Hold what an expression is; kind None when ``problems`` say why that is unknown."""

    kind: Kind | None
    may_be_missing: bool = False
    problems: tuple[Problem, ...] = ()


def value(expression: Expression, node: nodes.Node, scope: Scope) -> Found:
    """Say what a value is; that it may be missing is for the caller to judge."""
    path = path_of(node)
    if path is not None:
        return _named(expression, node, path, scope)
    match node:
        case nodes.Const(value=bool()):
            return Found("yes_no")
        case nodes.Const(value=int() | float()):
            return Found("number")
        case nodes.Const():
            return Found("text")
        case nodes.Filter():
            return _filtered(expression, node, scope)
        case _:
            return Found(None, problems=(_comparison_shown(expression),))


def condition(expression: Expression, node: nodes.Node, scope: Scope) -> Iterator[Problem]:
    """Yield what is wrong with a condition."""
    match node:
        case nodes.And() | nodes.Or():
            yield from condition(expression, node.left, scope)
            known = present(node.left, when=isinstance(node, nodes.And))
            yield from condition(expression, node.right, scope.knowing(known))
        case nodes.Not():
            yield from condition(expression, node.node, scope)
        case nodes.Compare():
            yield from _comparison(expression, node, scope)
        case _:
            yield from value(expression, node, scope).problems


def present(node: nodes.Node, *, when: bool) -> frozenset[str]:
    """Return the names that are there for certain when a condition is true, or when it is not."""
    path = path_of(node)
    if path is not None:
        return frozenset({path}) if when else frozenset()
    match node:
        case nodes.Not():
            return present(node.node, when=not when)
        case nodes.And() | nodes.Or():
            left, right = present(node.left, when=when), present(node.right, when=when)
            both_hold = isinstance(node, nodes.And) == when
            return left | right if both_hold else left & right
        case _:
            return frozenset()


def missing(expression: Expression, node: nodes.Node, *, compared: bool = False) -> Problem:
    """Say that a value may be missing where something has to stand."""
    while isinstance(node, nodes.Filter) and node.node is not None:
        node = node.node
    path = path_of(node) or expression.source.text.strip()
    hint = (
        f"ask first whether it is there: {{% if {path} and … %}}"
        if compared
        else f"write {{{{ {path} | default('…') }}}}, or put it inside {{% if {path} %}}"
    )
    span = expression.place(node, len(path))
    return Problem(span, "may-be-missing", f'"{path}" may be missing', hint)


def listed(names: Iterable[str]) -> str:
    """Name a few of the names."""
    ordered = sorted(names)
    return ", ".join(ordered[:_MOST_LISTED]) + (", …" if len(ordered) > _MOST_LISTED else "")


def _named(expression: Expression, node: nodes.Node, path: str, scope: Scope) -> Found:
    name = scope.names.get(path)
    if name is not None:
        return Found(name.kind, name.may_be_missing and path not in scope.present)
    problem = Problem(
        expression.place(node, len(path)),
        "unknown-name",
        f'"{path}" is not something this message knows',
        _unknown_hint(path, scope.names),
    )
    return Found(None, problems=(problem,))


def _unknown_hint(path: str, names: Mapping[str, Name]) -> str:
    group = sorted(name for name in names if name.startswith(f"{path}."))
    if group:
        return f"write which part of it, such as {group[0]}"
    meant = closest(path, names)
    if meant is not None:
        return f"did you mean {meant}?"
    first = path.split(".", 1)[0]
    beside = [name for name in names if name.startswith(f"{first}.")]
    return f"this message knows {listed(beside or names)}"


def _filtered(expression: Expression, node: nodes.Filter, scope: Scope) -> Found:
    rule = FILTERS[node.name]
    found = value(expression, node.node, scope) if node.node is not None else Found(None)
    arguments = [value(expression, argument, scope) for argument in node.args]
    problems = (*found.problems, *(told for other in arguments for told in other.problems))
    if found.kind is None:
        return Found(None, problems=problems)
    if found.kind not in rule.takes:
        refusal = _wrong_filter(expression, node, found.kind)
        return Found(None, problems=(*problems, refusal))
    other = arguments[0] if arguments else None
    if node.name == "default" and other is not None:
        if other.may_be_missing:
            problems = (*problems, missing(expression, node.args[0]))
        return Found(found.kind if found.kind == other.kind else "text", problems=problems)
    if other is not None and other.kind not in {"text", None}:
        problems = (*problems, _wrong_argument(expression, node))
    return Found(rule.gives or found.kind, found.may_be_missing, problems)


def _wrong_filter(expression: Expression, node: nodes.Filter, kind: Kind) -> Problem:
    rule = FILTERS[node.name]
    takes = " or ".join(sorted({WORDS[taken] for taken in rule.takes}))
    return Problem(
        expression.place(node, len(node.name)),
        "wrong-type",
        f'"{node.name}" cannot show {WORDS[kind]}',
        f"it is for {takes}, as in {{{{ {rule.example} }}}}",
    )


def _wrong_argument(expression: Expression, node: nodes.Filter) -> Problem:
    return Problem(
        expression.place(node, len(node.name)),
        "wrong-type",
        f'"{node.name}" wants a text in its brackets',
        f"write {{{{ {FILTERS[node.name].example} }}}}",
    )


def _comparison(expression: Expression, node: nodes.Compare, scope: Scope) -> Iterator[Problem]:
    sides = [node.expr, *(operand.expr for operand in node.ops)]
    found = [value(expression, side, scope) for side in sides]
    for side, what in zip(sides, found, strict=True):
        yield from what.problems
        if what.may_be_missing:
            yield missing(expression, side, compared=True)
    kinds = {"text" if what.kind == "link" else what.kind for what in found}
    allowed = _EQUAL if node.ops[0].op in {"eq", "ne"} else _ORDERED
    if None not in kinds and (len(node.ops) > 1 or len(kinds) > 1 or not kinds <= allowed):
        yield Problem(
            expression.whole(),
            "wrong-type",
            f'"{expression.source.text.strip()}" compares what a message cannot compare',
            "compare two texts or two numbers, or write {% if invoice.open_amount %} to ask "
            "whether an amount is not zero",
        )


def _comparison_shown(expression: Expression) -> Problem:
    return Problem(
        expression.whole(),
        "wrong-type",
        f'"{expression.source.text.strip()}" is a comparison and cannot be shown',
        "write it in {% if … %}",
    )
