"""The engine on a copy of the database, with a made-up clock and answering connectors.

Tests, preview and diff run this: never a second implementation, and never with an effect.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from duly.action import Shop, Tools
from duly.dispatch.desk import Desk
from duly.rule import RuleSet
from duly.selection.live import make_live
from duly.store.copying import copy_to_memory
from duly.store.database import Database
from duly.turn import turn_async


@dataclass(slots=True)
class MadeUpClock:
    """Tell the time that the rehearsal says it is (aware UTC)."""

    at: datetime

    def now(self) -> datetime:
        """Return the present instant."""
        return self.at


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Hold a copy that can be run forward; closing it forgets everything."""

    desk: Desk
    clock: MadeUpClock

    def run(self, until: datetime, every: timedelta = timedelta(hours=6)) -> int:
        """Run to an instant in steps; returns how many turns were made."""
        return asyncio.run(self._run(until, every))

    async def _run(self, until: datetime, every: timedelta) -> int:
        turns = 0
        while self.clock.at < until:
            self.clock.at = min(self.clock.at + every, until)
            await turn_async(self.desk, self.clock.at)
            turns += 1
        return turns

    def close(self) -> None:
        """Forget the copy."""
        self.desk.database.close()


def rehearse(
    database: Database,
    ruleset_id: int,
    ruleset: RuleSet,
    shop: Shop,
    tools: Tools,
    clock: MadeUpClock,
) -> Rehearsal:
    """Copy a database and make it ready to run; the original is only read."""
    copy = copy_to_memory(database)
    live = make_live(ruleset_id, ruleset, copy.dialect)
    return Rehearsal(Desk(copy, live, shop, tools, clock.now), clock)
