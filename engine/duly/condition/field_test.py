"""Read what stands right of a field: a value, a list (one of them), or operator words."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from duly.condition.catalogue import Field, short_name
from duly.condition.ends import empty_ends, is_less
from duly.condition.given import Entries, Given, Many, Text
from duly.condition.reading import MAX_OPTIONS, read_value
from duly.condition.refusal import Problems, RefusedError, at
from duly.condition.tree import (
    All,
    AnyOf,
    Between,
    Compare,
    Comparison,
    Condition,
    Constant,
    Contains,
    Direction,
    FieldRef,
    HasMember,
    Holds,
    Known,
    LongerAgo,
    Not,
    OneOf,
    Within,
)
from duly.condition.types import Type
from duly.shape.suggest import closest
from duly.values.duration import CALENDAR_UNITS, Duration, Unit, parse_duration

OR_MISSING = "or_missing"
_FIXED_UNITS = (Unit.DAY, Unit.HOUR, Unit.MINUTE, Unit.WEEK)
_WITHIN = re.compile(r"(?:(last|next)\s+)?(.*)")
_DIRECTIONS: dict[str | None, Direction] = {None: "either", "last": "past", "next": "future"}


def read_test(field: Field, given: Given, problems: Problems) -> Condition:
    """Read the right side of a field; raises RefusedError, and notes all problems but the last."""
    return _Test(field, problems).read(given)


@dataclass(frozen=True, slots=True)
class _Test:
    """Read the test of one field."""

    field: Field
    problems: Problems

    def read(self, given: Given) -> Condition:
        match given:
            case Text():
                return self._equals(given)
            case Many():
                return self._one_of(given)
            case Entries() if given.entries:
                return self._operators(given)
            case _:
                message = f"{self._name} has nothing to be compared with"
                fix = f"write {self._name}: {self.field.example}, or {{known: false}}"
                raise RefusedError(given.span, "no-condition", message, fix)

    def _operators(self, given: Entries) -> Condition:
        tests = [entry for entry in given.entries if entry[0].text != OR_MISSING]
        extra = [value for key, value in given.entries if key.text == OR_MISSING]
        if not tests:
            message = f"{OR_MISSING} stands beside a comparison"
            fix = f"write {{not: {self.field.example}, {OR_MISSING}: true}} or {{known: false}}"
            raise RefusedError(given.span, "no-condition", message, fix)
        parts = self.problems.every(lambda entry: self._operator(*entry), tests)
        self._refuse_empty(given, parts)
        test = parts[0] if len(parts) == 1 else All(parts)
        if any(self._yes_no(value) for value in extra):
            return AnyOf((test, Not(Known(self._ref))))
        return test

    def _operator(self, key: Text, given: Given) -> Condition:
        read = self._readers().get(key.text)
        if read is None:
            known = (*self._readers(), OR_MISSING)
            meant = closest(key.text, known)
            fix = f'did you mean "{meant}"?' if meant else f"write one of {', '.join(known)}"
            message = f'"{key.text}" is not a comparison'
            raise RefusedError(key.span, "unknown-word", message, fix)
        self._refuse_unfit(key)
        return read(given)

    def _readers(self) -> dict[str, Callable[[Given], Condition]]:
        return {
            "not": self._not,
            "at_least": lambda given: self._compare(">=", given),
            "more_than": lambda given: self._compare(">", given),
            "at_most": lambda given: self._compare("<=", given),
            "less_than": lambda given: self._compare("<", given),
            "between": self._between,
            "contains": self._contains,
            "known": self._known,
            "within": self._within,
            "longer_ago_than": self._longer_ago,
        }

    def _refuse_unfit(self, key: Text) -> None:
        kind = self.field.type
        in_time = kind in (Type.DATE, Type.MOMENT)
        fits = {
            "not": kind is not Type.TEXTS,
            "contains": kind in (Type.TEXT, Type.WORD, Type.TEXTS),
            "known": kind is not Type.TEXTS,
            "within": in_time,
            "longer_ago_than": in_time,
        }.get(key.text, kind.has_order)
        if not fits:
            message = f"{self._name} holds {self._holds}; {key.text} cannot be asked of it"
            raise RefusedError(key.span, "wrong-type", message, self._fix)

    def _equals(self, given: Text) -> Condition:
        if self.field.type is Type.TEXTS:
            message = f"{self._name} holds {self._holds}"
            raise RefusedError(given.span, "wrong-type", message, self._fix)
        constant = self._constant(given)
        if isinstance(constant.value, bool):
            return Holds(self._ref, constant.value)
        return Compare("==", self._ref, constant)

    def _one_of(self, given: Many) -> Condition:
        if self.field.type in (Type.TEXTS, Type.YES_NO):
            message = f"{self._name} holds {self._holds} and is not compared with a list"
            raise RefusedError(given.span, "wrong-type", message, self._fix)
        if not 1 <= len(given.items) <= MAX_OPTIONS:
            message = f"{self._name} cannot be compared with a list of {len(given.items)} values"
            fix = f"write 1 to {MAX_OPTIONS} values"
            raise RefusedError(given.span, "no-condition", message, fix)
        return OneOf(self._ref, self.problems.every(self._single, given.items))

    def _not(self, given: Given) -> Condition:
        match given:
            case Text():
                return Not(self._equals(given))
            case Many():
                return Not(self._one_of(given))
            case _:
                message = "not takes a value or a list"
                fix = f"write {{not: {self.field.example}}}; for others use none_of"
                raise RefusedError(given.span, "no-condition", message, fix)

    def _compare(self, sign: Comparison, given: Given) -> Condition:
        return Compare(sign, self._ref, self._single(given))

    def _between(self, given: Given) -> Condition:
        if not isinstance(given, Many) or len(given.items) != 2:
            fix = f"write {{between: [{self.field.example}, …]}}"
            raise RefusedError(given.span, "no-condition", "between takes two values", fix)
        low, high = self.problems.every(self._single, given.items)
        if at(given.span, "wrong-type", lambda: is_less(high, low)):
            message = f"nothing lies between {low.value} and {high.value}"
            raise RefusedError(given.span, "never-true", message, "write the smaller value first")
        return Between(self._ref, low, high)

    def _refuse_empty(self, given: Entries, parts: tuple[Condition, ...]) -> None:
        """Refuse ends between which nothing lies: at least 5 and at most 2."""
        ends = at(given.span, "wrong-type", lambda: empty_ends(parts))
        if ends is not None:
            low, high = ends
            message = f"{self._name} is never {low} and {high} at the same time"
            fix = "swap the two values, or leave one of them out"
            raise RefusedError(given.span, "never-true", message, fix)

    def _contains(self, given: Given) -> Condition:
        constant = self._single(given)
        if constant.value == "":
            message = "contains needs a text to look for"
            raise RefusedError(given.span, "no-condition", message, self._fix)
        if self.field.type is Type.TEXTS:
            return HasMember(self._ref, constant)
        return Contains(self._ref, constant)

    def _known(self, given: Given) -> Condition:
        return Known(self._ref) if self._yes_no(given) else Not(Known(self._ref))

    def _within(self, given: Given) -> Condition:
        match = _WITHIN.fullmatch(self._text(given).text.strip())
        assert match is not None, "the pattern takes any text of one line"
        length = self._length(given, match[2])
        return Within(self._ref, length, _DIRECTIONS[match[1]])

    def _longer_ago(self, given: Given) -> Condition:
        return LongerAgo(self._ref, self._length(given, self._text(given).text))

    def _length(self, given: Given, text: str) -> Duration:
        units = CALENDAR_UNITS if self.field.type is Type.DATE else _FIXED_UNITS
        return at(given.span, "wrong-type", lambda: parse_duration(text, units))

    def _yes_no(self, given: Given) -> bool:
        text = self._text(given)
        return bool(at(text.span, "wrong-type", lambda: read_value(text.text, Type.YES_NO)))

    def _single(self, given: Given) -> Constant:
        return self._constant(self._text(given))

    def _text(self, given: Given) -> Text:
        if not isinstance(given, Text):
            raise RefusedError(given.span, "no-condition", "one value is missing here", self._fix)
        return given

    def _constant(self, given: Text) -> Constant:
        field = self.field
        value = at(
            given.span,
            "unknown-word" if field.one_of else "wrong-type",
            lambda: read_value(
                given.text,
                field.type,
                one_of=field.one_of,
                currencies=field.currencies,
                amount=field.example,
            ),
            prefix=f"{self._name} holds {self._holds}: ",
            hint=f"write it like {self._name}: {field.example}",
        )
        return Constant(value, field.type)

    @property
    def _ref(self) -> FieldRef:
        return FieldRef(self.field)

    @property
    def _name(self) -> str:
        return short_name(self.field.name)

    @property
    def _holds(self) -> str:
        unit = f" of {self.field.unit}" if self.field.unit else ""
        return f"{self.field.type.holds}{unit}"

    @property
    def _fix(self) -> str:
        example = self.field.example
        if self.field.type is Type.TEXTS:
            example = f"{{contains: {example}}}"
        return f"{self._name} holds {self._holds}; write it like {self._name}: {example}"
