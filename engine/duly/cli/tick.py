"""``duly tick``: one look at the world, and everything that follows from it."""

from datetime import UTC, datetime
from pathlib import Path

import click

from duly.cli.opening import open_workspace
from duly.cli.place import counted, in_folder
from duly.cli.progress import going_on
from duly.errors import UsageError
from duly.service.folder import read_clock
from duly.turn import turn


def read_instant(text: str) -> datetime:
    """Read an instant such as 2026-03-01T06:00Z; without a zone it is UTC."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f'"{text}" is no instant; write one like 2026-03-01T06:00Z') from error
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


@click.command()
@in_folder
@click.option("--at", metavar="INSTANT", help="Look as of this instant; environment: test only.")
@click.pass_context
def tick(ctx: click.Context, folder: Path, at: str | None) -> None:
    """Look once, decide, and do what is due."""
    now = read_clock() if at is None else read_instant(at)
    workspace = open_workspace(folder, read_clock if at is None else lambda: now)
    if at is not None and workspace.in_force != "test":
        raise UsageError("--at moves the clock, which is allowed with environment: test only")
    with going_on("looking, and doing what is due"):
        report = turn(workspace.desk(), now)
    click.echo(f"tick {report.number} at {now.isoformat()}: {counted(report.jobs, 'job')}")
    if report.failed:
        click.echo(f"failed and left behind: {', '.join(report.failed)}", err=True)
        ctx.exit(3)
