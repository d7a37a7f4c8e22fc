"""What people get wrong in the form of a file, and what they are told."""

from pathlib import Path

import pytest

from duly.language.source import parse
from duly.language.source_file import MAX_FILE_BYTES, open_source
from duly.language.tree import MAX_DEPTH, MAX_NODES
from duly.values.problem import Problem, Span, render
from mistakes import read_mistakes

MISTAKES = read_mistakes(Path(__file__).parent / "mistakes" / "reading.txt")


@pytest.mark.parametrize(
    ("text", "told"), [case[1:] for case in MISTAKES], ids=[case[0] for case in MISTAKES]
)
def test_a_mistake_is_told_with_its_place_and_one_fix(text: str, told: str) -> None:
    source, _ = open_source(text, "care.yaml")

    _, problems = parse(text, "care.yaml")

    assert "\n".join(render(problem, source.lines) for problem in problems) == told


@pytest.mark.parametrize(
    ("data", "span", "code", "message"),
    [
        ("when:\n\tcycle_due:\n", (2, 1), "tab", "this line is indented with a tab"),
        ("when:\tcycle_due\n", (1, 6), "tab", "there is a tab in this line"),
        ("a: b # c\nd: e\t# f\n", (2, 5), "tab", "there is a tab in this line"),
        (
            "a: b\x07\n",
            (1, 5),
            "invisible-character",
            "an invisible character (U+0007) stands here",
        ),
        (
            "a: b\n\x00",
            (2, 1),
            "invisible-character",
            "an invisible character (U+0000) stands here",
        ),
        ("a: \ud800", (1, 4), "invisible-character", "an invisible character (U+D800) stands here"),
        (
            "a:\n\u00a0\u00a0b: c\n",
            (2, 1),
            "odd-space",
            "this line starts with a kind of space that web pages and chats use (U+00A0)",
        ),
        (
            "a:\u00a0b\nc: d\n",
            (1, 3),
            "odd-space",
            "a kind of space that web pages and chats use (U+00A0) stands here",
        ),
        (
            "ș: caf\u00e9\n".encode("iso8859-16"),
            (1, 1),
            "not-utf-8",
            "this file is saved in another encoding, not in UTF-8",
        ),
        (
            "a: ș\nb: ".encode() + b"caf\xe9\n",
            (2, 7),
            "not-utf-8",
            "this file is saved in another encoding, not in UTF-8",
        ),
        (
            "a: b\n".encode("utf-16"),
            (1, 1),
            "not-utf-8",
            "this file is saved in UTF-16, not in UTF-8",
        ),
    ],
)
def test_what_cannot_be_seen_is_told_with_its_place(
    data: str | bytes, span: tuple[int, int], code: str, message: str
) -> None:
    node, problems = parse(data, "care.yaml")

    assert node is None
    assert [(p.span.line, p.span.column, p.code, p.message) for p in problems] == [
        (*span, code, message)
    ]


def test_an_excerpt_shows_no_character_that_steers_a_terminal() -> None:
    source, problems = open_source("a: \x1b[31mred\n", "care.yaml")

    assert render(problems[0], source.lines).splitlines()[2] == "1 | a: \ufffd[31mred"


def test_a_file_over_the_limit_of_bytes_is_not_read() -> None:
    text = "a: ț\n" * (MAX_FILE_BYTES // 6) + "#" * (MAX_FILE_BYTES % 6)

    within, _ = open_source(text, "care.yaml")
    _, problems = parse(text + "#", "care.yaml")

    assert len(within.text.encode()) == MAX_FILE_BYTES
    assert problems == (
        Problem(
            Span("care.yaml", 1, 1),
            "too-large",
            "this file is larger than 1 MiB",
            "split it into several files",
        ),
    )


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_nesting_over_the_limit_stops_the_reading(opening: str) -> None:
    node, problems = parse(opening * 50_000, "care.yaml")

    assert node is None
    assert [problem.code for problem in problems] == ["too-deep"]
    assert problems[0].message == "this stands more than 20 levels deep"


def test_nesting_up_to_the_limit_is_read() -> None:
    depth = MAX_DEPTH - 1  # the innermost value stands one level below the last bracket

    node, problems = parse("[" * depth + "x" + "]" * depth, "care.yaml")

    assert node is not None
    assert problems == ()


def test_more_values_than_the_limit_stop_the_reading() -> None:
    node, problems = parse("- a\n" * MAX_NODES, "care.yaml")  # the list itself counts too

    assert node is None
    assert problems == (
        Problem(
            Span("care.yaml", 50_000, 3),
            "too-large",
            "this file has more than 50000 names and values",
            "split it into several files",
        ),
    )


def test_an_alias_bomb_is_refused_and_never_unfolded() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n"
        for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )

    _, problems = parse(bomb, "care.yaml")

    assert {problem.code for problem in problems} == {"copy-mark"}
    assert len(problems) == 9 + 8 * 9  # every mark and every copy


def test_no_word_of_the_yaml_parser_is_shown() -> None:
    words = ("block end", "mapping", "sequence", "scalar", "token", "anchor", "expected", "yaml ")

    told = "\n".join(answer for _, _, answer in MISTAKES).lower()

    assert [word for word in words if word in told.replace("%yaml 1.1", "")] == []
