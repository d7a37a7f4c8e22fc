"""From what stands in a file to a typed condition, with every problem and its place."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from duly.condition.catalogue import Catalogue
from duly.condition.field_test import read_test
from duly.condition.formula import Names, read_formula
from duly.condition.given import Entries, Given, Many, Text
from duly.condition.operators import as_condition
from duly.condition.refusal import Problems, RefusedError, at, not_yet
from duly.condition.syntax import EXAMPLE
from duly.condition.tree import (
    All,
    AnyOf,
    AnySubscription,
    Condition,
    FieldRef,
    InSegment,
    Line,
    Not,
    Value,
    walk,
)
from duly.shape.suggest import closest
from duly.values.problem import Problem

MAX_LINES = 200


def parse_condition(
    given: Given, catalogue: Catalogue, segments: Collection[str] = ()
) -> tuple[Condition | None, tuple[Problem, ...]]:
    """Read a map of conditions, all of which must hold; None if there are problems.

    ``segments`` are the names that ``segment:`` may mention.
    """
    reader = _Reader(catalogue, segments)
    condition = reader.problems.attempt(lambda: reader.conditions(given))
    problems = reader.problems.sorted()
    return (None if problems else condition), problems


def formula_names(catalogue: Catalogue) -> Names:
    """Return what names stand for in a formula over the fields of a catalogue, for SQL."""
    # A name with a dash cannot stand in a formula: it would be a subtraction.
    possible = [name for name in catalogue.names() if "-" not in name]

    def find(name: str) -> Value | None:
        found = catalogue.find(name)
        return FieldRef(found) if found else None

    return Names(find, lambda name: closest(name, possible), catalogue.is_planned, in_memory=False)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Read conditions; what is refused leaves its problem, and the reading goes on."""

    catalogue: Catalogue
    segments: Collection[str]
    problems: Problems = field(default_factory=Problems)

    def conditions(self, given: Given) -> Condition:
        """Read a map; raises RefusedError."""
        match given:
            case Entries(entries=entries, span=span) if entries:
                if len(entries) > MAX_LINES:
                    message = f"{len(entries)} conditions are too many; {MAX_LINES} are allowed"
                    fix = "put some of them into a segment and name that"
                    raise RefusedError(span, "too-many-conditions", message, fix)
                parts = self.problems.every(lambda entry: self._entry(*entry), entries)
                return parts[0] if len(parts) == 1 else All(parts)
            case _:
                raise RefusedError(
                    given.span,
                    "no-condition",
                    "conditions are missing here",
                    "write a field and what it must be, such as country: RO",
                )

    def _entry(self, key: Text, given: Given) -> Condition:
        special = self._specials().get(key.text)
        if special is not None:
            return special(key, given)
        found = self.catalogue.find(key.text)
        if found is None:
            raise self._unknown(key)
        return Line(read_test(found, given, self.problems), key.span)

    def _specials(self) -> dict[str, Callable[[Text, Given], Condition]]:
        return {
            "any_of": self._any_of,
            "none_of": self._none_of,
            "segment": self._segment,
            "formula": self._formula,
            "any_subscription": self._any_subscription,
        }

    def _any_of(self, key: Text, given: Given) -> Condition:
        return AnyOf(self._groups(key, given))

    def _none_of(self, key: Text, given: Given) -> Condition:
        return Not(AnyOf(self._groups(key, given)))

    def _groups(self, key: Text, given: Given) -> tuple[Condition, ...]:
        if not isinstance(given, Many) or not given.items:
            raise RefusedError(
                given.span,
                "no-condition",
                f"{key.text} takes a list of conditions",
                f"write {key.text}: [{{country: RO}}, {{country: MD}}]",
            )
        return self.problems.every(self.conditions, given.items)

    def _segment(self, key: Text, given: Given) -> Condition:
        if not isinstance(given, Text):
            message = "segment takes the name of one segment"
            raise RefusedError(given.span, "no-condition", message, "several: any_of, none_of")
        if given.text not in self.segments:
            meant = closest(given.text, self.segments)
            fix = f'did you mean "{meant}"?' if meant else "segments stand under segments:"
            message = f'there is no segment "{given.text}"'
            raise RefusedError(given.span, "unknown-segment", message, fix)
        return Line(InSegment(given.text), key.span)

    def _any_subscription(self, key: Text, given: Given) -> Condition:
        return Line(AnySubscription(self.conditions(given)), key.span)

    def _formula(self, key: Text, given: Given) -> Condition:
        if not isinstance(given, Text):
            message = "formula takes one text"
            fix = f"write formula: {EXAMPLE}"
            raise RefusedError(given.span, "formula-syntax", message, fix)
        tree = read_formula(given, formula_names(self.catalogue), self.problems)
        result = at(given.span, "wrong-type", lambda: as_condition(tree))
        if not any(isinstance(node, FieldRef) for node in walk(result)):
            message = f'"{given.text}" names no field, so it is always the same'
            fix = "name a field in it, or remove it"
            raise RefusedError(given.span, "constant-condition", message, fix)
        return Line(result, key.span, formula=given.text.strip())

    def _unknown(self, key: Text) -> RefusedError:
        if self.catalogue.is_planned(key.text):
            return not_yet(key.span, key.text)
        known = (*self.catalogue.names(), *self._specials())
        inside = [name for name in known if name.startswith(f"{key.text}.")]
        owned = [name for name in known if name.endswith(f".{key.text}")]
        meant = closest(key.text, known)
        if inside:
            fix = f"write the whole name, such as {inside[0]}"
        elif key.text == "all_of":
            fix = "conditions in one map all have to hold; leave all_of away"
        elif meant or owned:
            fix = f'did you mean "{meant or owned[0]}"?'
        else:
            fix = "a field of your own is declared under fields: in duly.yaml"
        return RefusedError(key.span, "unknown-field", f'unknown field "{key.text}"', fix)
