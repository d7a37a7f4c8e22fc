"""From the events of the YAML parser to our own tree, with every refusal of the language."""

import re
from collections.abc import Iterator
from typing import Protocol

from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from duly.language import refusal
from duly.language.source_file import SourceFile, find_invisible
from duly.shape.node import EmptyNode, Entry, ListNode, MapNode, Node, TextNode
from duly.values.problem import Problem, Span

MAX_DEPTH = 20
MAX_NODES = 50_000

_BLOCK_STYLES = ("|", ">")
_BLOCK_SIZE = re.compile(r"[|>][+-]?\d")
_WORD = re.compile(r"[^\s,\[\]{}]+")


class Mark(Protocol):
    """Point into a text; both YAML parsers count lines and columns from 0."""

    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


def build(source: SourceFile, events: Iterator[Event]) -> tuple[Node | None, tuple[Problem, ...]]:
    """Make the tree of one document; a file beyond the limits has none.

    What the language refuses is told and left out, and the rest of the tree stays. Errors of the
    YAML parser pass through.
    """
    walk = _Walk(source, events)
    try:
        node = walk.document()
    except _LimitError as error:
        return None, tuple(sorted([*walk.problems, error.problem]))
    return node, tuple(sorted(walk.problems))


class _LimitError(Exception):
    """Stop the walk at a limit."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.message)


class _Walk:
    """Carry what one pass over the events has to remember: the problems and the node count."""

    def __init__(self, source: SourceFile, events: Iterator[Event]) -> None:
        self.problems: list[Problem] = []
        self._source = source
        self._events = events
        self._count = 0

    def document(self) -> Node:
        """Read the one document of a file; a second one is refused and not read."""
        starts = (event for event in self._events if isinstance(event, DocumentStartEvent))
        node: Node = EmptyNode(self._source.span(0, 0))
        for start in starts:
            self._check_directive(start)
            node = self._node(next(self._events), depth=1, at=node.span)
            break
        for start in starts:
            self.problems.append(refusal.second(self._word_at(start.start_mark)))
            break
        return node

    def _node(self, event: Event, *, depth: int, at: Span | None = None) -> Node:
        """Make the node that an event starts; ``at`` is the place if nothing is written."""
        self._check_limits(event, depth)
        self._check_marks(event)
        match event:
            case ScalarEvent():
                return self._text(event, at or self._span(event.start_mark))
            case AliasEvent():
                return self._alias(event)
            case SequenceStartEvent():
                return self._list(event, depth)
            case _:
                return self._map(event, depth)

    def _text(self, event: ScalarEvent, at: Span) -> Node:
        quoted = bool(event.style)
        if not quoted and not event.value:
            return EmptyNode(at)
        span = self._span(event.start_mark, event.end_mark)
        written = self._text_at(span)
        if event.style in _BLOCK_STYLES and _BLOCK_SIZE.match(written):
            self.problems.append(refusal.block_size(written, span))
        code = find_invisible(event.value)
        if code:
            self.problems.append(refusal.invisible(code, span))
        block = self._block(event) if event.style == "|" else None
        return TextNode(event.value, span, quoted, block)

    def _block(self, event: ScalarEvent) -> Span:
        """Place the first line of a ``|`` block, behind its indentation."""
        first = _at(event.start_mark)[0] + 1
        lines = self._source.lines[first:]
        written = next((line for line in lines if line.strip()), "")
        return self._source.span(first, len(written) - len(written.lstrip()))

    def _alias(self, event: AliasEvent) -> Node:
        node = TextNode(f"*{event.anchor}", self._span(event.start_mark, event.end_mark))
        self.problems.append(refusal.alias(node))
        return node

    def _list(self, event: SequenceStartEvent, depth: int) -> Node:
        items: list[Node] = []
        for inner in self._events:
            if isinstance(inner, SequenceEndEvent):
                if event.flow_style:
                    return ListNode(tuple(items), self._span(event.start_mark, inner.end_mark))
                break
            items.append(self._node(inner, depth=depth + 1))
        return ListNode(tuple(items), self._span(event.start_mark))

    def _map(self, event: Event, depth: int) -> Node:
        entries: dict[str, Entry] = {}
        span: Span | None = None
        for inner in self._events:
            if isinstance(inner, MappingEndEvent):
                if isinstance(event, MappingStartEvent) and event.flow_style:
                    span = self._span(event.start_mark, inner.end_mark)
                break
            key = self._node(inner, depth=depth + 1)
            value = self._node(next(self._events), depth=depth + 1, at=key.span)
            span = span or key.span
            name = self._name(key, entries)
            if name is not None:
                entries[name.text] = Entry(name, value)
        return MapNode(tuple(entries.values()), span or self._span(event.start_mark))

    def _name(self, key: Node, entries: dict[str, Entry]) -> TextNode | None:
        """Return a key that may stand here, None for one that is refused."""
        match key:
            case TextNode(is_alias=True):
                return None
            case TextNode(text="<<", quoted=False):
                self.problems.append(refusal.merge(key.span))
            case TextNode(text=text) if text in entries:
                self.problems.append(refusal.repeat(key, entries[text].key.span))
            case TextNode():
                return key
            case EmptyNode():
                self.problems.append(refusal.empty_name(key.span))
            case ListNode() | MapNode():
                is_brace = self._text_at(key.span).startswith("{")
                refuse = refusal.double_brace if is_brace else refusal.group_name
                self.problems.append(refuse(key.span))
        return None

    def _check_limits(self, event: Event, depth: int) -> None:
        self._count += 1
        if self._count > MAX_NODES:
            raise _LimitError(refusal.too_many(MAX_NODES, self._span(event.start_mark)))
        if depth > MAX_DEPTH:
            raise _LimitError(refusal.too_deep(MAX_DEPTH, self._span(event.start_mark)))

    def _check_marks(self, event: Event) -> None:
        """Refuse ``&name`` and ``!name`` before a value."""
        if isinstance(event, AliasEvent) or not isinstance(event, NodeEvent):
            return
        if event.anchor is not None or getattr(event, "tag", None) is not None:
            span = self._word_at(event.start_mark)
            self.problems.append(refusal.mark(self._text_at(span), span))

    def _check_directive(self, event: DocumentStartEvent) -> None:
        span = self._word_at(event.start_mark)
        if self._text_at(span).startswith("%"):
            self.problems.append(refusal.directive(span))

    def _word_at(self, mark: Mark | None) -> Span:
        """Place the word that starts at a mark."""
        line, column = _at(mark)
        found = _WORD.match(self._line(line), column)
        return self._source.span(line, column, len(found[0]) if found else 1)

    def _span(self, start: Mark | None, end: Mark | None = None) -> Span:
        """Place what stands between two marks; of several lines only the first is marked."""
        line, column = _at(start)
        if end is None:
            return self._source.span(line, column)
        last = end.column if end.line == line else len(self._line(line).rstrip())
        return self._source.span(line, column, last - column)

    def _line(self, number: int) -> str:
        lines = self._source.lines
        return lines[number] if number < len(lines) else ""

    def _text_at(self, span: Span) -> str:
        start = span.column - 1
        return self._line(span.line - self._source.first_line)[start : start + span.length]


def _at(mark: Mark | None) -> tuple[int, int]:
    return (mark.line, mark.column) if mark else (0, 0)
