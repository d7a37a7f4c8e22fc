"""The typed tree of conditions and formulas: what parse makes and sql, memory and words read."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from duly.condition.catalogue import Field
from duly.condition.types import Plain, Type
from duly.values.duration import Duration
from duly.values.problem import Span

Sign = Literal["+", "-", "*", "/"]
Comparison = Literal["==", "!=", "<", "<=", ">", ">="]
Direction = Literal["either", "past", "future"]
Function = Literal[
    "days_since", "months_since", "add_days", "add_months", "min", "max", "round", "lower"
]

# About a millionth (of a number, of a cent), but no sum or product of decimals hits it exactly.
NEARLY = 2.0**-20
# A calculated date beyond these days is missing. The last month is left out because SQLite knows
# no month after it.
FIRST_DAY = date(1, 1, 2)
LAST_DAY = date(9999, 11, 30)
# Moved by more it is missing too: PostgreSQL fails where a date would lie before 4713 BC.
MAX_DAYS = 1_600_000
MAX_MONTHS = 50_000


@dataclass(frozen=True, slots=True)
class Constant:
    """Hold a value written in the rule, read as its type."""

    value: Plain
    type: Type


@dataclass(frozen=True, slots=True)
class FieldRef:
    """Stand for a field of the catalogue."""

    field: Field

    @property
    def type(self) -> Type:
        """Return what the field holds."""
        return self.field.type


@dataclass(frozen=True, slots=True)
class NameRef:
    """Stand for a value handed to a formula in memory, such as a cell of an imported row."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Calculate with two values; division by zero is missing, as is money of two currencies."""

    sign: Sign
    left: "Value"
    right: "Value"
    type: Type


@dataclass(frozen=True, slots=True)
class Negative:
    """Turn the sign of a number or money."""

    value: "Value"

    @property
    def type(self) -> Type:
        """Return the type of what is turned."""
        return self.value.type


@dataclass(frozen=True, slots=True)
class Call:
    """Apply a function; anything missing in gives missing."""

    function: Function
    arguments: tuple["Value", ...]
    type: Type


@dataclass(frozen=True, slots=True)
class IfMissing:
    """Take the second value where the first is missing."""

    value: "Value"
    otherwise: "Value"
    type: Type


Value = Constant | FieldRef | NameRef | Arithmetic | Negative | Call | IfMissing


@dataclass(frozen=True, slots=True)
class Compare:
    """Compare two values of one type."""

    comparison: Comparison
    left: Value
    right: Value


@dataclass(frozen=True, slots=True)
class OneOf:
    """Ask whether a value is one of some constants."""

    value: Value
    options: tuple[Constant, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """Ask whether a value lies between two constants, both included."""

    value: Value
    low: Constant
    high: Constant


@dataclass(frozen=True, slots=True)
class Contains:
    """Ask whether a text has a part, byte by byte."""

    value: Value
    part: Constant


@dataclass(frozen=True, slots=True)
class HasMember:
    """Ask whether a list holds a word; a missing list holds none."""

    value: FieldRef | NameRef
    member: Constant


@dataclass(frozen=True, slots=True)
class Known:
    """Ask whether a value is there; the answer is never unknown."""

    value: Value


@dataclass(frozen=True, slots=True)
class Within:
    """Ask whether a date or moment is at most so far from now, both ends included."""

    value: FieldRef
    length: Duration
    direction: Direction


@dataclass(frozen=True, slots=True)
class LongerAgo:
    """Ask whether a date or moment lies further back than a length of time."""

    value: FieldRef
    length: Duration


@dataclass(frozen=True, slots=True)
class Holds:
    """Ask whether a yes-or-no value is the wanted one."""

    value: Value
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class All:
    """Hold if every part holds; of nothing it holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Hold if some part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Turn true and false; unknown stays unknown."""

    part: "Condition"


@dataclass(frozen=True, slots=True)
class InSegment:
    """Hold for members of a segment, by the segment's own conditions."""

    name: str


@dataclass(frozen=True, slots=True)
class AnySubscription:
    """Hold if some subscription of the subscriber meets the condition."""

    inner: "Condition"


@dataclass(frozen=True, slots=True)
class Line:
    """Mark what stands on one line of the file; ``formula`` is its text if it is one."""

    part: "Condition"
    span: Span = field(compare=False)
    formula: str = ""


Condition = (
    Compare
    | OneOf
    | Between
    | Contains
    | HasMember
    | Known
    | Within
    | LongerAgo
    | Holds
    | All
    | AnyOf
    | Not
    | InSegment
    | AnySubscription
    | Line
)
Node = Value | Condition


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly inside a node."""
    match node:
        case Constant() | FieldRef() | NameRef() | InSegment():
            return ()
        case Arithmetic(left=left, right=right) | Compare(left=left, right=right):
            return (left, right)
        case Negative(value) | Known(value) | Holds(value):
            return (value,)
        case Within(value=value) | LongerAgo(value=value) | HasMember(value=value):
            return (value,)
        case OneOf(value=value) | Between(value=value) | Contains(value=value):
            return (value,)
        case Call(arguments=arguments):
            return arguments
        case IfMissing(value=value, otherwise=otherwise):
            return (value, otherwise)
        case All(parts) | AnyOf(parts):
            return parts
        case Not(part) | Line(part=part):
            return (part,)
        case AnySubscription(inner):
            return (inner,)


def walk(node: Node) -> Iterator[Node]:
    """Go through a node and everything inside it, in the order of the file."""
    yield node
    for child in children(node):
        yield from walk(child)


def lines(condition: Condition) -> tuple[Line, ...]:
    """Return the lines in the order of the file; what a line contains are no lines of their own."""
    match condition:
        case Line():
            return (condition,)
        case All(parts) | AnyOf(parts):
            return tuple(line for part in parts for line in lines(part))
        case Not(part):
            return lines(part)
        case _:
            return ()


def named_fields(condition: Condition) -> tuple[Field, ...]:
    """Return the fields of the subject that a condition names, each once, in order.

    Not those inside ``any_subscription`` (many rows) and not those of a segment it mentions.
    """
    found: dict[str, Field] = {}
    _collect(condition, found)
    return tuple(found.values())


def _collect(node: Node, found: dict[str, Field]) -> None:
    if isinstance(node, FieldRef):
        found.setdefault(node.field.name, node.field)
    if not isinstance(node, AnySubscription):
        for child in children(node):
            _collect(child, found)


def is_rough(value: Value) -> bool:
    """Say whether a value was calculated in fractions, which a database keeps only to 15 digits.

    Comparisons with such a value let a difference below NEARLY count as none, in SQL and in memory
    alike, so that both give the same answer: a tenth of 3.00 is 0.30.
    """
    return any(
        isinstance(node, Arithmetic) and node.type in (Type.NUMBER, Type.MONEY)
        for node in walk(value)
    )
