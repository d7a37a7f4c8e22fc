"""One turn of the engine: look, then work until nothing is left to do now."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from duly import tick
from duly.dispatch.desk import Desk
from duly.dispatch.work import sweep, work


@dataclass(frozen=True, slots=True)
class TurnReport:
    """Say what a turn was: the tick's number, the rules that failed, how many jobs were done."""

    number: int
    failed: tuple[str, ...]
    jobs: int


def turn(desk: Desk, now: datetime) -> TurnReport:
    """Look at the world as of an instant, and act on it."""
    return asyncio.run(turn_async(desk, now))


async def turn_async(desk: Desk, now: datetime) -> TurnReport:
    """Do the same inside a running loop."""
    found = await sweep(desk)
    report = await asyncio.to_thread(tick.run, desk.database, desk.live, now)
    done = await work(desk)
    return TurnReport(report.number, report.failed, found + done)
