"""What commands share: where the workspace is, and how its problems are shown."""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

import click

from duly.service.folder import Folder, find_folder
from duly.values.problem import Problem, render

# A reason longer than this is cut in its middle, since its end says what to write instead.
_LONGEST = 120

Command = TypeVar("Command", bound=Callable[..., object])


def in_folder(command: Command) -> Command:
    """Give a command the option that names the workspace."""
    option = click.option(
        "--in",
        "folder",
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        default=Path(),
        help="The folder of the business; the current one by default.",
    )
    return option(command)


def open_folder(folder: Path) -> Folder:
    """Open the folder of the business that a folder lies in, for what needs no database."""
    return Folder(find_folder(folder.absolute()), dict(os.environ))


def show_problems(problems: Iterable[Problem], files: Mapping[str, tuple[str, ...]]) -> None:
    """Print every problem with its line, in the order of their places."""
    for problem in sorted(problems):
        click.echo(render(problem, files.get(problem.span.file, ())))
        click.echo()


def counted(number: int, one: str, many: str = "") -> str:
    """Write a number with its noun: ``1 problem``, ``3 problems``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def shortened(text: str) -> str:
    """Keep a text to one readable line: beginning and end of one that is too long."""
    if len(text) <= _LONGEST:
        return text
    half = _LONGEST // 2
    return f"{text[:half].rstrip()} … {text[-half:].lstrip()}"
