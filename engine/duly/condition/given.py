"""What the reader of a file hands over: texts, lists and names, each with its place."""

from dataclasses import dataclass

from duly.values.problem import Span


@dataclass(frozen=True, slots=True)
class Text:
    """Hold one text without its quotes; the place covers it as written, with its quotes."""

    text: str
    span: Span

    def place(self, start: int, length: int) -> Span:
        """Return the place of a part of the text.

        Exact for plain and quoted texts of one line; for others the start of the value.
        """
        shift = self.span.length - len(self.text)  # 0: plain; 2: quotes around and none inside
        if shift not in (0, 2):
            return self.span
        column = self.span.column + shift // 2 + start
        return Span(self.span.file, self.span.line, column, max(1, length))


@dataclass(frozen=True, slots=True)
class Many:
    """Hold a list."""

    items: tuple["Given", ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Entries:
    """Hold names with what stands under them, in the order of the file."""

    entries: tuple[tuple[Text, "Given"], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Nothing:
    """Mark a place where nothing was written."""

    span: Span


Given = Text | Many | Entries | Nothing
