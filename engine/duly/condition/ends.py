"""The two ends of what a field may be, and whether anything lies between them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from duly.condition.tree import Between, Compare, Comparison, Condition, Constant
from duly.condition.types import Type

_WORDS: dict[Comparison, str] = {
    ">=": "at least",
    ">": "more than",
    "<=": "at most",
    "<": "less than",
}


@dataclass(frozen=True, slots=True)
class End:
    """Hold one end by its comparison and the value it stands at."""

    sign: Comparison
    at: Constant

    def __str__(self) -> str:
        """Say it as rule files do: ``at least 5``."""
        return f"{_WORDS[self.sign]} {self.at.value}"

    @property
    def is_open(self) -> bool:
        """Tell whether the value itself lies outside."""
        return self.sign in (">", "<")


def empty_ends(parts: Iterable[Condition]) -> tuple[End, End] | None:
    """Return the lower and the upper end between which nothing lies, None if something does.

    Raises InputError for amounts of two currencies.
    """
    ends = [end for part in parts for end in _ends(part)]
    lows = [end for end in ends if end.sign in (">", ">=")]
    highs = [end for end in ends if end.sign in ("<", "<=")]
    return next((pair for pair in product(lows, highs) if _is_empty(*pair)), None)


def is_less(one: Constant, other: Constant) -> bool:
    """Compare two constants of one type; raises InputError for amounts of two currencies."""
    return bool(one.value < other.value)  # type: ignore[operator] # both are of the field's type


def _ends(part: Condition) -> Iterator[End]:
    match part:
        case Compare(sign, _, Constant() as constant) if sign in _WORDS:
            yield End(sign, constant)
        case Between(_, low, high):
            yield End(">=", low)
            yield End("<=", high)


def _is_empty(low: End, high: End) -> bool:
    if is_less(high.at, low.at):
        return True
    if not is_less(low.at, high.at):
        return low.is_open or high.is_open
    return _has_no_whole_number(low, high)


def _has_no_whole_number(low: End, high: End) -> bool:
    """Tell whether two whole numbers follow each other and both are left out."""
    if low.at.type is not Type.WHOLE or not (low.is_open and high.is_open):
        return False
    first, last = low.at.value, high.at.value
    assert isinstance(first, int), "a whole number is one"
    assert isinstance(last, int), "a whole number is one"
    return last - first == 1
