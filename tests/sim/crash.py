"""Runs the coffee business in ticks of six hours, restarts it from snapshots, and strikes it."""

import asyncio
import copy
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, cached_property
from typing import Any, cast

from sqlalchemy import Engine

from duly.dispatch.desk import Desk
from duly.selection.live import Live, make_live
from duly.store import enrolling, installation, rulesets
from duly.store.context import Context
from duly.store.database import Database, open_database
from duly.tables.every import schema
from duly.turn import turn_async
from sim.faults import CALL_FAULTS, COMMIT_FAULTS, Crash, Fault, Seams, SeamTools, World
from sim.promises import is_at_rest, violations
from sim.summary import Summary, difference, sum_up
from sim.world import INSTALLATION, PEOPLE, RULESET, SHOP, START

STEP = timedelta(hours=6)
STEPS = 4 * 32
# What a restarted service does in the hour after a fault: it looks every few minutes.
AFTER_A_FAULT = tuple(timedelta(minutes=minutes) for minutes in (1, 17, 33, 49))


@cache
def live() -> Live:
    """Return the rules with their statements, which nothing changes."""
    return make_live(1, RULESET, "sqlite")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Hold everything that outlives a process, before a step, and how much was done by then."""

    step: int
    database: bytes
    world: World
    commits: int
    calls: int

    def done(self, seam: str) -> int:
        """Count what had been done at a seam."""
        return self.commits if seam == "commit" else self.calls


@dataclass(slots=True)
class Run:
    """Hold one run of the business: the database, the world, and the process at work on them."""

    engine: Engine
    runner: asyncio.Runner
    world: World
    seams: Seams
    next_faults: list[Fault]  # what strikes each process that follows a crash, counted from there

    @property
    def database(self) -> Database:
        """Return the database as the process that runs now has it open."""
        return Database(self.engine, self.seams.around_commit())

    @property
    def desk(self) -> Desk:
        """Return the desk of the process that runs now."""
        tools = SeamTools(self.world, self.seams)
        return Desk(self.database, live(), SHOP, tools, self.world.clock.now)

    def look(self, now: datetime) -> None:
        """Make one turn of the engine."""
        self.world.clock.at = now
        report = self.runner.run(turn_async(self.desk, now))
        assert not report.failed, report

    def step(self, number: int) -> None:
        """Do a step; a process that was struck is followed by a new one, which clears up."""
        now = START + number * STEP
        had_struck = self.seams.struck
        self._look_or_die(now)
        if self.seams.struck and not had_struck:
            for later in AFTER_A_FAULT:
                self._look_or_die(now + later)
                if is_at_rest(self.database):
                    break

    def _look_or_die(self, now: datetime) -> None:
        """Look; a process that crashes is followed by a new one, which may be struck too."""
        try:
            self.look(now)
        except Crash:
            self.seams = Seams(self.next_faults.pop(0) if self.next_faults else None, struck=True)
            self.world.charging.clear()

    def keep(self, number: int) -> Snapshot:
        """Keep the state before a step."""
        world = copy.deepcopy(self.world)
        data = driver(self.engine).serialize()
        return Snapshot(number, data, world, self.seams.commits, self.seams.calls)


def driver(engine: Engine) -> sqlite3.Connection:
    """Return the one connection of a database in memory."""
    with engine.connect() as connection:
        return cast(sqlite3.Connection, connection.connection.driver_connection)


def restore(kept: bytes, into: sqlite3.Connection) -> None:
    """Bring a database back; an open connection must not be deserialised into."""
    with closing(sqlite3.connect(":memory:")) as source:
        source.deserialize(kept)
        source.backup(into)


@dataclass(frozen=True, slots=True)
class Usual:
    """Hold a run in which nothing went wrong: its state before each step, what it came to after."""

    snapshots: tuple[Snapshot, ...]
    summaries: tuple[Summary, ...]
    commits: int
    calls: int

    def before(self, fault: Fault) -> Snapshot:
        """Return the last state before the n-th commit or call."""
        return [one for one in self.snapshots if one.done(fault.seam) < fault.number][-1]

    def faults(self) -> Iterator[Fault]:
        """List every fault that a run can meet."""
        for number in range(1, self.commits + 1):
            yield from (Fault("commit", number, kind) for kind in COMMIT_FAULTS)
        for number in range(1, self.calls + 1):
            yield from (Fault("call", number, kind) for kind in CALL_FAULTS)


class AtOnce(ThreadPoolExecutor):
    """Do at once what shall be done in a thread, so that each run goes the way of the last."""

    def submit(
        self, function: Callable[..., Any], /, *arguments: Any, **named: Any
    ) -> "Future[Any]":
        """Do it, and return a future that is over."""
        future: Future[Any] = Future()
        try:
            future.set_result(function(*arguments, **named))
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is read
            future.set_exception(error)
        return future


class Laboratory:
    """Run the business over and over, in one place in memory: what is compiled is kept."""

    def __init__(self) -> None:
        """Open a database in memory and a loop; ``close`` gives them back."""
        self.database = open_database("sqlite://")
        self.runner = asyncio.Runner()
        self.runner.get_loop().set_default_executor(AtOnce())
        with self.database.write() as connection:
            schema().create_all(connection)
            installation.set_up(connection, INSTALLATION, "test", START)
            rulesets.put_live(connection, RULESET, {}, (), now=START, actor="test")
            enrolling.enrol(connection, PEOPLE, enrolling.TakeOver(), Context(START, "test"))
        self._opened = driver(self.database.engine).serialize()

    def close(self) -> None:
        """Give everything back."""
        self.runner.close()
        self.database.close()

    def first_day(self) -> Run:
        """Open the business on its first day."""
        return self.from_snapshot(Snapshot(0, self._opened, World.at(START), 0, 0))

    def from_snapshot(self, snapshot: Snapshot, *faults: Fault) -> Run:
        """Open the business as it was; later faults strike the processes that follow a crash."""
        restore(snapshot.database, driver(self.database.engine))
        first, *more = [*faults, None]
        seams = Seams(first, snapshot.commits, snapshot.calls)
        world = copy.deepcopy(snapshot.world)
        next_faults = [one for one in more if one is not None]
        return Run(self.database.engine, self.runner, world, seams, next_faults)

    @cached_property
    def usual(self) -> Usual:
        """Run the business once without a fault; it must keep every promise."""
        snapshots, summaries = [], []
        run = self.first_day()
        for number in range(STEPS):
            snapshots.append(run.keep(number))
            run.step(number)
            summaries.append(sum_up(run.database))
        broken = violations(run.database, run.world)
        assert not broken, broken
        return Usual(tuple(snapshots), tuple(summaries), run.seams.commits, run.seams.calls)

    def strike(self, fault: Fault, *more: Fault, to_the_end: bool = False) -> list[str]:
        """Let faults happen and the business go on; returns what is wrong in the end.

        A run that has come to the same as the usual one goes on like it, and may end there.
        """
        usual = self.usual
        snapshot = usual.before(fault)
        run = self.from_snapshot(snapshot, fault, *more)
        told = [f"the run did not come to {fault}"]
        for number in range(snapshot.step, STEPS):
            run.step(number)
            if run.seams.struck:
                told = difference(usual.summaries[number], sum_up(run.database))
                if not told and not to_the_end:
                    break
        return told + violations(run.database, run.world)
