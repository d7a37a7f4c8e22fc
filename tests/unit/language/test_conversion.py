"""The schema decides what a text means; every value keeps its place."""

from datetime import date, time
from decimal import Decimal
from fractions import Fraction

import pytest

from duly.language.source import parse
from duly.shape.convert import convert
from duly.shape.form import Fields, MapOf, OneOrMany, Reference, Shape, Word
from duly.shape.node import MapNode
from duly.shape.parsing import TimeRange
from duly.shape.record import Item, Record
from duly.shape.scalars import duration, text, whole_number
from duly.values.duration import Duration, Unit
from duly.values.money import Money
from duly.values.problem import Problem, Span
from example_shapes import GOOD, RULES


def converted(written: str, shape: Shape) -> tuple[Item | None, tuple[Problem, ...]]:
    node, problems = parse(written, "care.yaml")
    assert node is not None
    item, more = convert(node, shape)
    return item, problems + more


def rule(name: str, written: str = GOOD) -> Record:
    item, problems = converted(written, RULES)
    assert problems == ()
    assert item is not None
    return item.as_a(Record).need("rules", Record).need(name, Record)


def test_a_rule_becomes_typed_values() -> None:
    loaded = rule("invoice-each-cycle")

    assert loaded.need("about", str) == "Send the invoice: the day a cycle starts."
    assert loaded.need("when", Record).plain() == {"cycle_due": {"final": False, "at": time(9)}}
    assert loaded.item("do").plain() == (
        {"invoice": {}},
        {"notify": {"message": "your-invoice", "by": {"first_of": ("sms", "email")}}},
        {"credit": {"amount": Money(500, "EUR")}},
    )
    assert loaded.need("once_per", str) == "cycle"
    assert loaded.need("send_between", TimeRange) == TimeRange(time(9), time(20))
    assert isinstance(loaded.node("only_if"), MapNode)


def test_the_schema_decides_and_not_the_spelling() -> None:
    loaded = rule("010")

    timeline = loaded.many("timeline", Record)
    name, step = timeline[0].many("do", Record)[0].only()

    assert (name, step.plain()) == ("notify", {"message": "1984", "by": ("email", "push")})
    assert [entry.need("day", int) for entry in timeline] == [0, 3]
    assert loaded.need("once_per", Duration) == Duration(90, Unit.DAY)
    assert loaded.need("active_from", date) == date(2026, 9, 1)
    assert loaded.need("hold_out", Fraction) == Fraction(1, 10)
    assert loaded.need("enabled", bool) is False
    assert loaded.need("weight", Decimal) == Decimal("1.5")


def test_one_or_many_is_always_many() -> None:
    expiries = rule("010").need("when", Record).many("expiry_approaching", Record)

    assert [expiry.many("before", Duration) for expiry in expiries] == [
        (Duration(14, Unit.DAY),),
        (Duration(1, Unit.WEEK), Duration(3, Unit.DAY)),
    ]


def test_a_value_that_is_not_written_has_a_default() -> None:
    loaded = rule("invoice-each-cycle")

    assert loaded.get("active_from", date) is None
    assert loaded.get_or("enabled", True) is True
    assert rule("010").get_or("enabled", True) is False
    assert loaded.many("timeline", Record) == ()
    assert loaded.node("hold_out") is None
    assert "enabled" not in loaded


def test_a_value_knows_where_it_and_its_name_stand() -> None:
    loaded = rule("a", "rules:\n  a:\n    when: {cycle_due: }\n    do: [resume: ]\n")

    trigger = loaded.need("when", Record).item("cycle_due")
    steps = loaded.item("do")

    assert (trigger.key, trigger.span) == (Span("care.yaml", 3, 12, 9),) * 2  # nothing is written
    assert (steps.key, steps.span) == (Span("care.yaml", 4, 5, 2), Span("care.yaml", 4, 9, 10))
    assert [(step.key, step.span) for step in steps.items()] == [(Span("care.yaml", 4, 10, 8),) * 2]


def test_one_wrong_rule_leaves_the_others_whole() -> None:
    item, problems = converted(
        "rules:\n  a: {when: {cycle_due: {at: noon}}}\n  b: {when: {cycle_due: }}\n", RULES
    )

    assert len(problems) == 1
    assert item is not None
    assert not item.is_whole
    rules = item.as_a(Record).need("rules", Record)
    assert [(name, inner.is_whole) for name, inner in rules] == [("a", False), ("b", True)]
    assert rules.need("a", Record).need("when", Record).need("cycle_due", Record).plain() == {}


def test_what_stands_under_a_wrong_name_is_left_out() -> None:
    item, _ = converted("rules:\n  a b: {when: {cycle_due: }}\n", RULES)

    assert item is not None
    assert item.plain() == {"rules": {}}


def test_nothing_comes_of_a_file_of_the_wrong_form() -> None:
    item, problems = converted("- a\n", RULES)

    assert item is None
    assert [problem.message for problem in problems] == [
        "this file takes names with values, not a list"
    ]


def test_a_value_of_another_type_than_asked_for_is_a_bug() -> None:
    with pytest.raises(TypeError, match="is no int"):
        rule("010").need("once_per", int)
    with pytest.raises(TypeError, match="was converted"):
        rule("010").node("once_per")


def test_a_reference_counts_only_where_names_are_known() -> None:
    plan = Reference(
        title="Plan", about="A plan.", to="plan", unknown="is not a plan", examples=("basic",)
    )
    node, _ = parse("pro", "care.yaml")
    assert node is not None

    free = convert(node, plan)
    checked = convert(node, plan, {"plan": {"basic": "Basic"}})
    nothing_defined = convert(node, plan, {"plan": {}})

    assert free == (Item("pro", node.span, node.span), ())
    assert checked[1] == (
        Problem(node.span, "unknown-word", '"pro" is not a plan', "possible here: basic"),
    )
    assert nothing_defined[1][0].hint == "none is defined yet"


def test_names_of_a_map_can_be_words() -> None:
    names = MapOf(
        title="Name",
        about="One per language.",
        key=Word(
            title="Language",
            about="A language.",
            one_of=(("ro", "Romanian"), ("en", "English")),
            unknown="is not a language of this business",
        ),
        value=text("Name", "The name."),
    )

    item, problems = converted("{ro: Cutia, en: Box, fr: Boîte}", names)

    assert item is not None
    assert item.plain() == {"ro": "Cutia", "en": "Box"}
    assert [problem.message for problem in problems] == ['"fr" is not a language of this business']


def test_a_repeat_in_one_or_many_tells_every_wrong_member() -> None:
    before = OneOrMany(
        title="Before",
        about="How long before.",
        item=duration("Before", "How long before.", units=(Unit.DAY,)),
    )

    item, problems = converted("[14 days, soon, 1 day, 2 years]", before)

    assert item is not None
    assert item.plain() == (Duration(14, Unit.DAY), Duration(1, Unit.DAY))
    assert [problem.span.column for problem in problems] == [11, 24]


def test_what_may_stand_alone_cannot_need_anything() -> None:
    with pytest.raises(ValueError, match="Resume: what may be empty cannot need"):
        Fields(
            title="Resume",
            about="Go on.",
            required={"day": whole_number("Day", "A day.")},
            empty_ok=True,
        )
