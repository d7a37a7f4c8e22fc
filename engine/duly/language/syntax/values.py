"""What can be wrong with one value: its first sign, its quotes, a tab."""

from yaml.tokens import ScalarToken

from duly.language.syntax.spot import Spot
from duly.shape.quote import rewrite
from duly.values.problem import Problem


def odd_start(spot: Spot) -> Problem:
    """Explain a sign that nothing can start with."""
    if spot.character == "\t":
        return _tab(spot)
    return needs_quotes(spot, spot.line, spot.column)


def _tab(spot: Spot) -> Problem:
    if spot.text(spot.line)[: spot.column].strip():
        return spot.problem("tab", "there is a tab in this line", "write spaces instead of it")
    return spot.problem(
        "tab",
        "this line is indented with a tab",
        "indent with spaces, two for each level",
    )


def odd_value(spot: Spot) -> Problem:
    """Explain a value that YAML took for something else."""
    return needs_quotes(spot, *spot.since)


def needs_quotes(spot: Spot, line: int, column: int) -> Problem:
    """Explain a value that starts with a sign which YAML keeps for itself."""
    value = spot.value_at(line, column)
    return spot.problem(
        "needs-quotes",
        f"a value that starts with {value[:1]} needs quotes",
        rewrite(value),
        at=(line, column),
        length=len(value),
    )


def open_quote(spot: Spot) -> Problem:
    """Explain a quote without its end."""
    sign = spot.text(spot.since[0])[spot.since[1] : spot.since[1] + 1]
    return spot.problem(
        "open-quote",
        "the quote that starts here never ends",
        f"write {sign} at the end of the text",
        at=spot.since,
    )


def open_quote_above(spot: Spot) -> Problem | None:
    """Explain a quote that took in the lines up to the next quote."""
    before = spot.token_before()
    if not isinstance(before, ScalarToken) or before.style not in ("'", '"'):
        return None
    start, end = before.start_mark, before.end_mark
    if start.line == end.line:
        return None
    return spot.problem(
        "open-quote",
        f"the quote that starts here ends only in line {end.line + spot.source.first_line}",
        "close it in its own line",
        at=(start.line, start.column),
    )


def after_quote(spot: Spot, style: str | None) -> Problem:
    """Explain a word after a closing quote."""
    apostrophe = "write the apostrophe twice, or put the text in double quotes"
    return spot.problem(
        "after-quote",
        "the text goes on after its closing quote",
        apostrophe if style == "'" else "put all of it inside the quotes",
    )


def backslash(spot: Spot) -> Problem:
    """Explain a backslash in double quotes."""
    return spot.problem(
        "backslash",
        "a backslash in double quotes starts a special sign, and there is no such sign",
        "put the text in single quotes, or write the backslash twice",
        at=(spot.line, max(0, spot.column - 1)),
        length=2,
    )


def no_name(spot: Spot) -> Problem:
    """Explain a colon without a name."""
    return spot.problem(
        "no-name", "there is no name before this colon", "write a name, or remove the colon"
    )


def unreadable(spot: Spot) -> Problem:
    """Say that a place cannot be read, where nothing better is known."""
    return spot.problem(
        "cannot-read",
        "this cannot be read",
        "check the colons, quotes and indentation of this line, or put the value in quotes",
    )
