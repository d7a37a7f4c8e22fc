"""What somebody may have meant by a word that is not known."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping

from duly.shape.quote import quote

LISTED = 8  # how many words a hint lists before it counts the rest
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SEPARATOR = re.compile(r"[^a-z0-9.]+")


def suggest(word: str, allowed: Collection[str]) -> str:
    """Write a hint: the word that was meant, or else the words that are possible."""
    if not allowed:
        return ""
    glued = re.fullmatch(r"([^:]+):(\S.*)", word)
    if glued and glued[1] in allowed:
        return f"put a space after the colon: {quote(f'{glued[1]}: {glued[2]}')}"
    meant = closest(word, allowed)
    return f'did you mean "{meant}"?' if meant else f"possible here: {listed(allowed)}"


def listed(words: Collection[str]) -> str:
    """Write words one after the other, a long list cut short."""
    shown = ", ".join(list(words)[:LISTED])
    return shown if len(words) <= LISTED else f"{shown} and {len(words) - LISTED} more"


def closest(word: str, allowed: Collection[str]) -> str | None:
    """Return the allowed word that somebody who wrote ``word`` most likely meant.

    Spelled alike means: the same but for case, accents, dashes, plurals and order of parts; or a
    few letters off; or the beginning or a part of only one of them.
    """
    plain = _plain(word)
    if not plain:
        return None
    forms = {other: _plain(other) for other in allowed}
    return (
        _same(plain, forms)
        or _few_letters_off(plain, forms)
        or _only(other for other, form in forms.items() if _begins(plain, form))
        or _only(other for other, form in forms.items() if _shares_parts(plain, form))
    )


def _plain(word: str) -> str:
    """Write a word without case, accents and signs, its parts joined by one underscore."""
    letters = unicodedata.normalize("NFKD", _CAMEL.sub("_", word)).encode("ascii", "ignore")
    return _SEPARATOR.sub("_", letters.decode().lower()).strip("_")


def _parts(form: str) -> list[str]:
    return sorted(
        part.removesuffix("s") if len(part) > 3 else part for part in re.split(r"[_.]", form)
    )


def _same(plain: str, forms: Mapping[str, str]) -> str | None:
    for other, form in forms.items():
        if form == plain:
            return other
    return next((other for other, form in forms.items() if _parts(form) == _parts(plain)), None)


def _few_letters_off(plain: str, forms: Mapping[str, str]) -> str | None:
    """Return the word with the fewest slips, the first of several."""
    limit = 1 if len(plain) <= 4 else 2 if len(plain) <= 8 else 3
    best = None
    for other, form in forms.items():
        if abs(len(form) - len(plain)) <= limit and len(form) > limit:
            slips = _slips(plain, form, limit)
            if slips <= limit:
                best, limit = other, slips - 1
    return best


def _slips(one: str, two: str, limit: int) -> int:
    """Count the letters to add, drop, change or swap; counting stops above the limit.

    Optimal string alignment, row by row: a row needs the two rows above it.
    """
    before: list[int] = []
    row = list(range(len(two) + 1))
    for at, char in enumerate(one, start=1):
        after = [at]
        for to, other in enumerate(two, start=1):
            cost = min(row[to] + 1, after[to - 1] + 1, row[to - 1] + (char != other))
            if at > 1 and to > 1 and (char, one[at - 2]) == (two[to - 2], other):
                cost = min(cost, before[to - 2] + 1)
            after.append(cost)
        before, row = row, after
        if min(row) > limit:
            return limit + 1
    return row[-1]


def _begins(plain: str, form: str) -> bool:
    return len(plain) >= 3 and len(form) >= 3 and (form.startswith(plain) or plain.startswith(form))


def _shares_parts(plain: str, form: str) -> bool:
    one, two = set(_parts(plain)), set(_parts(form))
    return len(plain) >= 3 and (one <= two or two <= one)


def _only(found: Iterable[str]) -> str | None:
    words = list(found)
    return words[0] if len(words) == 1 else None
