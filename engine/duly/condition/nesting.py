"""How deep a condition goes in SQL: SQLite's parser gives up beyond 100 levels.

https://www.sqlite.org/limits.html: the parser stack of SQLite before 3.46 has 100 entries. The
figures count how many of them each node takes at most; a test holds them against SQLite.
"""

from collections.abc import Mapping

from duly.condition.tree import (
    All,
    AnyOf,
    AnySubscription,
    Arithmetic,
    Call,
    Compare,
    Condition,
    Constant,
    Contains,
    FieldRef,
    Function,
    HasMember,
    IfMissing,
    InSegment,
    Line,
    LongerAgo,
    NameRef,
    Node,
    Within,
    children,
    is_rough,
)
from duly.condition.types import Type

# What a condition may take; the rest is for the statement around it.
MAX_NESTING = 74

FIELD = 25  # a field's own expression; money in a JSON column takes more
MONEY_FIELD = 32
_CALLS: dict[Function, int] = {
    "days_since": 5,
    "months_since": 20,
    "add_days": 11,
    "add_months": 24,
    "min": 7,
    "max": 7,
}
_ONE_CURRENCY = 7  # CASE WHEN the currencies are the same


def nesting(node: Node, segments: Mapping[str, Condition]) -> int:
    """Count the levels of a condition at its deepest, with its segments written out."""
    return _measure(node, segments, {})


def _measure(node: Node, segments: Mapping[str, Condition], known: dict[str, int]) -> int:
    if isinstance(node, InSegment):
        if node.name not in known:
            inner = segments.get(node.name)
            known[node.name] = _measure(inner, segments, known) if inner else 0
        return known[node.name]
    inside = [_measure(child, segments, known) for child in children(node)]
    return _own(node) + max(inside, default=0)


def _own(node: Node) -> int:
    """Count the levels a node adds to what is inside it."""
    match node:
        case Line() | NameRef() | HasMember() | InSegment():
            return 0
        case Constant():
            return 1
        case FieldRef():
            return MONEY_FIELD if node.type is Type.MONEY else FIELD
        case All() | AnyOf():
            return 4
        case AnySubscription():
            return 24
        case Within() | LongerAgo() if node.length.months:
            return 5  # the moved day beside the field goes down 26 itself, no more than FIELD + 5
        case Contains():
            return 6
        case Compare():
            rough = is_rough(node.left) or is_rough(node.right)
            return 5 + (5 if rough else 0) + _money(node.left.type)
        case Arithmetic():
            return _arithmetic(node)
        case IfMissing():
            return 6 + _money(node.type)
        case Call():
            return _CALLS[node.function] + _money(node.type)
        case _:
            return 5


def _arithmetic(node: Arithmetic) -> int:
    if node.type is Type.DATE:
        return _CALLS["add_days"]
    currencies = _money(node.left.type) if node.left.type is node.right.type else 0
    divisor = 4 + (8 if is_rough(node.right) else 0) if node.sign == "/" else 0
    return 6 + divisor + currencies


def _money(kind: Type) -> int:
    return _ONE_CURRENCY if kind is Type.MONEY else 0
