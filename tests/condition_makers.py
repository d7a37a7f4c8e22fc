"""Random conditions and formulas, each with a slow and naive reading of what it means.

A reading knows nothing of the engine: it is made together with the text and works on plain rows.
Missing and unknown are None. ``KnifeEdgeError`` says that a row lies within a double's error of
where the answer turns; such a row proves nothing.
"""

import calendar
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from condition_world import KINDS, NOW, PLANS, any_day, any_number

Read = Callable[[Mapping[str, Any]], Any]
Written = str | list[Any] | dict[str, Any]

_ALMOST = Fraction(1, 2**20)
_LAST = date(9999, 11, 30)
_TEXTS = ("RO", "ro", "Ro", "DE", "Cluj", "cluj_napoca", "z", "é", "😀")
_PARTS = ("_", "%", "O", "luj", "100%", "I", "é", "X")
_CURRENCIES = ("EUR", "EUR", "RON", "USD")


class KnifeEdgeError(Exception):
    """Say that a double cannot decide this row."""


@dataclass(frozen=True, order=True)
class Shaky:
    """Hold an exact number and how far off a double may be that was calculated the same way."""

    value: Fraction
    error: float = 0.0

    def __add__(self, other: "Shaky") -> "Shaky":
        return _shaky(self.value + other.value, self.error + other.error)

    def __sub__(self, other: "Shaky") -> "Shaky":
        return _shaky(self.value - other.value, self.error + other.error)

    def __neg__(self) -> "Shaky":
        return Shaky(-self.value, self.error)

    def __mul__(self, other: "Shaky") -> "Shaky":
        error = abs(float(self.value)) * other.error + abs(float(other.value)) * self.error
        return _shaky(self.value * other.value, error + self.error * other.error)

    def __truediv__(self, other: "Shaky") -> "Shaky":
        safe = abs(float(other.value)) - other.error
        if safe <= other.error:
            raise KnifeEdgeError
        result = self.value / other.value
        return _shaky(result, (self.error + abs(float(result)) * other.error) / safe)


def _shaky(value: Fraction, error: float = 0.0) -> Shaky:
    """Add the rounding of one step; the last digit of a double is 2 ** -52 of it."""
    return Shaky(value, error + abs(float(value)) * 2.0**-52)


def _whole(number: int) -> Shaky:
    return Shaky(Fraction(number))


def _lifted(value: Any) -> Any:
    """Let the numbers of a row be shaky ones."""
    match value:
        case Fraction():
            return _shaky(value)
        case (Fraction() as minor, str(currency)):
            return _shaky(minor), currency
        case _:
            return value


@dataclass(frozen=True)
class Made:
    """Hold a formula's text, its naive reading, and whether it calculates in fractions."""

    text: str
    read: Read
    rough: bool = False


def all_of(truths: list[Any]) -> Any:
    """Combine by three-valued and."""
    if any(truth is False for truth in truths):
        return False
    return None if any(truth is None for truth in truths) else True


def any_of(truths: list[Any]) -> Any:
    """Combine by three-valued or."""
    if any(truth is True for truth in truths):
        return True
    return None if any(truth is None for truth in truths) else False


def turned(truth: Any) -> Any:
    """Turn true and false."""
    return None if truth is None else not truth


def _lift(function: Callable[..., Any], *reads: Read) -> Read:
    def read(row: Mapping[str, Any]) -> Any:
        values = [inner(row) for inner in reads]
        return None if any(value is None for value in values) else function(*values, row)

    return read


_SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def compare(sign: str, left: Any, right: Any, *, rough: bool) -> Any:
    """Compare two present values the slow way."""
    if isinstance(left, tuple):
        if left[1] != right[1]:
            return None
        left, right = left[0], right[0]
    if rough:
        difference = left - right
        left, right = (Fraction(0) if _is_nearly_zero(difference) else difference.value), 0
    elif isinstance(left, Shaky):
        left, right = left.value, right.value
    return _SIGNS[sign](left, right)


def _is_nearly_zero(number: Shaky) -> bool:
    if abs(float(abs(number.value) - _ALMOST)) <= number.error:
        raise KnifeEdgeError
    return abs(number.value) <= _ALMOST


def _divided(left: Shaky, right: Shaky, *, rough: bool) -> Shaky | None:
    is_zero = _is_nearly_zero(right) if rough else right.value == 0
    return None if is_zero else left / right


def _shifted(day: date, months: int) -> date | None:
    """Move by months; nothing is moved further than 50,000."""
    if abs(months) > 50_000:
        return None
    number = day.year * 12 + day.month - 1 + months
    year, month = number // 12, number % 12 + 1
    if not 1 <= year <= 9999:
        return None
    return _inside(date(year, month, min(day.day, calendar.monthrange(year, month)[1])))


def _moved(day: date, days: int) -> date | None:
    if abs(days) > 1_600_000:
        return None
    number = day.toordinal() + days
    return date.fromordinal(number) if 2 <= number <= _LAST.toordinal() else None


def _inside(day: date) -> date | None:
    return day if date(1, 1, 2) <= day <= _LAST else None


def _months_since(day: date, today: date) -> int:
    """Count by trying: the most months that do not pass today."""
    months = (today.year - day.year) * 12 + today.month - day.month + 1
    while True:
        later = _last_resort(day, months)
        if later <= (today.year, today.month, today.day):
            return months
        months -= 1


def _last_resort(day: date, months: int) -> tuple[int, int, int]:
    number = day.year * 12 + day.month - 1 + months
    year, month = number // 12, number % 12 + 1
    length = calendar.monthrange(year, month)[1] if 1 <= year <= 9999 else 31
    return year, month, min(day.day, length)


class Maker:
    """Draw formulas of a type, no deeper than asked."""

    def __init__(self, draw: random.Random) -> None:
        """Keep the source of chance."""
        self.draw = draw

    def _pick(self, *makes: Callable[[], Made]) -> Made:
        return self.draw.choice(makes)()

    def _field(self, *names: str) -> Made:
        name = self.draw.choice(names)
        return Made(name, lambda row: _lifted(row[name]))

    def _two(self, make: Callable[[int], Made], depth: int) -> tuple[Made, Made]:
        return make(depth - 1), make(depth - 1)

    def whole(self, depth: int) -> Made:
        """Make a whole number."""
        if depth <= 0:
            return self._pick(self._whole_field, self._whole_literal)
        return self._pick(
            self._whole_field,
            lambda: self._whole_sum(depth),
            lambda: self._days_since(depth),
            lambda: self._months_since(depth),
            lambda: self._days_between(depth),
        )

    def _whole_field(self) -> Made:
        return self._field("usage.calls", "usage.quota", "app.visits")

    def _whole_literal(self) -> Made:
        number = self.draw.choice((0, 1, 2, 3, 7, 30, 59, 365, 1_000_000, 2_000_000))
        return Made(str(number), lambda row: _whole(number))

    def _whole_sum(self, depth: int) -> Made:
        left, right = self._two(self.whole, depth)
        sign = self.draw.choice("+-*")
        return Made(f"({left.text} {sign} {right.text})", _number(sign, left, right, rough=False))

    def _days_since(self, depth: int) -> Made:
        day = self.day(depth - 1)
        count = _lift(lambda value, row: _whole((row["today"] - value).days), day.read)
        return Made(f"days_since({day.text})", count)

    def _months_since(self, depth: int) -> Made:
        day = self.day(depth - 1)
        count = _lift(lambda value, row: _whole(_months_since(value, row["today"])), day.read)
        return Made(f"months_since({day.text})", count)

    def _days_between(self, depth: int) -> Made:
        last, first = self._two(self.day, depth)
        count = _lift(lambda one, other, row: _whole((one - other).days), last.read, first.read)
        return Made(f"({last.text} - {first.text})", count)

    def number(self, depth: int) -> Made:
        """Make a number."""
        if depth <= 0:
            return self._pick(self._number_field, self._number_literal)
        return self._pick(
            self._number_field,
            lambda: self._number_sum(depth),
            lambda: self._number_sum(depth),
            lambda: self._share_of_money(depth),
            lambda: self._negative(depth),
            lambda: self._extreme(self.number, depth),
            lambda: self._if_missing(self.number, depth),
            lambda: self.whole(depth),
        )

    def _number_field(self) -> Made:
        return self._field("usage.load", "usage.percent", "app.score", "usage.calls", "usage.quota")

    def _number_literal(self) -> Made:
        text = str(abs(any_number(self.draw)))
        return _decimal(text)

    def _number_sum(self, depth: int) -> Made:
        left, right = self._two(self.number, depth)
        sign = self.draw.choice("+-*//")
        read = _number(sign, left, right, rough=right.rough)
        return Made(f"({left.text} {sign} {right.text})", read, rough=True)

    def _share_of_money(self, depth: int) -> Made:
        left, right = self._two(self.money, depth)

        def share(one: Any, other: Any, row: Any) -> Any:
            if one[1] != other[1]:
                return None
            return _divided(one[0], other[0], rough=right.rough)

        read = _lift(share, left.read, right.read)
        return Made(f"({left.text} / {right.text})", read, rough=True)

    def _negative(self, depth: int) -> Made:
        number = self.number(depth - 1)
        negative = _lift(lambda value, row: -value, number.read)
        return Made(f"(-{number.text})", negative, number.rough)

    def _extreme(self, make: Callable[[int], Made], depth: int) -> Made:
        parts = [make(depth - 1) for _ in range(self.draw.choice((2, 2, 3)))]
        name = self.draw.choice(("min", "max"))

        def extreme(*values: Any) -> Any:
            found = values[:-1]
            if isinstance(found[0], tuple) and len({value[1] for value in found}) > 1:
                return None
            return sorted(found)[0 if name == "min" else -1]

        text = f"{name}({', '.join(part.text for part in parts)})"
        return Made(text, _lift(extreme, *(p.read for p in parts)), any(p.rough for p in parts))

    def _if_missing(self, make: Callable[[int], Made], depth: int) -> Made:
        value, other = self._two(make, depth)

        def read(row: Mapping[str, Any]) -> Any:
            found = value.read(row)
            return other.read(row) if found is None else found

        text = f"if_missing({value.text}, {other.text})"
        return Made(text, read, value.rough or other.rough)

    def money(self, depth: int) -> Made:
        """Make money."""
        if depth <= 0:
            return self._field("balance", "fee", "app.spent")
        return self._pick(
            lambda: self._field("balance", "fee", "app.spent"),
            lambda: self._money_sum(depth),
            lambda: self._money_and_literal(depth),
            lambda: self._money_times(depth),
            lambda: self._extreme(self.money, depth),
            lambda: self._if_missing(self.money, depth),
        )

    def _money_literal(self) -> tuple[str, tuple[Shaky, str]]:
        minor = self.draw.choice((0, 1, 500, 999, 100_000))
        currency = self.draw.choice(_CURRENCIES)
        return f"{minor // 100}.{minor % 100:02d} {currency}", (_whole(minor), currency)

    def _money_sum(self, depth: int) -> Made:
        left, right = self._two(self.money, depth)
        sign = self.draw.choice("+-")
        read = _lift(lambda one, other, row: _money(sign, one, other), left.read, right.read)
        return Made(f"({left.text} {sign} {right.text})", read, rough=True)

    def _money_and_literal(self, depth: int) -> Made:
        left = self.money(depth - 1)
        text, amount = self._money_literal()
        sign = self.draw.choice("+-")
        read = _lift(lambda one, row: _money(sign, one, amount), left.read)
        return Made(f"({left.text} {sign} '{text}')", read, rough=True)

    def _money_times(self, depth: int) -> Made:
        money, number = self.money(depth - 1), self.number(depth - 1)
        sign = self.draw.choice("*/")

        def times(amount: Any, factor: Any, row: Any) -> Any:
            if sign == "*":
                return amount[0] * factor, amount[1]
            result = _divided(amount[0], factor, rough=number.rough)
            return None if result is None else (result, amount[1])

        read = _lift(times, money.read, number.read)
        if sign == "*" and self.draw.random() < 0.5:
            return Made(f"({number.text} * {money.text})", read, rough=True)
        return Made(f"({money.text} {sign} {number.text})", read, rough=True)

    def day(self, depth: int) -> Made:
        """Make a date."""
        if depth <= 0:
            return self._field("joined_on", "last_on", "app.first_on")
        return self._pick(
            lambda: self._field("joined_on", "last_on", "app.first_on"),
            lambda: self._later(depth, "add_days", _moved),
            lambda: self._later(depth, "add_months", _shifted),
            lambda: self._date_sum(depth),
            lambda: self._extreme(self.day, depth),
            lambda: self._if_missing(self.day, depth),
        )

    def _later(self, depth: int, name: str, move: Callable[[date, int], date | None]) -> Made:
        day, count = self.day(depth - 1), self.whole(depth - 1)
        read = _lift(
            lambda value, number, row: move(value, int(number.value)), day.read, count.read
        )
        return Made(f"{name}({day.text}, {count.text})", read)

    def _date_sum(self, depth: int) -> Made:
        day, count = self.day(depth - 1), self.whole(depth - 1)
        factor, sign = self.draw.choice(((1, "+"), (-1, "-")))
        read = _lift(
            lambda value, number, row: _moved(value, factor * int(number.value)),
            day.read,
            count.read,
        )
        return Made(f"({day.text} {sign} {count.text})", read)

    def truth(self, depth: int) -> Made:
        """Make a condition."""
        if depth <= 0:
            return self._pick(
                lambda: self._field("consent.marketing", "active", "app.checked"),
                self._text_test,
                self._list_test,
                self._count_test,
                self._ratio_test,
                self._tenths_test,
            )
        return self._pick(
            lambda: self._compared(self.number, depth, _SIGNS),
            lambda: self._compared(self.number, depth, _SIGNS),
            lambda: self._compared(self.money, depth, _SIGNS),
            lambda: self._compared(self.day, depth, _SIGNS),
            lambda: self._compared_with_literal(depth),
            lambda: self._chained(depth),
            lambda: self._not(depth),
            lambda: self._joined(depth, "and", all_of),
            lambda: self._joined(depth, "or", any_of),
            lambda: self._number_in(depth),
            lambda: self.truth(0),
        )

    def _compared(self, make: Callable[[int], Made], depth: int, signs: Any) -> Made:
        left, right = self._two(make, depth)
        sign = self.draw.choice(list(signs))
        read = _compared(sign, left, right)
        return Made(f"({left.text} {sign} {right.text})", read)

    def _compared_with_literal(self, depth: int) -> Made:
        sign = self.draw.choice(list(_SIGNS))
        if self.draw.random() < 0.5:
            left = self.money(depth - 1)
            text, amount = self._money_literal()
            right = Made(f"'{text}'", lambda row: amount)
        else:
            left, day = self.day(depth - 1), any_day(self.draw)
            right = Made(f"'{day}'", lambda row: day)
        if self.draw.random() < 0.3:
            left, right = right, left
        return Made(f"({left.text} {sign} {right.text})", _compared(sign, left, right))

    def _chained(self, depth: int) -> Made:
        low, middle, high = (self.number(depth - 1) for _ in range(3))
        steps = (_compared("<=", low, middle), _compared("<", middle, high))
        return Made(
            f"({low.text} <= {middle.text} < {high.text})",
            lambda row: all_of([step(row) for step in steps]),
        )

    def _count_test(self) -> Made:
        """Compare days_since and months_since with a number; the first has a form of its own."""
        in_days = self.draw.random() < 0.5
        counts = self._days_since(1) if in_days else self._months_since(1)
        likely = (0, 1, 30, 31, 59, 365, 2_000_000) if in_days else (0, 1, 2, 12)
        number = self.draw.choice(likely)
        literal = Made(str(number), lambda row: _whole(number))
        left, right = (counts, literal) if self.draw.random() < 0.7 else (literal, counts)
        sign = self.draw.choice(list(_SIGNS))
        return Made(f"({left.text} {sign} {right.text})", _compared(sign, left, right))

    def _ratio_test(self) -> Made:
        """Divide whole numbers by each other."""
        one, other = self._whole_field(), self._whole_field()
        ratio = Made("", _number("/", one, other, rough=False), rough=True)
        number = self.draw.choice((0, 1, 2, 3))
        literal = Made(str(number), lambda row: _whole(number))
        sign = self.draw.choice(list(_SIGNS))
        return Made(f"({one.text} / {other.text} {sign} {number})", _compared(sign, ratio, literal))

    def _tenths_test(self) -> Made:
        """Add tenths, which doubles do not hold exactly."""
        field = self._field("usage.load", "app.score")
        added, wanted = self.draw.choice((("0.2", "0.3"), ("0.1", "0.3"), ("0.7", "0.8")))
        total = Made("", _number("+", field, _decimal(added), rough=False), rough=True)
        sign = self.draw.choice(list(_SIGNS))
        read = _compared(sign, total, _decimal(wanted))
        return Made(f"({field.text} + {added} {sign} {wanted})", read)

    def _text_test(self) -> Made:
        field = self._field("country", "city")
        text = self.draw.choice(_TEXTS)
        if self.draw.random() < 0.3:
            part = self.draw.choice(_PARTS)
            read = _lift(lambda value, row: part in value, field.read)
            return Made(f"('{part}' in {field.text})", read)
        sign = self.draw.choice(list(_SIGNS))
        read = _lift(lambda value, row: compare(sign, value, text, rough=False), field.read)
        return Made(f"({field.text} {sign} '{text}')", read)

    def _list_test(self) -> Made:
        if self.draw.random() < 0.5:
            word = self.draw.choice(("vip", "new", "VIP"))
            return Made(f"('{word}' in tags)", lambda row: word in row["tags"])
        words = self.draw.sample(_TEXTS, 2)
        found = _lift(lambda value, row: value in words, self._field("country").read)
        word = self.draw.choice(("in", "not in"))
        read = found if word == "in" else (lambda row: turned(found(row)))
        return Made(f"(country {word} {words!r})", read)

    def _number_in(self, depth: int) -> Made:
        number = self.number(depth - 1)
        options = [_shaky(Fraction(str(any_number(self.draw)))) for _ in range(2)]

        def found(value: Any, row: Any) -> Any:
            return any(compare("==", value, option, rough=number.rough) for option in options)

        text = ", ".join(f"{float(option.value):.2f}" for option in options)
        return Made(f"({number.text} in [{text}])", _lift(found, number.read))

    def _not(self, depth: int) -> Made:
        inner = self.truth(depth - 1)
        return Made(f"(not {inner.text})", lambda row: turned(inner.read(row)))

    def _joined(self, depth: int, word: str, join: Callable[[list[Any]], Any]) -> Made:
        parts = [self.truth(depth - 1) for _ in range(self.draw.choice((2, 3)))]
        text = f" {word} ".join(part.text for part in parts)
        return Made(f"({text})", lambda row: join([part.read(row) for part in parts]))


def _decimal(text: str) -> Made:
    return Made(text, lambda row: _shaky(Fraction(text)))


def _number(sign: str, left: Made, right: Made, *, rough: bool) -> Read:
    def calculate(one: Any, other: Any, row: Any) -> Any:
        match sign:
            case "+":
                return one + other
            case "-":
                return one - other
            case "*":
                return one * other
            case _:
                return _divided(one, other, rough=rough)

    return _lift(calculate, left.read, right.read)


def _money(sign: str, one: Any, other: Any) -> Any:
    if one[1] != other[1]:
        return None
    return (one[0] + other[0] if sign == "+" else one[0] - other[0]), one[1]


def _compared(sign: str, left: Made, right: Made) -> Read:
    rough = left.rough or right.rough
    return _lift(
        lambda one, other, row: compare(sign, one, other, rough=rough), left.read, right.read
    )


@dataclass(frozen=True)
class MadeCondition:
    """Hold a condition as it stands in a file, and its naive reading."""

    given: Written
    read: Read


@dataclass(frozen=True)
class _Column:
    """Hold a field for maps: its name, how to draw a value, and how to write it."""

    name: str
    draw: Callable[[random.Random], Any]
    write: Callable[[Any], str] = str
    has_order: bool = True


def _eur(draw: random.Random) -> tuple[Fraction, str]:
    return Fraction(draw.choice((0, 1, 500, 999, 100_000))), draw.choice(_CURRENCIES)


_COLUMNS = (
    _Column("country", lambda draw: draw.choice(_TEXTS)),
    _Column("city", lambda draw: draw.choice(_TEXTS)),
    _Column("kind", lambda draw: draw.choice(KINDS), has_order=False),
    _Column("app.roast", lambda draw: draw.choice(("light", "dark")), has_order=False),
    _Column("usage.calls", lambda draw: draw.choice((0, 1, 5, 30))),
    _Column("app.visits", lambda draw: draw.randint(0, 5)),
    _Column(
        "usage.load", lambda draw: Fraction(str(any_number(draw))), lambda v: f"{float(v):.2f}"
    ),
    _Column("app.score", lambda draw: Fraction(str(any_number(draw))), lambda v: f"{float(v):.2f}"),
    _Column("usage.percent", lambda draw: draw.choice((0, 80, 100)), lambda v: f"{v}%"),
    _Column("balance", _eur, lambda v: f"{float(v[0] / 100):.2f} {v[1]}"),
    _Column("app.spent", _eur, lambda v: f"{float(v[0] / 100):.2f} {v[1]}"),
    _Column("joined_on", any_day),
    _Column("app.first_on", any_day),
)
_ORDER = {"at_least": ">=", "more_than": ">", "at_most": "<=", "less_than": "<"}
_UNITS = ("days", "weeks", "months", "quarters", "years")


class MapMaker:
    """Draw conditions as maps."""

    def __init__(self, draw: random.Random) -> None:
        """Keep the source of chance."""
        self.draw = draw
        self.formulas = Maker(draw)

    def entries(self, depth: int) -> MadeCondition:
        """Make a map of one to three conditions, all of which must hold."""
        made = [self._entry(depth) for _ in range(self.draw.choice((1, 1, 2, 3)))]
        by_key = {next(iter(one.given)): one for one in made}
        given = {key: one.given[key] for key, one in by_key.items()}
        reads = [one.read for one in by_key.values()]
        return MadeCondition(given, lambda row: all_of([read(row) for read in reads]))

    def _entry(self, depth: int) -> MadeCondition:
        simple = (
            self._column_test,
            self._column_test,
            self._yes_no,
            self._in_time,
            self._moment,
            self._tags,
            self._known,
            *(self._formula,) * 4,
        )
        deep = (self._any_of, self._none_of, self._segment, self._any_subscription)
        if depth > 0 and self.draw.random() < 0.4:
            return self.draw.choice(deep)(depth)
        return self.draw.choice(simple)()

    def _column_test(self) -> MadeCondition:
        column = self.draw.choice(_COLUMNS)
        one, two = sorted((column.draw(self.draw), column.draw(self.draw)), key=str)
        if isinstance(one, tuple):
            two = (two[0], one[1])
        low, high = sorted((one, two))
        tests: list[tuple[Any, Callable[[Any], Any]]] = [
            (column.write(one), lambda value: _same(value, one)),
            ([column.write(one), column.write(two)], lambda value: _in(value, (one, two))),
            ({"not": column.write(one)}, lambda value: turned(_same(value, one))),
            ({"not": [column.write(one)]}, lambda value: turned(_same(value, one))),
        ]
        if column.has_order:
            word, sign = self.draw.choice(list(_ORDER.items()))
            tests += [
                (
                    {word: column.write(one)},
                    lambda value: compare(sign, value, one, rough=False),
                ),
                (
                    {"between": [column.write(low), column.write(high)]},
                    lambda value: all_of(
                        [
                            compare(">=", value, low, rough=False),
                            compare("<=", value, high, rough=False),
                        ]
                    ),
                ),
            ]
        written, test = self.draw.choice(tests)
        return self._with_missing(column.name, written, test)

    def _with_missing(self, name: str, written: Any, test: Callable[[Any], Any]) -> MadeCondition:
        read = _lift(lambda value, row: test(value), lambda row: row[name])
        if not isinstance(written, dict) or self.draw.random() < 0.6:
            return MadeCondition({name: written}, read)
        given = {name: {**written, "or_missing": "true"}}
        return MadeCondition(given, lambda row: any_of([read(row), row[name] is None]))

    def _yes_no(self) -> MadeCondition:
        name = self.draw.choice(("consent.marketing", "active", "app.checked"))
        word, wanted = self.draw.choice(
            (("yes", True), ("no", False), ("true", True), ("off", False))
        )
        return MadeCondition({name: word}, _lift(lambda v, row: v == wanted, lambda row: row[name]))

    def _in_time(self) -> MadeCondition:
        name = self.draw.choice(("joined_on", "last_on", "app.first_on"))
        count, unit = self.draw.choice((1, 1, 2, 30)), self.draw.choice(_UNITS)
        word = self.draw.choice(("within", "within last", "within next", "longer_ago_than"))

        def test(value: date, row: Mapping[str, Any]) -> bool:
            past, future = (_away(row["today"], sign * count, unit) for sign in (-1, 1))
            return {
                "within": past <= value <= future,
                "within last": past <= value <= row["today"],
                "within next": row["today"] <= value <= future,
                "longer_ago_than": value < past,
            }[word]

        key, _, side = word.partition(" ")
        given = {name: {key: f"{side} {count} {unit}".strip()}}
        return MadeCondition(given, _lift(test, lambda row: row[name]))

    def _moment(self) -> MadeCondition:
        hours = self.draw.choice((1, 2, 48))
        key = self.draw.choice(("within", "longer_ago_than"))
        length = timedelta(hours=hours)

        def test(value: Any, row: Any) -> bool:
            if key == "within":
                return NOW - length <= value <= NOW + length
            return bool(value < NOW - length)

        given = {"seen_at": {key: f"{hours} hours"}}
        return MadeCondition(given, _lift(test, lambda row: row["seen_at"]))

    def _tags(self) -> MadeCondition:
        if self.draw.random() < 0.5:
            word = self.draw.choice(("vip", "new", "VIP"))
            return MadeCondition({"tags": {"contains": word}}, lambda row: word in row["tags"])
        part = self.draw.choice(_PARTS)
        read = _lift(lambda value, row: part in value, lambda row: row["city"])
        return MadeCondition({"city": {"contains": part}}, read)

    def _known(self) -> MadeCondition:
        name = self.draw.choice((*(column.name for column in _COLUMNS), "seen_at", "app.checked"))
        known = self.draw.random() < 0.5
        given = {name: {"known": "yes" if known else "no"}}
        return MadeCondition(given, lambda row: (row[name] is not None) == known)

    def _formula(self) -> MadeCondition:
        made = self.formulas.truth(self.draw.choice((0, 1, 2, 3)))
        return MadeCondition({"formula": made.text}, made.read)

    def _any_of(self, depth: int) -> MadeCondition:
        parts = [self.entries(depth - 1) for _ in range(2)]
        given = {"any_of": [part.given for part in parts]}
        return MadeCondition(given, lambda row: any_of([part.read(row) for part in parts]))

    def _none_of(self, depth: int) -> MadeCondition:
        parts = [self.entries(depth - 1) for _ in range(2)]
        given = {"none_of": [part.given for part in parts]}
        return MadeCondition(given, lambda row: turned(any_of([part.read(row) for part in parts])))

    def _segment(self, depth: int) -> MadeCondition:
        name = self.draw.choice(sorted(SEGMENTS))
        return MadeCondition({"segment": name}, SEGMENTS[name].read)

    def _any_subscription(self, depth: int) -> MadeCondition:
        seats, plan = self.draw.randint(0, 4), self.draw.choice(PLANS)
        word, sign = self.draw.choice(list(_ORDER.items()))
        inner: dict[str, Any] = {"subscription.seats": {word: str(seats)}}
        with_plan, with_city = self.draw.random() < 0.5, self.draw.random() < 0.3
        if with_plan:
            inner["subscription.plan"] = plan
        if with_city:
            inner["city"] = "Cluj"

        def meets(row: Mapping[str, Any], member: Mapping[str, Any]) -> Any:
            count = member["seats"]
            truths = [None if count is None else compare(sign, count, seats, rough=False)]
            truths += [member["plan"] == plan] if with_plan else []
            truths += [None if row["city"] is None else row["city"] == "Cluj"] if with_city else []
            return all_of(truths)

        return MadeCondition(
            {"any_subscription": inner},
            lambda row: any_of([meets(row, member) for member in row["memberships"]]),
        )


def _same(value: Any, other: Any) -> Any:
    return compare("==", value, other, rough=False)


def _in(value: Any, options: tuple[Any, ...]) -> Any:
    return any_of([_same(value, option) for option in options])


def _away(day: date, count: int, unit: str) -> date:
    months = {"months": 1, "quarters": 3, "years": 12}.get(unit)
    if months is None:
        return day + timedelta(days=count * {"days": 1, "weeks": 7}[unit])
    moved = _shifted(day, count * months)
    assert moved is not None
    return moved


# The second is made of the first.
SEGMENTS = {
    "busy": MadeCondition(
        {"usage.calls": {"at_least": "3"}, "country": {"not": "RO"}},
        lambda row: all_of(
            [
                None if row["usage.calls"] is None else row["usage.calls"] >= 3,
                None if row["country"] is None else row["country"] != "RO",
            ]
        ),
    ),
    "idle": MadeCondition(
        {"none_of": [{"segment": "busy"}]},
        lambda row: turned(SEGMENTS["busy"].read(row)),
    ),
}
