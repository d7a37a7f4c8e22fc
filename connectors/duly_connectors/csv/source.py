"""The source itself: rows of a CSV file one by one, bad ones included."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Self

from duly.connector import Misconfigured, Place, SourceFormat, SourceRow, SubscriberSource
from duly_connectors.csv.text import CELL_LIMIT, Lines, check_encoding, reading_name

_SEPARATORS = (";", ",", "\t", "|")
_COLUMN_WITHOUT_HEADING = "column {}"


@dataclass(frozen=True, slots=True)
class CsvSettings:
    """Say which file, and how its text is written."""

    file: Path = field(metadata={"about": "The file to read."})
    format: SourceFormat = field(
        default_factory=SourceFormat,
        metadata={"about": "What separates the cells, and the encoding of the text."},
    )


@dataclass(frozen=True, slots=True)
class _Record:
    """One record of the file: the line it starts in, its cells, or why it has none."""

    line: int
    cells: tuple[str, ...]
    trouble: str = ""


class CsvSource(SubscriberSource):
    """Read a CSV file as RFC 4180 has it, with any separator; blank lines are passed over."""

    Settings: ClassVar[type[Any]] = CsvSettings

    def __init__(self, settings: CsvSettings) -> None:
        """Remember the file; it is opened when it is read."""
        self._file = settings.file
        self._format = settings.format

    @classmethod
    def open(cls, settings: CsvSettings, place: Place) -> Self:
        separator = settings.format.separator
        if len(separator) != 1 or separator in '"\r\n\0 ':
            raise Misconfigured(
                f'"{separator}" separates no cells; write one character such as ";" or "\\t"'
            )
        reading_name(settings.format.encoding)
        return cls(CsvSettings(place.folder / settings.file, settings.format))

    def headings(self) -> tuple[str, ...]:
        self._check_file()
        first = next(self._records(), None)
        if first is None:
            raise Misconfigured(f"{self._file.name} is empty; its first line must name the columns")
        if first.trouble:
            raise Misconfigured(f"{self._file.name}, line {first.line}: {first.trouble}")
        self._check_separator(first)
        return _named(first.cells, self._file.name)

    def rows(self) -> Iterator[SourceRow]:
        headings = self.headings()
        records = self._records()
        next(records)
        for record in records:
            yield _as_row(record, headings)

    def _records(self) -> Iterator[_Record]:
        lines = Lines(self._file, self._format.encoding)
        try:
            yield from _parse(lines, self._format.separator)
        finally:
            lines.close()

    def _check_file(self) -> None:
        try:
            check_encoding(self._file, self._format.encoding)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise Misconfigured(f"{self._file.name} cannot be read: {reason}") from error

    def _check_separator(self, first: _Record) -> None:
        others = [mark for mark in _SEPARATORS if mark in "".join(first.cells)]
        if len(first.cells) == 1 and others:
            mark = others[0].replace("\t", "\\t")
            raise Misconfigured(
                f'{self._file.name}, line {first.line}: no "{self._format.separator}" but a '
                f'"{mark}" stands between the headings; write separator: "{mark}" under format'
            )


def _parse(lines: Lines, separator: str) -> Iterator[_Record]:
    csv.field_size_limit(CELL_LIMIT)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        lines.begin_record()
        start = lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            trouble = _reading_trouble(error, lines.number - start)
            yield _Record(start, _saved(lines.give_up_record(), separator), trouble)
            continue
        if lines.trouble or any(cell.strip() for cell in cells):
            yield _Record(start, tuple(cells), lines.trouble)


def _saved(line: str, separator: str) -> tuple[str, ...]:
    """Save what stands between the separators of a line whose quotes are wrong."""
    return tuple(cell.strip(' "\r\n\0') for cell in line.split(separator))


def _reading_trouble(error: csv.Error, lines_more: int) -> str:
    if lines_more or str(error) == "unexpected end of data":
        return "a quote is opened and not closed where its cell ends"
    if "field larger" in str(error):
        return f"a cell is longer than {CELL_LIMIT:,} characters"
    return 'a quote stands inside a cell; write the cell in quotes, and two quotes ("") for one'


def _named(cells: tuple[str, ...], file: str) -> tuple[str, ...]:
    names = tuple(
        cell.strip() or _COLUMN_WITHOUT_HEADING.format(number)
        for number, cell in enumerate(cells, start=1)
    )
    for number, name in enumerate(names, start=1):
        first = names.index(name) + 1
        if first != number:
            raise Misconfigured(
                f'{file}: the heading "{name}" stands over columns {first} and {number}; '
                "give one of them another name"
            )
    return names


def _as_row(record: _Record, headings: tuple[str, ...]) -> SourceRow:
    cells, extra = record.cells[: len(headings)], record.cells[len(headings) :]
    values: Mapping[str, str] = dict(zip(headings, cells, strict=False))
    trouble = record.trouble
    if not trouble and len(cells) < len(headings):
        trouble = f"{len(cells)} cells where the headings name {len(headings)}"
    if not trouble and any(cell.strip() for cell in extra):
        count = len(record.cells)
        trouble = f"{count} cells where the headings name {len(headings)}; a cell may need quotes"
    return SourceRow(record.line, values, trouble)
