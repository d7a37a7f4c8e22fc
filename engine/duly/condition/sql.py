"""From the typed tree to SQL: three-valued by bare comparisons, every value a bound parameter.

The same tree gives the same text. Numbers are calculated as doubles; a comparison of what was
calculated takes a difference below NEARLY for none, here and in memory.
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Double,
    Integer,
    Text,
    and_,
    case,
    false,
    literal,
    literal_column,
    not_,
    null,
    or_,
    true,
)

from duly.condition.portable import bytewise, has_part, instant_later, months_later
from duly.condition.scope import Expression, Members, MoneyColumns, Scope
from duly.condition.sql_value import Column, Values, in_currency, real
from duly.condition.tree import (
    MAX_DAYS,
    NEARLY,
    All,
    AnyOf,
    AnySubscription,
    Arithmetic,
    Between,
    Call,
    Compare,
    Comparison,
    Condition,
    Constant,
    Contains,
    FieldRef,
    HasMember,
    Holds,
    InSegment,
    Known,
    Line,
    LongerAgo,
    Not,
    OneOf,
    Value,
    Within,
    is_rough,
    lines,
    walk,
)
from duly.condition.types import Type
from duly.values.duration import Duration

YES, NO, UNKNOWN = "y", "n", "u"

Truth = ColumnElement[bool]
Segments = Mapping[str, Condition]


def condition_sql(condition: Condition, scope: Scope, segments: Segments) -> Truth:
    """Make a condition true, false or NULL for the row of a scope.

    Segments are written out; ``check_segments`` has made sure that this ends.
    """
    return _Builder(scope, segments).truth(condition)


def letters_sql(condition: Condition, scope: Scope, segments: Segments) -> ColumnElement[str]:
    """Make one letter for each of ``lines(condition)``, in their order: y, n or u (unknown)."""
    builder = _Builder(scope, segments)
    letters: ColumnElement[str] = literal_column("''", Text())
    for line in lines(condition):
        letters = letters.concat(_letter(builder.truth(line)))
    return letters


def _letter(truth: Truth) -> ColumnElement[str]:
    yes, no, unknown = (literal_column(f"'{word}'", Text()) for word in (YES, NO, UNKNOWN))
    return case((true(), yes), (false(), no), else_=unknown, value=truth)


@dataclass(frozen=True, slots=True)
class _Builder:
    """Build expressions over one scope."""

    scope: Scope
    segments: Segments

    @property
    def values(self) -> Values:
        """Return what makes the values inside the conditions."""
        return Values(self.scope)

    def truth(self, condition: Condition) -> Truth:
        match condition:
            case All(parts):
                return and_(true(), *(self.truth(part) for part in parts))
            case AnyOf(parts):
                return or_(false(), *(self.truth(part) for part in parts))
            case Not(part):
                return opposite(self.truth(part))
            case InSegment(name):
                return self.truth(self.segments[name])
            case AnySubscription(inner):
                return self._any_subscription(inner)
            case Line(part):
                return self.truth(part)
            case Compare() | OneOf() | Between():
                return self._comparison(condition)
            case Within() | LongerAgo():
                return self._in_time(condition)
            case Known() | Holds() | HasMember() | Contains():
                return self._asked(condition)

    def _asked(self, test: Known | Holds | HasMember | Contains) -> Truth:
        match test:
            case Known(value):
                return _minor_of(self.values.value(value)).is_not(None)
            case Holds(value, wanted):
                return self.values.column(value) if wanted else opposite(self.values.column(value))
            case HasMember(value, member):
                members = self.values.value(value)
                assert isinstance(members, Members), "a list field is asked for its members"
                return members.has(self.values.column(member))
            case Contains(value, part):
                return has_part(self.values.column(value), self.values.column(part))

    def _any_subscription(self, inner: Condition) -> Truth:
        """Be true if one meets it, unknown if none surely does and one may, else false."""

        def within(scope: Scope) -> Truth:
            return condition_sql(inner, scope, self.segments)

        some = self.scope.any_subscription(within)
        if _is_certain(inner):
            return some
        maybe = self.scope.any_subscription(lambda scope: within(scope).is_(None))
        return or_(some, case((maybe, null()), else_=false()))

    def _comparison(self, test: Compare | OneOf | Between) -> Truth:
        match test:
            case Compare(sign, Constant() as constant, Call(function="days_since") as call):
                return self._comparison(Compare(_MIRRORED[sign], call, constant))
            case Compare(sign, Call("days_since", (day,)), Constant(int(days))) if (
                abs(days) <= MAX_DAYS
            ):
                return compare(_MIRRORED[sign], self.values.column(day), days_ago(self.scope, days))
            case Compare(sign, left, right):
                one, other = self._pair(left, right)
                if is_rough(left) or is_rough(right):
                    return compare_nearly(sign, one, other)
                return compare(sign, one, other)
            case Between(value, low, high):
                one, lower = self._pair(value, low)
                return one.between(lower, self._pair(value, high)[1])
            case OneOf(value, options) if is_rough(value) or value.type is Type.MONEY:
                equal = (Compare("==", value, option) for option in options)
                return or_(false(), *(self._comparison(test) for test in equal))
            case OneOf(value, options):
                one = self._pair(value, options[0])[0]
                return one.in_([self.values.column(option) for option in options])

    def _pair(self, left: Value, right: Value) -> tuple[Column, Column]:
        """Make two values of one type comparable."""
        one = self.values.value(left)
        if isinstance(one, MoneyColumns):
            return one.minor, in_currency(self.values.value(right), one.currency)
        column = self.values.column(left)
        return bytewise(column) if left.type.is_text else column, self.values.column(right)

    def _in_time(self, test: Within | LongerAgo) -> Truth:
        column = self.values.column(test.value)
        is_date = test.value.type is Type.DATE
        now = self.scope.today if is_date else self.scope.now
        move = self._days_away if is_date else self._moments_away
        past, future = move(test.length, -1), move(test.length, +1)
        match test:
            case LongerAgo():
                return column < past
            case Within(direction="past"):
                return column.between(past, now)
            case Within(direction="future"):
                return column.between(now, future)
            case Within():
                return column.between(past, future)

    def _days_away(self, length: Duration, sign: int) -> Column:
        if length.months:
            return months_later(self.scope.today, literal(sign * length.months, BigInteger()))
        return days_ago(self.scope, -sign * length.days)

    def _moments_away(self, length: Duration, sign: int) -> Column:
        return instant_later(self.scope.now, sign * length.as_timedelta())


_OPERATORS: dict[Comparison, Callable[[Column, Column], Truth]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_MIRRORED: dict[Comparison, Comparison] = {
    "==": "==",
    "!=": "!=",
    "<": ">",
    "<=": ">=",
    ">": "<",
    ">=": "<=",
}


def opposite(truth: Truth) -> Truth:
    """Turn true and false; unknown stays unknown."""
    return not_(truth)


def compare(sign: Comparison, left: Column, right: Column) -> Truth:
    """Compare two columns as they are."""
    return _OPERATORS[sign](left, right)


def compare_nearly(sign: Comparison, left: Column, right: Column) -> Truth:
    """Compare two calculated columns; a difference below NEARLY is none."""
    difference = real(left) - real(right)
    low: Column = literal(-NEARLY, Double())
    high: Column = literal(NEARLY, Double())
    match sign:
        case "==":
            return difference.between(low, high)
        case "!=":
            return or_(difference < low, difference > high)
        case "<":
            return difference < low
        case "<=":
            return difference <= high
        case ">":
            return difference > high
        case ">=":
            return difference >= low


def days_ago(scope: Scope, days: int) -> Column:
    """Make the local date some days before today; the column compared with it stays bare."""
    return scope.today.op("-", return_type=scope.today.type)(literal(days, Integer()))


def _minor_of(expression: Expression) -> Column:
    match expression:
        case MoneyColumns(minor):
            return minor
        case ColumnElement():
            return expression
        case Members():
            raise AssertionError("a list is never missing")


def _is_certain(condition: Condition) -> bool:
    """Say whether a condition is never unknown."""
    for node in walk(condition):
        match node:
            case FieldRef(field) if field.may_be_missing or field.type is Type.MONEY:
                return False
            case Arithmetic() | Call() | InSegment() | AnySubscription():
                return False
    return True
