"""``duly tick``: one look at the world, and everything that follows from it."""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import click

from duly.cli.browsing import write_index
from duly.cli.local import read_instant, say_at, say_with_zone, zone_of
from duly.cli.opening import open_workspace
from duly.cli.place import in_folder
from duly.cli.progress import going_on
from duly.cli.tally import has_sent, said
from duly.dispatch.desk import Desk
from duly.errors import InputError, UsageError
from duly.rehearsal import MadeUpClock
from duly.service.folder import read_clock
from duly.service.workspace import Workspace
from duly.store.rolling import LONG_AGO, last_tick_at
from duly.store.tally import Standing, oldest_unfinished, standings
from duly.turn import turn
from duly.values.duration import Unit, parse_duration

# More looks than this are a slip of the pen; a look an hour lasts for more than a year.
MOST_LOOKS = 10_000


def read_length(text: str) -> timedelta:
    """Read a length such as 6 hours or 1 day."""
    try:
        return parse_duration(text, (Unit.HOUR, Unit.DAY)).as_timedelta()
    except InputError as error:
        raise UsageError(f'"{text}" is no length; write one like "6 hours"') from error


@click.command(
    epilog="Example: duly tick --at 2027-01-31T08:00 --every '6 hours' lets months pass in a test."
)
@in_folder
@click.option(
    "--at",
    metavar="MOMENT",
    help="Look as of this moment, such as 2027-01-31T08:00 in the zone: of duly.yaml, or with an "
    "offset (2027-01-31T08:00+02:00, 2027-01-31T08:00Z); environment: test only.",
)
@click.option(
    "--every",
    metavar="LENGTH",
    help="With --at: look this often on the way from the last look (or from now) to there, such "
    "as '6 hours' or '1 day'.",
)
@click.pass_context
def tick(ctx: click.Context, folder: Path, at: str | None, every: str | None) -> None:
    """Look once, decide, and do what is due."""
    if every is not None and at is None:
        raise UsageError("--every says how often to look on the way to --at; write both")
    clock = MadeUpClock(read_clock())
    workspace = open_workspace(folder, read_clock if at is None else clock.now)
    if at is not None and workspace.in_force != "test":
        raise UsageError("--at moves the clock, which is allowed with environment: test only")
    zone = zone_of(workspace)
    until = clock.at if at is None else read_instant(at, zone)
    moments = [until] if every is None else _on_the_way(workspace, until, read_length(every))
    desk, failed = workspace.desk(), set[str]()
    first, before = _before(desk)
    with going_on("looking, and doing what is due") as say:
        for moment in moments:
            say(say_at(moment, zone))
            clock.at = moment
            report = turn(desk, moment)
            failed.update(report.failed)
    after = _standing(desk, first)
    if has_sent(before, after):
        write_index(desk)
    if report.skipped:
        click.echo(f"did not look: {report.skipped}", err=True)
    where = say_with_zone(until, zone)
    click.echo(f"tick {report.number} at {where}: {said(before, after)}")
    if failed:
        click.echo(f"failed and left behind: {', '.join(sorted(failed))}", err=True)
        ctx.exit(3)


def _before(desk: Desk) -> tuple[int, Counter[Standing]]:
    """Return the first job that something may become of, and how it and all younger ones stand."""
    with desk.database.read() as transaction:
        first = oldest_unfinished(transaction)
        return first, standings(transaction, first)


def _standing(desk: Desk, first: int) -> Counter[Standing]:
    with desk.database.read() as transaction:
        return standings(transaction, first)


def _on_the_way(workspace: Workspace, until: datetime, step: timedelta) -> list[datetime]:
    """List the moments from the last look, or from now, to an instant, which is the last."""
    with workspace.database.read() as transaction:
        last = last_tick_at(transaction)
    moment = min(until, read_clock() if last == LONG_AGO else last)
    if (until - moment) / step > MOST_LOOKS:
        raise UsageError(f"that would be more than {MOST_LOOKS:,} looks; look less often")
    moments = []
    while moment + step < until:
        moment += step
        moments.append(moment)
    return [*moments, until]
