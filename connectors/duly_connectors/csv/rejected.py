"""Rows that were set aside, as a file to mend and import again."""

import csv
import re
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from duly.connector import SourceFormat, SourceRow
from duly_connectors.csv.text import reading_name
from duly_connectors.disk import replacing, storing

REASON = "reason"

# What a spreadsheet would calculate; a number or a telephone number is left as it is.
_FORMULA = re.compile(r"[=@\t\r]|[+-](?![\d\s().,/-]*\Z)")


def write_rejected(
    path: Path,
    headings: Iterable[str],
    rows: Iterable[tuple[SourceRow, str]],
    text: SourceFormat,
) -> int:
    """Write rows with their reasons in a last column, in the source's own format, and count them.

    The file appears whole or not at all, and not for no rows. A reason names the line.
    """
    found = iter(rows)
    first = next(found, None)
    if first is None:
        return 0
    columns = [*(name for name in headings if name != REASON), REASON]
    encoding = reading_name(text.encoding)
    count = 0
    with (
        storing(f'the file "{path.name}"'),
        replacing(path) as part,
        part.open("w", encoding=encoding, errors="replace", newline="") as file,
    ):
        writer = csv.writer(file, delimiter=text.separator)
        writer.writerow(columns)
        for row, reason in chain([first], found):
            writer.writerow(_cells(row, reason, columns))
            count += 1
    return count


def safe_cell(text: str) -> str:
    """Put a ``'`` before what a spreadsheet would take for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def _cells(row: SourceRow, reason: str, columns: list[str]) -> list[str]:
    values = {**row.values, REASON: f"line {row.number}: {reason}"}
    return [safe_cell(values.get(name, "")) for name in columns]
