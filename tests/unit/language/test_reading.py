"""A file becomes a tree of text whose nodes know their place."""

import pytest

from duly.condition.given import Entries, Many, Nothing, Text
from duly.language.given import given
from duly.language.source import parse
from duly.shape.node import EmptyNode, Entry, ListNode, MapNode, Node, TextNode
from duly.values.problem import Span


def span(line: int, column: int, length: int = 1) -> Span:
    return Span("care.yaml", line, column, length)


def read(text: str | bytes) -> Node:
    node, problems = parse(text, "care.yaml")
    assert problems == ()
    assert node is not None
    return node


def value_of(text: str) -> Node:
    node = read(text)
    assert isinstance(node, MapNode)
    return node.entries[0].value


@pytest.mark.parametrize(
    "word",
    ["no", "010", "1_000", "12:30", "2026-09-01", "null", "~", "true", "0x1F", ".5", "1e3", "="],
)
def test_a_word_stays_the_text_that_was_written(word: str) -> None:
    assert value_of(f"a: {word}\n") == TextNode(word, span(1, 4, len(word)))


def test_names_stay_text() -> None:
    node = read("010: a\nno: b\n")

    assert isinstance(node, MapNode)
    assert [entry.key.text for entry in node] == ["010", "no"]


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("a: 'b c'", TextNode("b c", span(1, 4, 5), quoted=True)),
        ('a: "b\\u021bc"', TextNode("bțc", span(1, 4, 10), quoted=True)),
        ('a: ""', TextNode("", span(1, 4, 2), quoted=True)),
        ('a: "*b"', TextNode("*b", span(1, 4, 4), quoted=True)),
        ("a: |\n  b\n  c\n", TextNode("b\nc\n", span(1, 4, 1), quoted=True, block=span(2, 3, 1))),
        ("a: >-  # folded\n  b\n  c\n", TextNode("b c", span(1, 4, 12), quoted=True)),
        ("a: b\n  c\n", TextNode("b c", span(1, 4, 1))),
        ("a: {at: x?y=1}", MapNode((Entry(TextNode("at", span(1, 5, 2)),
            TextNode("x?y=1", span(1, 9, 5))),), span(1, 4, 11))),
    ],
)  # fmt: skip
def test_a_value_knows_its_text_and_place(text: str, node: Node) -> None:
    assert value_of(text) == node


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a:\n", span(1, 1)),  # at the name
        ("a: # later\nb: c\n", span(1, 1)),
        ("long_name: \n", span(1, 1, 9)),
    ],
)
def test_an_empty_value_stands_at_its_name(text: str, place: Span) -> None:
    assert value_of(text) == EmptyNode(place)


def test_an_empty_value_in_braces_stands_at_its_name() -> None:
    node = value_of("do: {resume: , b: c}\n")

    assert isinstance(node, MapNode)
    assert node.entries[0].value == EmptyNode(span(1, 6, 6))


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "\ufeff", "---\n"])
def test_a_file_without_anything_is_empty(text: str) -> None:
    assert read(text) == EmptyNode(span(1, 1))


def test_lists_and_groups_stand_where_they_start() -> None:
    node = read("do:\n  - charge: {from: saved}\n  - [a, b]\n")

    assert node == MapNode(
        (
            Entry(
                TextNode("do", span(1, 1, 2)),
                ListNode(
                    (
                        MapNode(
                            (
                                Entry(
                                    TextNode("charge", span(2, 5, 6)),
                                    MapNode(
                                        (
                                            Entry(
                                                TextNode("from", span(2, 14, 4)),
                                                TextNode("saved", span(2, 20, 5)),
                                            ),
                                        ),
                                        span(2, 13, 13),
                                    ),
                                ),
                            ),
                            span(2, 5, 6),
                        ),
                        ListNode(
                            (TextNode("a", span(3, 6)), TextNode("b", span(3, 9))), span(3, 5, 6)
                        ),
                    ),
                    span(2, 3),
                ),
            ),
        ),
        span(1, 1, 2),
    )


def test_columns_count_characters_and_not_bytes() -> None:
    assert value_of('"ț😀": ăâ # ș\n') == TextNode("ăâ", span(1, 7, 2))


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_ending_counts_as_one(ending: str) -> None:
    node = read(f"a: b{ending}{ending}c: d{ending}")

    assert isinstance(node, MapNode)
    assert node.entries[1].value.span == span(3, 4)


def test_a_byte_order_mark_does_not_move_the_first_line() -> None:
    assert read("\ufeffa: b\n".encode()) == read("a: b\n")


def test_a_name_written_twice_keeps_the_first() -> None:
    node, problems = parse("a: 1\na: 2\n", "care.yaml")

    assert isinstance(node, MapNode)
    assert [entry.value for entry in node] == [TextNode("1", span(1, 4))]
    assert len(problems) == 1


def test_a_copy_stays_in_the_tree_as_refused() -> None:
    node, _ = parse("a: *b\nc: '*d'\n", "care.yaml")

    assert isinstance(node, MapNode)
    assert [getattr(entry.value, "is_alias", None) for entry in node] == [True, False]


def test_several_refusals_are_told_in_the_order_of_their_places() -> None:
    _, problems = parse("b: &x 1\na: !t 2\nb: 3\nc: *x\n", "care.yaml")

    assert [(problem.span.line, problem.code) for problem in problems] == [
        (1, "copy-mark"),
        (2, "type-mark"),
        (3, "written-twice"),
        (4, "copy-mark"),
    ]


def test_a_tree_is_handed_to_the_reader_of_conditions() -> None:
    node = read("plan: [basic, 'plus']\nphone:\n")

    assert given(node) == Entries(
        (
            (
                Text("plan", span(1, 1, 4)),
                Many((Text("basic", span(1, 8, 5)), Text("plus", span(1, 15, 6))), span(1, 7, 15)),
            ),
            (Text("phone", span(2, 1, 5)), Nothing(span(2, 1, 5))),
        ),
        span(1, 1, 4),
    )
