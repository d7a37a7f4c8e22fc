"""From a rule as it is written to a checked rule."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from duly.condition.tree import Condition
from duly.errors import InputError
from duly.language.conditions import Conditions
from duly.language.defaults import Classes, default_catch_up, is_all_service
from duly.language.kinds import trigger_kinds
from duly.language.lint import check_rule
from duly.language.settings import Outlets
from duly.language.steps import (
    CONTRADICTION,
    EntryItem,
    check_entries,
    check_names,
    contradiction,
    read_steps,
)
from duly.language.words import sentence
from duly.model.about import About, common_owner, reaches
from duly.rule import Entry, Rule
from duly.shape.quote import quote
from duly.shape.record import Item, Record
from duly.trigger import CatchUp, Trigger
from duly.values.duration import Duration
from duly.values.problem import Problem, Span


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Hold what rules may refer to; ``classes`` are those of the messages, as far as known.

    ``today`` is the day on which a draft is to count, None for what is live.
    """

    conditions: Conditions
    classes: Classes
    outlets: Outlets | None
    today: date | None = None


def read_rule(
    name: str, item: Item, around: Surroundings
) -> tuple[Rule | None, tuple[Problem, ...]]:
    """Read one rule; None if it has a mistake. Warnings are among the problems."""
    reader = _Reader(name, item, item.as_a(Record), around, [])
    rule = reader.rule()
    errors = any(problem.severity == "error" for problem in reader.problems)
    whole = rule if item.is_whole and not errors else None
    return whole, tuple(sorted(set(reader.problems)))


@dataclass(frozen=True, slots=True)
class _Triggers:
    """Hold the triggers that could be made; ``is_whole``: they are all that stand there."""

    found: tuple[Trigger, ...]
    is_whole: bool


@dataclass(frozen=True, slots=True)
class _Entries:
    """Hold the entries of a rule; ``is_whole``: they are all that is written, with every step."""

    found: tuple[Entry, ...]
    is_whole: bool


_NO_ENTRIES = _Entries((), is_whole=False)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Read one rule and collect what is wrong with it."""

    name: str
    item: Item
    record: Record
    around: Surroundings
    problems: list[Problem]

    def rule(self) -> Rule | None:
        """Read everything that can be read; None if what it starts with or does is missing."""
        when, stop_when = self._triggers("when"), self._triggers("stop_when")
        triggers = when.found
        is_known = when.is_whole and self._are_known(triggers)
        about = common_owner(trigger.subject for trigger in triggers) if is_known else None
        reach = self._reach(about, triggers) if about is not None else None
        only_if = self._condition(self.record, reach)
        doing = self._entries(reach)
        entries = doing.found
        self._check_days()
        if about is None or not entries:
            return None
        rule = Rule(
            name=self.name,
            about=about,
            triggers=triggers,
            entries=entries,
            once_per=self._once_per(triggers),
            catch_up=self.record.get("catch_up", CatchUp)
            or default_catch_up(entries, self.around.classes),
            span=self.item.key,
            only_if=only_if,
            stop_when=stop_when.found,
            active_from=self.record.get("active_from", date),
            active_until=self.record.get("active_until", date),
            enabled=self.record.get("enabled", bool) is not False,
            all_service=is_all_service(entries, self.around.classes),
        )
        if doing.is_whole and stop_when.is_whole:
            self.problems.extend(check_names(entries))
            self.problems.extend(check_rule(rule, self.record, self.around.outlets))
        return replace(rule, sentence=sentence(rule))

    def _triggers(self, place: str) -> "_Triggers":
        found: list[Trigger] = []
        is_whole = place not in self.record or self.record.item(place).is_whole
        for kind, item in self.record.get(place, Record) or ():
            members = item.items() if isinstance(item.value, tuple) else (item,)
            for member in members:
                if member.is_whole:
                    trigger = self._trigger(kind, replace(member, key=item.key))
                    is_whole = is_whole and trigger is not None
                    found += () if trigger is None else (trigger,)
        return _Triggers(tuple(found), is_whole)

    def _trigger(self, kind: str, item: Item) -> Trigger | None:
        """Make one trigger; None if its parameters contradict each other, which is told."""
        try:
            trigger = trigger_kinds()[kind].load(item.as_a(Record).plain())
        except InputError as error:
            self.problems.append(contradiction(item, error))
            return None
        watched = self.around.conditions.segments.get(trigger.segment or "")
        return trigger.in_segment(watched.about) if watched else trigger

    def _are_known(self, triggers: tuple[Trigger, ...]) -> bool:
        """Tell whether what triggers are about can be known: their segments could be read."""
        segments = self.around.conditions.segments
        watched = [trigger.segment for trigger in triggers if trigger.segment is not None]
        return bool(triggers) and all(name in segments for name in watched)

    def _reach(self, about: About, triggers: tuple[Trigger, ...]) -> frozenset[str]:
        reach = {str(owner) for owner in reaches(about)}
        if "subscription" in reach:
            reach.add("plan")
        if all("payment" in trigger.brings for trigger in triggers):
            reach.add("payment")
        return frozenset(reach)

    def _condition(self, record: Record, reach: frozenset[str] | None) -> Condition | None:
        node = record.node("only_if")
        if node is None:
            return None
        condition, told = self.around.conditions.read(node)
        self.problems.extend(told)
        if condition is not None and reach is not None:
            self.problems.extend(self.around.conditions.check(condition, reach))
        return condition

    def _entries(self, reach: frozenset[str] | None) -> "_Entries":
        if "do" in self.record and "timeline" in self.record:
            message = '"do" and "timeline" stand in one rule'
            hint = 'move what is under "do" to an entry "- day: 0" of the timeline'
            self._tell(self.record.item("timeline").key, "do-and-timeline", message, hint)
            return _NO_ENTRIES
        if "timeline" in self.record:
            whole = self.record.item("timeline")
            items = tuple(self._entry_items(whole.items()))
            self.problems.extend(check_entries(items))
        elif "do" in self.record:
            whole = self.record.item("do")
            items = (EntryItem(whole, whole),)
        else:
            if self.item.is_whole:
                message = f"{quote(self.name)} does nothing"
                self._tell(self.item.key, "missing-word", message, 'add "do:" or "timeline:"')
            return _NO_ENTRIES
        made = [self._entry(one, reach) for one in items]
        if not all(one.is_placed for one in items):
            return _NO_ENTRIES
        is_whole = whole.is_whole and all(steps_are_whole for _, steps_are_whole in made)
        return _Entries(tuple(entry for entry, _ in made), is_whole)

    def _entry_items(self, items: Iterable[Item]) -> Iterator[EntryItem]:
        for item in items:
            record = item.as_a(Record)
            if "do" not in record:
                continue
            if "day" in record and "after" in record:
                hint = "keep one of the two"
                message = '"day" and "after" stand in one entry'
                self._tell(record.item("after").key, CONTRADICTION, message, hint)
            elif "day" not in record and "after" not in record and item.is_whole:
                message = "this entry does not say when"
                self._tell(item.span, "missing-word", message, 'add "day: 3" or "after: 2 hours"')
            day, after = record.get_or("day", 0), record.get("after", Duration)
            is_placed = ("day" in record) != ("after" in record)
            yield EntryItem(item, record.item("do"), day, after, is_placed)

    def _entry(self, one: EntryItem, reach: frozenset[str] | None) -> tuple[Entry, bool]:
        """Return an entry, and whether all its actions could be made."""
        only_if = None
        if isinstance(one.item.value, Record):
            only_if = self._condition(one.item.value, reach)
        steps, told = read_steps(one)
        self.problems.extend(told)
        return Entry(steps, day=one.day, after=one.after, only_if=only_if), not told

    def _once_per(self, triggers: tuple[Trigger, ...]) -> tuple[str | Duration, ...]:
        if "once_per" not in self.record:
            return tuple(trigger.default_once_per for trigger in triggers)
        written = self.record.item("once_per").value
        assert isinstance(written, str | Duration), "once_per is a word or a length"
        return (written,) * len(triggers)

    def _check_days(self) -> None:
        first, last = self.record.get("active_from", date), self.record.get("active_until", date)
        if first is not None and last is not None and last < first:
            message = f"the rule ends on {last.isoformat()}, before it begins"
            span = self.record.item("active_until").span
            self._tell(span, "days-reversed", message, "swap active_from and active_until")
        today = self.around.today
        if today is not None and last is not None and last < today:
            message = f"this rule was over on {last.isoformat()}, so nothing starts it any more"
            span = self.record.item("active_until").span
            hint = "write a later day, or remove the rule"
            self.problems.append(Problem(span, "rule-over", message, hint, "warning"))

    def _tell(self, span: Span, code: str, message: str, hint: str) -> None:
        self.problems.append(Problem(span, code, message, hint))
