"""Send a message to the subscriber."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from duly.action import Action, Facts, Letter, Prepared, Task, Tools
from duly.actions.addressing import BY, MESSAGE, ways
from duly.actions.outgoing import compose, saved, send, settle_message
from duly.condition.words import Translate, as_written
from duly.errors import InputError
from duly.model.change import Change
from duly.model.ledger import JobClass
from duly.model.outcome import Done, Outcome
from duly.shape.form import Fields, Word


@dataclass(frozen=True, slots=True)
class Notify(Action):
    """Send one message; of several channels in ``by`` the first that reaches the subscriber.

    ``others`` are channels that get a copy, each in a step of its own.
    """

    name = "notify"
    job_class = JobClass.MESSAGE
    example = "notify: {message: last-warning, by: email}"
    shape = Fields(
        title="Send a message",
        about="Write to the subscriber. Consent and hours count by the class of the message.",
        required={"message": MESSAGE},
        optional={
            "by": BY,
            "to": Word(
                title="To",
                about="Who gets it.",
                one_of=(("subscriber", "Who pays."),),
                unknown="is nobody a message can go to",
                not_yet=("receiver", "members", "payer", "team"),
            ),
        },
        not_yet=("attach", "not_after"),
    )
    doubt = "assume"

    message: str
    by: tuple[str, ...] = ("email",)
    copy: bool = False
    others: tuple[str, ...] = ()

    @classmethod
    def load(cls, given: Mapping[str, Any]) -> Self:
        first, *others = ways(given.get("by"))
        every = [channel for way in (first, *others) for channel in way]
        if len(set(every)) < len(every):
            raise InputError("by names a channel twice; each would get the message again")
        copies = tuple(channel for (channel,) in others)
        return cls(given["message"], first, given.get("copy", False), copies)

    def describe(self, translate: Translate = as_written) -> str:
        channels = translate(" or ").join(self.by)
        pattern = translate("send the message {message} by {channels}")
        return pattern.format(message=self.message, channels=channels)

    @property
    def letter(self) -> Letter:
        return Letter(self.message, self.by)

    @property
    def mails(self) -> tuple[Mapping[str, Any], ...]:
        return tuple({"message": self.message, "by": by, "copy": True} for by in self.others)

    @property
    def step(self) -> str:
        """Name it; the second channel of one message is a step of its own."""
        return f"notify/{self.message}/{self.by[0]}" if self.copy else f"notify/{self.message}"

    def prepare(self, facts: Facts) -> Prepared:
        return compose(facts, self.message, self.by)

    async def perform(self, task: Task, tools: Tools) -> Done:
        return await send(task, tools)

    def has_another_way(self, task: Task) -> bool:
        return saved(task).channel != self.by[-1]

    def settle(self, task: Task, outcome: Outcome) -> tuple[Change, ...]:
        return settle_message(task, outcome)


KIND: type[Action] = Notify
