"""Ask whether a file has the columns that a mapping names."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from duly.condition.memory import row_name
from duly.language.mapping_source import ROW
from duly.language.mapping_tree import Computed, ImportMapping
from duly.shape.quote import quote
from duly.shape.suggest import suggest
from duly.values.problem import Problem, Span


def check_headings(mapping: ImportMapping, headings: Sequence[str]) -> tuple[Problem, ...]:
    """List the columns that a mapping names and the file does not have, each with its place."""
    missing = (one for one in mapping.columns if one.heading not in headings)
    problems = {
        Problem(
            one.span,
            "unknown-heading",
            f"{mapping.file} has no column {quote(one.heading)}",
            suggest(one.heading, headings),
        )
        for one in missing
    }
    named = _by_row_name(headings)
    for formula in mapping.formulas:
        problems |= set(_check_formula(mapping.file, formula, named))
    return tuple(sorted(problems))


def row_names(headings: Sequence[str]) -> Mapping[str, str]:
    """Return the headings by the names that formulas have for them."""
    return {name: found[0] for name, found in _by_row_name(headings).items()}


def _by_row_name(headings: Sequence[str]) -> Mapping[str, Sequence[str]]:
    named: defaultdict[str, list[str]] = defaultdict(list)
    for heading in headings:
        named[row_name(heading)].append(heading)
    return named


def _check_formula(
    file: str, computed: Computed, named: Mapping[str, Sequence[str]]
) -> Iterator[Problem]:
    for name in sorted(computed.formula.names):
        found = named.get(name, ())
        span = _place(computed, name)
        if not found:
            message = f'{file} has no column that formulas call "{name}"'
            short = [known.removeprefix(ROW) for known in named]
            hint = suggest(name.removeprefix(ROW), short)
            yield Problem(span, "unknown-heading", message, hint)
        elif len(found) > 1:
            message = f'"{name}" could be {quote(found[0])} or {quote(found[1])}'
            yield Problem(span, "unknown-heading", message, "give one of them another heading")


def _place(computed: Computed, name: str) -> Span:
    start = computed.given.text.find(name)
    return computed.given.place(start, len(name)) if start >= 0 else computed.given.span
