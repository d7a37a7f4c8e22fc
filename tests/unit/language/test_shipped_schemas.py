"""The schemas that ship with duly take what is right and mark what is not."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from duly.language.editor import schemas
from duly.resources import find
from language_files import FOLDER

NAMES = ("rules", "catalog", "settings", "import", "message")
PACK = find("rules") / "coffee-box"
TELCO = Path(__file__).resolve().parents[2] / "service" / "telco"
MAPPING = "{file: a.csv, each_row: subscription, take_over_on: 2026-12-01"


class CoreLoader(yaml.SafeLoader):
    """Read as editors do: the core schema of YAML 1.2 knows fewer special words."""


CoreLoader.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("bool", "^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", "^[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"^[-+]?[0-9]*\.[0-9]+$", "-+.0123456789"),
    ("null", "^(?:~|null|)$", ["~", "n", ""]),
):
    CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), list(first))


@cache
def validator(name: str) -> Draft7Validator:
    return Draft7Validator(schemas()[name])


def read(text: str) -> Any:
    return yaml.load(text, CoreLoader)


def complaints(name: str, text: str) -> list[str]:
    return [error.message for error in validator(name).iter_errors(read(text))]


def files(name: str) -> list[Path]:
    places = {
        "rules": [*PACK.glob("rules/*.yaml"), *(FOLDER / "good" / "rules").iterdir()],
        "catalog": [PACK / "catalog.yaml", *(FOLDER / "good" / "catalog").iterdir()],
        "settings": [PACK / "duly.yaml", *(FOLDER / "good" / "settings").iterdir()],
        "import": [*PACK.glob("imports/*.yaml"), *TELCO.glob("imports/*.yaml")],
    }
    return sorted(places[name])


@pytest.mark.parametrize("name", NAMES)
def test_it_is_a_schema(name: str) -> None:
    Draft7Validator.check_schema(schemas()[name])


@pytest.mark.parametrize("name", NAMES)
def test_it_ships_as_the_code_has_it(name: str) -> None:
    shipped = (find("schemas") / f"{name}.schema.json").read_text(encoding="utf-8")

    assert json.loads(shipped) == schemas()[name]


@pytest.mark.parametrize(
    ("name", "path"),
    [(name, path) for name in NAMES[:4] for path in files(name)],
    ids=lambda value: value.stem if isinstance(value, Path) else str(value),
)
def test_what_the_reader_takes_the_editor_takes_too(name: str, path: Path) -> None:
    assert complaints(name, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", sorted(PACK.glob("messages/*.md")), ids=lambda path: path.name)
def test_the_header_of_a_message_is_taken(path: Path) -> None:
    _, header, _ = path.read_text(encoding="utf-8").split("---\n", 2)

    assert complaints("message", header) == []


@pytest.mark.parametrize(
    ("name", "text", "word"),
    [
        ("rules", "rules: {a: {when: {cycle_deu: }, do: [invoice: ]}}", "cycle_deu"),
        ("rules", "rules: {a: {when: {cycle_due: }, do: [invocie: ]}}", "invocie"),
        ("rules", "rules: {a: {when: {cycle_due: }, do: [{charge: {from: purse}}]}}", "purse"),
        ("rules", "rules: {a: {when: {cycle_due: }, once_per: often, do: [charge: ]}}", "often"),
        (
            "rules",
            "rules: {a: {when: {signed_up: }, only_if: {country: {nto: RO}}, do: [resume: ]}}",
            "nto",
        ),
        ("catalog", "currency: RON\ntaxes: {}\nplans: {a: {name: A, price: {}}}", "price"),
        ("settings", "zone: UTC\nlanguages: []\nbusiness: {name: A}\ncurrency: EUR", "country"),
        ("message", "subject: A\nclass: advert", "advert"),
        ("import", "file: a.csv\neach_row: person", "person"),
        ("import", "fil: a.csv", "fil"),
        ("import", f"{MAPPING}, subscriber: {{name: Nume}}}}", "same"),
        ("import", f"{MAPPING}, subscriber: {{email: {{colum: E-mail}}}}}}", "colum"),
        ("import", f"{MAPPING}, subscriber: {{cups: {{colum: Cups}}}}}}", "colum"),
        ("import", f"{MAPPING}, subscriber: {{consent.news: {{column: News}}}}}}", "agreed_when"),
        ("import", f"{MAPPING}, payment_method: {{tokn: Card}}}}", "tokn"),
    ],
)
def test_what_is_wrong_is_marked(name: str, text: str, word: str) -> None:
    assert any(word in complaint for complaint in complaints(name, text))


def test_a_field_shows_its_sentence_and_its_words() -> None:
    condition: Any = schemas()["rules"]["definitions"]
    status = condition["condition"]["properties"]["subscription.status"]

    assert "paused" in status["anyOf"][0]["enum"]
    assert status["description"].startswith("pending, trialing, active, paused or ended.")
    assert "country" in condition["condition"]["properties"]
    assert "consent.marketing" in condition["condition"]["properties"]
