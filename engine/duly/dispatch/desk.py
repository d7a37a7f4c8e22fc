"""What every part of dispatch needs, and the parts of a job that belong together."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from duly.action import Action, Shop, Task, Tools
from duly.model.ledger import Firing, Job, JobClass
from duly.rule import Rule
from duly.selection.live import Live
from duly.store.context import Context
from duly.store.database import Database

# How many jobs are claimed together: few where money moves, many where nothing can be lost.
BATCH = {
    JobClass.BOOKS: 200,
    JobClass.MONEY: 20,
    JobClass.DELIVERY: 20,
    JobClass.MESSAGE: 200,
}


@dataclass(frozen=True, slots=True)
class Desk:
    """Hold the database, the live rules, the shop, the connectors and the clock (aware UTC)."""

    database: Database
    live: Live
    shop: Shop
    tools: Tools
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Item:
    """Hold a job with its firing, its rule and its action."""

    job: Job
    firing: Firing
    rule: Rule
    action: Action

    @property
    def actor(self) -> str:
        """Name who acts, for events and audit."""
        return f"rule:{self.rule.name}"

    def context(self, now: datetime) -> Context:
        """Say who changes something, and when."""
        return Context(now, self.actor)


@dataclass(frozen=True, slots=True)
class Call:
    """Hold a claimed job with the call that is about to be made."""

    item: Item
    task: Task
