"""What people get wrong in a mapping, and what they are told."""

from pathlib import Path

import pytest

from duly.language.mapping import read_mapping
from import_cases import BUSINESS, CATALOG, GATEWAYS, LEAST, complaints
from mistakes import read_mistakes

MISTAKES = read_mistakes(Path(__file__).parent / "mistakes.txt")


@pytest.mark.parametrize(
    ("written", "told"), [case[1:] for case in MISTAKES], ids=[case[0] for case in MISTAKES]
)
def test_a_mistake_is_told_with_its_place_and_one_fix(written: str, told: str) -> None:
    assert complaints(written) == told


@pytest.mark.parametrize(("name", "written", "told"), MISTAKES, ids=[case[0] for case in MISTAKES])
def test_a_mapping_with_a_mistake_is_not_used(name: str, written: str, told: str) -> None:
    mapping, problems = read_mapping(
        written.encode(), "old.yaml", business=BUSINESS, catalog=CATALOG, gateways=GATEWAYS
    )

    assert mapping is None
    assert all(problem.hint for problem in problems)


def test_the_least_that_can_be_said_has_no_mistake() -> None:
    assert complaints(LEAST) == ""


def test_a_file_that_is_no_text_is_told() -> None:
    mapping, problems = read_mapping(
        b"file: \xff", "old.yaml", business=BUSINESS, catalog=CATALOG, gateways=GATEWAYS
    )

    assert mapping is None
    assert [problem.code for problem in problems] == ["not-utf-8"]


def test_a_card_number_is_not_repeated() -> None:
    note = "subscriber:\n  note: {always: 4111 1111 1111 1111}\n"
    _, problems = read_mapping(
        LEAST.replace("subscriber:\n", note).encode(),
        "old.yaml",
        business=BUSINESS,
        catalog=CATALOG,
        gateways=GATEWAYS,
    )

    assert [problem.code for problem in problems] == ["bad-value"]
    assert "4111" not in "".join(problem.message + problem.hint for problem in problems)


def test_a_business_without_ways_to_collect_says_so() -> None:
    written = LEAST + "payment_method: {by: cards, token: Card}\n"
    _, problems = read_mapping(
        written.encode(), "old.yaml", business=BUSINESS, catalog=CATALOG, gateways=()
    )

    assert [problem.hint for problem in problems] == [
        "duly.yaml has none; for a heading write {column: cards}"
    ]
