"""One turn of the engine: look, then work until nothing is left to do now."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from duly import tick
from duly.dispatch.desk import Desk
from duly.dispatch.work import sweep, work
from duly.errors import ClockError


@dataclass(frozen=True, slots=True)
class TurnReport:
    """Say what a turn was: the tick's number, the rules that failed, how many jobs were done."""

    number: int
    failed: tuple[str, ...]
    jobs: int


def turn(desk: Desk, now: datetime) -> TurnReport:
    """Look at the world as of an instant, and act on it.

    Raises ClockError if the instant lies before the last look; what waits is done all the same.
    """
    return asyncio.run(turn_async(desk, now))


async def turn_async(desk: Desk, now: datetime) -> TurnReport:
    """Do the same inside a running loop."""
    found = await sweep(desk)
    try:
        report = await asyncio.to_thread(tick.run, desk.database, desk.live, now)
    except ClockError:
        await work(desk)  # what was decided is still to be done
        raise
    done = await work(desk)
    return TurnReport(report.number, report.failed, found + done)
