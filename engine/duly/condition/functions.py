"""The fixed functions of formulas: what they take and what they give.

Every function here raises InputError where the arguments do not fit.
"""

from collections.abc import Callable

from duly.condition.operators import alike, is_cell, say, settle
from duly.condition.tree import Call, Constant, Function, IfMissing, Value
from duly.condition.types import Type
from duly.errors import InputError

MAX_DECIMALS = 6
IN_MEMORY_ONLY = ("round", "lower")


def call(function: str, arguments: tuple[Value, ...], *, in_memory: bool) -> Value:
    """Apply one of the fixed functions; some of them only where the value stays in memory."""
    if function in IN_MEMORY_ONLY and not in_memory:
        raise InputError(f"{function} is for amounts and imports, not for conditions")
    make = _FUNCTIONS.get(function)
    if make is None:
        known = ", ".join(name for name in _FUNCTIONS if in_memory or name not in IN_MEMORY_ONLY)
        raise InputError(f'there is no function "{function}"; the functions are {known}')
    return make(arguments)


def _count(arguments: tuple[Value, ...], wanted: int, example: str) -> None:
    if len(arguments) != wanted:
        name = example.partition("(")[0]
        values = "one value" if wanted == 1 else f"{wanted} values"
        raise InputError(f"{name} takes {values}; write it like {example}")


def _as(value: Value, kind: Type, example: str) -> Value:
    value = settle(value, kind)
    fits = value.type is kind or (kind is Type.TEXT and value.type is Type.WORD)
    if not fits:
        raise InputError(f"{say(value)} is not {kind.holds}; write it like {example}")
    return value


def _since(function: Function) -> Callable[[tuple[Value, ...]], Value]:
    def make(arguments: tuple[Value, ...]) -> Value:
        example = f"{function}(subscription.started_on)"
        _count(arguments, 1, example)
        return Call(function, (_as(arguments[0], Type.DATE, example),), Type.WHOLE)

    return make


def _later(function: Function) -> Callable[[tuple[Value, ...]], Value]:
    def make(arguments: tuple[Value, ...]) -> Value:
        example = f"{function}(subscription.started_on, 3)"
        _count(arguments, 2, example)
        day, count = arguments
        settled = (_as(day, Type.DATE, example), _as(count, Type.WHOLE, example))
        return Call(function, settled, Type.DATE)

    return make


def _extreme(function: Function) -> Callable[[tuple[Value, ...]], Value]:
    def make(arguments: tuple[Value, ...]) -> Value:
        if len(arguments) < 2:
            raise InputError(
                f"{function} takes two values or more; write it like {function}(overdue_days, 30)"
            )
        typed = (value for value in arguments if not (is_cell(value) or value.type is Type.TEXT))
        guide = next(typed, None) or settle(arguments[0], Type.NUMBER)
        values = tuple(alike(guide, value)[1] for value in arguments)
        kind = guide.type if len({value.type for value in values}) == 1 else Type.NUMBER
        if not (kind.is_number or kind in (Type.MONEY, Type.DATE)):
            raise InputError(f"{function} takes numbers, money or dates")
        return Call(function, values, kind)

    return make


def _if_missing(arguments: tuple[Value, ...]) -> Value:
    _count(arguments, 2, "if_missing(overdue_days, 0)")
    value, otherwise = arguments
    if is_cell(value) and is_cell(otherwise):
        return IfMissing(value, otherwise, Type.CELL)
    value, otherwise = alike(value, otherwise, verb="replaced")
    if value.type is Type.TEXTS:
        raise InputError(f"{say(value)} is a list and never missing")
    if value.type is otherwise.type:
        return IfMissing(value, otherwise, value.type)
    return IfMissing(value, otherwise, Type.TEXT if value.type.is_text else Type.NUMBER)


def _round(arguments: tuple[Value, ...]) -> Value:
    example = "round(row.price, 2)"
    if len(arguments) not in (1, 2):
        raise InputError(f"round takes one or two values; write it like {example}")
    value = settle(arguments[0], Type.NUMBER) if is_cell(arguments[0]) else arguments[0]
    decimals = arguments[1] if len(arguments) > 1 else None
    if decimals is None and value.type is Type.MONEY:
        return Call("round", (value,), Type.MONEY)
    if not value.type.is_number:
        raise InputError(f"{say(value)} is not a number; write it like {example}")
    if decimals is None:
        return Call("round", (value,), Type.WHOLE)
    if not (
        isinstance(decimals, Constant)
        and isinstance(decimals.value, int)
        and 0 <= decimals.value <= MAX_DECIMALS
    ):
        raise InputError(f"round takes 0 to {MAX_DECIMALS} decimals; write it like {example}")
    return Call("round", (value, decimals), Type.NUMBER)


def _lower(arguments: tuple[Value, ...]) -> Value:
    _count(arguments, 1, "lower(row.name)")
    return Call("lower", (_as(arguments[0], Type.TEXT, "lower(row.name)"),), Type.TEXT)


_FUNCTIONS: dict[str, Callable[[tuple[Value, ...]], Value]] = {
    "days_since": _since("days_since"),
    "months_since": _since("months_since"),
    "add_days": _later("add_days"),
    "add_months": _later("add_months"),
    "min": _extreme("min"),
    "max": _extreme("max"),
    "if_missing": _if_missing,
    "round": _round,
    "lower": _lower,
}
