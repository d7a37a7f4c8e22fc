"""Send a message to the subscriber."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from duly.action import Action, Facts, Prepared, Task, Tools
from duly.actions.outgoing import compose, saved, send, settle_message
from duly.model.change import Change
from duly.model.ledger import JobClass
from duly.model.outcome import Done, Outcome


@dataclass(frozen=True, slots=True)
class Notify(Action):
    """Send one message; of several channels in ``by`` the first that reaches the subscriber."""

    name = "notify"
    job_class = JobClass.MESSAGE
    example = "notify: {message: last-warning, by: email}"
    doubt = "assume"

    message: str
    by: tuple[str, ...] = ("email",)
    copy: bool = False

    @classmethod
    def load(cls, given: Mapping[str, Any]) -> Self:
        return cls(given["message"], tuple(given.get("by", ("email",))), given.get("copy", False))

    def describe(self) -> str:
        return f'send "{self.message}" by {" or ".join(self.by)}'

    @property
    def step(self) -> str:
        """Name it; the second channel of one message is a step of its own."""
        return f"notify/{self.message}/{self.by[0]}" if self.copy else f"notify/{self.message}"

    def prepare(self, facts: Facts) -> Prepared:
        return compose(facts, self.message, self.by, {})

    async def perform(self, task: Task, tools: Tools) -> Done:
        return await send(task, tools)

    def has_another_way(self, task: Task) -> bool:
        return saved(task).channel != self.by[-1]

    def settle(self, task: Task, outcome: Outcome) -> tuple[Change, ...]:
        return settle_message(task, outcome)


KIND: type[Action] = Notify
