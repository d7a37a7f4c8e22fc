"""The right-hand sides of a mapping: a heading, words, a formula, a fixed value."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from duly.condition.given import Text
from duly.condition.memory import compile_formula
from duly.condition.types import Type
from duly.errors import InputError
from duly.language.mapping_readers import Reader, UnquotedError
from duly.language.mapping_tree import (
    Always,
    Column,
    Computed,
    MonthsAgo,
    Origin,
    Pattern,
    Source,
    Taken,
)
from duly.shape.node import TextNode
from duly.shape.quote import quote
from duly.shape.record import Item, Record
from duly.values.problem import Problem, Span

T = TypeVar("T")

ROW = "row."
_ORIGINS = ("column", "formula", "text", "months_ago")
_WAYS = (*_ORIGINS, "always")
_BRACES = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


class AnyColumn(Mapping[str, Type]):
    """Take every ``row.x`` for a cell; whether there is such a column is known with the file."""

    def __getitem__(self, name: str) -> Type:
        if name.startswith(ROW) and "." not in name.removeprefix(ROW):
            return Type.CELL
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


@dataclass(slots=True)
class SourceReader:
    """Read right-hand sides; collects the problems, and every column and formula named."""

    problems: list[Problem] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    formulas: list[Computed] = field(default_factory=list)

    def source(self, record: Record, name: str, reader: Reader[T]) -> Source[T] | None:
        """Read what stands under a name; None if nothing does, or nothing that can be used."""
        if name not in record:
            return None
        return self.read(name, record.item(name), reader)

    def read(self, name: str, item: Item, reader: Reader[T]) -> Source[T] | None:
        """Read one right-hand side; None if there is a problem with it."""
        if isinstance(item.value, str):
            return Taken(name, self.column(item), reader)
        record = item.as_a(Record)
        ways = [way for way in _WAYS if way in record]
        if len(ways) != 1:
            self._tell_ways(name, item, ways)
            return None
        (way,) = ways
        given = record.item(way)
        if way == "always":
            return self._always(record, given, reader)
        words = self._words(record, reader)
        origin = self._origin(way, given, None if "words" in record else reader.gives)
        if origin is None or (words is None and "words" in record):
            return None
        return Taken(name, origin, reader, words)

    def column(self, item: Item) -> Column:
        """Note a heading."""
        return self._noted(Column(item.as_a(str).strip(), item.span))

    def formula(self, record: Record, name: str, wanted: Type | None) -> Computed | None:
        """Read a formula that stands under a name; None if there is none, or a problem with it."""
        if name not in record:
            return None
        return self._computed(record.item(name), wanted)

    def tell(self, span: Span, code: str, message: str, hint: str = "") -> None:
        """Note a problem."""
        self.problems.append(Problem(span, code, message, hint))

    def _tell_ways(self, name: str, item: Item, ways: list[str]) -> None:
        if len(ways) > 1:
            first, second, *_ = ways
            span = item.as_a(Record).item(second).key
            message = f'"{first}" and "{second}" both say where "{name}" comes from'
            self.tell(span, "one-each", message, "leave one of them")
        elif item.is_whole:
            hint = 'add "column:" with a heading of the file'
            self.tell(item.key, "missing-word", f'"{name}" does not say where it comes from', hint)

    def _always(self, record: Record, given: Item, reader: Reader[T]) -> Always[T] | None:
        for name in ("words", "missing"):
            if name in record:
                hint = f'leave "{name}" out'
                self.tell(record.item(name).key, "one-each", '"always" is never looked up', hint)
        return self._fixed(given, reader)

    def _fixed(self, given: Item, reader: Reader[T]) -> Always[T] | None:
        """Read a value that is written in the mapping, in the form of the house."""
        written = given.as_a(str)
        try:
            return Always(reader.fixed(written.strip()))
        except InputError as error:
            message, _, hint = str(error).partition("; ")
            shown = "this value" if isinstance(error, UnquotedError) else quote(written)
            self.tell(given.span, "bad-value", f"{shown} {message}", hint)
            return None

    def _words(self, record: Record, reader: Reader[T]) -> Mapping[str, T] | None:
        """Read the words with what they stand for; None if there are none or one is wrong."""
        if "words" not in record:
            return None
        item = record.item("words")
        fixed = {old: self._fixed(given, reader) for old, given in item.as_a(Record)}
        found = {old.strip(): one.value for old, one in fixed.items() if one is not None}
        if not fixed and item.is_whole:
            self.tell(item.key, "no-value", '"words" has none', 'write for example "Yes: active"')
        return found if found and len(found) == len(fixed) else None

    def _origin(self, way: str, given: Item, wanted: Type | None) -> Origin | None:
        match way:
            case "column":
                return self.column(given)
            case "months_ago":
                return MonthsAgo(self.column(given))
            case "text":
                return self._pattern(given)
            case _:
                return self._computed(given, wanted)

    def _computed(self, item: Item, wanted: Type | None) -> Computed | None:
        node = item.as_a(TextNode)
        given = Text(node.text, node.span)
        if node.text.count("(") > node.text.count(")"):
            message = f"{quote(node.text)} opens a bracket and does not close it"
            hint = "a comma inside { } ends a formula; put the whole formula in quotes"
            self.tell(node.span, "formula-syntax", message, hint)
            return None
        formula, problems = compile_formula(given, AnyColumn(), wanted=wanted)
        self.problems += [_with_fix(problem, wanted) for problem in problems]
        if formula is None:
            return None
        self.formulas.append(Computed(formula, given))
        return self.formulas[-1]

    def _pattern(self, item: Item) -> Pattern | None:
        written = item.as_a(str)
        pieces: list[str | Column] = []
        at = 0
        for found in _BRACES.finditer(written):
            pieces.append(written[at : found.start()])
            at = found.end()
            heading = (found[1] or "").strip()
            if found[0] in ("{{", "}}"):
                pieces.append(found[0][0])
            elif heading:
                pieces.append(self._noted(Column(heading, _inside(item.span, written, found))))
            else:
                hint = "write {heading} with the heading of a column"
                self.tell(item.span, "bad-text", f'"{found[0]}" takes no cell', hint)
                return None
        pieces.append(written[at:])
        return Pattern(tuple(piece for piece in pieces if piece))

    def _noted(self, column: Column) -> Column:
        self.columns.append(column)
        return column


def _inside(span: Span, written: str, found: re.Match[str]) -> Span:
    return Text(written, span).place(found.start(1), found.end(1) - found.start(1))


def _with_fix(problem: Problem, wanted: Type | None) -> Problem:
    """Say what to write instead, where the reader of formulas cannot know it."""
    if problem.code == "unknown-field":
        return replace(problem, hint='a column is written with "row.", such as row.price')
    if problem.hint or wanted is None:
        return problem
    return replace(problem, hint=f"write a formula that gives {wanted.holds}")
