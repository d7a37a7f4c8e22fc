"""What is said about a value that does not fit its shape."""

from collections.abc import Collection
from dataclasses import dataclass

from duly.shape.example import example, flow, named, sample
from duly.shape.form import (
    Choice,
    Fields,
    Free,
    ListOf,
    MapOf,
    OneValue,
    Scalar,
    Shape,
    Shared,
    WordOr,
)
from duly.shape.node import EmptyNode, ListNode, MapNode, Node, TextNode
from duly.shape.quote import clip, quote
from duly.shape.suggest import listed, suggest
from duly.values.problem import Problem, Span

NOT_YET = "not-there-yet"
REMOVE = "remove it until a later version knows it"
_NULLS = ("~", "null", "Null", "NULL", "none", "None")


@dataclass(frozen=True, slots=True)
class Place:
    """Say where a value stands: the place of its name, and what to call it in a sentence."""

    span: Span
    subject: str
    name: str = ""

    @property
    def nothing(self) -> str:
        """Say that nothing stands here."""
        return f"{self.subject} {'has nothing under it' if self.name else 'is empty'}"

    def under(self, key: TextNode) -> "Place":
        """Return the place of a value under a name."""
        return Place(key.span, quote(key.text), clip(key.text))

    def member(self, node: Node) -> "Place":
        """Return the place of a member of the list that stands here."""
        return Place(node.span, f"an entry of {self.subject}" if self.name else "this entry")


def unknown_name(key: TextNode, shape: Fields) -> Problem:
    """Say that a name is not known."""
    if key.text in shape.not_yet:
        return not_yet(key)
    hint = suggest(key.text, list(shape.shapes)) or "remove it"
    return Problem(key.span, "unknown-word", f"{quote(key.text)} {shape.unknown}", hint)


def unknown_word(node: TextNode, unknown: str, words: Collection[str]) -> Problem:
    """Say that a word is not one of those that fit."""
    hint = suggest(node.text, words) or "none is defined yet"
    return Problem(node.span, "unknown-word", f"{quote(node.text)} {unknown}", hint)


def not_yet(node: TextNode, words: Collection[str] = ()) -> Problem:
    """Say that the language plans a word which this version does not know."""
    hint = f"possible so far: {listed(words)}" if words else REMOVE
    return Problem(node.span, NOT_YET, f"{quote(node.text)} is not there yet", hint)


def missing_name(name: str, shape: Shape, place: Place) -> Problem:
    """Say that a name is missing that has to be there."""
    hint = f'add "{named(name, sample(shape))}"'
    return Problem(place.span, "missing-word", f'{place.subject} needs "{name}"', hint)


def takes_one(node: Node, shape: OneValue, place: Place) -> Problem:
    """Say that one value is expected where something else stands."""
    value = example(shape)
    written = f'"{place.name}: {value}"' if place.name else f'"{value}"'
    if isinstance(node, EmptyNode):
        return Problem(
            place.span, "no-value", f"{place.subject} has no value", f"write for example {written}"
        )
    noun = shape.noun if isinstance(shape, Scalar) else "one value"
    return Problem(
        node.span,
        "wrong-form",
        f"{place.subject} takes {noun}, not {_form(node)}",
        f"write for example {written}",
    )


def takes_list(node: Node, shape: ListOf, place: Place) -> Problem:
    """Say that a list is expected where something else stands."""
    match node:
        case MapNode():
            first = clip(node.entries[0].key.text) if node.entries else "name"
            hint = f'start each entry with "- ", such as "- {first}:"'
        case TextNode() if node.text in _names_of(shape.item):
            hint = f'write "- {node.text}:" on the next line, indented'
        case TextNode() if isinstance(shape.item, OneValue):
            hint = (
                f'write "{clip(named(place.name, [node.text]))}"' if place.name else "put it in [ ]"
            )
        case _:
            hint = f'write a line under it that starts with "- ", such as "- {_line(shape.item)}"'
    if isinstance(node, EmptyNode):
        return Problem(place.span, "no-value", place.nothing, hint)
    return Problem(
        node.span, "wrong-form", f"{place.subject} takes a list, not {_form(node)}", hint
    )


def too_short(node: ListNode, item: Shape, at_least: int, place: Place) -> Problem:
    """Say that a list has too few entries."""
    return Problem(
        node.span,
        "no-value",
        f"{place.subject} needs at least {at_least} {'entry' if at_least == 1 else 'entries'}",
        f'write for example "{flow([sample(item)])}"',
    )


def takes_names(node: Node, shape: Fields | MapOf, place: Place) -> Problem:
    """Say that names with values are expected where something else stands."""
    match node:
        case EmptyNode():
            return Problem(
                place.span,
                "no-value",
                place.nothing,
                f'write for example "{_line(shape)}"',
            )
        case TextNode() if node.text in _NULLS and not node.quoted:
            hint = "write nothing after the colon"
        case TextNode() if node.text in _names_of(shape):
            hint = f'write "{node.text}:"'
            if place.name:
                hint += " on the next line, indented"
        case ListNode():
            hint = 'write the names without "-" and without [ ]'
        case _:
            hint = f'write for example "{_line(shape)}"'
    return Problem(
        node.span,
        "wrong-form",
        f"{place.subject} takes names with values, not {_form(node)}",
        hint,
    )


def takes_some(shape: Fields, place: Place) -> Problem:
    """Say that at least one of the names has to be there."""
    return Problem(
        place.span,
        "no-value",
        place.nothing,
        f'write for example "{_line(shape)}"',
    )


def takes_one_name(node: MapNode) -> Problem:
    """Say that exactly one name may stand here."""
    first, second = (entry.key for entry in node.entries[:2])
    return Problem(
        second.span,
        "one-each",
        f"{quote(first.text)} and {quote(second.text)} stand in one entry, which takes one",
        f'start {quote(second.text)} with "- " on a line of its own',
    )


def takes_other(node: Node, shape: Choice, place: Place) -> Problem:
    """Say which forms are possible where another one stands."""
    ways = [
        words
        for words, way in (
            ("one value", shape.one),
            ("a list", shape.many),
            ("names with values", shape.named),
        )
        if way
    ]
    return _takes(node, " or ".join(ways), named(place.name, sample(shape)), place)


def takes_form(node: Node, shape: Free, place: Place) -> Problem:
    """Say which forms a later pass can read."""
    names = {"text": "one value", "list": "a list", "names": "names with values"}
    ways = [words for form, words in names.items() if form in shape.forms]
    return _takes(node, " or ".join(ways), shape.example, place)


def _takes(node: Node, ways: str, written: str, place: Place) -> Problem:
    hint = f'write for example "{written}"'
    if isinstance(node, EmptyNode):
        return Problem(place.span, "no-value", f"{place.subject} has no value", hint)
    return Problem(
        node.span, "wrong-form", f"{place.subject} takes {ways}, not {_form(node)}", hint
    )


def repeated(node: Node) -> Problem:
    """Say that a value stands in its list a second time."""
    written = quote(node.text) if isinstance(node, TextNode) else "this"
    return Problem(node.span, "written-twice", f"{written} stands here twice", "remove one of them")


def misfit(node: TextNode, shape: Scalar, said: str) -> Problem:
    """Pass on what the parser of a value said: a sentence, a semicolon and the fix."""
    message, _, hint = said.replace(node.text, clip(node.text)).rpartition("; ")
    fix = hint if message else f"write {shape.examples[0]}"
    return Problem(node.span, shape.code, message or hint, fix)


def misfit_either(node: TextNode, shape: WordOr, said: str) -> Problem:
    """Say that a value is neither one of the words nor of the other form."""
    problem = misfit(node, shape.other, said)
    words = f"{problem.hint}, or one of: {listed(shape.word.words)}"
    return Problem(problem.span, problem.code, problem.message, words)


def _names_of(shape: Shape) -> Collection[str]:
    match shape:
        case Fields():
            return shape.shapes
        case Shared():
            return _names_of(shape.shape)
        case _:
            return ()


def _form(node: Node) -> str:
    match node:
        case TextNode():
            return quote(node.text)
        case ListNode():
            return "a list"
        case MapNode():
            return "names with values"
        case EmptyNode():
            return "nothing"


def _line(shape: Shape) -> str:
    """Write the first line of a value: ``message: your-invoice`` or ``invoice:``."""
    value = sample(shape)
    if isinstance(value, dict):
        return ", ".join(named(name, inner) for name, inner in list(value.items())[:1]) or "..."
    return flow(value)
