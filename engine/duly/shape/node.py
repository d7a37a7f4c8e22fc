"""The tree of a file as it was written: text, lists and names, each with its place."""

from collections.abc import Iterator
from dataclasses import dataclass

from duly.values.problem import Span


@dataclass(frozen=True, slots=True)
class TextNode:
    """Hold one text as written; ``quoted`` says that quotes (or a block) were used.

    ``block`` is where the first line of a ``|`` block begins, whose lines stand below each other as
    in the text; the place itself is that of the sign.
    """

    text: str
    span: Span
    quoted: bool = False
    block: Span | None = None

    @property
    def is_alias(self) -> bool:
        """Say whether this stands for ``*name``, which the reader has refused already.

        No other text without quotes can start with an asterisk.
        """
        return not self.quoted and self.text.startswith("*")


@dataclass(frozen=True, slots=True)
class EmptyNode:
    """Mark a place where nothing was written; the value of ``cycle_due:`` stands at its key."""

    span: Span


@dataclass(frozen=True, slots=True)
class ListNode:
    """Hold a list; the place is its first dash or its bracket."""

    items: tuple["Node", ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold one name of a map and what stands under it."""

    key: TextNode
    value: "Node"


@dataclass(frozen=True, slots=True)
class MapNode:
    """Hold names with values, each name once; the place is the first name or the brace."""

    entries: tuple[Entry, ...]
    span: Span

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def find(self, name: str) -> Entry | None:
        """Return the entry of a name, None if it is not written."""
        return next((entry for entry in self.entries if entry.key.text == name), None)


Node = TextNode | EmptyNode | ListNode | MapNode


def said(node: Node) -> object:
    """Return what is written, without where: to compare it, or to make a fingerprint of it."""
    match node:
        case TextNode(text):
            return text
        case EmptyNode():
            return None
        case ListNode(items):
            return [said(item) for item in items]
        case MapNode(entries):
            return [(entry.key.text, said(entry.value)) for entry in entries]
