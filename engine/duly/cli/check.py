"""``duly check``: find out whether everything is right."""

from pathlib import Path

import click

from duly.cli.place import counted, in_folder, open_folder, show_problems


@click.command(epilog="Example: duly check --in my-shop")
@in_folder
@click.pass_context
def check(ctx: click.Context, folder: Path) -> None:
    """Find every mistake in the files, with its place and one fix; exit status 1 if there are."""
    reading = open_folder(folder).draft
    show_problems(reading.problems, reading.files)
    errors = [problem for problem in reading.problems if problem.severity == "error"]
    warnings = len(reading.problems) - len(errors)
    if errors:
        more = f", {counted(warnings, 'warning')}" if warnings else ""
        click.echo(f"{counted(len(errors), 'problem')}{more}; nothing was changed")
        ctx.exit(1)
    rules = len(reading.ruleset.rules) if reading.ruleset else 0
    click.echo(
        f"{counted(rules, 'rule')} in {counted(len(reading.files), 'file')}: all right"
        + (f", {counted(warnings, 'warning')}" if warnings else "")
    )
