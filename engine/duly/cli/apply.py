"""``duly apply``: the only door through which rules go live."""

from pathlib import Path

import click

from duly.cli.place import counted, in_folder, open_workspace, show_problems


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
    if not changes:
        click.echo("nothing to apply: the files are what is live")
        return
    click.echo("\n".join(changes))
    if not yes:
        click.confirm("Put this live?", abort=True)
    number = workspace.apply("cli")
    click.echo(f"live since now, as number {number}")
