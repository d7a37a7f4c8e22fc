"""One turn of the engine: look, then work until nothing is left to do now."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime

from duly import tick
from duly.dispatch.desk import Desk
from duly.dispatch.work import sweep, work
from duly.errors import ClockError, TakenError
from duly.store import rolling

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TurnReport:
    """Say what a turn was: the tick's number, the rules that failed, how many jobs were done.

    ``skipped`` says why it did not look: another tick did, and ``number`` is the newest.
    """

    number: int
    failed: tuple[str, ...]
    jobs: int
    skipped: str = ""


def turn(desk: Desk, now: datetime) -> TurnReport:
    """Look at the world as of an instant, and act on it.

    Raises ClockError if the clock stands before the last look; what waits is done all the same.
    """
    return asyncio.run(turn_async(desk, now))


async def turn_async(desk: Desk, now: datetime) -> TurnReport:
    """Do the same inside a running loop."""
    _, last = await asyncio.to_thread(_last_look, desk)
    found = await sweep(desk)
    try:
        report = await asyncio.to_thread(tick.run, desk.database, desk.live, now)
    except (ClockError, TakenError) as error:
        done = await work(desk)  # what was decided is still to be done
        if now < last:
            raise
        _log.info("another tick looked: %s", error)
        number, _ = await asyncio.to_thread(_last_look, desk)
        return TurnReport(number, (), found + done, skipped=str(error))
    done = await work(desk)
    return TurnReport(report.number, report.failed, found + done)


def _last_look(desk: Desk) -> tuple[int, datetime]:
    with desk.database.read() as transaction:
        return rolling.last_tick(transaction), rolling.last_tick_at(transaction)
