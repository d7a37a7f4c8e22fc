"""Whole files, right and wrong: every word that is told about them."""

import re
from pathlib import Path

import pytest

from duly.language.workspace import Outlets, read_workspace
from duly.values.problem import render
from language_files import FOLDER, PLACES, Case, bad_cases, read_with, told_about, workspace

BAD = list(bad_cases())
GOOD = [path for folder in PLACES for path in sorted((FOLDER / "good" / folder).iterdir())]
EVERYTHING = Outlets(
    channels=frozenset({"email", "sms", "push"}),
    gateways=frozenset({"cards"}),
    carrier=True,
    uses={"outbox": {"folder": False, "tags": False}, "sandbox": {"folder": False, "key": False}},
)


@pytest.mark.parametrize("case", BAD, ids=str)
def test_a_mistake_is_told_with_its_place_and_one_fix(case: Case) -> None:
    assert told_about(case) == case.told


@pytest.mark.parametrize("case", BAD, ids=str)
def test_every_problem_names_a_fix(case: Case) -> None:
    problems = read_with(case.text, case.place).problems

    assert problems
    assert [problem.message for problem in problems if not problem.hint] == []


@pytest.mark.parametrize("case", BAD, ids=str)
def test_only_warnings_leave_a_ruleset(case: Case) -> None:
    reading = read_with(case.text, case.place)

    errors = [problem for problem in reading.problems if problem.severity == "error"]
    assert (reading.ruleset is None) == bool(errors)


@pytest.mark.parametrize("case", BAD, ids=str)
def test_a_mistake_is_told_without_programming_words(case: Case) -> None:
    words = ("object", "array", "oneOf", "additional", "property", "None", "Traceback", "dict")

    assert [word for word in words if word in re.findall(r"\w+", case.told)] == []


@pytest.mark.parametrize("path", GOOD, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_is_right_is_read_without_a_word(path: Path) -> None:
    files = {**workspace(FOLDER / "base"), PLACES[path.parent.name]: path.read_bytes()}

    reading = read_workspace(files, environment={"PLACE": "/srv"}, outlets=EVERYTHING)

    lines = reading.files
    assert [render(one, lines.get(one.span.file, ())) for one in reading.problems] == []
    assert reading.ruleset is not None


def test_there_are_many_kinds_of_mistakes() -> None:
    codes = {problem.code for case in BAD for problem in read_with(case.text, case.place).problems}

    assert len(BAD) >= 90
    assert len(codes) >= 45
