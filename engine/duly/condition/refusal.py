"""Collect every problem of one reading instead of stopping at the first."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from duly.errors import InputError
from duly.shape.complaint import NOT_YET, REMOVE
from duly.values.problem import Problem, Span

S = TypeVar("S")
T = TypeVar("T")


class RefusedError(Exception):
    """Give up one part of what is read, with the problem to tell."""

    def __init__(self, span: Span, code: str, message: str, hint: str = "") -> None:
        """Make the problem."""
        self.problem = Problem(span, code, message, hint)
        super().__init__(message)


@dataclass(slots=True)
class Problems:
    """Hold the problems found so far."""

    found: list[Problem] = field(default_factory=list)

    def attempt(self, read: Callable[[], T]) -> T | None:
        """Read a part; None if it was refused, with its problem noted."""
        try:
            return read()
        except RefusedError as refused:
            self.found.append(refused.problem)
            return None

    def every(self, read: Callable[[S], T], items: Iterable[S]) -> tuple[T, ...]:
        """Read every item; if any was refused, all are tried and the last refusal is raised."""
        results = []
        last: RefusedError | None = None
        for item in items:
            try:
                results.append(read(item))
            except RefusedError as refused:
                self.found.append(refused.problem)
                last = refused
        if last is not None:
            raise last
        return tuple(results)

    def sorted(self) -> tuple[Problem, ...]:
        """Return the problems in the order of their places, each once."""
        return tuple(sorted(set(self.found)))


def at(span: Span, code: str, read: Callable[[], T], *, prefix: str = "", hint: str = "") -> T:
    """Read a value, and refuse with its place what is wrong with it.

    What stands behind the semicolon of an InputError is its fix; ``hint`` stands in for a fix that
    is not there. ``prefix`` begins the message.
    """
    try:
        return read()
    except InputError as error:
        message, _, fix = str(error).partition("; ")
        raise RefusedError(span, code, prefix + message, fix or hint) from error


def not_yet(span: Span, name: str) -> RefusedError:
    """Refuse a name that the language plans and this version does not know."""
    return RefusedError(span, NOT_YET, f'"{name}" is not there yet', REMOVE)
