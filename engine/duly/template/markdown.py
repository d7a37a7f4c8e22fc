"""Reads the markdown of a message into its tree; block tags on their own line stand by themselves.

The words are CommonMark with tables. HTML is text, and indenting is only indenting: a line that
starts with four spaces inside an ``if`` is no program.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from duly.template.scan import BLOCK, SPAN_OF_RANGE
from duly.template.tree import (
    Block,
    Break,
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

MAX_NESTING = 20
# The library drops what is nested deeper without a word; it must get far enough to be noticed.
_READ_TO = 3 * MAX_NESTING

BLOCK_TAG = f"[{chr(BLOCK)}-{chr(BLOCK + SPAN_OF_RANGE - 1)}]"

_ONLY_TAGS = re.compile(rf"[ \t]*({BLOCK_TAG}[ \t]*)+")
_INDENTED_TAGS = re.compile(rf"^[ \t]{{4,}}(?=(?:{BLOCK_TAG}[ \t]*)+$)", re.MULTILINE)


class _Reader(MarkdownIt):
    """Leave addresses as they were written: they hold tags, and are checked elsewhere."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 - a method of the library
        return True

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - a method of the library
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802 - a method of the library
        return link


def _reader() -> MarkdownIt:
    reader = _Reader("commonmark", {"html": False, "maxNesting": _READ_TO})
    reader.enable("table").disable(["code", "reference", "html_block", "html_inline"])
    reader.block.ruler.before(
        "fence", "tag_line", _tag_line, {"alt": ["paragraph", "blockquote", "list"]}
    )
    return reader


def _tag_line(state: StateBlock, start: int, _end: int, silent: bool) -> bool:  # noqa: FBT001 - markdown-it calls it this way
    """Take a line of nothing but block tags; inside a table it is a row like any other."""
    if state.parentType == "table":
        return False
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    if _ONLY_TAGS.fullmatch(line) is None:
        return False
    if not silent:
        state.push("tag_line", "", 0).content = "".join(line.split())
        state.line = start + 1
    return True


def parse(text: str) -> tuple[Block, ...] | None:
    """Return the blocks of a text, None when its parts stand in one another too deeply."""
    tokens = _reader().parse(_INDENTED_TAGS.sub("   ", text))
    if _depth(tokens) > MAX_NESTING:
        return None
    return tuple(_blocks(SyntaxTreeNode(tokens).children))


def _depth(tokens: Iterable[Token]) -> int:
    depth = deepest = 0
    for token in tokens:
        depth += token.nesting
        deepest = max(deepest, depth, depth + _depth(token.children or ()))
    return deepest


def _blocks(nodes: Iterable[SyntaxTreeNode]) -> Iterator[Block]:
    for node in nodes:
        match node.type:
            case "tag_line":
                yield from map(TagLine, node.content)
            case "heading":
                yield Heading(int(node.tag[1]), _inline(node))
            case "paragraph":
                yield Paragraph(_inline(node))
            case "bullet_list" | "ordered_list":
                items = tuple(Item(tuple(_blocks(item.children))) for item in node.children)
                yield Items(node.type == "ordered_list", items)
            case "blockquote":
                yield Quote(tuple(_blocks(node.children)))
            case "hr":
                yield Rule()
            case "fence":
                yield Verbatim(node.content.rstrip("\n"))
            case "table":
                yield _table(node)


def _inline(node: SyntaxTreeNode) -> tuple[Inline, ...]:
    """Return the words of a node whose only child is the library's ``inline``."""
    return tuple(words for child in node.children for words in _words(child.children))


def _words(nodes: Iterable[SyntaxTreeNode]) -> Iterator[Inline]:
    for node in nodes:
        match node.type:
            case "text" if node.content:
                yield Text(node.content)
            case "softbreak":
                yield Text(" ")
            case "hardbreak":
                yield Break()
            case "strong" | "em" as style:
                yield Styled("strong" if style == "strong" else "em", tuple(_words(node.children)))
            case "code_inline":
                yield Styled("code", (Text(node.content),))
            case "link":
                yield Link(str(node.attrs["href"]), tuple(_words(node.children)))
            case "image":
                yield Image(str(node.attrs["src"]), node.content)


def _table(node: SyntaxTreeNode) -> Table:
    head = node.children[0].children[0]
    rows = node.children[1].children if len(node.children) > 1 else []
    first = _row(head)
    return Table(
        sides=tuple(_side(cell) for cell in head.children),
        head=first if any(first.cells) else None,
        rows=tuple(_rows(rows)),
    )


def _rows(nodes: Sequence[SyntaxTreeNode]) -> Iterator[Row | TagLine]:
    for node in nodes:
        row = _row(node)
        words = [cell for cell in row.cells if cell]
        match words:
            case [(Text(content),)] if _ONLY_TAGS.fullmatch(content):
                yield from map(TagLine, "".join(content.split()))
            case _:
                yield row


def _row(node: SyntaxTreeNode) -> Row:
    cells = tuple(_inline(cell) for cell in node.children)
    words = [child for cell in cells for child in cell]
    total = bool(words) and all(isinstance(c, Styled) and c.style == "strong" for c in words)
    return Row(cells, total)


def _side(cell: SyntaxTreeNode) -> Side:
    style = str(cell.attrs.get("style", ""))
    if style.endswith("right"):
        return "right"
    return "center" if style.endswith("center") else "left"
