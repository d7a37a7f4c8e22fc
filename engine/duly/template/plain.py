"""Writes the plain part of a message: the same words without markup, for any reader."""

import re
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from duly.template.scan import ADDRESS, IN_ADDRESS, VALUE, number_of
from duly.template.tree import (
    Block,
    Break,
    Button,
    Heading,
    Image,
    Inline,
    Items,
    Link,
    Paragraph,
    Quote,
    Row,
    Rule,
    Side,
    Styled,
    Table,
    TagLine,
    Text,
    Verbatim,
)

# Signs around the rows of a table until its widths are known, which is when the values are.
_TABLE, _ROW, _END = "\U0010ff10", "\U0010ff11", "\U0010ff12"
_CELLS: dict[Side, str] = {"left": "\U0010ff13", "center": "\U0010ff14", "right": "\U0010ff15"}
_SIDES = {sign: side for side, sign in _CELLS.items()}
_ANY_CELL = re.compile(f"([{''.join(_CELLS.values())}])")
_WHOLE_TABLE = re.compile(f"{_TABLE}([^{_END}]*){_END}")
_EMPTY_LINES = re.compile(r"\n[ \t]*\n(?:[ \t]*\n)+")
_LINE_END = re.compile(r"[ \t]+$", re.MULTILINE)
_SPACES = re.compile(r"[ \t\n]+")
_GAP = "  "
_WIDEST = 50  # a longer cell goes on in the next line; three columns then fit a mail of 78
_RULE = "-" * 10


@dataclass(frozen=True, slots=True)
class _Margin:
    """Hold what stands before the first line of a block and before the others."""

    first: str = ""
    rest: str = ""

    def within(self, first: str, rest: str) -> "_Margin":
        return _Margin(self.first + first, self.rest + rest)

    def after_first(self) -> "_Margin":
        return _Margin(self.rest, self.rest)


@dataclass(frozen=True, slots=True)
class _Cell:
    """Hold the lines of one cell, which all stand on one side."""

    side: Side
    lines: tuple[str, ...]


def write(blocks: Iterable[Block]) -> str:
    """Return the text of the blocks, to be finished by ``finish`` once values stand in it."""
    return "".join(_blocks(blocks, _Margin(), end="\n\n"))


def finish(text: str) -> str:
    """Align the tables of a text whose values are known, and leave one empty line between parts."""
    aligned = _WHOLE_TABLE.sub(lambda table: _aligned(table[1]), text) if _TABLE in text else text
    return _EMPTY_LINES.sub("\n\n", _LINE_END.sub("", aligned)).strip("\n") + "\n"


def in_address(address: str) -> str:
    """Return an address with its tags marked: the one it begins with, and those inside it."""
    parts = [
        chr((IN_ADDRESS if place else ADDRESS) + number_of(character))
        if VALUE <= ord(character) < ADDRESS
        else character
        for place, character in enumerate(address)
    ]
    return "".join(parts)


def _blocks(blocks: Iterable[Block], margin: _Margin, *, end: str) -> Iterator[str]:
    for block in blocks:
        yield from _block(block, margin, end)
        if not isinstance(block, TagLine):
            margin = margin.after_first()


def _block(block: Block, margin: _Margin, end: str) -> Iterator[str]:
    match block:
        case Heading() | Paragraph():
            yield _lines(words(block.children), margin) + end
        case Button():
            yield _lines(words((block.link,)), margin) + end
        case Items():
            yield from _items(block, margin)
            yield end.removeprefix("\n")
        case Quote():
            yield from _blocks(block.blocks, margin.within("> ", "> "), end=end)
        case Rule():
            yield margin.first + _RULE + end
        case Verbatim():
            yield _lines(block.content, margin) + end
        case Table():
            yield _table(block) + end
        case TagLine():
            yield block.tag


def _items(items: Items, margin: _Margin) -> Iterator[str]:
    # How often a repeated item comes is not known yet, so repeated items are not numbered.
    is_numbered = items.ordered and not any(isinstance(item, TagLine) for item in items.items)
    number = 1
    for item in items.items:
        if isinstance(item, TagLine):
            yield item.tag
            continue
        sign = f"{number}. " if is_numbered else "- "
        inside = margin.within(sign, " " * len(sign))
        yield from _blocks(item.blocks, inside, end="\n")
        margin = margin.after_first()
        number += 1


def words(children: Iterable[Inline]) -> str:
    """Return words without markup; a link is followed by its address."""
    return "".join(map(_word, children))


def _word(child: Inline) -> str:
    match child:
        case Text():
            return child.content
        case Break():
            return "\n"
        case Styled():
            return words(child.children)
        case Link():
            return _link(words(child.children), child.address)
        case Image():
            return child.instead


def _link(text: str, address: str) -> str:
    if text == address.removeprefix("mailto:").removeprefix("tel:"):
        return text
    return f"{text}: {in_address(address)}" if text else in_address(address)


def _lines(text: str, margin: _Margin) -> str:
    first, *rest = text.split("\n")
    return "\n".join([margin.first + first, *(margin.rest + line for line in rest)])


def _table(table: Table) -> str:
    rows = (table.head, *table.rows) if table.head else table.rows
    parts = (row.tag if isinstance(row, TagLine) else _row(row, table.sides) for row in rows)
    return f"{_TABLE}{''.join(parts)}{_END}"


def _row(row: Row, sides: tuple[Side, ...]) -> str:
    cells = zip(sides, row.cells, strict=True)
    return _ROW + "".join(_CELLS[side] + words(cell) for side, cell in cells)


def _aligned(table: str) -> str:
    rows = [_split_row(row) for row in table.split(_ROW)[1:]]
    columns = max((len(row) for row in rows), default=0)
    widths = [
        min(
            _WIDEST, max(len(line) for row in rows if len(row) > place for line in row[place].lines)
        )
        for place in range(columns)
    ]
    return "\n".join(line for row in rows for line in _row_lines(row, widths))


def _row_lines(row: list[_Cell], widths: list[int]) -> Iterator[str]:
    for place in range(max((len(cell.lines) for cell in row), default=0)):
        parts = (
            _placed(cell.lines[place] if len(cell.lines) > place else "", cell.side, width)
            for cell, width in zip(row, widths, strict=False)
        )
        yield _GAP.join(parts).rstrip()


def _split_row(row: str) -> list[_Cell]:
    _, *parts = _ANY_CELL.split(row)
    return [
        _Cell(_SIDES[sign], _wrapped(_SPACES.sub(" ", text).strip(" ")))
        for sign, text in zip(parts[::2], parts[1::2], strict=True)
    ]


def _wrapped(text: str) -> tuple[str, ...]:
    """Return the lines of a cell, at least one; a word longer than a line stands out."""
    if len(text) <= _WIDEST:
        return (text,)
    return tuple(textwrap.wrap(text, _WIDEST, break_long_words=False))


def _placed(text: str, side: Side, width: int) -> str:
    match side:
        case "left":
            return text.ljust(width)
        case "center":
            return text.center(width)
        case "right":
            return text.rjust(width)
