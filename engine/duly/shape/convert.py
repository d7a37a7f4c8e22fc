"""From a tree of text to typed values by a shape, with every problem at once."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import assert_never

from duly.errors import InputError
from duly.shape import complaint
from duly.shape.complaint import Place
from duly.shape.form import (
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
from duly.shape.node import EmptyNode, Entry, ListNode, MapNode, Node, TextNode
from duly.shape.record import Item, Record
from duly.shape.suggest import closest
from duly.values.problem import Problem

Vocabulary = Mapping[str, Mapping[str, str]]
"""The names that are defined, by what they name: ``{"plan": {"box-small": "Small box"}}``."""

_LOST = object()
MAX_PROBLEMS = 1000
NO_VOCABULARY: Vocabulary = MappingProxyType({})


def convert(
    node: Node, shape: Shape, vocabulary: Vocabulary = NO_VOCABULARY
) -> tuple[Item | None, tuple[Problem, ...]]:
    """Convert what is written in a file, with the problems in the order of their places.

    What has a problem is left out; None if nothing is left. An Item tells whether it is whole.
    After MAX_PROBLEMS the rest is not looked at.
    """
    converter = _Converter(vocabulary)
    item = converter.item(node, shape, Place(node.span, "this file"))
    return item, tuple(sorted(converter.problems))


class _Converter:
    """Carry what one pass over a tree has to remember: the problems and what got lost."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.problems: list[Problem] = []
        self._vocabulary = vocabulary
        self._lost = 0

    def item(self, node: Node, shape: Shape, place: Place) -> Item | None:
        """Convert a node; None if it does not fit, which is told."""
        if len(self.problems) >= MAX_PROBLEMS:
            self._lost += 1
            return None
        lost = self._lost
        value = self._value(node, shape, place)
        if value is _LOST:
            return None
        span = place.span if isinstance(node, EmptyNode) else node.span
        return Item(value, span, place.span, is_whole=self._lost == lost)

    def _value(self, node: Node, shape: Shape, place: Place) -> object:
        """Return the value of a node, _LOST if it does not fit."""
        if isinstance(node, TextNode) and node.is_alias:
            self._lost += 1
            return _LOST
        match shape:
            case Scalar() | Word() | Reference() | WordOr():
                return self._one(node, shape, place)
            case ListOf():
                return self._list(node, shape, place)
            case OneOrMany():
                return self._one_or_many(node, shape, place)
            case Fields():
                return self._fields(node, shape, place)
            case MapOf():
                return self._map(node, shape, place)
            case Choice():
                return self._choice(node, shape, place)
            case Free():
                return self._free(node, shape, place)
            case Shared():
                return self._value(node, shape.shape, place)
        assert_never(shape)

    def _one(self, node: Node, shape: OneValue, place: Place) -> object:
        if not isinstance(node, TextNode):
            return self._tell(complaint.takes_one(node, shape, place))
        match shape:
            case Scalar():
                return self._scalar(node, shape)
            case Word():
                return self._word(node, shape)
            case Reference():
                return self._reference(node, shape)
            case WordOr():
                return self._word_or(node, shape)

    def _scalar(self, node: TextNode, shape: Scalar) -> object:
        try:
            return shape.parse(node.text)
        except InputError as error:
            return self._tell(complaint.misfit(node, shape, str(error)))

    def _word(self, node: TextNode, shape: Word) -> object:
        if node.text in shape.words:
            return node.text
        if node.text in shape.not_yet:
            return self._tell(complaint.not_yet(node, shape.words))
        return self._tell(complaint.unknown_word(node, shape.unknown, shape.words))

    def _reference(self, node: TextNode, shape: Reference) -> object:
        names = self._vocabulary.get(shape.to)
        if names is None or node.text in names:
            return node.text
        if node.text in shape.not_yet:
            return self._tell(complaint.not_yet(node, names))
        return self._tell(complaint.unknown_word(node, shape.unknown, names))

    def _word_or(self, node: TextNode, shape: WordOr) -> object:
        word = shape.word
        if node.text in word.words or node.text in word.not_yet:
            return self._word(node, word)
        try:
            return shape.other.parse(node.text)
        except InputError as error:
            if closest(node.text, word.words):
                return self._word(node, word)
            return self._tell(complaint.misfit_either(node, shape, str(error)))

    def _list(self, node: Node, shape: ListOf, place: Place) -> object:
        if not isinstance(node, ListNode):
            return self._tell(complaint.takes_list(node, shape, place))
        if len(node.items) < shape.at_least:
            return self._tell(complaint.too_short(node, shape.item, shape.at_least, place))
        return self._members(node, shape.item, place, may_repeat=shape.may_repeat)

    def _one_or_many(self, node: Node, shape: OneOrMany, place: Place) -> object:
        if isinstance(node, ListNode):
            if not node.items:
                return self._tell(complaint.too_short(node, shape.item, 1, place))
            return self._members(node, shape.item, place)
        item = self.item(node, shape.item, place)
        return _LOST if item is None else (item,)

    def _members(
        self, node: ListNode, shape: Shape, place: Place, *, may_repeat: bool = False
    ) -> tuple[Item, ...]:
        found = [
            (inner, item)
            for inner in node.items
            if (item := self.item(inner, shape, place.member(inner))) is not None
        ]
        if may_repeat or not isinstance(shape, OneValue):
            return tuple(item for _, item in found)
        return tuple(self._once(found))

    def _once(self, found: Iterable[tuple[Node, Item]]) -> Iterator[Item]:
        """Let each value through once, and refuse it from then on."""
        seen: set[object] = set()
        for node, item in found:
            if item.value not in seen:
                seen.add(item.value)
                yield item
            else:
                self._tell(complaint.repeated(node))

    def _fields(self, node: Node, shape: Fields, place: Place) -> object:
        if isinstance(node, EmptyNode) and shape.empty_ok:
            node = MapNode((), place.span)
        if not isinstance(node, MapNode):
            return self._tell(complaint.takes_names(node, shape, place))
        if shape.count != "any" and not node.entries:
            return self._tell(complaint.takes_some(shape, place))
        if shape.count == "one" and len(node.entries) > 1:
            self._tell(complaint.takes_one_name(node))
        self._check_names(node, shape, place)
        shapes = shape.shapes
        known = [entry for entry in node if entry.key.text in shapes]
        return self._record(((entry, shapes[entry.key.text]) for entry in known), place)

    def _check_names(self, node: MapNode, shape: Fields, place: Place) -> None:
        """Tell which names are not known and which are missing; a misspelt one is not missing."""
        meant: set[str | None] = set()
        known = shape.shapes
        for entry in node:
            if entry.key.text not in known and len(self.problems) < MAX_PROBLEMS:
                self._tell(complaint.unknown_name(entry.key, shape))
                if entry.key.text not in shape.not_yet:
                    meant.add(closest(entry.key.text, known))
        for name, inner in shape.required.items():
            if node.find(name) is None and name not in meant:
                self._tell(complaint.missing_name(name, inner, place))

    def _record(self, entries: Iterable[tuple[Entry, Shape]], place: Place) -> Record:
        items: dict[str, Item] = {}
        for entry, shape in entries:
            item = self.item(entry.value, shape, place.under(entry.key))
            if item is not None:
                items[entry.key.text] = item
        return Record(MappingProxyType(items))

    def _map(self, node: Node, shape: MapOf, place: Place) -> object:
        if isinstance(node, EmptyNode) and shape.empty_ok:
            node = MapNode((), place.span)
        if not isinstance(node, MapNode):
            return self._tell(complaint.takes_names(node, shape, place))
        refused = {
            entry.key.text for entry in node if self._one(entry.key, shape.key, place) is _LOST
        }
        record = self._record(((entry, shape.value) for entry in node), place)
        kept = {name: item for name, item in record if name not in refused}
        return Record(MappingProxyType(kept))

    def _choice(self, node: Node, shape: Choice, place: Place) -> object:
        match node:
            case TextNode():
                way: Shape | None = shape.one
            case ListNode():
                way = shape.many
            case MapNode():
                way = shape.named
            case EmptyNode():
                way = shape.named if accepts_nothing(shape.named) else None
        if way is None:
            return self._tell(complaint.takes_other(node, shape, place))
        return self._value(node, way, place)

    def _free(self, node: Node, shape: Free, place: Place) -> object:
        if form_of(node) in shape.forms:
            return node
        return self._tell(complaint.takes_form(node, shape, place))

    def _tell(self, problem: Problem) -> object:
        self.problems.append(problem)
        self._lost += 1
        return _LOST


def accepts_nothing(shape: Shape | None) -> bool:
    """Say whether a name may stand without a value."""
    match shape:
        case Fields() | MapOf():
            return shape.empty_ok
        case Free():
            return "empty" in shape.forms
        case _:
            return False


def form_of(node: Node) -> str:
    """Name the form of a node as shapes do."""
    match node:
        case TextNode():
            return "text"
        case ListNode():
            return "list"
        case MapNode():
            return "names"
        case EmptyNode():
            return "empty"
