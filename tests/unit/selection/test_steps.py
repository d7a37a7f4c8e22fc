"""Which steps of a rule come next, and what becomes of a day of a timeline."""

from datetime import UTC, date, datetime

import pytest

from duly.action import Action
from duly.actions.charge import Charge
from duly.actions.invoice import Invoice
from duly.actions.notify import Notify
from duly.actions.pause import Pause
from duly.actions.ship import Ship
from duly.condition.fields import field_catalogue
from duly.condition.given import Entries, Text
from duly.condition.parse import parse_condition
from duly.condition.tree import Condition
from duly.model.about import About
from duly.model.business import Business
from duly.rule import Entry, Rule, Step
from duly.selection.steps import (
    DayDecision,
    SeenJob,
    decide_day,
    is_through,
    leading_steps,
    steps_after,
    through_first_blocking,
)
from duly.trigger import Catch, CatchUp
from duly.triggers.cycle_due import CycleDue
from duly.values.duration import Duration, Unit
from duly.values.problem import Span

SPAN = Span("rules.yaml", 1, 1)
BUCHAREST = "Europe/Bucharest"
# 1 February, 23:30 in Bucharest, and an hour later, when it is the 2nd there.
LATE = datetime(2026, 2, 1, 21, 30, tzinfo=UTC)
FIRST, SECOND = date(2026, 2, 1), date(2026, 2, 2)

INVOICE, CHARGE, PAUSE, SHIP = Invoice(), Charge(), Pause("unpaid"), Ship()
WARN, THANK = Notify("warn"), Notify("thank")


def on_day(day: int, *actions: Action, only_if: Condition | None = None) -> Entry:
    steps = tuple(Step(f"{day}/{action.step}", action, SPAN) for action in actions)
    return Entry(steps, day=day, only_if=only_if)


def rule(*entries: Entry) -> Rule:
    every = CatchUp(Catch.EACH, up_to=12)
    return Rule("r", About.SUBSCRIPTION, (CycleDue(),), entries, ("cycle",), every, SPAN)


def names(steps: tuple[Step, ...]) -> list[str]:
    return [step.name for step in steps]


def seen(step: str, state: str, job_class: str = "money", at: datetime = LATE) -> SeenJob:
    return SeenJob(step, job_class, state, at)


def is_romanian() -> Condition:
    written = Entries(((Text("country", SPAN), Text("RO", SPAN)),), SPAN)
    business = Business("Shop", BUCHAREST, "RON", ("ro",))
    condition, problems = parse_condition(written, field_catalogue(business))
    assert condition is not None, problems
    return condition


@pytest.mark.parametrize(
    ("actions", "begin"),
    [
        ((CHARGE,), ["0/charge"]),
        ((INVOICE, CHARGE), ["0/invoice"]),
        ((WARN, CHARGE, PAUSE), ["0/notify/warn", "0/charge"]),  # a message holds nothing up
        ((WARN, THANK), ["0/notify/warn", "0/notify/thank"]),
        ((CHARGE, WARN), ["0/charge"]),
    ],
)
def test_a_firing_begins_with_all_up_to_the_first_that_is_no_message(
    actions: tuple[Action, ...], begin: list[str]
) -> None:
    assert names(leading_steps(rule(on_day(0, *actions)))) == begin
    assert names(through_first_blocking(on_day(0, *actions).steps)) == begin


@pytest.mark.parametrize(
    "first",
    [
        on_day(3, CHARGE),
        Entry(on_day(0, WARN).steps, after=Duration(2, Unit.HOUR)),
        on_day(0, CHARGE, only_if=is_romanian()),
    ],
)
def test_a_firing_begins_with_nothing_if_its_first_day_is_to_come(first: Entry) -> None:
    assert leading_steps(rule(first)) == ()


@pytest.mark.parametrize(
    ("done", "next_ones"),
    [
        ("0/invoice", ["0/notify/warn", "0/charge"]),
        ("0/notify/warn", []),  # what is behind it began together with it
        ("0/charge", ["0/notify/thank", "0/pause"]),
        ("0/pause", []),  # the day is over
        ("3/ship", []),
        ("0/renamed", []),  # the rule no longer has it
    ],
)
def test_a_step_that_is_done_lets_those_behind_it_begin(done: str, next_ones: list[str]) -> None:
    made = rule(on_day(0, INVOICE, WARN, CHARGE, THANK, PAUSE), on_day(3, SHIP))

    assert names(steps_after(made, done)) == next_ones


WARNED = on_day(7, WARN)


@pytest.mark.parametrize(
    ("jobs", "holds", "today", "decided"),
    [
        ((), True, SECOND, DayDecision.START),
        ((), False, SECOND, DayDecision.PASS_OVER),
        ((seen("3/charge", "done"),), True, SECOND, DayDecision.START),
        # It was decided before: once, whatever came of it.
        ((seen("7/notify/warn", "done"),), True, SECOND, DayDecision.DECIDED),
        ((seen("7/notify/warn", "skipped"),), True, SECOND, DayDecision.DECIDED),
        # The day before has not finished.
        ((seen("3/charge", "ready"),), True, SECOND, DayDecision.WAIT),
        ((seen("3/charge", "blocked"),), True, SECOND, DayDecision.WAIT),
        ((seen("3/charge", "held"),), True, SECOND, DayDecision.WAIT),
        ((seen("3/charge", "calling"),), True, SECOND, DayDecision.WAIT),
        ((seen("3/charge", "unknown"),), False, SECOND, DayDecision.WAIT),
        ((seen("3/charge", "dead"),), True, SECOND, DayDecision.WAIT),
        ((seen("3/charge", "failed"),), True, SECOND, DayDecision.START),
        # Messages never make anything wait.
        ((seen("0/notify/x", "ready", "message"),), True, SECOND, DayDecision.START),
        # Two days came together: the second waits for another local day.
        ((seen("3/charge", "done"),), True, FIRST, DayDecision.WAIT),
        ((seen("0/notify/x", "done", "message"),), True, FIRST, DayDecision.WAIT),
    ],
)
def test_a_day_that_has_come_begins_waits_or_is_passed_over(
    jobs: tuple[SeenJob, ...], holds: bool, today: date, decided: DayDecision
) -> None:
    assert decide_day(WARNED, jobs, holds=holds, zone=BUCHAREST, today=today) == decided


def test_the_first_day_comes_on_the_day_of_the_start() -> None:
    decided = decide_day(on_day(0, WARN), (), holds=True, zone=BUCHAREST, today=FIRST)

    assert decided == DayDecision.START


@pytest.mark.parametrize(
    ("jobs", "through"),
    [
        ((), False),
        ((seen("0/charge", "done"),), False),  # day 3 is to come
        ((seen("0/charge", "done"), seen("3/pause", "ready", "books")), False),
        # The message behind the pause has no job yet.
        ((seen("0/charge", "done"), seen("3/pause", "done", "books")), False),
        (
            (
                seen("0/charge", "done"),
                seen("3/pause", "done", "books"),
                seen("3/notify/warn", "ready", "message"),
            ),
            False,
        ),
        (
            (
                seen("0/charge", "done"),
                seen("3/pause", "done", "books"),
                seen("3/notify/warn", "failed", "message"),
            ),
            True,
        ),
        ((seen("0/charge", "done"), seen("3/pause", "skipped", "books")), True),  # passed over
        ((seen("0/charge", "dead"), seen("3/pause", "skipped", "books")), False),
    ],
)
def test_a_firing_is_through_when_its_last_day_is(jobs: tuple[SeenJob, ...], through: bool) -> None:
    assert is_through(rule(on_day(0, CHARGE), on_day(3, PAUSE, WARN)), jobs) is through
