"""A business at work for tests: any rules, any people, a world outside, and a clock to turn."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, Table, select

from duly import tick
from duly.action import Tools
from duly.dispatch.changing import Told
from duly.dispatch.desk import Call, Desk
from duly.dispatch.perform import perform
from duly.dispatch.work import sweep, work, work_batch
from duly.model.enrolment import Enrolment
from duly.model.ledger import JobClass
from duly.model.outcome import Outcome
from duly.rule import Rule, RuleSet
from duly.selection.live import make_live
from duly.store import enrolling, holding, installation, rulesets, schema
from duly.store.context import Context
from duly.store.database import Database, open_database
from duly.tables.ledger import job
from sim import world as coffee
from sim.faults import Seams, SeamTools, World

START = coffee.START


@dataclass(slots=True)
class Office:
    """Hold an engine with its database and its world; every method leaves the clock alone."""

    database: Database
    desk: Desk
    world: World
    seams: Seams

    def pass_time(self, by: timedelta) -> None:
        """Let time pass; nobody does anything meanwhile."""
        self.world.clock.at += by

    def tick(self) -> None:
        """Look once; no rule may fail."""
        report = tick.run(self.database, self.desk.live, self.world.clock.at)
        assert not report.failed, report

    def work(self) -> int:
        """Do what is ready."""
        return asyncio.run(work(self.desk))

    def batch(self, job_class: JobClass) -> int:
        """Claim, perform and settle one batch."""
        return asyncio.run(work_batch(self.desk, job_class))

    def sweep(self) -> int:
        """Clear up."""
        return asyncio.run(sweep(self.desk))

    def turn(self, *, after: timedelta = timedelta(0)) -> None:
        """Let time pass, then clear up, look, and work."""
        self.pass_time(after)
        self.sweep()
        self.tick()
        self.work()

    def rows(self, table: Table) -> Sequence[Row[Any]]:
        """Read a table in the order of its ids."""
        with self.database.read() as connection:
            return connection.execute(select(table).order_by(table.c.id)).all()

    def jobs(self, *steps: str) -> Sequence[Row[Any]]:
        """Read the jobs of some steps, or of all."""
        return [row for row in self.rows(job) if not steps or row.step in steps]

    def states(self, *steps: str) -> list[str]:
        """Say how the jobs of some steps stand."""
        return [row.state for row in self.jobs(*steps)]

    def hold(self, what: str, name: str = "") -> None:
        """Stop something."""
        with self.database.write() as connection:
            now = self.world.clock.at
            holding.place(connection, what, name, "test", now=now, actor="test")

    def release(self, what: str, name: str = "") -> None:
        """Let it go on."""
        with self.database.write() as connection:
            holding.release(connection, what, name, now=self.world.clock.at, actor="test")

    def use(self, *rules: Rule) -> None:
        """Put other rules live."""
        before = self.desk.live.ruleset
        ruleset = replace(before, rules={one.name: one for one in rules})
        live = make_live(self.desk.live.ruleset_id + 1, ruleset, self.database.dialect)
        with self.database.write() as connection:
            now = self.world.clock.at
            rulesets.put_live(connection, ruleset, {}, before.rules, now=now, actor="test")
        self.desk = replace(self.desk, live=live)

    def change(self, told: Enrolment) -> None:
        """Let somebody tell something new about themselves."""
        with self.database.write() as connection:
            context = Context(self.world.clock.at, "test")
            enrolling.enrol(connection, [told], enrolling.TakeOver(), context)

    def mails(self, name: str) -> list[str]:
        """Say to whom a message went, in the order of sending."""
        return [one.to for one in self.world.messenger.sent.values() if one.name == name]


def told(calls: Sequence[Call], outcomes: Sequence[Outcome]) -> list[Told]:
    """Give calls the answers that came to them."""
    return [Told(call, outcome) for call, outcome in zip(calls, outcomes, strict=True)]


def answers(calls: Sequence[Call], tools: Tools) -> list[Told]:
    """Make calls and wait for all their answers."""

    async def wait() -> list[Told]:
        return [one async for several in perform(calls, tools) for one in several]

    return asyncio.run(wait())


def open_office(database: Database, rules: Iterable[Rule], people: Iterable[Enrolment]) -> Office:
    """Open a business with these rules, in whose empty database these people have just come."""
    seams, world = Seams(), World.at(START)
    database = Database(database.engine, seams.around_commit())
    ruleset = RuleSet(
        "office",
        coffee.BUSINESS,
        coffee.CATALOG,
        {one.name: one for one in rules},
        {},
        coffee.RULESET.messages,
    )
    with database.write() as connection:
        installation.set_up(connection, coffee.INSTALLATION, "test", START)
        rulesets.put_live(connection, ruleset, {}, (), now=START, actor="test")
        enrolling.enrol(connection, list(people), enrolling.TakeOver(), Context(START, "test"))
    live = make_live(1, ruleset, database.dialect)
    tools = SeamTools(world, seams)
    return Office(database, Desk(database, live, coffee.SHOP, tools, world.clock.now), world, seams)


@contextmanager
def empty_database(url: str) -> Iterator[Database]:
    """Open a database that has all tables and no rows."""
    database = open_database(url)
    schema.make(database)
    yield database
    database.close()
