"""Conditions as sentences for people, ready for translation.

Every sentence is a pattern with named places; ``translate`` gets the English pattern. Patterns
stand in calls of ``translate`` so that they can be collected from the code.
"""

from collections.abc import Callable

from duly.condition.catalogue import short_name
from duly.condition.tree import (
    All,
    AnyOf,
    AnySubscription,
    Between,
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
    Within,
    lines,
)
from duly.condition.types import Type

Translate = Callable[[str], str]


def as_written(pattern: str) -> str:
    """Leave a sentence in English."""
    return pattern


def say_lines(condition: Condition, translate: Translate = as_written) -> tuple[str, ...]:
    """Say each of ``lines(condition)`` in its own sentence part, in their order."""
    return tuple(say(line, translate) for line in lines(condition))


def say(condition: Condition, translate: Translate = as_written) -> str:
    """Say a condition: ``country is not one of US, CA``."""
    return _Speaker(translate).say(condition)


class _Speaker:
    """Say conditions in one language."""

    def __init__(self, translate: Translate) -> None:
        self.translate = translate

    def say(self, condition: Condition) -> str:
        translate = self.translate
        match condition:
            case Line(formula=formula) if formula:
                return formula
            case Line(part):
                return self.say(part)
            case All(parts):
                return self._joined(parts, translate("{first} and {second}"))
            case AnyOf((test, Not(Known()))):
                return translate("{condition}, or is not known").format(condition=self.say(test))
            case AnyOf(parts):
                return self._joined(parts, translate("{first} or {second}"))
            case Not(part):
                return self._not(part)
            case InSegment(name):
                return translate("is in the segment {name}").format(name=name)
            case AnySubscription(inner):
                pattern = translate("has a subscription where {condition}")
                return pattern.format(condition=self.say(inner))
            case _:
                return self._test(condition)

    def _joined(self, parts: tuple[Condition, ...], pattern: str) -> str:
        if not parts:
            return self.translate("always")
        sentence = self._inside(parts[0])
        for part in parts[1:]:
            sentence = pattern.format(first=sentence, second=self._inside(part))
        return sentence

    def _inside(self, part: Condition) -> str:
        """Say a part of several; what consists of several itself stands in brackets."""
        several = isinstance(part, All | AnyOf) and len(part.parts) > 1
        return f"({self.say(part)})" if several else self.say(part)

    def _not(self, part: Condition) -> str:
        match part:
            case AnyOf((only,)) | Line(only, formula=""):
                return self._not(only)
            case InSegment(name):
                return self.translate("is not in the segment {name}").format(name=name)
            case Compare("==", FieldRef() as ref, Constant() as constant):
                pattern = self.translate("{field} is not {value}")
                return pattern.format(field=_name(ref), value=self._value(constant))
            case Holds(FieldRef() as ref, wanted):
                return self.say(Holds(ref, not wanted))
            case OneOf(FieldRef() as ref, options):
                pattern = self.translate("{field} is not one of {values}")
                return pattern.format(field=_name(ref), values=self._values(options))
            case Known(FieldRef() as ref):
                return self.translate("{field} is not known").format(field=_name(ref))
            case _:
                return self.translate("not: {condition}").format(condition=self._inside(part))

    def _test(self, test: Condition) -> str:
        translate = self.translate
        match test:
            case Compare(sign, FieldRef() as ref, Constant() as constant):
                return self._comparison(sign).format(field=_name(ref), value=self._value(constant))
            case Between(FieldRef() as ref, low, high):
                return translate("{field} is between {low} and {high}").format(
                    field=_name(ref), low=self._value(low), high=self._value(high)
                )
            case OneOf(FieldRef() as ref, options):
                pattern = translate("{field} is one of {values}")
                return pattern.format(field=_name(ref), values=self._values(options))
            case Contains(FieldRef() as ref, part) | HasMember(FieldRef() as ref, part):
                pattern = translate("{field} contains {value}")
                return pattern.format(field=_name(ref), value=self._value(part))
            case Known(FieldRef() as ref):
                return translate("{field} is known").format(field=_name(ref))
            case Holds(FieldRef() as ref, wanted):
                answer = translate("yes") if wanted else translate("no")
                return translate("{field} is {value}").format(field=_name(ref), value=answer)
            case Within() | LongerAgo():
                return self._in_time(test)
            case _:
                raise AssertionError("a formula is said as it is written")

    def _comparison(self, sign: Comparison) -> str:
        translate = self.translate
        match sign:
            case "==":
                return translate("{field} is {value}")
            case "!=":
                return translate("{field} is not {value}")
            case "<":
                return translate("{field} is less than {value}")
            case "<=":
                return translate("{field} is at most {value}")
            case ">":
                return translate("{field} is more than {value}")
            case ">=":
                return translate("{field} is at least {value}")

    def _in_time(self, test: Within | LongerAgo) -> str:
        translate = self.translate
        match test:
            case LongerAgo():
                pattern = translate("{field} was longer ago than {length}")
            case Within(direction="past"):
                pattern = translate("{field} was within the last {length}")
            case Within(direction="future"):
                pattern = translate("{field} is within the next {length}")
            case Within():
                pattern = translate("{field} is within {length} of today, before or after")
        return pattern.format(field=_name(test.value), length=test.length)

    def _values(self, constants: tuple[Constant, ...]) -> str:
        return ", ".join(self._value(constant) for constant in constants)

    def _value(self, constant: Constant) -> str:
        match constant:
            case Constant(bool(answer)):
                return self.translate("yes") if answer else self.translate("no")
            case Constant(value, Type.SHARE):
                return f"{value}%"
            case Constant(value):
                return str(value)


def _name(value: FieldRef) -> str:
    return short_name(value.field.name)
