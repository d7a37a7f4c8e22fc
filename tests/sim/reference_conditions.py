"""Conditions read as they stand in a rule file, for one subject at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sim.reference_world import Attempt, Invoice, Person, Subscription, World
from sim.story import Given

Truth = bool | None
_LETTER = {True: "y", False: "n", None: "u"}


@dataclass(frozen=True)
class Subject:
    """Be what a condition is asked about, on a local day; what a rule is not about is None."""

    world: World
    today: date
    person: Person
    subscription: Subscription | None = None
    invoice: Invoice | None = None
    attempt: Attempt | None = None


@dataclass(frozen=True)
class Reader:
    """Read conditions; ``segments`` by name, written out where they are mentioned."""

    segments: Mapping[str, Given]

    def truth(self, given: Given, subject: Subject) -> Truth:
        """Tell whether all lines hold; None if that is not known."""
        return _all([self._entry(key, value, subject) for key, value in given.items()])

    def letters(self, given: Given, subject: Subject) -> str:
        """Write one letter a line; those of groups stand where the group stands."""
        return "".join(self._letters(key, value, subject) for key, value in given.items())

    def _letters(self, key: str, value: Any, subject: Subject) -> str:
        if key in ("any_of", "none_of"):
            return "".join(self.letters(one, subject) for one in value)
        return _LETTER[self._entry(key, value, subject)]

    def _entry(self, key: str, value: Any, subject: Subject) -> Truth:
        match key:
            case "segment":
                return self.truth(self.segments[value], subject)
            case "any_of":
                return _any([self.truth(one, subject) for one in value])
            case "none_of":
                return _not(_any([self.truth(one, subject) for one in value]))
            case _:
                return _test(field_of(key, subject), value, subject.today)


def _test(value: Any, wanted: Any, today: date) -> Truth:
    if isinstance(wanted, Mapping):
        (word, operand), *rest = wanted.items()
        assert not rest, "one operator at a time"
        if word == "known":
            return (value is not None) == (operand == "true")
        if value is None:
            return None
        match word:
            case "at_least":
                return bool(value >= int(operand))
            case "not":
                return bool(value != operand)
            case "within":
                return abs(value - today) <= timedelta(days=int(operand.split()[0]))
    if value is None:
        return None
    if isinstance(value, bool):
        return value == (wanted == "true")
    return bool(value == wanted)


def field_of(name: str, subject: Subject) -> Any:
    """Return the value of a field; None if it is missing."""
    one, today = subject.subscription, subject.today
    match name:
        case "country":
            return subject.person.country
        case "consent.marketing":
            return subject.person.marketing
        case "subscriber.subscriptions":
            mine = subject.world.of(subject.person)
            return len([found for found in mine if found.status != "ended"])
        case "payment.failure":
            return subject.attempt.failure if subject.attempt else None
        case "invoice.is_paid" | "invoice.attempts":
            assert subject.invoice is not None, name
            paid = name == "invoice.is_paid"
            return subject.invoice.is_paid if paid else len(subject.invoice.attempts)
    assert one is not None, name
    present = one.present_cycle(today)
    match name:
        case "subscription.status":
            return one.status
        case "subscription.cycle":
            return None if present is None else present.number
        case "subscription.term_ends_on":
            return one.term_ends_on
        case "subscription.cycle_paid":
            mine = [found for found in subject.world.invoices.values() if found.subscription is one]
            number = None if present is None else present.number
            return any(found.cycle == number and found.is_paid for found in mine)
    raise AssertionError(f"no such field: {name}")


def _all(parts: list[Truth]) -> Truth:
    if False in parts:
        return False
    return None if None in parts else True


def _any(parts: list[Truth]) -> Truth:
    return _not(_all([_not(part) for part in parts]))


def _not(part: Truth) -> Truth:
    return None if part is None else not part
