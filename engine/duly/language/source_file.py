"""The text of a file with its lines, and the refusal of what cannot be text."""

import re
from dataclasses import dataclass

from duly.shape.quote import INVISIBLE, visible
from duly.values.problem import Problem, Span

MAX_FILE_BYTES = 1024 * 1024

_BREAK = re.compile(r"\r\n|\r|\n")
_BYTE_ORDER_MARK = "\ufeff"
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_INNER_QUESTION = re.compile(r"(?<=[^\s,\[\]{}])\?|(?<=[^\s,\[\]{}:?-] )\?")
_STAND_IN = "\ue03f"  # a character for private use, which no keyboard types
_ODD_INDENT = re.compile(r"^[ \t]*([\u00a0\u2000-\u200b\u202f\u205f\u3000])", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """Keep a text with its lines; ``first_line`` is where the text starts in the file."""

    file: str
    text: str
    lines: tuple[str, ...]
    first_line: int = 1

    def span(self, line: int, column: int, length: int = 1) -> Span:
        """Place a stretch of one line inside the file; ``line`` and ``column`` count from 0."""
        if line >= len(self.lines):
            line, column = len(self.lines) - 1, len(self.lines[-1])
        column = min(column, len(self.lines[line]))
        length = max(1, min(length, len(self.lines[line]) - column))
        return Span(self.file, line + self.first_line, column + 1, length)

    def span_at(self, offset: int, length: int = 1) -> Span:
        """Place the character with this number in the text."""
        before = split_lines(self.text[:offset] + ".")
        return self.span(len(before) - 1, len(before[-1]) - 1, length)


def split_lines(text: str) -> tuple[str, ...]:
    """Cut a text into its lines without their ends; a text has at least one line."""
    lines = _BREAK.split(text)
    return tuple(lines[:-1] if len(lines) > 1 and not lines[-1] else lines)


def open_source(data: str | bytes, file: str) -> tuple[SourceFile, tuple[Problem, ...]]:
    """Decode a file and keep its lines; a problem says why the text cannot be read further."""
    if isinstance(data, bytes):
        encoding = "utf-16" if data.startswith(_UTF_16_MARKS) else "utf-8"
        text = data.decode(encoding, errors="replace")
        size = len(data)
    else:
        text = data
        size = len(data.encode("utf-8", errors="surrogatepass"))
    text = text.removeprefix(_BYTE_ORDER_MARK)
    source = SourceFile(file, text, split_lines(visible(text)))
    if size > MAX_FILE_BYTES:
        return source, (_too_large(source),)
    problem = _wrong_encoding(source, data) or _invisible(source) or _odd_indent(source)
    return source, (problem,) if problem else ()


def for_slow_parser(text: str) -> str:
    """Hide the question marks inside words, character by character.

    PyYAML's parser in Python takes them for signs when they stand in brackets (``{at: a?b}``).
    """
    return _INNER_QUESTION.sub(_STAND_IN, text)


def from_slow_parser(value: str) -> str:
    """Bring the hidden question marks back."""
    return value.replace(_STAND_IN, "?")


def find_invisible(text: str) -> str | None:
    """Return the code of the first character nobody can see, such as ``U+0000``."""
    found = INVISIBLE.search(text)
    return f"U+{ord(found[0]):04X}" if found else None


def _too_large(source: SourceFile) -> Problem:
    return Problem(
        source.span(0, 0),
        "too-large",
        "this file is larger than 1 MiB",
        "split it into several files",
    )


def _wrong_encoding(source: SourceFile, data: str | bytes) -> Problem | None:
    if isinstance(data, str):
        return None
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        kind = "UTF-16" if data.startswith(_UTF_16_MARKS) else "another encoding"
        before = data[: error.start].decode("utf-8").removeprefix(_BYTE_ORDER_MARK)
        return Problem(
            source.span_at(len(before)),
            "not-utf-8",
            f"this file is saved in {kind}, not in UTF-8",
            'save it again and choose the encoding "UTF-8"',
        )
    return None


def _invisible(source: SourceFile) -> Problem | None:
    found = INVISIBLE.search(source.text)
    if found is None:
        return None
    return Problem(
        source.span_at(found.start()),
        "invisible-character",
        f"an invisible character (U+{ord(found[0]):04X}) stands here",
        "delete it, or type the line again",
    )


def _odd_indent(source: SourceFile) -> Problem | None:
    found = _ODD_INDENT.search(source.text)
    if found is None:
        return None
    return Problem(
        source.span_at(found.start(1)),
        "odd-space",
        "this line starts with a kind of space that web pages and chats use "
        f"(U+{ord(found[1]):04X})",
        "delete the spaces at the start of the line and type them again",
    )
