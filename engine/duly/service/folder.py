"""The folder of one business: its files as they are now, a draft until they are applied."""

import errno
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from duly.errors import InputError, UsageError
from duly.language.source_file import MAX_FILE_BYTES
from duly.language.wiring import Wiring, read_wiring
from duly.language.workspace import (
    Outlets,
    Reading,
    Settings,
    digest_of,
    live_files,
    read_settings_file,
    read_workspace,
)
from duly.service.connectors import outlets
from duly.shape.quote import quote
from duly.values.problem import Problem, ProblemsError, Span

SETTINGS = "duly.yaml"
CATALOG = "catalog.yaml"
# What says something by the end of its name, in the folders that are looked through.
ENDINGS: Mapping[str, tuple[str, ...]] = {
    "rules": (".yaml", ".yml"),
    "messages": (".md",),
    "documents": ("",),
}


@dataclass(frozen=True, slots=True)
class Found:
    """Hold the files that say something, by their paths in the folder, and which cannot be read."""

    files: Mapping[str, bytes]
    unreadable: tuple[Problem, ...]


Clock = Callable[[], datetime]


def read_clock() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Folder:
    """Hold a business's folder as its files are now, the environment they refer to, the clock."""

    folder: Path
    environment: Mapping[str, str]
    clock: Clock = read_clock

    @cached_property
    def found(self) -> Found:
        """Read every file that says something."""
        return find_files(self.folder)

    @cached_property
    def wiring(self) -> Wiring:
        """Return what the engine needs of duly.yaml; the rest of it may be a draft with mistakes.

        Raises ProblemsError where it cannot be told which database is meant.
        """
        if SETTINGS not in self.found.files:
            raise ProblemsError(self.found.unreadable)
        return read_wiring(self.found.files[SETTINGS], environment=self.environment)

    @cached_property
    def outlets(self) -> Outlets | None:
        """Say what the connectors of duly.yaml can do; None if it cannot be read."""
        try:
            return outlets(self.wiring.connectors)
        except ProblemsError:
            return None

    @cached_property
    def settings(self) -> Settings:
        """Return the settings; raises ProblemsError if duly.yaml cannot be used."""
        reading = self._settings(self.outlets)
        if reading.settings is None:
            raise ProblemsError(reading.problems)
        return reading.settings

    @cached_property
    def draft(self) -> Reading:
        """Check the files; all problems are in the reading."""
        return read_workspace(
            self.found.files,
            environment=self.environment,
            outlets=self.outlets,
            unreadable=self.found.unreadable,
            now=self.clock(),
        )

    def draft_digest(self) -> str:
        """Return the digest that the files would have as what is live; empty if they have none."""
        if self.found.unreadable:
            return ""
        try:
            return digest_of(live_files(self.found.files))
        except InputError:
            return ""

    def _settings(self, able: Outlets | None) -> Reading:
        return read_settings_file(
            self.found.files,
            environment=self.environment,
            outlets=able,
            unreadable=self.found.unreadable,
        )


def find_files(folder: Path) -> Found:
    """Read the files of a folder that say something, those with a wrong name included."""
    files: dict[str, bytes] = {}
    unreadable: list[Problem] = []
    for path in (folder / SETTINGS, folder / CATALOG, *_below(folder, unreadable)):
        try:
            files[path.relative_to(folder).as_posix()] = _read(path)
        except OSError as error:
            if os.path.lexists(path):
                unreadable.append(_unreadable(path.relative_to(folder), error))
    return Found(files, tuple(sorted(unreadable)))


def _read(path: Path) -> bytes:
    """Read a file, and of one that is too large only so much that it is found to be."""
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):  # reading a pipe or device may never end
        raise OSError(errno.EINVAL, "it is no ordinary file")
    with path.open("rb") as file:
        return file.read(MAX_FILE_BYTES + 1)


def _below(folder: Path, unreadable: list[Problem]) -> Iterator[Path]:
    """Walk through the folders that hold files, in the order of their names."""

    def note(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            unreadable.append(_unreadable(Path(error.filename).relative_to(folder), error))

    for name, endings in ENDINGS.items():
        for place, folders, files in os.walk(folder / name, onerror=note):
            folders[:] = sorted(each for each in folders if not each.startswith("."))
            visible = sorted(each for each in files if not each.startswith("."))
            yield from (Path(place, each) for each in visible if each.endswith(endings))


def _unreadable(path: Path, error: OSError) -> Problem:
    message = f"{quote(path.as_posix())} cannot be read: {error.strerror or type(error).__name__}"
    hint = "let duly read it, or take it out of the folder"
    return Problem(Span(path.as_posix(), 1, 1), "unreadable", message, hint)


def find_folder(start: Path) -> Path:
    """Return the folder of the business: the given one or one above; raises UsageError."""
    for folder in (start, *start.parents):
        if (folder / SETTINGS).is_file():
            return folder
    raise UsageError(f"there is no {SETTINGS} here; run duly init --pack coffee-box my-shop")
