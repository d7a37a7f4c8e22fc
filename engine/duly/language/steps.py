"""From the actions of a rule to its steps: their names, what follows them, what they need."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from duly.action import Action
from duly.errors import InputError
from duly.language.kinds import action_kinds
from duly.rule import Entry, Step
from duly.shape.quote import quote
from duly.shape.record import Item, Record
from duly.values.duration import Duration
from duly.values.problem import Problem

CONTRADICTION = "contradiction"
DAY_HOURS = 24


@dataclass(frozen=True, slots=True)
class EntryItem:
    """Hold an entry as written: when it is, if that could be read, and its actions."""

    item: Item
    do: Item
    day: int = 0
    after: Duration | None = None
    is_placed: bool = True

    @property
    def prefix(self) -> str:
        """Begin the names of its steps: ``3`` or ``2h``."""
        return f"{self.after.count}h" if self.after else str(self.day)

    @property
    def hours(self) -> int:
        """Return roughly when it is, to compare with others."""
        return self.after.count if self.after else self.day * DAY_HOURS

    @property
    def when(self) -> str:
        """Say when it is."""
        return f"after {self.after}" if self.after else f"on day {self.day}"


def read_steps(entry: EntryItem) -> tuple[tuple[Step, ...], tuple[Problem, ...]]:
    """Make the steps of an entry; an action that sends more than once becomes several.

    The problems are those of actions whose parameters contradict each other; they are left out.
    """
    steps: list[Step] = []
    problems: list[Problem] = []
    for member in entry.do.items():
        record = member.as_a(Record)
        if len(record) != 1 or not member.is_whole:
            continue
        kind, item = record.only()
        try:
            actions = _load(kind, item)
        except InputError as error:
            problems.append(contradiction(item, error))
            continue
        steps += [Step(f"{entry.prefix}/{one.step}", one, item.key) for one in actions]
    return tuple(steps), tuple(problems)


def _load(kind: str, item: Item) -> tuple[Action, ...]:
    action = action_kinds()[kind].load(item.as_a(Record).plain())
    return (action, *_followers(action))


def _followers(action: Action) -> Iterator[Action]:
    for given in action.mails:
        mail = action_kinds()["notify"].load(given)
        yield mail
        yield from _followers(mail)


def contradiction(item: Item, error: InputError) -> Problem:
    """Pass on what a kind says about parameters that contradict each other."""
    message, _, hint = str(error).partition("; ")
    return Problem(item.key, CONTRADICTION, message, hint)


def check_entries(entries: tuple[EntryItem, ...]) -> Iterator[Problem]:
    """See that the entries of a timeline are in the order of their days, each day once.

    Day 1 and 24 hours after the start are two moments: one counts days, the other hours.
    """
    placed = [entry for entry in entries if entry.is_placed]
    seen: set[str] = set()
    for entry in placed:
        if entry.prefix in seen:
            message = f"what is done {entry.when} stands in two entries"
            hint = "put all of it under one of them"
            yield Problem(entry.item.span, "written-twice", message, hint)
        seen.add(entry.prefix)
    for before, after in pairwise(placed):
        if after.hours < before.hours:
            message = f"what is done {after.when} stands below what is done {before.when}"
            hint = "write the entries in the order of time"
            yield Problem(after.item.span, "wrong-order", message, hint)


def check_names(entries: tuple[Entry, ...]) -> Iterator[Problem]:
    """See that no step stands twice: a step is done once."""
    seen: dict[str, Step] = {}
    for entry in entries:
        for step in entry.steps:
            if step.name in seen:
                when, _, what = step.name.partition("/")
                day = f"after {when}" if when.endswith("h") else f"on day {when}"
                line = seen[step.name].span.line
                message = f"{quote(what)} stands twice {day}, the first time in line {line}"
                yield Problem(step.span, "written-twice", message, "remove one of them")
            seen.setdefault(step.name, step)
