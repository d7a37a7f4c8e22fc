"""The place where the YAML parser gave up, with what stands around it."""

import re
from dataclasses import dataclass

import yaml
from yaml.tokens import (
    FlowMappingEndToken,
    FlowMappingStartToken,
    FlowSequenceEndToken,
    FlowSequenceStartToken,
    Token,
)

from duly.language.source_file import SourceFile, for_slow_parser
from duly.language.tree import Mark
from duly.values.problem import Problem

_COMMENT = re.compile(r"(?:^|\s)#")
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'")
_END_IN_BRACKETS = re.compile(r"[,\]}]")


@dataclass(frozen=True, slots=True)
class Spot:
    """Hold where the parser stopped; lines and columns count from 0.

    ``since`` is where the thing that the parser was reading began; ``found`` what it met there.
    """

    source: SourceFile
    line: int
    column: int
    since: tuple[int, int]
    found: str

    @property
    def character(self) -> str:
        """Return the character where the parser stopped, nothing at the end of a line."""
        return self.text(self.line)[self.column : self.column + 1]

    def text(self, line: int) -> str:
        """Return a line, nothing outside the text."""
        lines = self.source.lines
        return lines[line] if 0 <= line < len(lines) else ""

    def value_at(self, line: int, column: int) -> str:
        """Return the value that starts at a place, up to a comment or a comma in brackets."""
        text = self.text(line)
        value = content_of(text[column:])
        if bracket_depth(text[:column]) > 0:
            value = _END_IN_BRACKETS.split(value, maxsplit=1)[0].rstrip()
        return value

    def line_above(self) -> int:
        """Return the nearest line above that holds more than a comment, -1 if there is none."""
        line = self.line - 1
        while line >= 0 and not content_of(self.text(line)):
            line -= 1
        return line

    def token_before(self) -> Token | None:
        """Return the last word, quote or sign before the place where the parser stopped."""
        return next(reversed(self._tokens()), None)

    def open_bracket(self) -> tuple[int, int] | None:
        """Return the place of the last bracket that is open where the parser stopped."""
        opened: list[tuple[int, int]] = []
        for token in self._tokens():
            if isinstance(token, (FlowMappingStartToken, FlowSequenceStartToken)):
                opened.append(_place(token.start_mark))
            elif isinstance(token, (FlowMappingEndToken, FlowSequenceEndToken)) and opened:
                opened.pop()
        return opened[-1] if opened else None

    def _tokens(self) -> list[Token]:
        """List what can be seen before the place, as far as it can be told apart."""
        found: list[Token] = []
        try:
            for token in yaml.scan(for_slow_parser(self.source.text), Loader=yaml.SafeLoader):
                if _place(token.start_mark) >= (self.line, self.column):
                    break
                if token.end_mark.index > token.start_mark.index:
                    found.append(token)
        except yaml.MarkedYAMLError:
            return found
        return found

    def problem(
        self,
        code: str,
        message: str,
        hint: str,
        *,
        at: tuple[int, int] | None = None,
        length: int = 1,
    ) -> Problem:
        """Make the problem, where the parser stopped or at another place."""
        line, column = at or (self.line, self.column)
        return Problem(self.source.span(line, column, length), code, message, hint)


def spot_of(error: yaml.MarkedYAMLError, source: SourceFile, found: str) -> Spot:
    """Take the places out of a parser error."""
    line, column = _place(error.problem_mark)
    since = _place(error.context_mark) if error.context_mark else (line, column)
    return Spot(source, line, column, since, found)


def content_of(line: str) -> str:
    """Return a line without its comment and the space at its end."""
    return _COMMENT.split(line, maxsplit=1)[0].rstrip()


def indent_of(line: str) -> int:
    """Count the spaces a line starts with."""
    return len(line) - len(line.lstrip(" "))


def bracket_depth(text: str) -> int:
    """Count the brackets that are open at the end of a text; those inside quotes do not count."""
    bare = _QUOTED.sub("", text)
    return sum(1 for char in bare if char in "[{") - sum(1 for char in bare if char in "]}")


def _place(mark: Mark | None) -> tuple[int, int]:
    return (mark.line, mark.column) if mark else (0, 0)
