"""The values of formulas in SQL: numbers as doubles, money as two columns, missing as NULL."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Boolean, ColumnElement, Double, Text, case, cast, func, literal
from sqlalchemy.types import TypeEngine

from duly.condition.portable import (
    days_between,
    days_later,
    highest,
    lowest,
    months_between,
    months_later,
)
from duly.condition.scope import Expression, MoneyColumns, Scope
from duly.condition.tree import (
    NEARLY,
    Arithmetic,
    Call,
    Constant,
    FieldRef,
    IfMissing,
    NameRef,
    Negative,
    Sign,
    Value,
    is_rough,
)
from duly.condition.types import Type
from duly.values.money import Money

Column = ColumnElement[Any]


def value_sql(value: Value, scope: Scope) -> Expression:
    """Make the value of a formula for the row of a scope: money as two columns, not rounded."""
    return Values(scope).value(value)


@dataclass(frozen=True, slots=True)
class Values:
    """Make values over one scope."""

    scope: Scope

    def column(self, value: Value) -> Column:
        """Make a value that is not money and not a list."""
        expression = self.value(value)
        assert isinstance(expression, ColumnElement), "money and lists are handled before"
        return expression

    def value(self, value: Value) -> Expression:
        """Make any value."""
        match value:
            case Constant():
                return self._constant(value)
            case FieldRef(field):
                return field.expression(self.scope)
            case NameRef(name=name):
                raise AssertionError(f"{name} is a value in memory and has no column")
            case Arithmetic():
                return self._arithmetic(value)
            case Negative(inner):
                expression = self.value(inner)
                if isinstance(expression, MoneyColumns):
                    return MoneyColumns(-real(expression.minor), expression.currency)
                return -real(self.column(inner))
            case IfMissing(first, second):
                return self._if_missing(first, second)
            case Call():
                return self._call(value)

    def _constant(self, constant: Constant) -> Expression:
        match constant.value:
            case Money(minor, currency):
                return MoneyColumns(literal(minor, BigInteger()), literal(currency, Text()))
            case bool(truth):
                return literal(truth, Boolean())
            case int(number):
                return literal(number, BigInteger())
            case Decimal() as number:
                return literal(float(number), Double())
            case datetime() as moment:
                return literal(moment, self.scope.instant.type)
            case date() as day:
                return literal(day, self.scope.local_day.type)
            case str(text):
                return literal(text, Text())

    def _arithmetic(self, node: Arithmetic) -> Expression:
        left, right = self.value(node.left), self.value(node.right)
        rough = is_rough(node.right)
        match left, right:
            case MoneyColumns(minor, currency), MoneyColumns():
                result = calculate(node.sign, minor, in_currency(right, currency), rough=rough)
                return MoneyColumns(result, currency) if node.type is Type.MONEY else result
            case MoneyColumns(minor, currency), ColumnElement():
                return MoneyColumns(calculate(node.sign, minor, right, rough=rough), currency)
            case ColumnElement(), MoneyColumns(minor, currency):
                return MoneyColumns(calculate(node.sign, left, minor, rough=rough), currency)
            case ColumnElement(), ColumnElement():
                return self._without_money(node, left, right)
        raise AssertionError("lists are not calculated with")

    def _without_money(self, node: Arithmetic, left: Column, right: Column) -> Column:
        match node.left.type, node.right.type:
            case Type.DATE, Type.DATE:
                return days_between(right, left)
            case Type.DATE, _:
                return days_later(left, right if node.sign == "+" else -real(right))
            case _, Type.DATE:
                return days_later(right, left)
            case _:
                return calculate(node.sign, left, right, rough=is_rough(node.right))

    def _if_missing(self, value: Value, otherwise: Value) -> Expression:
        first, second = self.value(value), self.value(otherwise)
        if isinstance(first, MoneyColumns) and isinstance(second, MoneyColumns):
            currency = case((first.minor.is_(None), second.currency), else_=first.currency)
            return MoneyColumns(
                func.coalesce(first.minor, second.minor, type_=_either(first.minor)), currency
            )
        one, other = self.column(value), self.column(otherwise)
        return func.coalesce(one, other, type_=_either(one))

    def _call(self, call: Call) -> Expression:
        if call.function in ("min", "max"):
            return self._extreme(call)
        columns = [self.column(argument) for argument in call.arguments]
        match call.function:
            case "days_since":
                return days_between(columns[0], self.scope.today)
            case "months_since":
                return months_between(columns[0], self.scope.today)
            case "add_days":
                return days_later(*columns)
            case "add_months":
                return months_later(*columns)
            case other:
                raise AssertionError(f"{other} is for formulas in memory only")

    def _extreme(self, call: Call) -> Expression:
        pick = lowest if call.function == "min" else highest
        first = self.value(call.arguments[0])
        if isinstance(first, MoneyColumns):
            others = [
                in_currency(self.value(other), first.currency) for other in call.arguments[1:]
            ]
            return MoneyColumns(pick(BigInteger(), first.minor, *others), first.currency)
        columns = [self.column(argument) for argument in call.arguments]
        return pick(_either(columns[0]), *columns)


def _either(column: Column) -> TypeEngine[Any]:
    """Type what may be this column or another: SQLite may give a whole number for a double."""
    return BigInteger() if isinstance(column.type, Double) else column.type


def in_currency(money: Expression, currency: Column) -> Column:
    """Take the amount of a money if it is of a currency; else it is missing."""
    assert isinstance(money, MoneyColumns), "money meets money"
    return case((money.currency == currency, money.minor))


def real(number: Column) -> Column:
    """Calculate in doubles: whole numbers neither overflow nor divide without a rest."""
    return number if isinstance(number.type, Double) else cast(number, Double)


def calculate(sign: Sign, left: Column, right: Column, *, rough: bool) -> Column:
    """Calculate with two numbers; ``rough`` says whether the right one was calculated itself."""
    match sign:
        case "+":
            return real(left) + real(right)
        case "-":
            return real(left) - real(right)
        case "*":
            return real(left) * real(right)
        case "/":
            return real(left) / divisor(real(right), rough=rough)


def divisor(number: Column, *, rough: bool) -> Column:
    """Divide by zero to get missing; what was calculated is zero below NEARLY."""
    if rough:
        number = case((func.abs(number) > literal(NEARLY, Double()), number))
    return func.nullif(number, literal(0.0, Double()), type_=Double())
