"""Files with mistakes, and what is told about each: it stands in a comment at their end.

A file takes its place in the small workspace of tests/language/base.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from duly.language.workspace import Outlets, Reading, read_workspace
from duly.rule import Rule
from duly.values.problem import render

FOLDER = Path(__file__).resolve().parent / "language"
PLACES = {
    "rules": "rules/care.yaml",
    "settings": "duly.yaml",
    "catalog": "catalog.yaml",
    "messages": "messages/welcome.md",
}
OUTLETS = Outlets(
    channels=frozenset({"email"}),
    gateways=frozenset({"cards"}),
    carrier=False,
    uses={"outbox": {"folder": False, "tags": False}, "sandbox": {"folder": False, "key": False}},
)
ANSWER = "~~~ what is told"


@dataclass(frozen=True, slots=True)
class Case:
    """Hold a file of mistakes: where it takes its place, what it says, what is told about it."""

    path: Path
    place: str
    text: str
    told: str

    def __str__(self) -> str:
        return f"{self.path.parent.name}/{self.path.stem}"


def workspace(folder: Path) -> Mapping[str, bytes]:
    """Read the files of a workspace by their paths in it."""
    patterns = ("duly.yaml", "catalog.yaml", "rules/*.yaml", "messages/*.md")
    found = [path for pattern in patterns for path in sorted(folder.glob(pattern))]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


@cache
def read_with(text: str, place: str) -> Reading:
    """Read the base workspace with a file in its place."""
    files = {**workspace(FOLDER / "base"), place: text.encode()}
    return read_workspace(files, environment={}, outlets=OUTLETS)


def rule_of(text: str, outlets: Outlets | None = None) -> Rule:
    """Return the one rule of a file that stands in the base workspace beside its own."""
    files = {**workspace(FOLDER / "base"), PLACES["rules"]: text.encode()}
    reading = read_workspace(files, environment={}, outlets=outlets)
    errors = [problem for problem in reading.problems if problem.severity == "error"]
    assert reading.ruleset is not None, errors
    (name,) = set(reading.ruleset.rules) - {"bill"}
    return reading.ruleset.rules[name]


def bad_cases() -> Iterator[Case]:
    """Yield every file of mistakes."""
    for folder, place in PLACES.items():
        for path in sorted((FOLDER / "bad" / folder).iterdir()):
            text, _, answer = path.read_text(encoding="utf-8").partition(_start(path.suffix))
            lines = answer.splitlines()
            if path.suffix == ".md":
                told = lines[:-1]
            else:
                told = [line.removeprefix("#").removeprefix(" ") for line in lines]
            yield Case(path, place, text, "\n".join(told))


def told_about(case: Case) -> str:
    """Return what is told about a file of mistakes."""
    reading = read_with(case.text, case.place)
    lines = reading.files
    told = [render(one, lines.get(one.span.file, ())) for one in reading.problems]
    return "\n".join(line.rstrip() for one in told for line in one.split("\n"))


def _start(suffix: str) -> str:
    return f"{{# {ANSWER}\n" if suffix == ".md" else f"# {ANSWER}\n"
