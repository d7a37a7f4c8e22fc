"""The schema for editors says the same as the reader, in the form that editors complete best."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from duly.shape.editor import editor_schema
from duly.shape.form import (
    Fields,
    Free,
    ListOf,
    MapOf,
    OneOrMany,
    Reference,
    Shape,
    Word,
    WordOr,
)
from duly.shape.scalars import money, text, whole_number, yes_no
from example_shapes import BY, GOOD, RULES

CONDITION = {"condition": {"type": "object"}}
PLAN = Reference(
    title="Plan", about="A plan.", to="plan", unknown="is not a plan", examples=("basic",)
)


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


def written() -> dict[str, Any]:
    return editor_schema(RULES, definitions=CONDITION)


def nodes(schema: object) -> Iterator[dict[str, Any]]:
    """Walk over everything that is itself a schema."""
    if not isinstance(schema, dict):
        return
    yield schema
    for word in ("properties", "definitions"):
        for inner in schema.get(word, {}).values():
            yield from nodes(inner)
    for word in ("items", "additionalProperties", "propertyNames"):
        yield from nodes(schema.get(word))
    for inner in schema.get("anyOf", []):
        yield from nodes(inner)


def test_the_schema_is_a_schema() -> None:
    Draft7Validator.check_schema(written())


def test_a_good_file_passes_in_an_editor() -> None:
    data = yaml.load(GOOD, CoreLoader)

    errors = [error.message for error in Draft7Validator(written()).iter_errors(data)]

    assert errors == []


@pytest.mark.parametrize(
    "text",
    [
        "rules: {a: {wen: }}",
        "rules: {a: {when: {expiry_aproaching: }}}",
        "rules: {a: {when: {cycle_due: {at: noon}}}}",
        "rules: {a: {when: {cycle_due: }, once_per: cycel}}",
        "rules: {a: {when: {cycle_due: }, do: {resume: }}}",
        "rules: {a: {when: {cycle_due: }, do: [{notify: {message: a, by: [pigeon]}}]}}",
        "rules: {'a b': {when: {cycle_due: }}}",
    ],
)
def test_a_mistake_is_marked_in_an_editor(text: str) -> None:
    data = yaml.load(text, CoreLoader)

    assert not Draft7Validator(written()).is_valid(data)


def test_every_node_that_somebody_writes_has_a_title_and_a_sentence() -> None:
    schema = written()
    branches = [id(branch) for node in nodes(schema) for branch in node.get("anyOf", [])]
    plain = [
        node
        for node in nodes(schema)
        if id(node) not in branches and "$ref" not in node and "type" in node
    ]

    bare = [node for node in plain if not {"title", "description"} <= node.keys()]

    assert len(plain) > 30
    assert bare == [CONDITION["condition"]]


def test_nothing_stands_in_the_schema_that_spoils_completion() -> None:
    forbidden = {"oneOf", "allOf", "if", "not", "maxProperties", "minProperties"}

    assert [node for node in nodes(written()) if forbidden & node.keys()] == []


def test_words_have_descriptions_and_patterns_have_messages() -> None:
    words = [node for node in nodes(written()) if "enum" in node]
    patterns = [node for node in nodes(written()) if "pattern" in node]

    assert len(words) > 3
    assert len(patterns) > 5
    assert [node for node in words if len(node["enum"]) != len(node["enumDescriptions"])] == []
    assert [node for node in patterns if "patternErrorMessage" not in node] == []


def test_every_example_fits_where_it_stands() -> None:
    schema = written()
    with_examples = [node for node in nodes(schema) if "examples" in node]

    wrong = [
        (node["title"], example)
        for node in with_examples
        for example in node["examples"]
        if not Draft7Validator({**node, "definitions": schema["definitions"]}).is_valid(example)
    ]

    assert len(with_examples) > 15
    assert wrong == []


def test_what_stands_in_several_places_is_written_once() -> None:
    rule = written()["properties"]["rules"]["additionalProperties"]

    assert rule["properties"]["do"] == {"$ref": "#/definitions/steps"}
    assert sorted(written()["definitions"]) == ["condition", "steps"]


SIZE = Word(title="Size", about="A size.", one_of=(("s", "Small."), ("l", "Large.")))
SIZES = {"enum": ["s", "l"], "enumDescriptions": ["Small.", "Large."]}


@pytest.mark.parametrize(
    ("shape", "schema"),
    [
        (
            OneOrMany(title="Sizes", about="One or many.", item=SIZE),
            {
                "title": "Sizes",
                "description": "One or many.",
                "examples": ["s"],
                "anyOf": [
                    SIZES,
                    {
                        "type": "array",
                        "items": {
                            "title": "Size",
                            "description": "A size.",
                            "examples": ["s"],
                            **SIZES,
                        },
                        "uniqueItems": True,
                    },
                ],
            },
        ),
        (
            OneOrMany(title="Repeat", about="Once or more.", item=Fields(
                title="Empty", about="Nothing.", empty_ok=True)),
            {
                "title": "Repeat",
                "description": "Once or more.",
                "type": ["object", "null", "array"],
                "properties": {},
                "additionalProperties": False,
                "items": {
                    "title": "Empty",
                    "description": "Nothing.",
                    "type": ["object", "null"],
                    "properties": {},
                    "additionalProperties": False,
                },
            },
        ),
        (
            WordOr(title="Amount", about="Chosen or given.",
                   word=Word(title="A", about="A.", one_of=(("chosen", "By the donor."),)),
                   other=money("Amount", "An amount.")),
            {
                "title": "Amount",
                "description": "Chosen or given.",
                "examples": ["chosen", "5.00 EUR"],
                "anyOf": [
                    {"enum": ["chosen"], "enumDescriptions": ["By the donor."]},
                    {
                        "type": "string",
                        "pattern": r"^(?:[0-9]{1,12}(?:\.[0-9]{1,4})?\s+[A-Z]{3})$",
                        "patternErrorMessage": "write an amount, such as 5.00 EUR",
                    },
                ],
            },
        ),
        (
            MapOf(title="Names", about="Per size.", key=SIZE, value=whole_number("N", "A number.")),
            {
                "title": "Names",
                "description": "Per size.",
                "type": "object",
                "properties": {
                    size: {
                        "title": "N",
                        "description": "A number.",
                        "examples": [1],
                        "type": "integer",
                        "minimum": 0,
                        "maximum": 1_000_000_000,
                    }
                    for size in ("s", "l")
                },
                "additionalProperties": False,
            },
        ),
        (
            text("Name", "A name.", "Box"),
            {
                "title": "Name",
                "description": "A name.",
                "examples": ["Box"],
                "type": ["string", "number", "boolean"],
                "minLength": 1,
                "maxLength": 2000,
            },
        ),
        (
            ListOf(title="List", about="A list.", item=PLAN, at_least=1),
            {
                "title": "List",
                "description": "A list.",
                "type": "array",
                "items": {
                    "title": "Plan",
                    "description": "A plan.",
                    "examples": ["basic"],
                    "enum": ["basic", "pro"],
                    "enumDescriptions": ["Basic", "Pro"],
                },
                "uniqueItems": True,
                "minItems": 1,
            },
        ),
    ],
)  # fmt: skip
def test_the_form_of_a_value(shape: Shape, schema: dict[str, Any]) -> None:
    found = editor_schema(shape, vocabulary={"plan": {"basic": "Basic", "pro": "Pro"}})

    assert {word: value for word, value in found.items() if word != "$schema"} == schema


def test_a_word_or_a_list_or_names_are_two_branches() -> None:
    schema = editor_schema(BY)

    words, merged = schema["anyOf"]  # type: ignore[misc]  # the schema is plain data
    assert words["enum"] == ["email", "sms", "push"]
    assert merged["type"] == ["array", "object"]
    assert merged["required"] == ["first_of"]


def test_a_shared_condition_beside_a_list_is_written_out() -> None:
    condition = Free(
        title="Only if",
        about="Conditions.",
        example="plan: basic",
        editor={"$ref": "#/definitions/condition"},
    )
    shape = OneOrMany(title="Conditions", about="One or many.", item=condition)

    schema = editor_schema(shape, definitions={"condition": {"type": "object", "minimum": 1}})

    assert schema["type"] == ["object", "array"]
    assert schema["minimum"] == 1
    assert schema["items"]["$ref"] == "#/definitions/condition"  # type: ignore[index]  # plain data


def test_a_word_that_is_not_there_yet_is_not_offered() -> None:
    words = {word for node in nodes(written()) for word in node.get("enum", [])}
    names = {name for node in nodes(written()) for name in node.get("properties", {})}

    assert "email" in words
    assert "letter" not in words
    assert "cycle_due" in names
    assert "field_changes" not in names


def test_yes_and_no_are_offered_with_and_without_quotes() -> None:
    schema = editor_schema(yes_no("Enabled", "Whether it runs."))

    assert [Draft7Validator(schema).is_valid(value) for value in (True, "yes", "off", "maybe")] == [
        True,
        True,
        True,
        False,
    ]
