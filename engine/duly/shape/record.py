"""What the reader hands on: typed values, each with its place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from duly.shape.node import EmptyNode, ListNode, MapNode, Node, TextNode
from duly.values.problem import Span

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Item:
    """Hold a converted value and where it stands.

    ``span`` is the place of the value, of its name if nothing is written after it; ``key`` the
    place of the name it stands under, and in a list its own. ``is_whole`` says that nothing
    inside it was left out because of a problem. The value is a Python value, a Record, a tuple
    of Items, or a Node where the shape is Free.
    """

    value: object
    span: Span
    key: Span
    is_whole: bool = True

    def as_a(self, kind: type[T]) -> T:
        """Return the value as the type its shape promises."""
        if not isinstance(self.value, kind):
            raise TypeError(f"the value at {self.span} is no {kind.__name__}: {self.value!r}")
        return self.value

    def items(self) -> tuple["Item", ...]:
        """Return the members of a list."""
        return tuple(self.as_a(tuple))

    def plain(self) -> object:
        """Return the value without places: records as mappings, lists as tuples."""
        match self.value:
            case Record() as record:
                return record.plain()
            case tuple() as members:
                return tuple(member.plain() for member in members)
            case value:
                return value


@dataclass(frozen=True, slots=True)
class Record:
    """Hold values by name, in the order they are written."""

    entries: Mapping[str, Item]

    def __contains__(self, name: str) -> bool:
        return name in self.entries

    def __iter__(self) -> Iterator[tuple[str, Item]]:
        return iter(self.entries.items())

    def __len__(self) -> int:
        return len(self.entries)

    def item(self, name: str) -> Item:
        """Return a value that must be there, with its place."""
        return self.entries[name]

    def need(self, name: str, kind: type[T]) -> T:
        """Return a value that must be there."""
        return self.entries[name].as_a(kind)

    def get(self, name: str, kind: type[T]) -> T | None:
        """Return a value, None if it is not written."""
        item = self.entries.get(name)
        return None if item is None else item.as_a(kind)

    def get_or(self, name: str, default: T) -> T:
        """Return a value, of the type of the default; the default if it is not written."""
        item = self.entries.get(name)
        return default if item is None else item.as_a(type(default))

    def many(self, name: str, kind: type[T]) -> tuple[T, ...]:
        """Return the members of a list, none if it is not written."""
        item = self.entries.get(name)
        return () if item is None else tuple(member.as_a(kind) for member in item.items())

    def node(self, name: str) -> Node | None:
        """Return what was left as written for a later pass, None if it is not there."""
        item = self.entries.get(name)
        if item is None:
            return None
        match item.value:
            case TextNode() | EmptyNode() | ListNode() | MapNode() as node:
                return node
            case _:
                raise TypeError(f"the value at {item.span} was converted: {item.value!r}")

    def plain(self) -> Mapping[str, object]:
        """Return the values without places, for a kind that takes its parameters."""
        return {name: item.plain() for name, item in self}

    def only(self) -> tuple[str, Item]:
        """Return the one entry of a record that has exactly one, such as a step."""
        ((name, item),) = self.entries.items()
        return name, item
