"""A mistake in somebody's file, with its place and one way to mend it."""

from dataclasses import dataclass
from typing import Literal

from duly.errors import InputError

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Mark a stretch of one line: line and column count from 1, length in characters."""

    file: str
    line: int
    column: int
    length: int = 1


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Say what is wrong, where, and what to write instead.

    ``code`` is a stable word such as ``unknown-word``; ``message`` one sentence with the value
    that was wrong; ``hint`` one fix, without the leading ``=``, or empty.
    """

    span: Span
    code: str
    message: str
    hint: str = ""
    severity: Severity = "error"


class ProblemsError(InputError):
    """Carry every problem of an input that could not be used."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        """Keep the problems in the order of their places."""
        self.problems = tuple(sorted(problems))
        count = len(self.problems)
        super().__init__(f"{count} problem{'' if count == 1 else 's'} in the input")


def render(problem: Problem, lines: tuple[str, ...]) -> str:
    """Show a problem with its source line and a caret; ``lines`` is the file, line by line."""
    span = problem.span
    head = f"{span.file}:{span.line}:{span.column}: {problem.message} [{problem.code}]"
    parts = [head if problem.severity == "error" else f"{head} (warning)"]
    if 1 <= span.line <= len(lines):
        parts += _excerpt(span, lines[span.line - 1])
    if problem.hint:
        parts.append(f"{' ' * len(str(span.line))} = {problem.hint}")
    return "\n".join(parts)


def _excerpt(span: Span, line: str) -> list[str]:
    gutter = " " * len(str(span.line))
    start = min(span.column - 1, len(line))
    carets = "^" * max(1, min(span.length, len(line) - start))
    pad = "".join("\t" if char == "\t" else " " for char in line[:start])
    return [f"{gutter} |", f"{span.line} | {line}", f"{gutter} | {pad}{carets}"]
