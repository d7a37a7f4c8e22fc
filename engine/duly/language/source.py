"""Read a file of a workspace into a tree that knows the place of every word.

Every value is text: what it means is decided by the schema, not by its spelling. Anchors, aliases,
merge keys, tags and second documents are refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.events import Event, ScalarEvent

from duly.language.source_file import SourceFile, for_slow_parser, from_slow_parser, open_source
from duly.language.syntax.explain import explain, explain_escape
from duly.language.tree import build
from duly.shape.node import Node
from duly.values.problem import Problem

# The C parser where the machine has it. It hands out the same events about ten times faster.
_FAST: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# PyYAML turns "\U00110000" into a character without asking whether there is one.
_CRASHES = (ValueError, OverflowError)
_FENCE = re.compile(r"---[ ]*")


@dataclass(frozen=True, slots=True)
class Headed:
    """Hold a message or document: its header, and its body from line ``body_line`` on."""

    header: Node
    body: str
    body_line: int


def parse(data: str | bytes, file: str) -> tuple[Node | None, tuple[Problem, ...]]:
    """Read YAML into a tree, with the problems in the order of their places.

    The tree is None when a problem made the text unreadable. An empty file is an EmptyNode.
    """
    source, problems = open_source(data, file)
    return (None, problems) if problems else _parse(source)


def parse_headed(data: str | bytes, file: str) -> tuple[Headed | None, tuple[Problem, ...]]:
    """Read a text whose first lines are a header between two lines of three dashes.

    Places count in the whole file. Without a readable header there is no result.
    """
    source, problems = open_source(data, file)
    if problems:
        return None, problems
    fences = [at for at, line in enumerate(source.lines) if _FENCE.fullmatch(line)]
    if not fences or fences[0] != 0:
        return None, (_no_header(source),)
    if len(fences) == 1:
        return None, (_open_header(source),)
    lines = source.lines[1 : fences[1]] or ("",)
    header, problems = _parse(SourceFile(file, "\n".join(lines), lines, first_line=2))
    if header is None:
        return None, problems
    body = "\n".join(source.lines[fences[1] + 1 :])
    return Headed(header, body, fences[1] + 2), problems


def _parse(source: SourceFile) -> tuple[Node | None, tuple[Problem, ...]]:
    """Read with the fast parser; the other one explains what that cannot read.

    A text with tabs goes to the stricter parser at once, so that every machine refuses the same.
    """
    if "\t" not in source.text:
        try:
            return build(source, _fast_events(source.text))
        except (yaml.MarkedYAMLError, *_CRASHES):
            pass
    try:
        return build(source, _slow_events(source.text))
    except yaml.MarkedYAMLError as error:
        return None, (explain(error, source),)
    except _CRASHES:
        return None, (explain_escape(source),)


def _fast_events(text: str) -> Iterator[Event]:
    events: Iterator[Event] = yaml.parse(text, Loader=_FAST)
    return events


def _slow_events(text: str) -> Iterator[Event]:
    for event in yaml.parse(for_slow_parser(text), Loader=yaml.SafeLoader):
        if isinstance(event, ScalarEvent):
            event.value = from_slow_parser(event.value)
        yield event


def _no_header(source: SourceFile) -> Problem:
    return Problem(
        source.span(0, 0, len(source.lines[0])),
        "no-header",
        "this file has no header",
        'start it with a line "---", then lines such as "subject: Your invoice", then "---"',
    )


def _open_header(source: SourceFile) -> Problem:
    return Problem(
        source.span(0, 0, len(source.lines[0])),
        "no-header",
        "the header that starts here never ends",
        'write a line "---" below its last line',
    )
