"""The parts a message is made of; texts inside hold one character for each tag."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Side = Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True)
class Text:
    """Hold words, with tags as characters."""

    content: str


@dataclass(frozen=True, slots=True)
class Break:
    """End a line inside a paragraph."""


@dataclass(frozen=True, slots=True)
class Styled:
    """Hold words that stand out."""

    style: Literal["strong", "em", "code"]
    children: tuple["Inline", ...]


@dataclass(frozen=True, slots=True)
class Link:
    """Hold words that lead to an address."""

    address: str
    children: tuple["Inline", ...]


@dataclass(frozen=True, slots=True)
class Image:
    """Hold the address of a picture and the words for those who do not see it."""

    address: str
    instead: str


Inline = Text | Break | Styled | Link | Image


@dataclass(frozen=True, slots=True)
class TagLine:
    """Hold one block tag that stands between blocks, rows or items, not inside a paragraph."""

    tag: str


@dataclass(frozen=True, slots=True)
class Heading:
    """Hold a heading of level 1 to 6."""

    level: int
    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Hold a paragraph."""

    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Button:
    """Hold a link that stands alone: the one thing the reader is asked to do."""

    link: Link


@dataclass(frozen=True, slots=True)
class Item:
    """Hold one item of a list."""

    blocks: tuple["Block", ...]


@dataclass(frozen=True, slots=True)
class Items:
    """Hold a list; ``ordered`` ones are numbered from 1."""

    ordered: bool
    items: tuple[Item | TagLine, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """Hold words of somebody else."""

    blocks: tuple["Block", ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """Divide what comes before from what comes after."""


@dataclass(frozen=True, slots=True)
class Verbatim:
    """Hold lines that keep their breaks."""

    content: str


@dataclass(frozen=True, slots=True)
class Row:
    """Hold the cells of a row; ``is_total`` says that every word in it stands out."""

    cells: tuple[tuple[Inline, ...], ...]
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Hold a table; ``head`` is None when its cells are empty."""

    sides: tuple[Side, ...]
    head: Row | None
    rows: tuple[Row | TagLine, ...]


Block = Heading | Paragraph | Button | Items | Quote | Rule | Verbatim | Table | TagLine


@dataclass(frozen=True, slots=True)
class _Inside:
    """Hold what stands directly in a block: its tags, its words, its blocks."""

    tags: str = ""
    words: tuple[tuple[Inline, ...], ...] = ()
    blocks: tuple[tuple[Block, ...], ...] = ()


def levels(blocks: tuple[Block, ...]) -> Iterator[str]:
    """Yield, for each part that has an inside, the words and tags that stand directly in it."""
    yield _tags(blocks)
    for block in blocks:
        inside = _inside(block)
        yield inside.tags
        for words in inside.words:
            yield from _inline_levels(words)
        for inner in inside.blocks:
            yield from levels(inner)


def addresses(blocks: tuple[Block, ...]) -> Iterator[str]:
    """Yield the address of every link and picture."""
    for block in blocks:
        inside = _inside(block)
        for words in inside.words:
            yield from _inline_addresses(words)
        for inner in inside.blocks:
            yield from addresses(inner)


def _inside(block: Block) -> _Inside:
    match block:
        case Heading() | Paragraph():
            return _Inside(words=(block.children,))
        case Button():
            return _Inside(words=((block.link,),))
        case Verbatim():
            return _Inside(words=((Text(block.content),),))
        case Quote():
            return _Inside(blocks=(block.blocks,))
        case Items():
            items = tuple(item.blocks for item in block.items if isinstance(item, Item))
            return _Inside(tags=_tags(block.items), blocks=items)
        case Table():
            rows = [row for row in (block.head, *block.rows) if isinstance(row, Row)]
            cells = tuple(cell for row in rows for cell in row.cells)
            return _Inside(tags=_tags(block.rows), words=cells)
        case Rule() | TagLine():
            return _Inside()


def _tags(parts: tuple[object, ...]) -> str:
    return "".join(part.tag for part in parts if isinstance(part, TagLine))


def _inline_levels(children: tuple[Inline, ...]) -> Iterator[str]:
    yield "".join(child.content for child in children if isinstance(child, Text))
    for child in children:
        if isinstance(child, Styled | Link):
            yield from _inline_levels(child.children)


def _inline_addresses(children: tuple[Inline, ...]) -> Iterator[str]:
    for child in children:
        match child:
            case Link():
                yield child.address
                yield from _inline_addresses(child.children)
            case Image():
                yield child.address
            case Styled():
                yield from _inline_addresses(child.children)
            case Text() | Break():
                pass
