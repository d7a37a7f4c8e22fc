"""What people get wrong in the values of a file, and what they are told."""

from pathlib import Path

import pytest

from duly.language.source import parse
from duly.language.source_file import open_source
from duly.shape.convert import MAX_PROBLEMS, convert
from duly.shape.form import Fields, ListOf, MapOf, OneOrMany, Shape, Shared
from duly.shape.record import Record
from duly.shape.scalars import duration, name, text
from duly.values.duration import CALENDAR_UNITS
from duly.values.problem import render
from example_shapes import RULES
from mistakes import read_mistakes

MISTAKES = read_mistakes(Path(__file__).parent / "mistakes" / "conversion.txt")
VOCABULARY = {"message": {"your-invoice": "Your invoice"}}


@pytest.mark.parametrize(
    ("written", "told"), [case[1:] for case in MISTAKES], ids=[case[0] for case in MISTAKES]
)
def test_a_value_that_does_not_fit_is_told_with_its_place_and_one_fix(
    written: str, told: str
) -> None:
    source, _ = open_source(written, "care.yaml")
    node, none = parse(written, "care.yaml")
    assert node is not None
    assert none == ()

    _, problems = convert(node, RULES, VOCABULARY)

    assert "\n".join(render(problem, source.lines) for problem in problems) == told


def test_what_the_reader_refused_is_not_told_again() -> None:
    written = "rules: {a: {when: {cycle_due: *x}, do: *y, enabled: *z}}\n"
    node, refused = parse(written, "care.yaml")
    assert node is not None

    item, problems = convert(node, RULES)

    assert [problem.code for problem in refused] == ["copy-mark"] * 3
    assert problems == ()
    assert item is not None
    assert not item.is_whole


def test_a_long_text_is_quoted_in_part_and_on_one_line() -> None:
    written = "rules: {a: {when: {cycle_due: }, enabled: 'y\n\n" + "e" * 100 + "s'}}\n"
    node, _ = parse(written, "care.yaml")
    assert node is not None

    _, problems = convert(node, RULES)

    assert [problem.message for problem in problems] == [
        f'"y {"e" * 58}\u2026" is neither yes nor no'
    ]


def test_a_name_that_steers_a_terminal_is_shown_without_that() -> None:
    node, _ = parse('"\\e[31mred": 1\nrules: {}\n', "care.yaml")
    assert node is not None

    _, problems = convert(node, RULES)

    assert problems[0].message == '"\ufffd[31mred" is not known at the top of a rule file'


def test_a_word_that_is_not_there_yet_does_not_stand_for_one_that_is_needed() -> None:
    shape = Fields(
        title="Price",
        about="A price.",
        required={"amount": text("Amount", "How much.")},
        not_yet=("amounts",),
    )
    node, _ = parse("amounts: 1\n", "care.yaml")
    assert node is not None

    _, problems = convert(node, shape)

    assert [problem.message for problem in problems] == [
        'this file needs "amount"',
        '"amounts" is not there yet',
    ]


def test_a_step_of_a_shared_shape_gets_its_colon() -> None:
    step = Fields(
        title="Step",
        about="A step.",
        optional={"resume": Fields(title="Resume", about="Go on.", empty_ok=True)},
        count="one",
    )
    steps = ListOf(title="Do", about="Steps.", item=Shared(name="step", shape=step))
    node, _ = parse("resume\n", "care.yaml")
    assert node is not None

    _, problems = convert(node, steps)

    assert problems[0].hint == 'write "- resume:" on the next line, indented'


def test_after_many_problems_the_rest_is_not_looked_at() -> None:
    lines = "".join(f"wrong{number}: 1\n" for number in range(MAX_PROBLEMS + 200))
    node, _ = parse(lines + "rules: {}\n", "care.yaml")
    assert node is not None

    _, problems = convert(node, RULES)

    assert len(problems) == MAX_PROBLEMS


def test_no_word_of_schemas_is_shown() -> None:
    words = ("object", "array", "oneOf", "additional", "string", "integer", "property", "null,")

    told = "\n".join(answer for _, _, answer in MISTAKES)

    assert [word for word in words if word in told] == []


WORDS = text("Word", "A word.", "light")
LENGTHS = duration("Before", "How long before.", units=CALENDAR_UNITS)


@pytest.mark.parametrize(
    ("shape", "written", "column", "kept"),
    [
        (ListOf(title="Of", about="Words.", item=WORDS), "[light, dark, light]", 15, 2),
        (OneOrMany(title="Before", about="Days.", item=LENGTHS), "[3 days, 3  days]", 10, 1),
    ],
)
def test_a_value_that_stands_in_a_list_twice_is_refused(
    shape: Shape, written: str, column: int, kept: int
) -> None:
    node, _ = parse(written, "care.yaml")
    assert node is not None

    item, (problem,) = convert(node, shape)

    assert (problem.code, problem.span.column) == ("written-twice", column)
    assert item is not None
    assert len(item.items()) == kept


@pytest.mark.parametrize(
    "shape",
    [
        ListOf(title="Hosts", about="Hosts.", item=WORDS, may_repeat=True),
        ListOf(title="Groups", about="Groups.", item=Fields(title="Any", about="Any.",
            optional={"a": WORDS})),
    ],
)  # fmt: skip
def test_what_may_repeat_is_taken_twice(shape: ListOf) -> None:
    written = "[light, light]" if shape.may_repeat else "[{a: b}, {a: b}]"
    node, _ = parse(written, "care.yaml")
    assert node is not None

    item, problems = convert(node, shape)

    assert problems == ()
    assert item is not None
    assert len(item.items()) == 2


def test_a_name_may_stand_over_nothing_where_that_is_allowed() -> None:
    rules = MapOf(title="Rules", about="Rules.", key=name("Rule", "A rule."), value=WORDS,
        empty_ok=True)  # fmt: skip
    node, _ = parse("rules:\n", "care.yaml")
    assert node is not None

    item, problems = convert(node, Fields(title="File", about="A file.", optional={"rules": rules}))

    assert problems == ()
    assert item is not None
    assert len(item.as_a(Record).need("rules", Record)) == 0
