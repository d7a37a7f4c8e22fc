"""The text of a file: its bytes checked against the encoding, its lines counted and bounded."""

import codecs
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from duly.connector import Misconfigured

# A cell longer than this is a quote that was never closed, or no list of subscribers.
CELL_LIMIT = 131_072
LINE_LIMIT = 1_000_000

_CHUNK_BYTES = 1 << 18
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UTF_8 = "utf-8"
_MARK = "\ufeff"


def check_encoding(path: Path, encoding: str) -> None:
    """Read a file once and raise Misconfigured, with line and remedy, if its bytes do not fit."""
    _check_mark(path, encoding)
    misfit = _misfit(path, encoding)
    if misfit is not None:
        line, byte = misfit
        raise Misconfigured(
            f"{path.name}, line {line}: the byte 0x{byte:02X} is not {encoding}; "
            f"write {_remedy(path, encoding)} under format"
        )


def reading_name(encoding: str) -> str:
    """Name the encoding to read with: UTF-8 may start with a byte order mark.

    Raises Misconfigured for a name nobody knows.
    """
    try:
        " ".encode(encoding)  # refuses codecs that are not of text
        name = codecs.lookup(encoding).name
    except (LookupError, ValueError) as error:
        raise Misconfigured(
            f'"{encoding}" is no encoding; write utf-8, cp1250 (Central Europe), '
            "cp1252 (Western Europe) or utf-16"
        ) from error
    return "utf-8-sig" if name == _UTF_8 else name


class Lines(Iterator[str]):
    """Yield the lines of a file with their ends, in bounded memory, record by record.

    ``number`` counts the lines given; ``trouble`` says what is wrong with those of this record:
    bytes that are no text, a line that never ends.
    """

    def __init__(self, path: Path, encoding: str) -> None:
        """Open the file; ``close`` it in the end."""
        self._text = path.open(encoding=reading_name(encoding), newline="")
        self._again: deque[str] = deque()
        self._record: list[str] = []
        self.number = 0
        self.trouble = ""

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._read()
        if not line:
            raise StopIteration
        self._record.append(line)
        self.number += 1
        if len(line) > LINE_LIMIT:
            self.trouble = f"the line is longer than {LINE_LIMIT:,} characters"
        if "\0" in line:
            self.trouble = "the line holds a NUL byte, which is no text"
        return line.replace("\0", "").removeprefix(_MARK)

    def begin_record(self) -> None:
        """Forget the lines of the record before."""
        self._record.clear()
        self.trouble = ""

    def give_up_record(self) -> str:
        """Return this record's first line, which cannot be read, and give the others again."""
        first, *others = self._record
        self.number -= len(others)
        self._again.extendleft(reversed(others))
        return first

    def close(self) -> None:
        """Close the file."""
        self._text.close()

    def _read(self) -> str:
        line = piece = self._text.readline(LINE_LIMIT)
        while len(piece) == LINE_LIMIT and not piece.endswith(("\n", "\r")):
            piece = self._text.readline(LINE_LIMIT)
            line = f"{line[:LINE_LIMIT]}\n"
        return line


def _check_mark(path: Path, encoding: str) -> None:
    with path.open("rb") as file:
        start = file.read(4)
    wanted = codecs.lookup(reading_name(encoding)).name
    for mark, marked in _MARKS:
        if start.startswith(mark) and not wanted.startswith(marked):
            raise Misconfigured(
                f"{path.name} starts with the mark of {marked} and is not {encoding}; "
                f"write encoding: {marked} under format"
            )


def _misfit(path: Path, encoding: str) -> tuple[int, int] | None:
    """Return line and value of the first byte that does not fit, or None if all do."""
    decoder = codecs.getincrementaldecoder(reading_name(encoding))()
    lines = 1
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK_BYTES)
            try:
                lines += decoder.decode(chunk, final=not chunk).count("\n")
            except UnicodeDecodeError as error:
                before = error.object[: error.start].count(b"\n")
                return lines + before, error.object[error.start]
            if not chunk:
                return None


def _remedy(path: Path, encoding: str) -> str:
    if codecs.lookup(encoding).name != _UTF_8 and _misfit(path, _UTF_8) is None:
        return "encoding: utf-8"
    return "encoding: cp1250 (Central Europe) or encoding: cp1252 (Western Europe)"
