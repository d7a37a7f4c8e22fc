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
    """Hold what rules may refer to; ``classes`` are those of the messages, as far as known."""

    conditions: Conditions
    classes: Classes
    outlets: Outlets | None


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
class _Reader:
    """Read one rule and collect what is wrong with it."""

    name: str
    item: Item
    record: Record
    around: Surroundings
    problems: list[Problem]

    def rule(self) -> Rule | None:
        """Read everything that can be read; None if what it starts with or does is missing."""
        triggers = self._triggers("when")
        is_known = self._is_whole("when") and self._are_known(triggers)
        about = common_owner(trigger.subject for trigger in triggers) if is_known else None
        reach = self._reach(about, triggers) if about is not None else None
        only_if = self._condition(self.record, reach)
        entries = self._entries(reach)
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
            stop_when=self._triggers("stop_when"),
            active_from=self.record.get("active_from", date),
            active_until=self.record.get("active_until", date),
            enabled=self.record.get("enabled", bool) is not False,
            all_service=is_all_service(entries, self.around.classes),
        )
        if self._is_whole("do", "timeline"):
            self.problems.extend(check_names(entries))
            self.problems.extend(check_rule(rule, self.record, self.around.outlets))
        return replace(rule, sentence=sentence(rule))

    def _is_whole(self, *names: str) -> bool:
        """Tell whether nothing was left out of what stands under some names."""
        items = [self.record.item(name) for name in names if name in self.record]
        contradicted = any(problem.code == CONTRADICTION for problem in self.problems)
        return all(item.is_whole for item in items) and not contradicted

    def _triggers(self, place: str) -> tuple[Trigger, ...]:
        found: list[Trigger] = []
        for kind, item in self.record.get(place, Record) or ():
            members = item.items() if isinstance(item.value, tuple) else (item,)
            for member in members:
                if member.is_whole:
                    found += self._trigger(kind, replace(member, key=item.key))
        return tuple(found)

    def _trigger(self, kind: str, item: Item) -> tuple[Trigger, ...]:
        try:
            trigger = trigger_kinds()[kind].load(item.as_a(Record).plain())
        except InputError as error:
            self.problems.append(contradiction(item, error))
            return ()
        watched = self.around.conditions.segments.get(trigger.segment or "")
        return (trigger.in_segment(watched.about) if watched else trigger,)

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

    def _entries(self, reach: frozenset[str] | None) -> tuple[Entry, ...]:
        if "do" in self.record and "timeline" in self.record:
            message = '"do" and "timeline" stand in one rule'
            hint = 'move what is under "do" to an entry "- day: 0" of the timeline'
            self._tell(self.record.item("timeline").key, "do-and-timeline", message, hint)
            return ()
        if "timeline" in self.record:
            items = tuple(self._entry_items(self.record.item("timeline").items()))
            self.problems.extend(check_entries(items))
        elif "do" in self.record:
            do = self.record.item("do")
            items = (EntryItem(do, do),)
        else:
            if self.item.is_whole:
                message = f"{quote(self.name)} does nothing"
                self._tell(self.item.key, "missing-word", message, 'add "do:" or "timeline:"')
            return ()
        entries = tuple(self._entry(one, reach) for one in items)
        return entries if all(one.is_placed for one in items) else ()

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

    def _entry(self, one: EntryItem, reach: frozenset[str] | None) -> Entry:
        only_if = None
        if isinstance(one.item.value, Record):
            only_if = self._condition(one.item.value, reach)
        steps = read_steps(one, self.problems)
        return Entry(steps, day=one.day, after=one.after, only_if=only_if)

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

    def _tell(self, span: Span, code: str, message: str, hint: str) -> None:
        self.problems.append(Problem(span, code, message, hint))
