"""Moves block tags to where they do no harm: out of paragraphs and tables, into lists.

Authors write ``{% for %}`` around a line and mean the line: one list with many items, one table
with many rows, no empty paragraph where a condition is not met.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from duly.template.scan import TagKind
from duly.template.tree import (
    Block,
    Button,
    Inline,
    Item,
    Items,
    Link,
    Paragraph,
    Quote,
    Table,
    TagLine,
    Text,
)

Kinds = Mapping[str, TagKind]
_OPENERS = frozenset({"if", "for"})
_CLOSERS = frozenset({"endif", "endfor"})


def arrange(blocks: Iterable[Block], kinds: Kinds) -> tuple[Block, ...]:
    """Return the blocks with their tags in place; ``kinds`` says what each tag does."""
    spread = [part for block in blocks for part in _spread(block, kinds)]
    return tuple(_joined(spread, kinds))


def first_crossing(level: str, kinds: Kinds) -> str | None:
    """Return the first tag of a level that has no partner in it, None if each has one."""
    opened: list[str] = []
    for character in level:
        kind = kinds.get(character)
        if kind in _OPENERS:
            opened.append(character)
        elif kind in _CLOSERS:
            if not opened:
                return character
            opened.pop()
        elif kind in {"elif", "else"} and not opened:
            return character
    return opened[0] if opened else None


def _spread(block: Block, kinds: Kinds) -> Iterator[Block]:
    match block:
        case Paragraph():
            yield from _paragraph(block, kinds)
        case Quote():
            yield Quote(arrange(block.blocks, kinds))
        case Items():
            yield replace(block, items=tuple(_item(item, kinds) for item in block.items))
        case Table():
            yield from _table(block, kinds)
        case _:
            yield block


def _item(item: Item | TagLine, kinds: Kinds) -> Item | TagLine:
    return Item(arrange(item.blocks, kinds)) if isinstance(item, Item) else item


def _paragraph(paragraph: Paragraph, kinds: Kinds) -> Iterator[Block]:
    """Take an ``if`` that holds a whole paragraph out of it, and see whether a button is left."""
    inside = _unwrapped(paragraph.children, kinds)
    if inside is not None:
        opener, children, closer = inside
        yield TagLine(opener)
        yield from _paragraph(Paragraph(children), kinds)
        yield TagLine(closer)
        return
    match paragraph.children:
        case (Link() as link,):
            yield Button(link)
        case _:
            yield paragraph


def _unwrapped(
    children: tuple[Inline, ...], kinds: Kinds
) -> tuple[str, tuple[Inline, ...], str] | None:
    """Return the tags around all of the words and the words between them."""
    match children:
        case (Text(first), *_) if isinstance(children[-1], Text):
            last = children[-1].content.rstrip()
        case _:
            return None
    first = first.lstrip()
    level = "".join(child.content for child in children if isinstance(child, Text)).strip()
    if not first or not last or not _is_one_if(level, kinds):
        return None
    if len(children) == 1:
        return level[0], _words(level[1:-1]), level[-1]
    inside = (*_words(first[1:]), *children[1:-1], *_words(last[:-1]))
    return level[0], inside, level[-1]


def _words(content: str) -> tuple[Inline, ...]:
    return (Text(content),) if content.strip() else ()


def _is_one_if(level: str, kinds: Kinds) -> bool:
    """Say whether a level is one ``if`` without an ``else``, and nothing besides."""
    if kinds.get(level[0]) != "if":
        return False
    depth = 0
    for place, character in enumerate(level):
        kind = kinds.get(character)
        depth += (kind in _OPENERS) - (kind in _CLOSERS)
        if depth == 0:
            return place == len(level) - 1
        if depth == 1 and kind in {"elif", "else"}:
            return False
    return False


def _table(table: Table, kinds: Kinds) -> Iterator[Block]:
    """Put tags that follow a table without an empty line after it."""
    rows = table.rows
    after: tuple[TagLine, ...] = ()
    while first_crossing(_tags(rows), kinds) is not None:
        match rows:
            case (*front, TagLine() as last):
                rows, after = tuple(front), (last, *after)
            case _:
                break
    yield replace(table, rows=rows)
    yield from after


def _joined(blocks: list[Block], kinds: Kinds) -> Iterator[Block]:
    """Make one list of neighbouring lists, and of a list that is repeated."""
    start = 0
    while start < len(blocks):
        end = _end_of_list(blocks, start, kinds)
        if end is None:
            yield blocks[start]
            start += 1
        else:
            yield _one_list(blocks[start:end])
            start = end


def _end_of_list(blocks: list[Block], start: int, kinds: Kinds) -> int | None:
    """Return the end of the longest run of lists and whole tags that reads as one list.

    An ``if`` around everything stays outside, so that no empty list is left where it is not met.
    """
    ordered: bool | None = None
    depth = 0
    end = start
    for place, block in enumerate(blocks[start:], start):
        if isinstance(block, Items) and ordered in {None, block.ordered}:
            ordered = block.ordered
        elif isinstance(block, TagLine):
            kind = kinds[block.tag]
            if depth == 0 and kind not in _OPENERS:
                break
            depth += (kind in _OPENERS) - (kind in _CLOSERS)
        else:
            break
        if depth == 0 and ordered is not None:
            end = place + 1
    if end == start:
        return None
    level = _tags(blocks[start:end])
    return None if isinstance(blocks[start], TagLine) and _is_one_if(level, kinds) else end


def _one_list(blocks: list[Block]) -> Items:
    ordered = any(isinstance(block, Items) and block.ordered for block in blocks)
    parts: list[Item | TagLine] = []
    for block in blocks:
        match block:
            case Items():
                parts.extend(block.items)
            case TagLine():
                parts.append(block)
            case _:
                raise TypeError(f"{type(block).__name__} is no part of a list")
    return Items(ordered, tuple(parts))


def _tags(parts: Sequence[object]) -> str:
    return "".join(part.tag for part in parts if isinstance(part, TagLine))
