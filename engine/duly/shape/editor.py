"""The schema that editors complete and check with, composed from shapes.

Measured with yaml-language-server 1.25: plain ``properties``, no ``oneOf``, no ``maxProperties``;
where a value may be one thing or a list or names with values, one merged node; a closed set of
words and its other forms are exactly two branches of ``anyOf``.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from duly.shape.convert import NO_VOCABULARY, Vocabulary
from duly.shape.form import (
    ANY_TEXT,
    Choice,
    Fields,
    Free,
    ListOf,
    MapOf,
    OneOrMany,
    OneValue,
    Reference,
    Scalar,
    Shape,
    Shared,
    Word,
    WordOr,
)

Schema = dict[str, object]
DRAFT = "http://json-schema.org/draft-07/schema#"


def editor_schema(
    shape: Shape,
    *,
    vocabulary: Vocabulary = NO_VOCABULARY,
    definitions: Mapping[str, Schema] | None = None,
) -> Schema:
    """Write the JSON Schema (draft 7) of a file.

    A vocabulary turns references into closed sets. ``definitions`` are what Free shapes point to.
    """
    writer = _Writer(vocabulary, dict(definitions or {}))
    schema: Schema = {"$schema": DRAFT, **writer.write(shape)}
    if writer.definitions:
        schema["definitions"] = dict(sorted(writer.definitions.items()))
    return schema


@dataclass(frozen=True, slots=True)
class _Forms:
    """Keep the words of a value apart from its other forms, which merge into one node."""

    words: Schema | None = None
    other: Schema | None = None


class _Writer:
    """Carry what one pass over a shape has to remember: the shared definitions."""

    def __init__(self, vocabulary: Vocabulary, definitions: dict[str, Schema]) -> None:
        self.definitions = definitions
        self._vocabulary = vocabulary

    def write(self, shape: Shape) -> Schema:
        """Write the schema of a shape with its title, sentence and examples."""
        if isinstance(shape, Shared):
            if shape.name not in self.definitions:
                self.definitions[shape.name] = {}
                self.definitions[shape.name] = self.write(shape.shape)
            return {"$ref": f"#/definitions/{shape.name}"}
        forms = self._forms(shape)
        words: Schema = {"title": shape.title, "description": shape.about}
        examples = _examples(shape)
        if examples:
            words["examples"] = examples
        if forms.words and forms.other:
            return {**words, "anyOf": [forms.words, forms.other]}
        return {**words, **(forms.words or forms.other or {})}

    def _forms(self, shape: Shape) -> _Forms:
        match shape:
            case Scalar():
                editor = dict(shape.editor)
                return _Forms(words=editor) if "enum" in editor else _Forms(other=editor)
            case Word():
                return _Forms(words=_words(dict(shape.one_of)))
            case Reference():
                names = self._vocabulary.get(shape.to)
                return _Forms(words=_words(names)) if names else _Forms(other={"type": ANY_TEXT})
            case WordOr():
                return _Forms(_words(dict(shape.word.one_of)), dict(shape.other.editor))
            case ListOf():
                once = not shape.may_repeat and isinstance(shape.item, OneValue)
                return _Forms(other=self._list(shape.item, shape.at_least, once=once))
            case OneOrMany():
                once = isinstance(shape.item, OneValue)
                return self._merged(self._forms(shape.item), self._list(shape.item, 0, once=once))
            case MapOf():
                return _Forms(other=self._map(shape))
            case Fields():
                return _Forms(other=self._fields(shape))
            case Choice():
                return self._choice(shape)
            case Free():
                return _Forms(other=dict(shape.editor))
            case Shared():
                return self._forms(shape.shape)

    def _list(self, item: Shape, at_least: int, *, once: bool) -> Schema:
        schema: Schema = {"type": "array", "items": self.write(item)}
        if once:
            schema["uniqueItems"] = True
        return {**schema, "minItems": at_least} if at_least else schema

    def _fields(self, shape: Fields) -> Schema:
        schema: Schema = {
            "type": ["object", "null"] if shape.empty_ok else "object",
            "properties": {name: self.write(inner) for name, inner in shape.shapes.items()},
            "additionalProperties": False,
        }
        return {**schema, "required": list(shape.required)} if shape.required else schema

    def _map(self, shape: MapOf) -> Schema:
        value = self.write(shape.value)
        keys = self._forms(shape.key)
        if keys.words:
            names = keys.words["enum"]
            properties = {str(key): value for key in names} if isinstance(names, list) else {}
            return {"type": "object", "properties": properties, "additionalProperties": False}
        form = {key: word for key, word in (keys.other or {}).items() if key != "type"}
        kind: object = ["object", "null"] if shape.empty_ok else "object"
        schema: Schema = {"type": kind, "additionalProperties": value}
        return {**schema, "propertyNames": form} if form else schema

    def _choice(self, shape: Choice) -> _Forms:
        forms = _Forms()
        for way in (shape.one, shape.many, shape.named):
            if way:
                found = self._forms(way)
                forms = self._merged(_Forms(forms.words or found.words, forms.other), found.other)
        return forms

    def _merged(self, forms: _Forms, other: Schema | None) -> _Forms:
        """Add a form to the merged node; the keywords of each type do not touch the others'."""
        if not forms.other or not other:
            return _Forms(forms.words, forms.other or other)
        first, second = self._resolved(forms.other), self._resolved(other)
        types = [*_types(first), *(kind for kind in _types(second) if kind not in _types(first))]
        return _Forms(forms.words, {**first, **second, "type": types})

    def _resolved(self, schema: Schema) -> Schema:
        """Write a reference out, since nothing can stand beside it."""
        target = str(schema.get("$ref", "")).rpartition("/")[2]
        return self.definitions[target] if target else schema


def _types(schema: Schema) -> list[object]:
    kinds = schema.get("type", [])
    return list(kinds) if isinstance(kinds, list) else [kinds]


def _words(words: Mapping[str, str]) -> Schema:
    return {"enum": list(words), "enumDescriptions": list(words.values())}


def _examples(shape: Shape) -> list[object]:
    match shape:
        case Scalar():
            return [_typed(text, shape) for text in shape.examples]
        case Reference():
            return list(shape.examples)
        case Word():
            return list(shape.words[:1])
        case WordOr():
            return [*_examples(shape.word), *_examples(shape.other)]
        case OneOrMany():
            return _examples(shape.item)
        case Choice():
            return _examples(shape.one) if shape.one else []
        case _:
            return []


def _typed(text: str, shape: Scalar) -> object:
    """Write an example as an editor reads it: a number where a number belongs."""
    if shape.editor.get("type") == "integer":
        return int(text)
    return float(text) if shape.editor.get("type") == "number" else text
