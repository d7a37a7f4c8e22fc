"""Writes the HTML of a message: what its tree says, with the class names of the theme."""

from collections.abc import Iterable

from markupsafe import Markup, escape

from duly.template.plain import in_address
from duly.template.tree import (
    Block,
    Break,
    Button,
    Heading,
    Image,
    Inline,
    Item,
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

_BUTTON = Markup(
    '<table class="button" role="presentation" border="0" cellpadding="0" cellspacing="0"><tbody>'
    '<tr><td class="button-cell" align="center"><a class="button-link" href="{}">{}</a></td></tr>'
    "</tbody></table>\n"
)
_TABLE = Markup(
    '<div class="lines-box">'
    '<table class="lines" border="0" cellpadding="0" cellspacing="0" width="100%">'
    "{}<tbody>\n{}</tbody></table></div>\n"
)
_IMAGE = Markup('<img class="picture" src="{}" alt="{}">')
_NOTHING = Markup("")


def write(blocks: Iterable[Block]) -> Markup:
    """Return the HTML of the blocks; tags between blocks stand in comments, which a table keeps."""
    return _NOTHING.join(map(_block, blocks))


def _block(block: Block) -> Markup:
    match block:
        case Heading():
            level = min(block.level, 3)
            return Markup("<h{0}>{1}</h{0}>\n").format(level, _words(block.children))
        case Paragraph():
            return Markup("<p>{}</p>\n").format(_words(block.children))
        case Button():
            address = in_address(block.link.address)
            return _BUTTON.format(address, _words(block.link.children))
        case Items():
            tag = "ol" if block.ordered else "ul"
            items = _NOTHING.join(map(_item, block.items))
            return Markup("<{0}>\n{1}</{0}>\n").format(tag, items)
        case Quote():
            return Markup("<blockquote>\n{}</blockquote>\n").format(write(block.blocks))
        case Rule():
            return Markup("<hr>\n")
        case Verbatim():
            return Markup("<pre>{}</pre>\n").format(block.content)
        case Table():
            return _table(block)
        case TagLine():
            return _tag(block)


def _tag(line: TagLine) -> Markup:
    return Markup("<!--{}-->").format(line.tag)


def _item(item: Item | TagLine) -> Markup:
    match item:
        case TagLine():
            return _tag(item)
        case Item(blocks=(Paragraph(children=children), *rest)):
            return Markup("<li>{}{}</li>\n").format(_words(children), write(rest))
        case Item():
            return Markup("<li>{}</li>\n").format(write(item.blocks))


def _table(table: Table) -> Markup:
    head = _NOTHING
    if table.head is not None:
        head = Markup("<thead>\n{}</thead>").format(_row(table.head, table.sides, "th"))
    return _TABLE.format(head, _NOTHING.join(_line(row, table.sides) for row in table.rows))


def _line(row: Row | TagLine, sides: tuple[Side, ...]) -> Markup:
    return _tag(row) if isinstance(row, TagLine) else _row(row, sides, "td")


def _row(row: Row, sides: tuple[Side, ...], tag: str) -> Markup:
    scope = Markup(' scope="col"') if tag == "th" else _NOTHING
    total = " total" if row.is_total else ""
    cells = _NOTHING.join(
        Markup('<{0} class="cell {1}{2}"{3} align="{1}">{4}</{0}>').format(
            tag, side, total, scope, _words(cell)
        )
        for side, cell in zip(sides, row.cells, strict=True)
    )
    return Markup("<tr>{}</tr>\n").format(cells)


def _words(children: Iterable[Inline]) -> Markup:
    return _NOTHING.join(map(_word, children))


def _word(child: Inline) -> Markup:
    match child:
        case Text():
            return escape(child.content)
        case Break():
            return Markup("<br>")
        case Styled():
            return Markup("<{0}>{1}</{0}>").format(child.style, _words(child.children))
        case Link():
            return Markup('<a href="{}">{}</a>').format(
                in_address(child.address), _words(child.children)
            )
        case Image():
            return _IMAGE.format(in_address(child.address), child.instead)
