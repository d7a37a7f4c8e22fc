"""A checked rule, and the set of everything that is live."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from duly.action import Action
from duly.catalog import Catalog
from duly.condition.tree import Condition
from duly.model.about import About
from duly.model.business import Business
from duly.template.message import CompiledMessage
from duly.trigger import CatchUp, Trigger
from duly.values.duration import Duration
from duly.values.problem import Span


@dataclass(frozen=True, slots=True)
class Step:
    """Hold one action with its name in the rule: ``3/charge``, ``7/notify/last-warning``."""

    name: str
    action: Action
    span: Span


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold what is done on one day of a timeline, or at once.

    ``day`` counts local days from the start; ``after`` is a length of hours instead. ``only_if`` is
    checked on that day.
    """

    steps: tuple[Step, ...]
    day: int = 0
    after: Duration | None = None
    only_if: Condition | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """Hold one rule; ``entries`` has one for ``do``, several for a timeline, in order of time.

    ``once_per`` is a word (occurrence, cycle, invoice, calendar_year, ever) or a length of time.
    ``active_from`` and ``active_until`` are inclusive local days of the business.
    """

    name: str
    about: About
    triggers: tuple[Trigger, ...]
    entries: tuple[Entry, ...]
    once_per: tuple[str | Duration, ...]  # one for each trigger
    catch_up: CatchUp
    span: Span
    sentence: str = ""
    only_if: Condition | None = None
    stop_when: tuple[Trigger, ...] = ()
    active_from: date | None = None
    active_until: date | None = None
    enabled: bool = True
    all_service: bool = False

    @property
    def is_timeline(self) -> bool:
        """Tell whether something is still to be decided after the start."""
        first = self.entries[0]
        is_later = first.day > 0 or first.after is not None
        return len(self.entries) > 1 or is_later or first.only_if is not None

    @property
    def waits(self) -> bool:
        """Tell whether its firings stay open: for later days, or to be stopped."""
        return self.is_timeline or bool(self.stop_when)

    def step(self, name: str) -> Step | None:
        """Find a step by its name; None if the rule no longer has it."""
        for entry in self.entries:
            for step in entry.steps:
                if step.name == name:
                    return step
        return None


@dataclass(frozen=True, slots=True)
class Segment:
    """Hold a named set: everybody for whom the condition is true; ``digest`` is of its text."""

    name: str
    about: About
    members: Condition
    digest: str


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Hold everything that was applied together; ``digest`` names its source text."""

    digest: str
    business: Business
    catalog: Catalog
    rules: Mapping[str, Rule] = field(default_factory=dict)
    segments: Mapping[str, Segment] = field(default_factory=dict)
    messages: Mapping[tuple[str, str], CompiledMessage] = field(default_factory=dict)
