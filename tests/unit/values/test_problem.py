"""Problems: how they are ordered and shown."""

import pytest

from duly.values.problem import Problem, ProblemsError, Span, render

FILE = "rules/care.yaml"


def problem(line: int, column: int = 1, length: int = 1, hint: str = "") -> Problem:
    return Problem(Span(FILE, line, column, length), "unknown-word", '"x" is not a word', hint)


def test_a_problem_is_shown_with_its_line_a_caret_and_a_fix() -> None:
    lines = ("rules:", "  save:", "    when:", "      expiry_aproaching:")
    mistake = Problem(
        Span(FILE, 4, 7, 17),
        "unknown-word",
        '"expiry_aproaching" is not something a rule can wait for',
        'did you mean "expiry_approaching"?',
    )

    assert render(mistake, lines) == (
        'rules/care.yaml:4:7: "expiry_aproaching" is not something a rule can wait for'
        " [unknown-word]\n"
        "  |\n"
        "4 |       expiry_aproaching:\n"
        "  |       ^^^^^^^^^^^^^^^^^\n"
        '  = did you mean "expiry_approaching"?'
    )


def test_the_margin_is_as_wide_as_the_line_number() -> None:
    lines = ("",) * 99 + ("pause:",)

    assert render(problem(100, length=5, hint="write resume"), lines) == (
        'rules/care.yaml:100:1: "x" is not a word [unknown-word]\n'
        "    |\n"
        "100 | pause:\n"
        "    | ^^^^^\n"
        "    = write resume"
    )


def test_a_warning_says_so() -> None:
    mistake = Problem(Span(FILE, 1, 1), "never-true", "this is never true", severity="warning")

    assert render(mistake, ("x",)).startswith(
        "rules/care.yaml:1:1: this is never true [never-true] (warning)\n"
    )


def test_without_a_hint_nothing_follows_the_caret() -> None:
    assert render(problem(1), ("x: 1",)).endswith("1 | x: 1\n  | ^")


@pytest.mark.parametrize("line", [0, 2])
def test_a_line_that_the_file_does_not_have_is_not_shown(line: int) -> None:
    assert render(problem(line, hint="write y"), ("x: 1",)) == (
        f'rules/care.yaml:{line}:1: "x" is not a word [unknown-word]\n  = write y'
    )


@pytest.mark.parametrize(
    ("line", "column", "length", "carets"),
    [
        ("plan: basic", 7, 5, "      ^^^^^"),
        ("plan: basic", 7, 50, "      ^^^^^"),  # never beyond the line
        ("plan: basic", 12, 1, "           ^"),  # just behind the end: something is missing
        ("plan: basic", 40, 3, "           ^"),
        ("", 1, 4, "^"),
        ("plan: basic", 1, 0, "^"),  # always at least one
        ("\tplan: x", 2, 4, "\t^^^^"),  # tabs stay, so that the caret stands below
        ("plată: x", 8, 1, "       ^"),  # a letter with a mark is one column
    ],
)
def test_the_caret_stands_below_the_mistake(
    line: str, column: int, length: int, carets: str
) -> None:
    shown = render(problem(1, column, length), (line,))

    assert shown.splitlines()[-1] == f"  | {carets}"


def test_all_problems_travel_in_the_order_of_their_places() -> None:
    late, early, earlier = problem(12), problem(3, 9), problem(3, 2)
    other = Problem(Span("catalog.yaml", 50, 1), "unknown-word", "no such plan")

    raised = ProblemsError((late, early, other, earlier))

    assert raised.problems == (other, earlier, early, late)
    assert str(raised) == "4 problems in the input"


def test_one_problem_is_counted_as_one() -> None:
    assert str(ProblemsError((problem(1),))) == "1 problem in the input"
