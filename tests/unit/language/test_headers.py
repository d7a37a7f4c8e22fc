"""A message starts with a header whose places count in the whole file."""

import pytest

from duly.language.source import Headed, parse_headed
from duly.shape.node import EmptyNode, MapNode
from duly.values.problem import Problem, Span

MESSAGE = "---\nsubject: Your invoice\nclass: service\n---\n# Hello\n\n---\nBye\n"


def test_a_header_is_read_and_the_body_left_alone() -> None:
    headed, problems = parse_headed(MESSAGE, "your-invoice.md")

    assert problems == ()
    assert headed is not None
    assert isinstance(headed.header, MapNode)
    assert [entry.value.span for entry in headed.header] == [
        Span("your-invoice.md", 2, 10, 12),
        Span("your-invoice.md", 3, 8, 7),
    ]
    assert (headed.body, headed.body_line) == ("# Hello\n\n---\nBye", 5)


def test_an_empty_header_is_empty() -> None:
    headed, _ = parse_headed("---\n---\nHello\n", "hello.md")

    assert headed == Headed(EmptyNode(Span("hello.md", 2, 1)), "Hello", 3)


def test_a_mistake_in_a_header_is_told_with_its_line_in_the_file() -> None:
    headed, problems = parse_headed("---\nsubject: a: b\n---\nHello\n", "hello.md")

    assert headed is None
    assert [(problem.span.line, problem.code) for problem in problems] == [(2, "two-colons")]


def test_a_header_is_not_closed_by_the_body() -> None:
    headed, problems = parse_headed("---\nby: [a\n---\n]\n", "hello.md")

    assert headed is None
    assert [(problem.span, problem.code) for problem in problems] == [
        (Span("hello.md", 2, 5), "open-bracket")
    ]


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (
            "Hello\n",
            "this file has no header",
            'start it with a line "---", then lines such as "subject: Your invoice", then "---"',
        ),
        (
            "Hello\n---\nsubject: x\n---\n",
            "this file has no header",
            'start it with a line "---", then lines such as "subject: Your invoice", then "---"',
        ),
        (
            "---\nsubject: x\n",
            "the header that starts here never ends",
            'write a line "---" below its last line',
        ),
    ],
)
def test_a_missing_header_is_told(text: str, message: str, hint: str) -> None:
    length = len(text.splitlines()[0])

    headed, problems = parse_headed(text, "hello.md")

    assert headed is None
    assert problems == (Problem(Span("hello.md", 1, 1, length), "no-header", message, hint),)


def test_a_message_in_another_encoding_is_refused() -> None:
    headed, problems = parse_headed(b"---\nsubject: caf\xe9\n---\n", "hello.md")

    assert headed is None
    assert [problem.code for problem in problems] == ["not-utf-8"]
