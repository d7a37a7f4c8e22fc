"""Segments: what they are about, when their text counts as changed, what moves with the clock."""

import pytest

from duly.language.workspace import read_workspace
from duly.model.about import About
from duly.rule import Segment
from language_files import FOLDER, PLACES, workspace


def segments(text: str) -> dict[str, Segment]:
    files = {**workspace(FOLDER / "base"), PLACES["rules"]: text.encode()}
    reading = read_workspace(files, environment={}, outlets=None)
    assert reading.ruleset is not None, reading.problems
    return dict(reading.ruleset.segments)


def digest(members: str, *, thirst: str = "{at_least: 3}") -> str:
    files = dict(workspace(FOLDER / "base"))
    base = files["rules/base.yaml"].replace(b"{at_least: 3}", thirst.encode())
    files |= {"rules/base.yaml": base, PLACES["rules"]: f"segments: {{a: {{{members}}}}}".encode()}
    reading = read_workspace(files, environment={}, outlets=None)
    assert reading.ruleset is not None, reading.problems
    return reading.ruleset.segments["a"].digest


@pytest.mark.parametrize(
    ("members", "about"),
    [
        ("country: RO", About.SUBSCRIBER),
        ("consent.news: yes", About.SUBSCRIBER),
        ("subscription.plan: tin", About.SUBSCRIPTION),
        ("country: RO, subscription.taste: mild", About.SUBSCRIPTION),
        ("any_subscription: {subscription.plan: tin}", About.SUBSCRIBER),
        ("segment: thirsty-tins", About.SUBSCRIPTION),  # through the one it names
        ("none_of: [{segment: thirsty-tins}], country: RO", About.SUBSCRIPTION),
    ],
)
def test_a_segment_is_about_subscriptions_if_any_condition_is(members: str, about: About) -> None:
    assert segments(f"segments: {{a: {{members: {{{members}}}}}}}")["a"].about == about


def test_words_around_a_segment_are_not_its_text() -> None:
    plain = digest("members: {country: RO, cups: 3}")

    assert digest("about: Something new., members: {  country: 'RO' ,  cups: 3 }") == plain


@pytest.mark.parametrize(
    "members",
    [
        "members: {country: RO, cups: 4}",
        "members: {country: RO}",
        "members: {country: {not: RO, or_missing: yes}, cups: 3}",
    ],
)
def test_another_text_is_another_segment(members: str) -> None:
    assert digest(members) != digest("members: {country: RO, cups: 3}")


def test_a_segment_changes_with_the_one_it_names() -> None:
    members = "members: {segment: thirsty-tins, country: RO}"

    assert digest(members) == digest(members)
    assert digest(members) != digest(members, thirst="{at_least: 4}")
