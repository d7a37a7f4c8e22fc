"""Take the values of one row as a mapping says, with everything that is wrong with the row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from duly.connector import SourceRow
from duly.errors import InputError
from duly.importing.cell import FileCell
from duly.language.mapping_format import FileFormat
from duly.language.mapping_readers import UnquotedError
from duly.language.mapping_tree import (
    Always,
    Column,
    Computed,
    MonthsAgo,
    Pattern,
    Source,
    Taken,
)
from duly.shape.quote import quote
from duly.values.duration import add_months

T = TypeVar("T")

MOST_MONTHS = 1200


class BadRowError(InputError):
    """Say everything that is wrong with a row."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Hold what is the same for every row; ``names`` are the headings as formulas call them."""

    form: FileFormat
    names: Mapping[str, str]
    take_over_on: date
    currency: str


@dataclass(slots=True)
class RowReading:
    """Take values from a row and collect the complaints about it.

    A value that cannot be used is complained of, and a stand-in is returned: ``check`` before
    anything is made of the values.
    """

    row: SourceRow
    sheet: Sheet
    complaints: list[str] = field(default_factory=list)

    def need(self, source: Source[T], stand_in: T) -> T:
        """Return a value that every row has to have."""
        count = len(self.complaints)
        value = self.get(source)
        if value is not None:
            return value
        if isinstance(source, Taken) and len(self.complaints) == count:
            self.complaints.append(_absence(source))
        return stand_in

    def get(self, source: Source[T] | None) -> T | None:
        """Return a value, None if the mapping does not name it or the row does not have it."""
        if source is None:
            return None
        if isinstance(source, Always):
            return source.value
        try:
            return self._take(source)
        except InputError as error:
            self.complaints.append(str(error))
            return None

    def cell(self, column: Column) -> str:
        """Return the text under a heading without the space around it."""
        return self.row.values.get(column.heading, "").strip()

    def holds(self, computed: Computed) -> bool:
        """Tell whether a formula is true; missing and unknown are not."""
        try:
            return self._calculate(computed) is True
        except InputError as error:
            self.complaints.append(str(error))
            return False

    def check(self) -> None:
        """Raise BadRowError if anything was wrong."""
        if self.complaints:
            raise BadRowError("; ".join(dict.fromkeys(self.complaints)))

    def _take(self, source: Taken[T]) -> T | None:
        match source.origin:
            case Column() as column:
                return self._read(source, self.cell(column))
            case Pattern(pieces):
                return self._read(source, self._joined(pieces))
            case MonthsAgo(column):
                day = self._months_ago(column)
                return None if day is None else source.reader.accept(day)
            case Computed() as computed:
                result = self._calculate(computed)
                if result is None or source.words is None:
                    return None if result is None else self._accept(source, result)
                return self._read(source, _as_text(result))

    def _read(self, source: Taken[T], text: str) -> T | None:
        """Translate a text by the words, or read it; an empty one is missing."""
        if source.words is not None:
            if text in source.words:
                return source.words[text]
            if text:
                raise InputError(f"{_label(source)} is {quote(text)}, which words: does not list")
        if not text:
            return None
        try:
            return source.reader.read(text)
        except InputError as error:
            raise InputError(_complaint(source, text, error)) from error

    def _accept(self, source: Taken[T], result: object) -> T:
        try:
            return source.reader.accept(result)
        except InputError as error:
            raise InputError(_complaint(source, _as_text(result), error)) from error

    def _joined(self, pieces: tuple[str | Column, ...]) -> str:
        """Put a text together; if all its cells are empty there is none."""
        cells = [self.cell(piece) for piece in pieces if isinstance(piece, Column)]
        if cells and not any(cells):
            return ""
        parts = (piece if isinstance(piece, str) else self.cell(piece) for piece in pieces)
        return "".join(parts).strip()

    def _months_ago(self, column: Column) -> date | None:
        text = self.cell(column)
        if not text:
            return None
        try:
            count = self.sheet.form.number(text)
        except InputError:
            count = Fraction(-1)
        if count.denominator != 1 or not 0 <= count <= MOST_MONTHS:
            raise InputError(f"{column.heading} is {quote(text)}, which is no number of months")
        return add_months(self.sheet.take_over_on, -count.numerator)

    def _calculate(self, computed: Computed) -> object:
        formula = computed.formula
        cells = {name: self._formula_cell(name) for name in formula.names}
        return formula.value(cells, today=self.sheet.take_over_on)

    def _formula_cell(self, name: str) -> FileCell:
        heading = self.sheet.names[name]
        text = self.row.values.get(heading, "").strip()
        return FileCell(heading, text, self.sheet.form, self.sheet.currency)


def _label(source: Taken[T]) -> str:
    """Name where a value comes from, as the owner of the file knows it."""
    match source.origin:
        case Column(heading) | MonthsAgo(Column(heading)):
            return heading
        case Pattern() | Computed():
            return source.name


def _absence(source: Taken[T]) -> str:
    match source.origin:
        case Computed():
            return f"{source.name} cannot be calculated: a cell of its formula is empty"
        case _:
            label = _label(source)
            what = "" if label == source.name else f" ({source.name})"
            return f"{label}{what} is empty, and every row needs it"


def _complaint(source: Taken[T], text: str, error: InputError) -> str:
    if isinstance(error, UnquotedError):
        return f"{_label(source)} {error}"
    return f"{_label(source)} is {quote(text)}, which {error}"


def _as_text(result: object) -> str:
    """Write what a formula gave as a cell would have it."""
    match result:
        case bool():
            return "yes" if result else "no"
        case Fraction():
            return f"{Decimal(result.numerator) / Decimal(result.denominator):f}"
        case date():
            return result.isoformat()
        case _:
            return str(result)
