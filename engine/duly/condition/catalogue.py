"""What a catalogue of fields is: each field with its type, its owner, a sentence and its column."""

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from duly.condition.scope import Expression, Scope
from duly.condition.types import Type

DEFAULT_OWNER = "subscriber"
_ALIKE = 0.6
_MOST_SUGGESTIONS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Describe one field.

    ``about`` says whose it is: subscriber, subscription, plan, invoice, payment, parcel, offer or
    event. ``one_of`` closes the set of words. ``unit`` is for people, such as days. The expression
    has the field's type in SQL: money as MoneyColumns, a list as Members, a date in the type of
    ``Scope.today``, a moment in that of ``Scope.now``, numbers of at most 10^15 in size and at
    least 10^-15, fractions in the type Double only if the database calculates them as doubles.
    It goes no deeper than ``nesting.FIELD``.
    """

    name: str
    type: Type
    about: str
    sentence: str
    expression: Callable[[Scope], Expression] = field(repr=False)
    unit: str = ""
    may_be_missing: bool = False
    derived: bool = False
    one_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Family:
    """Make the fields of one prefix, such as ``consent.``; ``names`` are the known ones.

    ``make`` gets the name without the prefix and returns None for one that cannot be.
    """

    prefix: str
    make: Callable[[str], Field | None]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Find fields by their names; those of a subscriber also without ``subscriber.``."""

    fields: Mapping[str, Field]
    families: tuple[Family, ...] = ()

    def find(self, name: str) -> Field | None:
        """Return the field of a name, None if there is none."""
        found = self.fields.get(name) or self.fields.get(f"{DEFAULT_OWNER}.{name}")
        return found or self._from_family(name)

    def closest(self, name: str) -> tuple[str, ...]:
        """Return the known names that look most like a name, the likeliest first."""
        return closest(name, self.names())

    def names(self) -> tuple[str, ...]:
        """Return every name that can be written, in order."""
        names = set(self.fields)
        names |= {short_name(name) for name in self.fields}
        names |= {f"{family.prefix}{name}" for family in self.families for name in family.names}
        return tuple(sorted(names))

    def with_fields(self, fields: Iterable[Field]) -> "Catalogue":
        """Return a catalogue that also has these, such as a business's own fields."""
        return replace(self, fields={**self.fields, **{field.name: field for field in fields}})

    def _from_family(self, name: str) -> Field | None:
        for family in self.families:
            rest = name.removeprefix(family.prefix)
            if rest and rest != name:
                return family.make(rest)
        return None


def short_name(name: str) -> str:
    """Return a field's name as people write it: ``country`` for ``subscriber.country``."""
    return name.removeprefix(f"{DEFAULT_OWNER}.")


def closest(word: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return the known words that look most like a word, the likeliest first."""
    return tuple(difflib.get_close_matches(word, sorted(known), _MOST_SUGGESTIONS, _ALIKE))
