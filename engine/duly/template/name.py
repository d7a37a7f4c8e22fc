"""What a message may show: the names it knows, with their kinds."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["text", "number", "yes_no", "date", "money", "link", "rows", "texts"]

LISTS: frozenset[Kind] = frozenset({"rows", "texts"})
WORDS: Mapping[Kind, str] = {
    "text": "a text",
    "number": "a number",
    "yes_no": "yes or no",
    "date": "a date",
    "money": "an amount of money",
    "link": "a link",
    "rows": "a list",
    "texts": "a list",
}
_LEAST_LIKENESS = 0.6
_SAME = 1.0


@dataclass(frozen=True, slots=True)
class Name:
    """Say of what kind a value is and whether it may be missing.

    ``fields`` are the names inside one item of ``rows``: ``amount`` for ``line.amount``. A list of
    kind ``texts`` holds plain texts.
    """

    kind: Kind
    may_be_missing: bool = False
    fields: Mapping[str, "Name"] = field(default_factory=dict)


def closest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that somebody most likely meant, None if there is none like it.

    In a known group only that group is searched: ``invoice.totl`` is not ``subscriber.total``. A
    last part without its group counts: ``name`` means ``subscriber.name``.
    """
    words = sorted(known)
    group, _, last = word.rpartition(".")
    siblings = [found for found in words if group and found.rpartition(".")[0] == group]
    if not siblings:
        alike = difflib.get_close_matches(word, words, n=1, cutoff=_LEAST_LIKENESS)
        if alike:
            return alike[0]
    by_last = {found.rpartition(".")[2]: found for found in reversed(siblings or words)}
    likeness = _SAME if group and not siblings else _LEAST_LIKENESS
    alike = difflib.get_close_matches(last, by_last, n=1, cutoff=likeness)
    return by_last[alike[0]] if alike else None
