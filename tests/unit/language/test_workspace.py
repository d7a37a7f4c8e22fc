"""A workspace is read as a whole: what comes of it, and how its files hang together."""

from collections.abc import Mapping

import pytest

from duly.language.workspace import Outlets, Reading, read_workspace
from duly.values.problem import Span
from language_files import FOLDER, OUTLETS, workspace


def files(**changed: str) -> dict[str, bytes]:
    """Return the base workspace; ``duly_yaml`` and so on stand for files that are changed."""
    found = dict(workspace(FOLDER / "base"))
    return found | {name: text.encode() for name, text in changed.items()}


def read(
    given: Mapping[str, bytes],
    environment: Mapping[str, str] | None = None,
    outlets: Outlets | None = None,
) -> Reading:
    return read_workspace(given, environment=environment or {}, outlets=outlets)


def told(reading: Reading) -> list[tuple[str, str]]:
    return [(problem.span.file, problem.code) for problem in reading.problems]


def without(name: str) -> dict[str, bytes]:
    return {path: data for path, data in files().items() if path != name}


def test_a_workspace_without_mistakes_gives_everything() -> None:
    reading = read(files(), outlets=OUTLETS)

    assert reading.problems == ()
    assert reading.ruleset is not None
    assert reading.settings is not None
    assert set(reading.ruleset.rules) == {"bill"}
    assert set(reading.ruleset.segments) == {"thirsty", "thirsty-tins"}
    assert set(reading.ruleset.catalog.plans) == {"tin", "chest"}
    assert set(reading.ruleset.messages) == {
        (name, language)
        for name in ("welcome", "your-invoice", "news")
        for language in ("en", "ro")
    }
    assert reading.settings.business == reading.ruleset.business
    assert reading.files["catalog.yaml"][0] == "currency: RON"


def test_settings_are_there_though_rules_have_mistakes() -> None:
    reading = read(files() | {"rules/base.yaml": b"rules: {a: {when: {}}}"})

    assert reading.ruleset is None
    assert reading.settings is not None


@pytest.mark.parametrize("name", ["duly.yaml", "catalog.yaml"])
def test_a_file_that_has_to_be_there_is_missed(name: str) -> None:
    reading = read(without(name))

    assert (name, "no-file") in told(reading)
    assert [problem.span for problem in reading.problems if problem.code == "no-file"] == [
        Span(name, 1, 1)
    ]
    assert reading.ruleset is None


def test_without_rules_and_messages_there_is_nothing_to_do_and_nothing_wrong() -> None:
    few = {name: data for name, data in files().items() if "/" not in name}

    reading = read(few)

    assert reading.problems == ()
    assert reading.ruleset is not None
    assert reading.ruleset.rules == {}


def test_nothing_at_all_is_told_as_two_missing_files() -> None:
    assert told(read({})) == [("catalog.yaml", "no-file"), ("duly.yaml", "no-file")]


def test_a_mistake_in_the_settings_brings_no_others() -> None:
    settings = files()["duly.yaml"].decode().replace("type: number", "type: numbr")

    reading = read(files() | {"duly.yaml": settings.encode()}, outlets=OUTLETS)

    assert told(reading) == [("duly.yaml", "unknown-word")]


def test_a_catalogue_that_cannot_be_read_brings_no_unknown_plans() -> None:
    reading = read(files() | {"catalog.yaml": b"plans: [\n"})

    assert {file for file, _ in told(reading)} == {"catalog.yaml"}


def test_a_segment_that_cannot_be_read_is_still_known_by_name() -> None:
    rules = "segments: {odd: {members: {cups: many}}}\n"
    rules += "rules: {a: {when: {enters_segment: {segment: odd}}, do: [pause: ]}}\n"

    reading = read(files() | {"rules/care.yaml": rules.encode()})

    assert told(reading) == [("rules/care.yaml", "wrong-type")]


def test_problems_of_all_files_come_together_in_order() -> None:
    reading = read(
        files()
        | {
            "catalog.yaml": files()["catalog.yaml"].replace(b"RON,", b"lei,"),
            "rules/care.yaml": b"rules: {b: {when: {signed_up: }, do: [notfy: ]}}",
            "rules/also.yaml": b"rules: {c: {when: {signd_up: }, do: [resume: ]}}",
            "messages/welcome.md": b"---\nsubject: x\nclass: none\n---\nHello.\n",
        }
    )

    assert [file for file, _ in told(reading)] == [
        "catalog.yaml",
        "catalog.yaml",
        "messages/welcome.md",
        "rules/also.yaml",
        "rules/care.yaml",
    ]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("rules/care.yml", "bad-name"),
        ("rules/old/care.yaml", "bad-name"),
        ("messages/welcome.txt", "bad-name"),
        ("messages/Welcome Back.md", "bad-name"),
        ("documents/invoice.md", "not-there-yet"),
    ],
)
def test_a_file_that_would_be_passed_over_is_refused(path: str, code: str) -> None:
    assert told(read(files() | {path: b"x: 1"})) == [(path, code)]


@pytest.mark.parametrize("path", ["README.md", "imports/old.csv", "tests/a.test.yaml", "rules"])
def test_other_files_are_left_alone(path: str) -> None:
    assert told(read(files() | {path: b"\xff"})) == []


def test_a_message_that_lacks_a_language_is_a_warning_and_one_without_the_first_is_not() -> None:
    given = without("messages/welcome.ro.md")
    given.pop("messages/news.md")

    reading = read(given)

    assert [(one.span.file, one.severity, one.hint) for one in reading.problems] == [
        ("messages/news.ro.md", "error", "add messages/news.md"),
        ("messages/welcome.md", "warning", "add messages/welcome.ro.md"),
    ]


def test_a_message_in_a_language_nobody_reads_is_refused() -> None:
    reading = read(files() | {"messages/welcome.de.md": files()["messages/welcome.md"]})

    assert told(reading) == [("messages/welcome.de.md", "unknown-word")]


def test_the_first_language_may_stand_in_the_name_but_not_twice() -> None:
    given = files()
    given["messages/welcome.en.md"] = given["messages/welcome.md"]

    twice = read(given)
    given.pop("messages/welcome.md")
    once = read(given)

    assert told(twice) == [("messages/welcome.md", "written-twice")]
    assert once.problems == ()


def test_a_message_is_checked_for_every_rule_that_sends_it() -> None:
    rules = (
        "rules:\n"
        "  paid: {when: {invoice_paid: }, do: [{notify: {message: welcome}}]}\n"
        "  hello: {when: {signed_up: }, do: [{notify: {message: welcome}}]}\n"
    )
    text = "---\nsubject: x\nclass: service\n---\n{{ invoice.number }}\n"

    reading = read(
        files() | {"rules/care.yaml": rules.encode(), "messages/welcome.md": text.encode()}
    )

    assert [problem.message for problem in reading.problems] == [
        '"invoice.number" is not something this message knows when the rule "hello" sends it'
    ]


def test_a_message_that_nobody_sends_yet_may_show_everything() -> None:
    text = "---\nsubject: x\nclass: service\n---\n{{ invoice.number }} {{ offer.until | date }}\n"

    assert read(files() | {"messages/welcome.md": text.encode()}).problems == ()


def test_advertising_needs_an_address_to_unsubscribe_at() -> None:
    settings = files()["duly.yaml"].decode()
    settings = settings.replace("  email: tea@example.com\n", "")
    settings = settings.replace("  from: Tiny Tea <tea@example.com>\n", "")
    rules = b"rules: {a: {when: {signed_up: }, do: [{notify: {message: news}}]}}"

    reading = read(files() | {"duly.yaml": settings.encode(), "rules/care.yaml": rules})

    codes = [code for file, code in told(reading) if file == "messages/news.md"]
    assert codes == ["no-sender", "no-unsubscribe"]


def test_what_nobody_asked_about_connectors_is_not_told() -> None:
    do = b"[ship: , {notify: {message: welcome, by: sms}}]"
    rules = b"rules: {a: {when: {invoice_paid: }, do: " + do + b"}}"
    settings = files()["duly.yaml"].replace(b"outbox", b"pigeon").replace(b"[cards]", b"[doves]")
    given = files() | {"rules/care.yaml": rules, "duly.yaml": settings}

    asked, not_asked = read(given, outlets=OUTLETS), read(given)

    assert not_asked.problems == ()
    assert told(asked) == [
        ("duly.yaml", "unknown-word"),
        ("duly.yaml", "unknown-word"),
        ("rules/care.yaml", "no-connector"),
        ("rules/care.yaml", "no-connector"),
    ]


def test_two_readings_of_the_same_files_are_one_ruleset() -> None:
    first, second = read(files()).ruleset, read(files(), outlets=OUTLETS).ruleset

    assert first is not None
    assert second is not None
    assert first.digest == second.digest
    assert first.rules == second.rules
    assert list(first.segments) == list(second.segments)
    assert first.catalog == second.catalog
