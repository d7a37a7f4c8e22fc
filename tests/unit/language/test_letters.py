"""Messages are compiled when somebody asks for them, and not before."""

import pytest

from duly.language.letters import Letters
from duly.language.workspace import read_workspace
from language_files import FOLDER, OUTLETS, workspace


@pytest.fixture
def letters() -> Letters:
    files = workspace(FOLDER / "base")
    ruleset = read_workspace(files, environment={}, outlets=OUTLETS).ruleset
    assert ruleset is not None
    assert isinstance(ruleset.messages, Letters)
    return ruleset.messages


def test_reading_compiles_one_that_stands_for_all(letters: Letters) -> None:
    assert len(letters.compiled) == 1
    assert len(letters) == 6


def test_a_message_is_compiled_once(letters: Letters) -> None:
    first = letters["news", "ro"]

    assert first.language == "ro"
    assert letters["news", "ro"] is first
    assert len(letters.compiled) == 2


def test_a_message_nobody_wrote_is_none(letters: Letters) -> None:
    assert letters.get(("news", "de")) is None
    assert ("news", "de") not in letters
