"""Rows that were set aside, as a file to mend and import again."""

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from duly.connector import SourceRow, SubscriberSource
from duly.errors import OutsideError
from duly.importing.report import Rejected
from duly.language.mapping_format import FileFormat

REASON = "duly_reason"

# What a spreadsheet would calculate, and what looks as if it was made safe already; a number or a
# telephone number is left as it is.
_FORMULA = re.compile(r"'*(?:[=@\t\r]|[+-](?![\d\s().,/-]*\Z))")


def rejected_path(source: Path) -> Path:
    """Name the file for rows set aside: ``old-shop.rejected.csv`` beside ``old-shop.csv``."""
    return source.with_name(f"{source.stem}.rejected{source.suffix}")


def write_rejected(
    path: Path, headings: Sequence[str], rejected: Sequence[Rejected], form: FileFormat
) -> int:
    """Write rows with their reasons in a last column, in the source's own format, and count them.

    The file appears whole or not at all, and not for no rows. A reason names the line. Raises
    OutsideError if the file cannot be written.
    """
    if not rejected:
        return 0
    part = path.with_name(f".{path.name}.part")
    try:
        _write(part, [*(name for name in headings if name != REASON), REASON], rejected, form)
        part.replace(path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise OutsideError(f"the rows set aside cannot be written to {path}: {reason}") from error
    finally:
        if part.parent.is_dir():
            part.unlink(missing_ok=True)
    return len(rejected)


def rows_as_before(source: SubscriberSource) -> Iterator[SourceRow]:
    """Yield the rows of a source, those of a file that ``write_rejected`` wrote as before it."""
    was_set_aside = REASON in source.headings()
    for row in source.rows():
        yield _as_before(row) if was_set_aside else row


def _as_before(row: SourceRow) -> SourceRow:
    cells = {name: bare_cell(text) for name, text in row.values.items() if name != REASON}
    return replace(row, values=cells)


def safe_cell(text: str) -> str:
    """Put a ``'`` before what a spreadsheet would take for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def bare_cell(text: str) -> str:
    """Take away the ``'`` that ``safe_cell`` put there, and no other."""
    bare = text.removeprefix("'")
    return bare if safe_cell(bare) == text else text


def _write(
    path: Path, columns: Sequence[str], rejected: Sequence[Rejected], form: FileFormat
) -> None:
    with path.open("w", encoding=_encoding(form), errors="replace", newline="") as file:
        writer = csv.writer(file, delimiter=form.separator)
        writer.writerow(columns)
        for one in rejected:
            values = {**one.row.values, REASON: f"line {one.line}: {one.reason}"}
            writer.writerow([safe_cell(values.get(name, "")) for name in columns])


def _encoding(form: FileFormat) -> str:
    """Name the encoding to write; UTF-8 with the mark by which spreadsheets know it."""
    name = codecs.lookup(form.encoding).name
    return "utf-8-sig" if name == "utf-8" else name
