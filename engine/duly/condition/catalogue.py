"""What a catalogue of fields is: each field with its type, its owner, a sentence and its column."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from duly.condition.scope import Expression, Scope
from duly.condition.types import Type, example_amount

DEFAULT_OWNER = "subscriber"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Describe one field.

    ``about`` says whose it is: subscriber, subscription, plan, invoice, payment, parcel, offer or
    event. ``one_of`` closes the set of words, ``currencies`` that of money; empty means open.
    ``currency`` is that of examples, ``unit`` is for people, such as days.

    The expression has the field's type in SQL: money as MoneyColumns, a list as Members, a date in
    the type of ``Scope.today``, a moment in that of ``Scope.now``, numbers of at most 10^15 in size
    and at least 10^-15, fractions in the type Double only if the database calculates them as
    doubles. It goes no deeper than ``nesting.FIELD``.
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
    currencies: tuple[str, ...] = ()
    currency: str = ""

    @property
    def example(self) -> str:
        """Show how a value of this field is written in a rule file."""
        if self.currency:
            return example_amount(self.currency)
        return self.one_of[0] if self.one_of else self.type.example


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
    """Find fields by their names; those of a subscriber also without ``subscriber.``.

    ``planned`` are names that the language plans and this version does not know; one that ends
    with a dot stands for all that begin with it.
    """

    fields: Mapping[str, Field]
    families: tuple[Family, ...] = ()
    planned: frozenset[str] = frozenset()

    def find(self, name: str) -> Field | None:
        """Return the field of a name, None if there is none."""
        found = self.fields.get(name) or self.fields.get(f"{DEFAULT_OWNER}.{name}")
        return found or self._from_family(name)

    def names(self) -> tuple[str, ...]:
        """Return every name that can be written, in order."""
        names = set(self.fields)
        names |= {short_name(name) for name in self.fields}
        names |= {f"{family.prefix}{name}" for family in self.families for name in family.names}
        return tuple(sorted(names))

    def is_planned(self, name: str) -> bool:
        """Tell whether a later version will know a name that this one does not."""
        if self.find(name) is not None:
            return False
        names = (name, f"{DEFAULT_OWNER}.{name}", f"{name.partition('.')[0]}.")
        return not self.planned.isdisjoint(names)

    def _from_family(self, name: str) -> Field | None:
        for family in self.families:
            rest = name.removeprefix(family.prefix)
            if rest and rest != name:
                return family.make(rest)
        return None


def short_name(name: str) -> str:
    """Return a field's name as people write it: ``country`` for ``subscriber.country``."""
    return name.removeprefix(f"{DEFAULT_OWNER}.")
