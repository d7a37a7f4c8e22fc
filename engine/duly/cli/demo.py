"""``duly demo``: a small business for three months, in seconds, in a folder of its own."""

import asyncio
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from duly.cli.browsing import write_index
from duly.cli.demo_people import Arrival, sign_ups, taken_over
from duly.cli.init import copy_pack
from duly.dispatch.desk import Desk
from duly.errors import UsageError
from duly.rehearsal import MadeUpClock
from duly.service.workspace import Workspace
from duly.store import enrolling, rolling
from duly.store.context import Context
from duly.store.figures import Figures, figures
from duly.turn import turn_async

PACK = "coffee-box"
FOLDER = Path("duly-demo")
MARK = Path(".duly") / "demo"
FIRST_DAY = date(2026, 9, 1)
LAST_DAY = date(2026, 11, 30)
EVERY = timedelta(hours=12)
BEGIN = datetime(2026, 8, 31, 21, tzinfo=UTC)  # midnight of the first day in Bucharest
END = datetime(2026, 11, 30, 22, tzinfo=UTC)  # midnight after the last day in Bucharest
ACTOR = "demo"


@click.command(epilog="Example: duly demo --again")
@click.option("--again", is_flag=True, help="Throw the demo away and start afresh.")
def demo(*, again: bool) -> None:
    """Run the coffee-box pack for three months with made-up people, into ./duly-demo.

    Nothing leaves the folder: mails and parcels become files, cards only pretend to pay.
    """
    if FOLDER.exists() and not (FOLDER / MARK).exists():
        raise UsageError(f"{FOLDER} is there and is not a demo; go to another folder")
    if again and FOLDER.exists():
        shutil.rmtree(FOLDER)
    fresh = not FOLDER.exists()
    if fresh:
        copy_pack(PACK, FOLDER)
        (FOLDER / MARK).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / MARK).touch()
    clock = MadeUpClock(BEGIN)
    workspace = Workspace(FOLDER.absolute(), {}, clock.now)
    turns = asyncio.run(_run(workspace, clock))
    _tell(workspace, turns)


async def _run(workspace: Workspace, clock: MadeUpClock) -> int:
    """Run from where the demo stands to its end; returns how many turns that took."""
    workspace.set_up()
    if workspace.stored() is None:
        workspace.apply(ACTOR)
    desk = workspace.desk()
    _take_over(desk)
    arrivals = sign_ups(desk.shop.catalog, FIRST_DAY, LAST_DAY, desk.shop.gateways[0])
    instants = [at for at in _instants() if at > _last_look(desk)]
    for at in _with_progress(instants):
        clock.at = at
        _sign_up(desk, arrivals, at)
        await turn_async(desk, at)
    return len(instants)


def _instants() -> Sequence[datetime]:
    count = (END - BEGIN) // EVERY
    return [BEGIN + EVERY * (n + 1) for n in range(count)]


def _last_look(desk: Desk) -> datetime:
    with desk.database.read() as transaction:
        return rolling.last_tick_at(transaction)


def _take_over(desk: Desk) -> None:
    people = taken_over(desk.shop.catalog, FIRST_DAY, desk.shop.gateways[0])
    with desk.database.write() as transaction:
        history = enrolling.TakeOver(FIRST_DAY)
        enrolling.enrol(transaction, people, history, Context(BEGIN, ACTOR))


def _sign_up(desk: Desk, arrivals: Sequence[Arrival], at: datetime) -> None:
    """Let those sign up whose day it is; who is there already stays as he is."""
    today = [one.enrolment for one in arrivals if one.on == at.date()]
    if today:
        with desk.database.write() as transaction:
            enrolling.enrol(transaction, today, enrolling.TakeOver(), Context(at, ACTOR))


def _with_progress(instants: Sequence[datetime]) -> Iterator[datetime]:
    """Show how far it is: a bar on a terminal, a line a month elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield from _with_lines(instants)
        return
    bar = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*bar, console=console) as progress:
        task = progress.add_task("", total=len(instants))
        for at in instants:
            progress.update(task, description=f"{at:%d %B %Y}")
            yield at
            progress.advance(task)


def _with_lines(instants: Sequence[datetime]) -> Iterator[datetime]:
    month = 0
    for at in instants:
        if at.month != month:
            month = at.month
            click.echo(f"… {at:%B %Y}", err=True)
        yield at


@dataclass(frozen=True, slots=True)
class _Places:
    """Say where the demo's files lie."""

    folder: Path
    index: Path | None


def _tell(workspace: Workspace, turns: int) -> None:
    desk = workspace.desk()
    with desk.database.read() as transaction:
        found = figures(transaction, desk.shop.business.currency)
    if not turns:
        click.echo("Everything is done already; nothing was added. (--again starts afresh)")
    for line in _summary(found, _places(desk, workspace.folder)):
        click.echo(line)


def _places(desk: Desk, folder: Path) -> _Places:
    return _Places(folder, write_index(desk))


def _summary(found: Figures, places: _Places) -> Iterator[str]:
    months = f"{FIRST_DAY:%B} to {LAST_DAY:%B %Y}"
    yield f"Cafeaua Noastră, {months}: {found.subscribers} people, {found.active} active."
    yield f"Invoices   {found.invoices:,} for {found.invoiced}, of which {found.open} is open"
    yield f"Payments   {found.attempts:,} attempts brought {found.paid}"
    yield f"Refused    {found.declined} invoices at first, {found.recovered} paid after all"
    yield f"Paused     {found.paused} for not paying, {found.resumed} came back"
    yield f"Parcels    {found.parcels:,} sent, each after its payment"
    yield f"Messages   {found.mails:,} mails, {found.texts:,} texts; {found.offers} offers made"
    yield f"A month    {found.monthly} from those who are active"
    if places.index is not None:
        yield f"Open the mails and parcels:  {places.index}"
    if shutil.which("duly") is None:
        yield f"First, in this terminal:  . {Path(sys.executable).parent / 'activate'}"
    yield f"Look around:  cd {FOLDER} && duly status   (rules are in {FOLDER / 'rules'})"
