"""Rows that stand in a file twice, and subscribers whose rows do not agree."""

from array import array
from dataclasses import dataclass, field, fields

from duly.model.enrolment import EnrolledSubscriber, Enrolment

_FACTS = tuple(one.name for one in fields(EnrolledSubscriber) if one.name != "external_id")
_WORDS = (
    *({"signed_up_on": "sign-up", "own": "fields of your own"}.get(name, name) for name in _FACTS),
    "way to pay",
)
_NOTHING = 0  # stands for a way to pay that a row does not tell


@dataclass(slots=True)
class _Seen:
    """Remember where a subscriber stood, and a hash of each fact instead of the fact."""

    line: int
    prints: "array[int]"


@dataclass(slots=True)
class Repeats:
    """Remember the rows of one file."""

    _rows: dict[str, int] = field(default_factory=dict)
    _people: dict[str, _Seen] = field(default_factory=dict)

    def refuse(self, line: int, one: Enrolment) -> str:
        """Say why a row cannot stand beside those before it; empty if it can, and then note it."""
        told = one.subscription
        number = told.external_id if told else one.subscriber.external_id
        if number in self._rows:
            return f'"{number}" stands in line {self._rows[number]} and again in line {line}'
        reason = self._refuse_person(line, one) if told else ""
        if not reason:
            self._rows[number] = line
        return reason

    def _refuse_person(self, line: int, one: Enrolment) -> str:
        """Say what another row told otherwise of the same subscriber."""
        name = one.subscriber.external_id
        prints = _prints(one)
        seen = self._people.setdefault(name, _Seen(line, prints))
        if seen.prints[-1] == _NOTHING:
            seen.prints[-1] = prints[-1]
        pairs = zip(_WORDS, prints, seen.prints, strict=True)
        other = [word for word, mine, first in pairs if mine not in (first, _NOTHING)]
        if not other:
            return ""
        return (
            f'the subscriber "{name}" stands in line {seen.line} and in line {line} with another '
            f"{', '.join(other)}; make the lines agree"
        )


def _prints(one: Enrolment) -> "array[int]":
    told = [repr(getattr(one.subscriber, name)) for name in _FACTS]
    method = hash((one.method.gateway, one.method.token)) if one.method else _NOTHING
    return array("q", [*(hash(fact) for fact in told), method])
