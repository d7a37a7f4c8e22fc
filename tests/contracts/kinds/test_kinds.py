"""What every kind of trigger and action keeps, whoever adds one."""

import dataclasses
import pkgutil
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

import duly.actions
import duly.triggers
from duly.action import Action
from duly.language.kinds import (
    PLANNED_ACTIONS,
    PLANNED_TRIGGERS,
    action_kinds,
    trigger_kinds,
)
from duly.language.rules_shape import rules_shape
from duly.language.source import parse
from duly.model.about import About, reaches
from duly.model.ledger import JobClass
from duly.shape.convert import convert
from duly.shape.example import example
from duly.shape.form import (
    Choice,
    Fields,
    Free,
    ListOf,
    MapOf,
    OneOrMany,
    Shape,
    Shared,
)
from duly.shape.record import Item, Record
from duly.trigger import OCCURRENCE, Look, Trigger
from duly.values.problem import Problem
from duly.values.zone import Window

TRIGGERS = list(trigger_kinds().values())
ACTIONS = list(action_kinds().values())
KINDS: list[type[Trigger] | type[Action]] = [*TRIGGERS, *ACTIONS]
DIALECTS: dict[Any, Dialect] = {"sqlite": sqlite.dialect(), "postgresql": postgresql.dialect()}
# Text that no tick may change: the look at two windows gives the same statement.
EARLY = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))
LATE = Window(datetime(2027, 5, 5, 5, tzinfo=UTC), datetime(2027, 6, 6, 6, tzinfo=UTC))


def written(kind: type[Trigger] | type[Action], line: str) -> str:
    if issubclass(kind, Trigger):
        return f"rules:\n  a:\n    when:\n      {line}\n    do:\n      - resume:\n"
    return f"rules:\n  a:\n    when:\n      cycle_due:\n    do:\n      - {line}\n"


def converted(text: str) -> tuple[Item | None, tuple[Problem, ...]]:
    node, refused = parse(text, "care.yaml")
    assert node is not None
    assert refused == ()
    return convert(node, rules_shape())


def loaded(kind: type[Trigger] | type[Action], line: str) -> Trigger | Action:
    item, problems = converted(written(kind, line))
    assert problems == ()
    assert item is not None
    rule = item.as_a(Record).need("rules", Record).need("a", Record)
    if issubclass(kind, Trigger):
        given = rule.need("when", Record).many(kind.name, Record)[0]
    else:
        given = rule.many("do", Record)[0].need(kind.name, Record)
    return kind.load(given.plain())


def example_trigger(kind: type[Trigger]) -> Trigger:
    found = loaded(kind, kind.example)
    assert isinstance(found, Trigger)
    return found


def shapes(shape: Shape) -> Iterator[Shape]:
    """Walk over a shape and everything in it."""
    yield shape
    inner: list[Shape] = []
    match shape:
        case Fields():
            inner = list(shape.shapes.values())
        case ListOf() | OneOrMany():
            inner = [shape.item]
        case MapOf():
            inner = [shape.key, shape.value]
        case Choice():
            inner = [way for way in (shape.one, shape.many, shape.named) if way is not None]
        case Shared():
            inner = [shape.shape]
        case _:
            pass
    for one in inner:
        yield from shapes(one)


def test_every_module_of_a_kind_is_found_by_its_name() -> None:
    shared = {"addressing", "outgoing"}
    triggers = {found.name for found in pkgutil.iter_modules(duly.triggers.__path__)}
    actions = {found.name for found in pkgutil.iter_modules(duly.actions.__path__)}

    assert set(trigger_kinds()) == triggers
    assert set(action_kinds()) == actions - shared


def test_what_is_planned_is_not_there() -> None:
    assert set(PLANNED_TRIGGERS) & set(trigger_kinds()) == set()
    assert set(PLANNED_ACTIONS) & set(action_kinds()) == set()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
class TestEveryKind:
    def test_it_is_a_frozen_value(self, kind: type[Trigger] | type[Action]) -> None:
        made = loaded(kind, kind.example)

        assert dataclasses.is_dataclass(made)
        assert made == loaded(kind, kind.example)
        with pytest.raises((dataclasses.FrozenInstanceError, AttributeError, TypeError)):
            made.name = "other"  # type: ignore[misc] # that is what is refused

    def test_its_example_begins_with_its_name(self, kind: type[Trigger] | type[Action]) -> None:
        assert kind.example.startswith(f"{kind.name}:")

    def test_the_shortest_way_to_write_it_is_possible(
        self, kind: type[Trigger] | type[Action]
    ) -> None:
        line = f"{kind.name}: {example(kind.shape) if kind.shape.required else ''}"

        assert isinstance(loaded(kind, line), kind)

    def test_an_unknown_parameter_is_refused(self, kind: type[Trigger] | type[Action]) -> None:
        _, problems = converted(written(kind, f"{kind.name}: {{zzz: 1}}"))

        assert '"zzz" is not known here' in [problem.message for problem in problems]

    def test_a_planned_parameter_is_refused_by_name(
        self, kind: type[Trigger] | type[Action]
    ) -> None:
        for name in kind.shape.not_yet:
            _, problems = converted(written(kind, f"{kind.name}: {{{name}: 1}}"))

            assert f'"{name}" is not there yet' in [problem.message for problem in problems]

    def test_everything_in_it_has_a_title_and_a_sentence(
        self, kind: type[Trigger] | type[Action]
    ) -> None:
        found = [shape for shape in shapes(kind.shape) if not isinstance(shape, Shared | Free)]

        lacking = [shape for shape in found if not shape.title or not shape.about.endswith(".")]
        assert lacking == []

    def test_it_says_what_it_is_in_one_part_of_a_sentence(
        self, kind: type[Trigger] | type[Action]
    ) -> None:
        said = loaded(kind, kind.example).describe()

        assert re.fullmatch(r"[a-z][^.\n]*[^.\s]", said)

    def test_it_says_the_same_in_another_language(self, kind: type[Trigger] | type[Action]) -> None:
        patterns: list[str] = []

        def translate(pattern: str) -> str:
            patterns.append(pattern)
            return f"¡{pattern}!"

        said = loaded(kind, kind.example).describe(translate)

        assert patterns
        assert said.startswith("¡")


@pytest.mark.parametrize("kind", TRIGGERS, ids=lambda kind: kind.name)
class TestEveryTrigger:
    @pytest.mark.parametrize("dialect", DIALECTS)
    def test_its_select_has_the_columns_of_an_occurrence(
        self, kind: type[Trigger], dialect: Any
    ) -> None:
        trigger = example_trigger(kind)
        for about in reaches(trigger.subject):
            statement = trigger.select(Look(dialect, about))

            assert tuple(column.name for column in statement.selected_columns) == OCCURRENCE

    @pytest.mark.parametrize("dialect", DIALECTS)
    def test_a_window_only_changes_what_is_bound(self, kind: type[Trigger], dialect: Any) -> None:
        trigger = example_trigger(kind)
        compiled = trigger.select(Look(dialect, trigger.subject)).compile(dialect=DIALECTS[dialect])

        early, late = trigger.parameters(EARLY), trigger.parameters(LATE)

        assert set(early) == set(late)
        assert set(early) <= set(compiled.params)
        assert all(early[name] != late[name] for name in early)

    def test_it_can_start_a_rule_in_one_of_three_ways(self, kind: type[Trigger]) -> None:
        trigger = example_trigger(kind)
        ways = (kind.is_event, trigger.calendar is not None, trigger.segment is not None)

        assert sum(ways) == 1
        assert bool(trigger.stamps) == (trigger.segment is None)
        assert kind.is_event == (trigger.stamps == {kind.name})

    def test_its_limit_is_a_word_of_the_language(self, kind: type[Trigger]) -> None:
        words = {"occurrence", "cycle", "invoice", "calendar_year", "ever"}

        assert kind.once_per in words
        assert example_trigger(kind).default_once_per in words

    def test_it_knows_a_segment_only_if_it_watches_one(self, kind: type[Trigger]) -> None:
        trigger = example_trigger(kind)

        told = trigger.in_segment(About.SUBSCRIBER)

        assert (told == trigger) == (trigger.segment is None)


@pytest.mark.parametrize("kind", ACTIONS, ids=lambda kind: kind.name)
class TestEveryAction:
    def test_its_step_is_named_after_it(self, kind: type[Action]) -> None:
        action = loaded(kind, kind.example)
        assert isinstance(action, Action)

        assert re.fullmatch(rf"{kind.name}(/[A-Za-z0-9-]+)*", action.step)

    def test_it_needs_rows_that_rules_can_bring(self, kind: type[Action]) -> None:
        rows = {str(about) for about in About}

        assert kind.needs <= rows | {"cycle"}
        assert kind.makes <= rows

    def test_messages_and_nothing_else_write_letters(self, kind: type[Action]) -> None:
        action = loaded(kind, kind.example)
        assert isinstance(action, Action)

        assert (action.letter is not None) == (kind.job_class == JobClass.MESSAGE)

    def test_what_follows_it_is_a_message(self, kind: type[Action]) -> None:
        action = loaded(kind, kind.example)
        assert isinstance(action, Action)

        for given in action.mails:
            follower = action_kinds()["notify"].load(given)
            assert follower.letter is not None

    def test_only_what_reaches_outside_can_be_in_doubt(self, kind: type[Action]) -> None:
        if kind.job_class == JobClass.BOOKS:
            assert not kind.can_find
            assert not kind.refusal_is_answer
