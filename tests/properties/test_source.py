"""Whatever somebody writes, the reader answers: with a tree, or with a place and a fix."""

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from duly.language import source
from duly.language.source import parse, parse_headed
from duly.language.source_file import open_source
from duly.shape.convert import convert
from duly.shape.node import Node
from duly.values.problem import Problem, render
from example_shapes import GOOD, RULES
from mistakes import read_mistakes

Read = tuple[Node | None, tuple[Problem, ...]]

MISTAKES = Path(__file__).parents[1] / "unit" / "language" / "mistakes"
CORPUS = [
    GOOD,
    *(
        text
        for name in ("reading", "conversion")
        for _, text, _ in read_mistakes(MISTAKES / f"{name}.txt")
    ),
]
SIGNS = st.sampled_from(
    [
        *("&a ", "*a", "!t ", "? ", "<<: ", "---\n", "...\n", ": ", ":", "- ", "[", "]", "{", "}"),
        *(",", '"', "'", "|", ">", "%", "@", "`", "#", " #", "\n", "\r\n", "\t", "  ", "\\", "~"),
        *("\u00a0", "\x00", "\u2028", "\ud800", "\ufeff", "ă", "😀", "null", "=", "{{", "}}"),
    ]
)
TOKENS = re.compile(r"\w+|\s+|.")


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """Drop, double, misspell, replace or move some tokens of a good file."""
    tokens = TOKENS.findall(GOOD)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(tokens) - 1))
        match draw(st.integers(0, 5)):
            case 0:
                tokens[at] = ""
            case 1:
                tokens[at] *= 2
            case 2:
                tokens[at] = tokens[at][::-1]
            case 3:
                tokens[at] = draw(SIGNS)
            case 4:
                tokens.insert(at, draw(SIGNS))
            case _:
                tokens[at] = tokens[at].replace("\n", "\n" + " " * draw(st.integers(1, 3)))
    return "".join(tokens)


def check(problems: tuple[Problem, ...], data: str | bytes) -> None:
    """Demand a place inside the file, a sentence and a fix for each problem, in order."""
    opened, _ = open_source(data, "care.yaml")
    for problem in problems:
        assert 1 <= problem.span.line <= len(opened.lines)
        line = opened.lines[problem.span.line - 1]
        assert 1 <= problem.span.column <= len(line) + 1
        assert problem.span.length >= 1
        assert problem.message
        assert problem.hint
        assert "\n" not in problem.message + problem.hint
        assert len(problem.message) < 300
        assert render(problem, opened.lines).count("\n") == 4
    assert list(problems) == sorted(problems)


def read(data: str | bytes) -> None:
    """Read and convert, and demand that what has no tree has a problem."""
    node, problems = parse(data, "care.yaml")
    check(problems, data)
    if node is None:
        assert problems
        return
    item, more = convert(node, RULES, {"message": {"your-invoice": "Your invoice"}})
    check(more, data)
    assert (item is not None and item.is_whole) or problems or more


@given(mutations())
def test_a_damaged_file_is_read_or_explained(text: str) -> None:
    read(text)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_explained(data: bytes) -> None:
    read(data)


@given(st.lists(SIGNS | st.text(max_size=3), max_size=30))
def test_any_signs_are_read_or_explained(parts: list[str]) -> None:
    read("".join(parts))


@given(st.lists(SIGNS | st.text(max_size=3), max_size=20))
def test_any_header_is_read_or_explained(parts: list[str]) -> None:
    data = "---\n" + "".join(parts)

    _, problems = parse_headed(data, "care.yaml")

    check(problems, data)


def both(text: str) -> tuple[Read, Read]:
    """Read with the C parser and again with the one in Python only."""
    fast = parse(text, "care.yaml")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "_FAST", yaml.SafeLoader)
        return fast, parse(text, "care.yaml")


@pytest.mark.skipif(not hasattr(yaml, "CSafeLoader"), reason="this machine has no C parser")
@pytest.mark.parametrize("text", CORPUS)
def test_both_parsers_read_the_same_with_the_same_places(text: str) -> None:
    fast, slow = both(text)

    assert fast == slow


@pytest.mark.skipif(not hasattr(yaml, "CSafeLoader"), reason="this machine has no C parser")
@given(mutations())
def test_both_parsers_agree_on_what_both_can_read(text: str) -> None:
    fast, slow = both(text)

    assert fast == slow or slow[0] is None  # the one in Python is stricter in a few corners
