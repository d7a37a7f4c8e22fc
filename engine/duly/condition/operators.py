"""The static types of formulas: what may be calculated and compared with what, and what comes out.

A text in quotes is read as what stands opposite it: ``'5.00 EUR'`` beside money is money,
``'2026-03-01'`` beside a date is a date. So is a cell of an imported row.
Every function here raises InputError where types do not fit.
"""

from dataclasses import replace

from duly.condition.catalogue import Field, short_name
from duly.condition.reading import read_value
from duly.condition.tree import (
    Arithmetic,
    Compare,
    Comparison,
    Condition,
    Constant,
    Contains,
    FieldRef,
    HasMember,
    Holds,
    IfMissing,
    NameRef,
    Negative,
    OneOf,
    Sign,
    Value,
    walk,
)
from duly.condition.types import Type
from duly.errors import InputError


def arithmetic(sign: Sign, left: Value, right: Value) -> Arithmetic:
    """Calculate with numbers, money and dates."""
    left, right = _operand(sign, left, right), _operand(sign, right, left, on_right=True)
    kind = _result(sign, left.type, right.type)
    if kind is None:
        raise InputError(f"{say(left)} {sign} {say(right)} cannot be calculated")
    return Arithmetic(sign, left, right, kind)


def _operand(sign: Sign, value: Value, other: Value, *, on_right: bool = False) -> Value:
    """Read a quoted text or a cell as what it must be beside the other operand."""
    beside_date = other.type is Type.DATE and sign in ("+", "-")
    if is_cell(value):
        if beside_date:
            return settle(value, Type.WHOLE if on_right or sign == "+" else Type.DATE)
        same = other.type is Type.MONEY and sign in ("+", "-")
        return settle(value, Type.MONEY if same else Type.NUMBER)
    if _is_quoted(value):
        return settle(value, Type.DATE if beside_date else Type.MONEY, other)
    return value


def _result(sign: Sign, left: Type, right: Type) -> Type | None:
    if left.is_number and right.is_number:
        whole = left is Type.WHOLE and right is Type.WHOLE and sign != "/"
        return Type.WHOLE if whole else Type.NUMBER
    match (left, sign, right):
        case (Type.MONEY, "+" | "-", Type.MONEY):
            return Type.MONEY
        case (Type.MONEY, "/", Type.MONEY):
            return Type.NUMBER
        case (Type.MONEY, "*" | "/", number) if number.is_number:
            return Type.MONEY
        case (number, "*", Type.MONEY) if number.is_number:
            return Type.MONEY
        case (Type.DATE, "+" | "-", Type.WHOLE) | (Type.WHOLE, "+", Type.DATE):
            return Type.DATE
        case (Type.DATE, "-", Type.DATE):
            return Type.WHOLE
        case _:
            return None


def negative(value: Value) -> Value:
    """Turn the sign of a number or money."""
    if is_cell(value):
        value = settle(value, Type.NUMBER)
    if isinstance(value, Constant) and not isinstance(value.value, bool) and value.type.is_number:
        return replace(value, value=-value.value)  # type: ignore[operator] # a number by its type
    if not (value.type.is_number or value.type is Type.MONEY):
        raise InputError(f"{say(value)} has no sign to turn")
    return Negative(value)


def comparison(sign: Comparison, left: Value, right: Value) -> Condition:
    """Compare two values of one type."""
    is_order = sign not in ("==", "!=")
    left, right = alike(left, right, cells=Type.NUMBER if is_order else Type.TEXT)
    if is_order and not left.type.has_order:
        raise InputError(f"{say(left)} holds {left.type.holds}, which has no more and no less")
    if left.type is Type.TEXTS:
        raise InputError(f"{say(left)} is a list; write 'vip' in {say(left)}")
    if left.type is Type.YES_NO and isinstance(right, Constant):
        return Holds(left, wanted=bool(right.value) == (sign == "=="))
    return Compare(sign, left, right)


def one_of(value: Value, options: tuple[Constant, ...]) -> Condition:
    """Ask whether a value is in a list of constants."""
    if not options:
        raise InputError("the list after in is empty")
    if value.type in (Type.YES_NO, Type.TEXTS):
        raise InputError(f"{say(value)} holds {value.type.holds} and is not looked up in a list")
    for option in options:
        value, _ = alike(value, option)
    return OneOf(value, tuple(_constant(alike(value, option)[1]) for option in options))


def inside(part: Value, whole: Value) -> Condition:
    """Ask whether a list field holds a word, or a text a part."""
    if not (isinstance(part, Constant) and part.type is Type.TEXT and part.value):
        raise InputError(f"write a text in quotes before in {say(whole)}")
    if isinstance(whole, FieldRef | NameRef) and whole.type is Type.TEXTS:
        return HasMember(whole, _constant(settle(part, Type.TEXTS, whole)))
    whole = settle(whole, Type.TEXT)
    if not whole.type.is_text:
        raise InputError(f"{say(whole)} is neither a list nor a text")
    return Contains(whole, part)


def as_condition(node: Value | Condition) -> Condition:
    """Take a yes-or-no value for a condition."""
    if not isinstance(node, Value):
        return node
    node = settle(node, Type.YES_NO) if is_cell(node) else node
    if node.type is not Type.YES_NO or isinstance(node, Constant):
        raise InputError(f"{say(node)} is not yes or no; compare it with something")
    return Holds(node)


def settle(value: Value, kind: Type, beside: Value | None = None) -> Value:
    """Read a quoted text or a cell as a type; other values stay as they are."""
    match value:
        case Constant(value=str(text)) if _is_quoted(value):
            return _read(text, kind, beside)
        case NameRef(type=Type.CELL):
            return replace(value, type=kind)
        case IfMissing(first, second, Type.CELL):
            return IfMissing(settle(first, kind), settle(second, kind), kind)
        case _:
            return value


def _read(text: str, kind: Type, beside: Value | None) -> Constant:
    """Read a quoted text as what it must be beside a value, within what that can be."""
    words = beside.field.one_of if isinstance(beside, FieldRef) else ()
    money = _money_in(beside)
    currencies, amount = (money.currencies, money.example) if money else ((), Type.MONEY.example)
    value = read_value(text, kind, one_of=words, currencies=currencies, amount=amount)
    return Constant(value, kind)


def _money_in(value: Value | None) -> Field | None:
    """Return the first field of money that something is calculated from."""
    inside = walk(value) if value is not None else ()
    fields = (node.field for node in inside if isinstance(node, FieldRef))
    return next((field for field in fields if field.type is Type.MONEY), None)


def say(value: Value) -> str:
    """Name a value for a message."""
    match value:
        case FieldRef(field):
            return short_name(field.name)
        case NameRef(name=name):
            return name
        case Constant(value=str(text)):
            return f"'{text}'"
        case Constant(value=plain):
            return str(plain)
        case _:
            return f"the calculated {value.type.holds.removeprefix('a ')}"


def _is_quoted(value: Value) -> bool:
    return isinstance(value, Constant) and value.type is Type.TEXT


def is_cell(value: Value) -> bool:
    """Say whether a value is a cell whose type its use has not decided yet."""
    return value.type is Type.CELL


def _constant(value: Value) -> Constant:
    assert isinstance(value, Constant), "settling a constant gives a constant"
    return value


def alike(
    left: Value, right: Value, *, verb: str = "compared", cells: Type = Type.TEXT
) -> tuple[Value, Value]:
    """Give two values one type; two cells get the type ``cells``. ``verb`` is for the message."""
    if is_cell(left) and is_cell(right):
        return settle(left, cells), settle(right, cells)
    left, right = _toward(left, right), _toward(right, left)
    fits = (
        left.type is right.type
        or (left.type.is_number and right.type.is_number)
        or (left.type.is_text and right.type.is_text)
    )
    if not fits:
        raise InputError(_mismatch(left, right, verb))
    return left, right


def _toward(value: Value, other: Value) -> Value:
    if is_cell(value):
        return settle(value, Type.NUMBER if other.type.is_number else other.type)
    if _is_quoted(value) and not _is_quoted(other) and not is_cell(other):
        return settle(value, other.type, other)
    return value


def _mismatch(left: Value, right: Value, verb: str) -> str:
    if isinstance(left, Constant) or right.type is Type.MONEY:
        left, right = right, left
    money = _money_in(left)
    amount = money.example if money else Type.MONEY.example
    example = f"; write '{amount}'" if left.type is Type.MONEY else ""
    return (
        f"{say(left)} holds {left.type.holds} and cannot be {verb} with {say(right)}, "
        f"which is {right.type.holds}{example}"
    )
