"""What can be wrong between lines: colons, dashes and indentation."""

import re

from duly.language.syntax.spot import Spot, content_of, indent_of
from duly.language.syntax.values import open_quote_above, unreadable
from duly.shape.quote import clip, quote, rewrite
from duly.values.problem import Problem

_NAME = re.compile(r"\s*(?:-\s+)*(?P<name>\"[^\"]*\"|'[^']*'|[^\s:#][^:#]*?)\s*:\s+(?=\S)")
_GLUED = re.compile(r"([\w.-]+:)([\[{])")
_LEAD = re.compile(r"[ ]*(?:-[ ]+)*")


def second_colon(spot: Spot) -> Problem:
    """Explain a colon after something that cannot be a name."""
    text = spot.text(spot.line)
    name = _NAME.match(text)
    if name and name.end() <= spot.column:
        value = spot.value_at(spot.line, name.end())
        opens_group = content_of(text[spot.column + 1 :]).strip()[:1] in ("", "{", "[")
        return spot.problem(
            "two-colons",
            "this line has a second colon",
            f"write {clip(value)} on the next line, indented" if opens_group else rewrite(value),
        )
    glued = _GLUED.search(text, 0, spot.column)
    if glued:
        return _missing_space(spot, glued)
    above = spot.line_above()
    if above < 0:
        return unreadable(spot)
    if _NAME.match(spot.text(above)):
        return open_quote_above(spot) or wrong_indent(spot)
    return open_quote_above(spot) or _no_colon(spot, above, indent_of(spot.text(above)))


def missing_colon(spot: Spot) -> Problem:
    """Explain a word that stands where a name with a colon is expected."""
    return _no_colon(spot, *spot.since)


def _no_colon(spot: Spot, line: int, column: int) -> Problem:
    dash = re.compile(r"(?:-\s+)*").match(spot.text(line), column)
    start = dash.end() if dash else column
    word = spot.value_at(line, start)
    glued = re.fullmatch(r"([\w.-]+:)\S.*", word)
    if glued:
        return spot.problem(
            "missing-space",
            f'there is no space after "{glued[1]}"',
            f'write "{clip(glued[1] + " " + word[glued.end(1) :])}"',
            at=(line, start),
            length=len(word),
        )
    return spot.problem(
        "missing-colon",
        f"{quote(word)} has no colon after it",
        f'write "{clip(word)}:"',
        at=(line, start),
        length=len(word),
    )


def _missing_space(spot: Spot, glued: re.Match[str]) -> Problem:
    return spot.problem(
        "missing-space",
        f'there is no space after "{glued[1]}"',
        f'write "{glued[1]} {glued[2]}"',
        at=(spot.line, glued.start()),
        length=len(glued[0]),
    )


def dash_after_name(spot: Spot) -> Problem:
    """Explain a list that starts in the line of its name."""
    return spot.problem(
        "list-place",
        'a list with "-" cannot start in the line of its name',
        'start it on the next line, or write it in brackets: "[a, b]"',
    )


def wrong_indent(spot: Spot) -> Problem:
    """Explain a line that starts in a column of its own."""
    indent = indent_of(spot.text(spot.line))
    columns = [str(column + 1) for column in _columns_near(spot, indent)]
    return spot.problem(
        "indentation",
        "this line is indented differently from the lines around it",
        f"start it in column {' or '.join(columns)}, like a line above it"
        if columns
        else "start all lines of one level in the same column",
        at=(spot.line, indent),
        length=len(content_of(spot.text(spot.line)[indent:])),
    )


def _columns_near(spot: Spot, indent: int) -> list[int]:
    """List the columns of the levels above that are nearest to an indent, at most one per side."""
    levels: list[int] = []
    for line in range(spot.line - 1, -1, -1):
        lead = _LEAD.match(spot.text(line))
        columns = [at for at, char in enumerate(lead[0] if lead else "") if char == "-"]
        if content_of(spot.text(line)):
            columns.append(lead.end() if lead else 0)
        levels += [column for column in reversed(columns) if not levels or column < levels[-1]]
    below = [level for level in levels if level < indent][:1]
    above = [level for level in levels if level > indent][-1:]
    return below + above


def dash_beside_names(spot: Spot) -> Problem:
    """Explain a line with a dash among lines without."""
    return spot.problem(
        "list-place",
        'a line with "-" stands among lines without',
        'indent it under the name it belongs to, or remove the "-"',
    )


def name_beside_dashes(spot: Spot) -> Problem:
    """Explain a line without a dash among lines with one."""
    return spot.problem(
        "list-place",
        'a line without "-" stands among lines with "-"',
        'put "- " before it, or indent it under the line it belongs to',
        length=len(spot.value_at(spot.line, spot.column)),
    )
