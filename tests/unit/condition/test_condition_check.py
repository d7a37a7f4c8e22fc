"""What is wrong with a condition beyond its own words."""

from itertools import pairwise
from typing import Any

import pytest

from condition_world import CATALOGUE, given_of
from duly.condition.check import (
    check_condition,
    check_missing,
    check_nesting,
    check_reach,
    check_segments,
    owners,
)
from duly.condition.parse import parse_condition
from duly.condition.tree import Condition

PERSON_ONLY = ("subscriber",)


def made(written: Any, segments: tuple[str, ...] = ()) -> Condition:
    condition, problems = parse_condition(given_of(written), CATALOGUE, segments)
    assert condition is not None, problems
    return condition


def made_all(written: dict[str, Any]) -> dict[str, Condition]:
    return {name: made(one, tuple(written)) for name, one in written.items()}


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ({"country": {"not": "US"}}, ["country"]),
        ({"country": {"not": ["US", "CA"]}}, ["country"]),
        ({"none_of": [{"country": "US", "kind": "person"}]}, ["country", "kind"]),
        ({"none_of": [{"any_subscription": {"subscription.seats": "3"}}]}, ["subscription.seats"]),
        ({"formula": "not usage.calls > 3"}, ["usage.calls"]),
        ({"formula": "country != 'US'"}, ["country"]),
        ({"formula": "country not in ['US']"}, ["country"]),
        # Nothing is silent where something was said about the missing value.
        ({"country": {"not": "US", "or_missing": "true"}}, []),
        ({"country": {"not": "US", "known": "true"}}, []),
        ({"any_of": [{"country": {"not": "US"}}, {"country": {"known": "no"}}]}, []),
        ({"formula": "not if_missing(usage.calls, 0) > 3"}, []),
        # A plain no, a field that is always there, and the absence of a not.
        ({"consent.marketing": "no"}, []),
        ({"active": {"not": "yes"}}, []),
        ({"country": "US"}, []),
        ({"country": {"known": "false"}}, []),
        ({"none_of": [{"country": {"known": "false"}}]}, []),
        ({"none_of": [{"tags": {"contains": "vip"}}]}, []),
    ],
)
def test_a_not_on_a_field_that_may_be_missing_is_a_warning(written: Any, found: list[str]) -> None:
    problems = check_missing(made(written))

    assert [problem.message.partition(" ")[0] for problem in problems] == found
    assert {(problem.code, problem.severity) for problem in problems} <= {
        ("not-on-missing", "warning")
    }


@pytest.mark.parametrize(
    ("written", "owner"),
    [
        ({"country": "RO"}, {"subscriber"}),
        ({"subscription.plan": "basic", "country": "RO"}, {"subscriber", "subscription"}),
        ({"formula": "subscription.seats > 3"}, {"subscription"}),
        ({"any_subscription": {"subscription.plan": "basic"}}, {"subscriber"}),
        ({"segment": "small"}, {"subscription"}),
        ({"none_of": [{"segment": "of-small"}]}, {"subscription"}),
    ],
)
def test_a_condition_knows_whose_fields_it_reads(written: Any, owner: set[str]) -> None:
    segments = made_all({"small": {"subscription.plan": "basic"}, "of-small": {"segment": "small"}})

    assert owners(made(written, tuple(segments)), segments) == owner


@pytest.mark.parametrize(
    "written",
    [
        {"subscription.plan": "basic"},
        {"any_of": [{"country": "RO"}, {"formula": "subscription.seats > 3"}]},
        {"segment": "small"},
    ],
)
def test_a_rule_about_a_subscriber_asks_about_subscriptions_inside_any_subscription(
    written: Any,
) -> None:
    segments = made_all({"small": {"subscription.plan": "basic"}})

    (problem,) = check_reach(made(written, ("small",)), segments, PERSON_ONLY)

    assert problem.code == "out-of-reach"
    assert problem.hint == "put it inside any_subscription: {…}"
    assert not check_reach(made({"any_subscription": written}, ("small",)), segments, PERSON_ONLY)
    assert not check_reach(made(written, ("small",)), segments, ("subscription", "subscriber"))


def test_segments_may_not_go_in_circles() -> None:
    segments = made_all(
        {
            "a": {"segment": "b"},
            "b": {"none_of": [{"any_subscription": {"segment": "c"}}]},
            "c": {"country": "RO", "segment": "a"},
            "d": {"segment": "a"},
        }
    )

    problems = check_segments(segments)

    assert {problem.message for problem in problems} == {
        'segment "a" needs itself: a -> b -> c -> a',
        'segment "b" needs itself: b -> c -> a -> b',
        'segment "c" needs itself: c -> a -> b -> c',
    }


def test_segments_may_not_multiply() -> None:
    names = [f"s{number}" for number in range(12)]
    written: dict[str, Any] = {names[0]: {"country": "RO"}}
    for before, name in pairwise(names):
        written[name] = {"any_of": [{"segment": before}, {"segment": before}]}
    segments = made_all(written)

    codes = {problem.code for problem in check_segments(segments)}

    assert codes == {"too-many-conditions"}


def test_a_condition_may_not_go_deeper_than_a_database_reads() -> None:
    written: dict[str, Any] = {"country": "RO"}
    for _ in range(8):
        written = {"none_of": [written, {"kind": "person", "active": "yes"}]}

    (problem,) = check_nesting(made(written), {})

    assert problem.code == "too-deep"


def test_one_check_finds_everything() -> None:
    written = {"country": {"not": "US"}, "subscription.plan": "basic"}

    codes = [problem.code for problem in check_condition(made(written), {}, PERSON_ONLY)]

    assert sorted(codes) == ["not-on-missing", "out-of-reach"]
