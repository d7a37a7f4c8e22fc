"""``duly apply``: the only door through which rules go live."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from duly.cli.opening import open_workspace
from duly.cli.place import counted, in_folder, show_problems
from duly.errors import UsageError

# More lines of one sort than this are told on one line.
_FEW = 5


@click.command()
@in_folder
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def apply(ctx: click.Context, folder: Path, *, yes: bool) -> None:
    """Check the files, show what changes, ask, and put them live.

    Rules count what happens from now on, never the past. Files with a mistake change nothing.
    """
    workspace = open_workspace(folder)
    reading = workspace.draft
    if reading.ruleset is None:
        show_problems(reading.problems, reading.files)
        errors = sum(problem.severity == "error" for problem in reading.problems)
        click.echo(f"{counted(errors, 'problem')}; what is live stays as it is")
        ctx.exit(1)
    workspace.set_up()
    changes = workspace.changes()
    if not changes and workspace.is_applied():
        click.echo("nothing to apply: the files are what is live")
        return
    if not changes:
        number = workspace.apply("cli")
        click.echo(f"the files say what is live in other words; stored as number {number}")
        return
    click.echo("\n".join(summary(changes)))
    if not yes:
        _ask()
    number = workspace.apply("cli")
    click.echo(f"live since now, as number {number}")


def _ask() -> None:
    try:
        click.confirm("Put this live?", abort=True)
    except click.Abort as error:
        if sys.stdin.isatty():
            raise
        raise UsageError("nobody can answer here; use --yes") from error


def summary(changes: Sequence[str]) -> tuple[str, ...]:
    """Bring many lines of one sort onto one: ``new      26 messages: welcome, farewell…``."""
    sorts: dict[tuple[str, str], list[str]] = {}
    for line in changes:
        verb, what = line.split(maxsplit=1)
        sort, _, name = what.partition(" ")
        sorts.setdefault((verb, sort), []).append(name)
    lines = []
    for (verb, sort), names in sorts.items():
        if len(names) > _FEW:
            lines.append(f"{verb:<8} {len(names)} {sort}s: {', '.join(names)}")
        else:
            lines += [f"{verb:<8} {sort} {name}".rstrip() for name in names]
    return tuple(lines)
