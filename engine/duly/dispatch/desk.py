"""What every part of dispatch needs, and the parts of a job that belong together."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

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
# How many calls run at the same time, and for how many seconds each at most; a connector may set
# itself lower limits.
AT_ONCE = 10
CALL_LIMIT_S = 60
# How long a claim holds: longer than its calls can take one after another, or somebody else would
# take a batch for lost that is still being worked on.
LEASE = {
    JobClass.MONEY: timedelta(minutes=10),
    JobClass.DELIVERY: timedelta(minutes=10),
    JobClass.MESSAGE: timedelta(minutes=30),
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
    """Hold a job with its firing, its rule and its action.

    ``is_orphan``: the live rules no longer have its step, and it must not begin anything.
    """

    job: Job
    firing: Firing
    rule: Rule
    action: Action
    is_orphan: bool = False

    @property
    def actor(self) -> str:
        """Name who acts, for events and audit."""
        return f"rule:{self.firing.rule}"

    def context(self, now: datetime) -> Context:
        """Say who changes something, and when."""
        return Context(now, self.actor)


@dataclass(frozen=True, slots=True)
class Call:
    """Hold a claimed job with the call that is about to be made."""

    item: Item
    task: Task
