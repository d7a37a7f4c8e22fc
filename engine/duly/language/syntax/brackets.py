"""What can be wrong between brackets and after them."""

from yaml.tokens import ScalarToken

from duly.language.syntax.spot import Spot, bracket_depth, content_of, indent_of
from duly.language.syntax.values import needs_quotes, no_name, open_quote_above, unreadable
from duly.shape.quote import clip, quote
from duly.values.problem import Problem

_CLOSING = {"[": "]", "{": "}"}
_QUOTES = ("'", '"')


def in_brackets(spot: Spot) -> Problem:
    """Explain what is wrong between ``[`` and ``]`` or ``{`` and ``}``."""
    opening = spot.text(spot.since[0])[spot.since[1] : spot.since[1] + 1]
    runaway = open_quote_above(spot)
    if runaway:
        return runaway
    if spot.found in ("]", "}"):
        return spot.problem(
            "open-bracket",
            f'"{opening}" is closed by "{spot.found}"',
            f'write "{_CLOSING.get(opening, "]")}" here',
        )
    if spot.found == "<stream end>" or not _is_closed(spot):
        return _never_closed(spot, spot.since)
    return _missing_comma(spot)


def _never_closed(spot: Spot, at: tuple[int, int]) -> Problem:
    opening = spot.text(at[0])[at[1] : at[1] + 1]
    return spot.problem(
        "open-bracket",
        f'the "{opening}" that starts here is never closed',
        f'write "{_CLOSING.get(opening, "]")}" where it ends',
        at=at,
    )


def _is_closed(spot: Spot) -> bool:
    """Say whether a bracket is closed before the lines return to where it was opened."""
    line, column = spot.since
    indent = indent_of(spot.text(line))
    depth = bracket_depth(content_of(spot.text(line)[column:]))
    while depth > 0:
        line += 1
        text = content_of(spot.text(line))
        if line >= len(spot.source.lines):
            return False
        if text.strip() and indent_of(text) <= indent and text.strip()[0] not in "]}":
            return False
        depth += bracket_depth(text)
    return True


def _missing_comma(spot: Spot) -> Problem:
    before = spot.token_before()
    if spot.found == ":" and isinstance(before, ScalarToken):
        words = before.value.split()
        if len(words) < 2 or not before.plain:
            return spot.problem(
                "two-colons", "this entry has a second colon", "put the value in quotes"
            )
        word = words[-1]
        at = (before.end_mark.line, before.end_mark.column - len(word))
    else:
        word = spot.value_at(spot.line, spot.column) or spot.character
        at = (spot.line, spot.column)
    if not word:
        return unreadable(spot)
    return spot.problem(
        "missing-comma",
        f"a comma is missing before {clip(word) if word[0] in _QUOTES else quote(word)}",
        "write a comma between the two",
        at=at,
        length=len(word),
    )


def nothing_here(spot: Spot) -> Problem:
    """Explain a sign where a value should stand."""
    match spot.found:
        case ",":
            return spot.problem(
                "extra-comma", "there is nothing before this comma", "remove the comma"
            )
        case "]" | "}":
            return extra_bracket(spot)
        case "-":
            return spot.problem(
                "list-place",
                'a "-" cannot stand inside brackets',
                'write the entries with commas between them: "[a, b]"',
            )
        case _:
            return _no_value(spot)


def _no_value(spot: Spot) -> Problem:
    if spot.character == ":":
        return no_name(spot)
    if spot.character == "?":
        return needs_quotes(spot, spot.line, spot.column)
    opened = spot.open_bracket()
    return _never_closed(spot, opened) if opened else unreadable(spot)


def extra_bracket(spot: Spot) -> Problem:
    """Explain a closing bracket that nothing opened."""
    return spot.problem(
        "open-bracket",
        f'"{spot.found}" closes nothing that is open',
        "remove it, or put the whole value in quotes",
    )


def after_bracket(spot: Spot) -> Problem:
    """Explain a word after a closing bracket."""
    return spot.problem(
        "after-bracket",
        "something follows the closing bracket",
        "remove it, or put the whole value in quotes",
        length=len(spot.value_at(spot.line, spot.column)),
    )
