"""An example of a shape, as somebody would write it in one line."""

import re

from duly.shape.form import (
    Choice,
    Fields,
    Free,
    ListOf,
    MapOf,
    OneOrMany,
    Reference,
    Scalar,
    Shape,
    Shared,
    Word,
    WordOr,
)

Sample = str | list["Sample"] | dict[str, "Sample"]

_PLAIN = re.compile(r"[\w.€ăâîșțĂÂÎȘȚ][^#\[\]{},\"']*")


def example(shape: Shape) -> str:
    """Write a value of a shape, empty if nothing has to be written."""
    return flow(sample(shape))


def sample(shape: Shape) -> Sample:
    """Make a value of a shape out of its examples; names that may be left out are left out."""
    match shape:
        case Scalar() | Reference():
            return shape.examples[0]
        case Word():
            return shape.words[0]
        case WordOr():
            return shape.word.words[0]
        case ListOf():
            return [sample(shape.item)]
        case OneOrMany():
            return sample(shape.item)
        case MapOf():
            return {flow(sample(shape.key)): sample(shape.value)}
        case Fields():
            return {name: sample(inner) for name, inner in _needed(shape).items()}
        case Choice():
            return next(sample(way) for way in (shape.one, shape.many, shape.named) if way)
        case Shared():
            return sample(shape.shape)
        case Free():
            return ""


def flow(value: Sample) -> str:
    """Write a value in one line."""
    match value:
        case str():
            return value if not value or _is_plain(value) else f'"{value}"'
        case list():
            return f"[{', '.join(flow(inner) for inner in value)}]"
        case dict():
            entries = (f"{name}: {flow(inner) if inner else ''}" for name, inner in value.items())
            return f"{{{', '.join(entries)}}}"


def named(name: str, value: Sample) -> str:
    """Write a name with its value, the name alone if there is nothing to write."""
    return f"{name}: {flow(value)}" if value else f"{name}:"


def _needed(shape: Fields) -> dict[str, Shape]:
    if shape.required or shape.count == "any":
        return dict(shape.required)
    return dict(list(shape.optional.items())[:1])


def _is_plain(text: str) -> bool:
    return bool(_PLAIN.fullmatch(text)) and ": " not in text and not text.endswith(":")
