"""``duly tick``: one look at the world, and everything that follows from it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from duly.cli.browsing import write_index
from duly.cli.opening import open_workspace
from duly.cli.place import counted, in_folder
from duly.cli.progress import going_on
from duly.errors import InputError, UsageError
from duly.rehearsal import MadeUpClock
from duly.service.folder import read_clock
from duly.service.workspace import Workspace
from duly.store.rolling import LONG_AGO, last_tick_at
from duly.turn import turn
from duly.values.duration import Unit, parse_duration


def read_instant(text: str) -> datetime:
    """Read an instant such as 2026-03-01T06:00Z; without a zone it is UTC."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f'"{text}" is no instant; write one like 2026-03-01T06:00Z') from error
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def read_length(text: str) -> timedelta:
    """Read a length such as 6 hours or 1 day."""
    try:
        return parse_duration(text, (Unit.HOUR, Unit.DAY)).as_timedelta()
    except InputError as error:
        raise UsageError(f'"{text}" is no length; write one like "6 hours"') from error


@click.command(
    epilog="Example: duly tick --at 2027-01-31T08:00Z --every '6 hours' lets months pass."
)
@in_folder
@click.option(
    "--at",
    metavar="INSTANT",
    help="Look as of this instant, such as 2027-01-31T08:00Z; environment: test only.",
)
@click.option("--every", metavar="LENGTH", help="With --at: look this often on the way there.")
@click.pass_context
def tick(ctx: click.Context, folder: Path, at: str | None, every: str | None) -> None:
    """Look once, decide, and do what is due."""
    if every is not None and at is None:
        raise UsageError("--every says how often to look on the way to --at; write both")
    clock = MadeUpClock(read_clock() if at is None else read_instant(at))
    until = clock.at
    workspace = open_workspace(folder, read_clock if at is None else clock.now)
    if at is not None and workspace.in_force != "test":
        raise UsageError("--at moves the clock, which is allowed with environment: test only")
    moments = [until] if every is None else _on_the_way(workspace, until, read_length(every))
    desk, jobs, failed = workspace.desk(), 0, set[str]()
    with going_on("looking, and doing what is due") as say:
        for moment in moments:
            say(f"{moment:%Y-%m-%d}")
            clock.at = moment
            report = turn(desk, moment)
            jobs += report.jobs
            failed.update(report.failed)
    if jobs:
        write_index(desk)
    click.echo(f"tick {report.number} at {until.isoformat()}: {counted(jobs, 'job')}")
    if failed:
        click.echo(f"failed and left behind: {', '.join(sorted(failed))}", err=True)
        ctx.exit(3)


def _on_the_way(workspace: Workspace, until: datetime, step: timedelta) -> list[datetime]:
    """List the moments from the last look, or from now, to an instant, which is the last."""
    with workspace.database.read() as transaction:
        last = last_tick_at(transaction)
    moment = min(until, read_clock() if last == LONG_AGO else last)
    moments = []
    while moment + step < until:
        moment += step
        moments.append(moment)
    return [*moments, until]
