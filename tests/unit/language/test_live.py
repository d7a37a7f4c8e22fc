"""What is stored of a workspace: everything that is applied, and none of its secrets."""

import pytest

from duly.errors import InputError
from duly.language.workspace import digest_of, live_files, read_workspace
from language_files import FOLDER, workspace

SETTINGS = """\
# Who we are.
business: {name: Tea, country: RO}
database: ${DULY_DATABASE}
zone: UTC
# What reaches the outside.
connectors:
  cards: {use: sandbox,
    key: secret-key}      # do not tell

  texts:
    use: outbox
languages: [en]
currency: RON
payments: [cards]
"""
STORED = """\
# Who we are.
business: {name: Tea, country: RO}

zone: UTC
# What reaches the outside.






languages: [en]
currency: RON
payments: [cards]
"""


def stored(text: str) -> str:
    return live_files({"duly.yaml": text.encode()})["duly.yaml"]


def test_database_and_connectors_are_left_out_and_all_lines_keep_their_numbers() -> None:
    assert stored(SETTINGS) == STORED


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\nconnectors: {x: {use: y}}",
        "a: 1\nconnectors:\n  x:\n    use: y\n",
        "a: 1\n'connectors': {x: {use: y}}\n",
        "---\na: 1\nconnectors: {x: {use: y}}\n",
        "a: 1\r\nconnectors:\r\n  x: {use: y}\r\n",
        "\ufeffa: 1\nconnectors: {x: {use: y}}\n",
        "database: >\n  use\n\n  y\na: 1\n",
    ],
)
def test_however_they_are_written_they_are_left_out(text: str) -> None:
    left = stored(text)

    assert "a: 1" in left
    assert "use" not in left
    assert left.count("\n") >= len(text.splitlines())


@pytest.mark.parametrize(
    "text",
    [
        "{a: 1, connectors: {x: {use: y}}}",
        "{connectors: {x: {use: y}}}",
        "- connectors",
        "a: [",
        "",
    ],
)
def test_what_cannot_be_cut_is_not_stored(text: str) -> None:
    with pytest.raises(InputError):
        stored(text)


def test_only_what_is_applied_is_stored() -> None:
    files = {
        **workspace(FOLDER / "base"),
        "imports/old.csv": b"x",
        "README.md": b"x",
        "outbox/mail.md": b"x",
    }

    assert set(live_files(files)) == set(workspace(FOLDER / "base"))


def test_what_is_stored_can_be_read_again_and_is_the_same() -> None:
    files = workspace(FOLDER / "base")
    first = read_workspace(files, environment={}, outlets=None).ruleset
    live = live_files(files)

    reading = read_workspace(
        {path: text.encode() for path, text in live.items()}, environment={}, outlets=None
    )

    assert reading.problems == ()
    assert first is not None
    assert reading.ruleset is not None
    assert reading.ruleset.digest == first.digest == digest_of(live)
    assert reading.ruleset.rules == first.rules
    assert reading.ruleset.rules["bill"].span == first.rules["bill"].span
    assert reading.ruleset.business == first.business


def test_the_digest_names_paths_and_texts() -> None:
    one = {"a": "x", "b": "y"}

    assert digest_of(one) == digest_of(dict(reversed(one.items())))
    assert len({digest_of(other) for other in (one, {"a": "xb", "": "y"}, {"a": "x"}, {})}) == 4


def test_ends_of_lines_make_no_other_text() -> None:
    assert live_files({"catalog.yaml": b"a: 1\r\nb: 2"}) == live_files(
        {"catalog.yaml": b"a: 1\nb: 2\n"}
    )


def test_another_connector_is_the_same_ruleset() -> None:
    files = workspace(FOLDER / "base")
    other = {**files, "duly.yaml": files["duly.yaml"].replace(b"sandbox", b"stripe, key: x")}

    assert digest_of(live_files(files)) == digest_of(live_files(other))
