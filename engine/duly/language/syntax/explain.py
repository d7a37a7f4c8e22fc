"""Say in a shop owner's words why a text is not YAML, where, and what to write instead.

The words of the YAML parser are matched here and never shown.
"""

import re
from collections.abc import Callable

import yaml
from yaml.tokens import AliasToken, FlowMappingEndToken, FlowSequenceEndToken, ScalarToken

from duly.language.source_file import SourceFile
from duly.language.syntax.brackets import after_bracket, extra_bracket, in_brackets, nothing_here
from duly.language.syntax.lines import (
    dash_after_name,
    dash_beside_names,
    missing_colon,
    name_beside_dashes,
    second_colon,
    wrong_indent,
)
from duly.language.syntax.spot import Spot, spot_of
from duly.language.syntax.values import (
    after_quote,
    backslash,
    needs_quotes,
    no_name,
    odd_start,
    odd_value,
    open_quote,
    open_quote_above,
    unreadable,
)
from duly.values.problem import Problem

_ESCAPE = re.compile(r"\\U(?!00(?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4})[0-9a-fA-F]{8}")
_ODD_SPACE = re.compile(r"(?<=[:\-])[\u00a0\u2000-\u200b\u202f\u205f\u3000]")


def explain(error: yaml.MarkedYAMLError, source: SourceFile) -> Problem:
    """Turn an error of PyYAML's own parser into a problem with its place and one fix."""
    words = f"{error.context or ''}; {error.problem or ''}"
    for pattern, handler in _RULES:
        match = re.search(pattern, words)
        if match:
            spot = spot_of(error, source, match.groupdict().get("found") or "")
            return _odd_space(spot) or handler(spot)
    return unreadable(spot_of(error, source, ""))


def explain_escape(source: SourceFile) -> Problem:
    r"""Point at a ``\U`` sign in double quotes that names no character."""
    found = _ESCAPE.search(source.text)
    if not found:
        return unreadable(Spot(source, 0, 0, (0, 0), ""))
    return Problem(
        source.span_at(found.start(), 10),
        "backslash",
        "a backslash in double quotes starts a special sign, and there is no such sign",
        "put the text in single quotes",
    )


def _odd_space(spot: Spot) -> Problem | None:
    for line in (spot.line, spot.since[0], spot.line_above()):
        found = _ODD_SPACE.search(spot.text(line))
        if found:
            return spot.problem(
                "odd-space",
                f"a kind of space that web pages and chats use (U+{ord(found[0]):04X}) stands here",
                "delete it and type an ordinary space",
                at=(line, found.start()),
            )
    return None


def _after_value(spot: Spot) -> Problem:
    """Explain a word that follows something which has ended."""
    before = spot.token_before()
    match before:
        case FlowSequenceEndToken() | FlowMappingEndToken():
            return after_bracket(spot)
        case AliasToken():
            return needs_quotes(spot, before.start_mark.line, before.start_mark.column)
        case ScalarToken(plain=False):
            return open_quote_above(spot) or after_quote(spot, before.style)
        case _:
            return wrong_indent(spot)


def _after_end(spot: Spot) -> Problem:
    if spot.found in ("]", "}"):
        return extra_bracket(spot)
    for number, line in enumerate(spot.source.lines):
        if line.startswith("%"):
            return needs_quotes(spot, number, 0)
        if line.rstrip() == "...":
            return spot.problem(
                "second-document",
                "three dots end the text, and more follows",
                "remove the line with the dots",
                at=(number, 0),
                length=3,
            )
    if spot.character == ":":
        return no_name(spot)
    if spot.found == "<block mapping start>":
        return spot.problem(
            "indentation",
            "this line starts further left than the lines above it",
            "start all lines of one level in the same column",
            length=len(spot.value_at(spot.line, spot.column)),
        )
    return _after_value(spot)


_FOUND = r"(?:found|got) '(?P<found>[^']*)'"
_RULES: tuple[tuple[str, Callable[[Spot], Problem]], ...] = (
    ("mapping values are not allowed", second_colon),
    ("could not find expected ':'", missing_colon),
    ("sequence entries are not allowed", dash_after_name),
    ("mapping keys are not allowed", odd_start),
    ("that cannot start any token", odd_start),
    ("while scanning (?:a directive|an anchor|an alias|a tag|a block scalar)", odd_value),
    ("while parsing a tag|undefined tag handle|YAML directive|incompatible YAML", odd_value),
    ("while scanning a double-quoted scalar", backslash),
    ("while scanning a quoted scalar", open_quote),
    (r"block collection; .*found '\?'", name_beside_dashes),
    (r"block mapping; .*found '-'", dash_beside_names),
    (r"block (?:mapping|collection); .*found '(?P<found>[\]}])'", extra_bracket),
    (r"block (?:mapping|collection); .*found '<scalar>'", _after_value),
    (r"block mapping; .*found ':'", no_name),
    (r"block (?:mapping|collection); ", wrong_indent),
    (rf"flow (?:mapping|sequence); .*{_FOUND}", in_brackets),
    (rf"expected the node content, but {_FOUND}", nothing_here),
    (rf"expected '<document start>', but {_FOUND}", _after_end),
)
