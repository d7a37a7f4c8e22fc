"""The schemas that editors complete and check the files of a workspace by."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from duly.condition.catalogue import Field, short_name
from duly.condition.fields import field_catalogue
from duly.condition.types import Type
from duly.language.any_business import ANY_BUSINESS
from duly.language.catalog_shape import CATALOG
from duly.language.mapping_shape import CONSENT, MARKETING, mapping_shape
from duly.language.messages import HEADER
from duly.language.rules_shape import rules_shape
from duly.language.settings_shape import SETTINGS
from duly.model.business import OwnField
from duly.shape.editor import Schema, editor_schema
from duly.shape.form import ANY_TEXT

_CONDITION: Schema = {"$ref": "#/definitions/condition"}
_ANY_VALUE: Schema = {"type": ANY_TEXT}
_ONE_OR_MANY: Schema = {"type": [*ANY_TEXT, "array"]}

_YES_NO: Schema = {"type": ["boolean", "string"]}
_COMPARISONS: Mapping[str, Schema] = {
    "not": {**_ONE_OR_MANY, "description": "Not this, or none of these."},
    "known": {**_YES_NO, "description": "Whether it is known."},
    "or_missing": {**_YES_NO, "description": "Or it is not known."},
    "contains": {**_ANY_VALUE, "description": "Contains this."},
    "at_least": {**_ANY_VALUE, "description": "This much or more."},
    "more_than": {**_ANY_VALUE, "description": "More than this."},
    "at_most": {**_ANY_VALUE, "description": "This much or less."},
    "less_than": {**_ANY_VALUE, "description": "Less than this."},
    "between": {
        "type": "array",
        "minItems": 2,
        "maxItems": 2,
        "items": _ANY_VALUE,
        "description": "Between two values, both included.",
    },
    "within": {
        "type": "string",
        "description": "Within a length of time: 30 days, last 30 days, next 30 days.",
    },
    "longer_ago_than": {"type": "string", "description": "Longer ago than a length of time."},
}


def schemas() -> Mapping[str, Schema]:
    """Return the schema of each kind of file, as it is for every business."""
    return {
        "rules": editor_schema(
            rules_shape(), definitions={"condition": _condition(), **_COMPARISONS}
        ),
        "catalog": editor_schema(CATALOG),
        "settings": editor_schema(SETTINGS),
        "message": editor_schema(HEADER),
        "import": _mapping(),
    }


def schema_text(name: str) -> str:
    """Write a schema as it is kept in a file."""
    return json.dumps(schemas()[name], indent=2, ensure_ascii=False) + "\n"


def _mapping() -> Schema:
    """Describe a mapping; fields and topics of the business's own are not known here."""
    own = [
        OwnField(f"{whom}.{kind}", str(kind), whom, "A field of your own, from duly.yaml.")
        for whom in ("subscriber", "subscription")
        for kind in (Type.TEXT, Type.DATE)
    ]
    schema = editor_schema(mapping_shape(replace(ANY_BUSINESS, fields=tuple(own))))
    parts = schema["properties"]
    assert isinstance(parts, dict), "a mapping has names"
    for whom in ("subscriber", "subscription"):
        _open(parts[whom], whom)
    return schema


def _open(part: Schema, whom: str) -> None:
    """Let a part take names that only the business knows, each as text or as a day."""
    known = part["properties"]
    assert isinstance(known, dict), "a part of a mapping has names"
    text, day = (known.pop(f"{whom}.{kind}") for kind in (Type.TEXT, Type.DATE))
    ways = {**day["properties"], **text["properties"]}
    part["additionalProperties"] = {**text, "title": "Your own field", "properties": ways}
    consent = known.get(f"{CONSENT}{MARKETING}")
    if consent is not None:
        part["patternProperties"] = {f"^{re.escape(CONSENT)}": consent}


def _condition() -> Schema:
    """Describe a map of conditions; fields of the business's own are not known here."""
    groups: Schema = {"type": "array", "minItems": 1, "items": _CONDITION}
    fields = field_catalogue(ANY_BUSINESS)
    consent = fields.find("consent.marketing")
    assert consent is not None, "there is always a consent to marketing"
    known = [*fields.fields.values(), consent]
    return {
        "title": "Conditions",
        "description": "A field on the left, what it has to be on the right; all have to hold.",
        "type": "object",
        "properties": {
            **{short_name(field.name): _test(field) for field in known},
            "any_of": {**groups, "description": "At least one of these has to hold."},
            "none_of": {**groups, "description": "None of these may hold."},
            "segment": {"type": ANY_TEXT, "description": "Belongs to this segment."},
            "formula": {
                "type": "string",
                "description": "A comparison that the words cannot say.",
                "examples": ["subscriber.paid_total > 3 * subscription.amount"],
            },
            "any_subscription": _CONDITION,
        },
    }


def _test(field: Field) -> Schema:
    """Describe what may stand right of a field: its words, and every other form in one node."""
    unit = f" In {field.unit}." if field.unit else ""
    head: Schema = {
        "description": f"{field.sentence}{unit} Holds {field.type.holds}.",
        "examples": [field.example],
    }
    other: Schema = {
        "type": [*ANY_TEXT, "array", "object"],
        "items": _ANY_VALUE,
        "properties": {
            word: {"$ref": f"#/definitions/{word}"} for word in _comparisons(field.type)
        },
        "additionalProperties": False,
    }
    if not field.one_of:
        return {**head, **other}
    return {**head, "anyOf": [{"enum": list(field.one_of)}, {**other, "type": ["array", "object"]}]}


def _comparisons(kind: Type) -> Iterable[str]:
    """List the words that can be asked of a field of this type."""
    if kind is not Type.TEXTS:
        yield from ("not", "known", "or_missing")
    if kind in (Type.TEXT, Type.WORD, Type.TEXTS):
        yield "contains"
    if kind.has_order:
        yield from ("at_least", "more_than", "at_most", "less_than", "between")
    if kind in (Type.DATE, Type.MOMENT):
        yield from ("within", "longer_ago_than")
