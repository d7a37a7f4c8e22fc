"""The files of the coffee box fit together: rules, letters, languages."""

import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from duly import actions, triggers
from duly.resources import find

PACK = find("rules") / "coffee-box"
MESSAGES = PACK / "messages"
CEDILLAS = "şţŞŢ"  # the Turkish letters; Romanian ones carry a comma: ș ț
TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}")


def read(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def header(file: Path) -> dict[str, str]:
    _, head, _ = file.read_text(encoding="utf-8").split("---\n", 2)
    found: dict[str, str] = yaml.safe_load(head)
    return found


def file_of(name: str, language: str) -> Path:
    first = read(PACK / "duly.yaml")["languages"][0]
    return MESSAGES / (f"{name}.md" if language == first else f"{name}.{language}.md")


def all_rules() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for file in sorted((PACK / "rules").glob("*.yaml")):
        found |= read(file)["rules"]
    return found


def steps(rule: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    entries = rule.get("timeline", [rule])
    for entry in entries:
        for step in entry["do"]:
            for kind, given in step.items():
                yield kind, given or {}


def sent() -> set[str]:
    given = (given for rule in all_rules().values() for _, given in steps(rule))
    return {one["message"] for one in given if "message" in one}


def names_of(kinds: Any) -> set[str]:
    return {module.name for module in pkgutil.iter_modules(kinds.__path__)}


LETTERS = sorted({file.name.split(".")[0] for file in MESSAGES.glob("*.md")})


def test_the_rules_send_exactly_the_letters_that_are_there() -> None:
    assert sent() == set(LETTERS)


@pytest.mark.parametrize("language", ["ro", "en"])
@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_is_written_in_every_language(name: str, language: str) -> None:
    assert file_of(name, language).is_file()


@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_shows_the_same_values_in_both_languages(name: str) -> None:
    romanian, english = file_of(name, "ro"), file_of(name, "en")

    shown = [sorted(TAG.findall(file.read_text(encoding="utf-8"))) for file in (romanian, english)]

    assert shown[0] == shown[1]


@pytest.mark.parametrize("file", sorted(MESSAGES.glob("*.md")), ids=lambda file: file.name)
def test_a_letter_asks_whether_there_is_a_name_before_it_greets_by_it(file: Path) -> None:
    text = file.read_text(encoding="utf-8")

    asked = text.count("{% if subscriber.first_name %}")

    assert asked == text.count("{{ subscriber.first_name }}") == 1


@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_is_of_one_class_topic_and_channels_in_both_languages(name: str) -> None:
    texts = ("subject", "preheader", "sms", "push")
    heads = [header(file_of(name, language)) for language in ("ro", "en")]

    told = [{key: key if key in texts else head[key] for key in head} for head in heads]

    assert told[0] == told[1]


def test_advertising_has_a_topic_that_the_shop_knows() -> None:
    topics = read(PACK / "duly.yaml")["messages"]["topics"]

    heads = [header(file) for file in MESSAGES.glob("*.md")]

    assert {head["topic"] for head in heads if head["class"] == "marketing"} == set(topics)


@pytest.mark.parametrize("file", sorted(PACK.rglob("*.*")), ids=lambda file: file.name)
def test_romanian_letters_carry_commas(file: Path) -> None:
    assert not set(CEDILLAS) & set(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", sorted(PACK.rglob("*.yaml")), ids=lambda file: file.name)
def test_a_file_names_the_schema_that_editors_complete_by(file: Path) -> None:
    up = "../" * (len(file.relative_to(PACK).parts) - 1)

    first, *_ = file.read_text(encoding="utf-8").splitlines()

    assert re.fullmatch(rf"# yaml-language-server: \$schema={up}\.duly/[a-z]+\.schema\.json", first)


@pytest.mark.parametrize("name", sorted(all_rules()))
def test_a_rule_says_what_it_is_about_and_uses_kinds_that_exist(name: str) -> None:
    rule = all_rules()[name]

    waited_for = {*rule["when"], *rule.get("stop_when", {})}
    done = {kind for kind, _ in steps(rule)}

    assert rule["about"].endswith(".")
    assert waited_for <= names_of(triggers)
    assert done <= names_of(actions)


def test_the_example_list_has_a_line_for_each_plan() -> None:
    plans = read(PACK / "imports" / "old-shop.yaml")["subscription"]["plan"]["words"]

    lines = (PACK / "imports" / "old-shop.csv").read_text(encoding="utf-8").splitlines()

    sold = {plans[line.split(";")[12]] for line in lines[1:]}
    assert sold == set(read(PACK / "catalog.yaml")["plans"])
