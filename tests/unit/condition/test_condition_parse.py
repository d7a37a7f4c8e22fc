"""What may stand in a condition, how it reads aloud, and what is said where it may not."""

from typing import Any

import pytest

from condition_world import CATALOGUE, given_of
from duly.condition.given import Entries, Text
from duly.condition.parse import MAX_LINES, parse_condition
from duly.condition.words import say, say_lines
from duly.values.problem import Problem, Span

SEGMENTS = ("nearly-full", "readers")


def problems_of(written: Any) -> tuple[Problem, ...]:
    condition, problems = parse_condition(given_of(written), CATALOGUE, SEGMENTS)
    assert (condition is None) == bool(problems)
    return problems


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ({"country": "RO"}, "country is RO"),
        ({"subscriber.country": "RO"}, "country is RO"),
        ({"country": "no"}, "country is no"),  # the field decides, not the spelling
        ({"country": ["RO", "MD"]}, "country is one of RO, MD"),
        ({"country": {"not": "US"}}, "country is not US"),
        ({"country": {"not": ["US", "CA"]}}, "country is not one of US, CA"),
        ({"country": {"not": "US", "or_missing": "true"}}, "country is not US, or is not known"),
        ({"country": {"not": "US", "or_missing": "no"}}, "country is not US"),
        ({"city": {"contains": "Cl"}}, "city contains Cl"),
        ({"city": {"between": ["A", "C"]}}, "city is between A and C"),
        ({"usage.calls": "010"}, "usage.calls is 10"),
        ({"usage.calls": {"at_least": "3"}}, "usage.calls is at least 3"),
        ({"usage.calls": {"more_than": "3"}}, "usage.calls is more than 3"),
        ({"usage.calls": {"at_most": "-3"}}, "usage.calls is at most -3"),
        ({"usage.load": {"less_than": "2.50"}}, "usage.load is less than 2.50"),
        (
            {"usage.calls": {"at_least": "1", "at_most": "5"}},
            "usage.calls is at least 1 and usage.calls is at most 5",
        ),
        ({"usage.percent": {"at_least": "80%"}}, "usage.percent is at least 80%"),
        ({"usage.percent": {"at_least": "80"}}, "usage.percent is at least 80%"),
        ({"balance": {"more_than": "5.00 EUR"}}, "balance is more than 5.00 EUR"),
        ({"consent.marketing": "true"}, "consent.marketing is yes"),
        ({"consent.marketing": "off"}, "consent.marketing is no"),
        ({"consent.marketing": {"not": "yes"}}, "consent.marketing is no"),
        ({"joined_on": "2026-03-01"}, "joined_on is 2026-03-01"),
        (
            {"joined_on": {"within": "30 days"}},
            "joined_on is within 30 days of today, before or after",
        ),
        ({"joined_on": {"within": "last 2 months"}}, "joined_on was within the last 2 months"),
        ({"joined_on": {"within": "next 1 week"}}, "joined_on is within the next 1 week"),
        ({"seen_at": {"longer_ago_than": "2 hours"}}, "seen_at was longer ago than 2 hours"),
        ({"tags": {"contains": "vip"}}, "tags contains vip"),
        ({"country": {"known": "false"}}, "country is not known"),
        ({"country": {"known": "yes"}}, "country is known"),
        ({"segment": "nearly-full"}, "is in the segment nearly-full"),
        ({"formula": "usage.calls > 0.8 * usage.quota"}, "usage.calls > 0.8 * usage.quota"),
        ({"country": "RO", "kind": "person"}, "country is RO and kind is person"),
        (
            {"any_of": [{"country": "RO"}, {"country": "MD", "kind": "person"}], "active": "yes"},
            "(country is RO or (country is MD and kind is person)) and active is yes",
        ),
        ({"none_of": [{"country": "RO"}]}, "country is not RO"),
        ({"none_of": [{"segment": "readers"}]}, "is not in the segment readers"),
        (
            {"none_of": [{"country": "RO"}, {"formula": "usage.calls > 3"}]},
            "not: (country is RO or usage.calls > 3)",
        ),
        ({"none_of": [{"formula": "usage.calls > 3"}]}, "not: usage.calls > 3"),
        (
            {"any_subscription": {"subscription.plan": "basic"}},
            "has a subscription where subscription.plan is basic",
        ),
    ],
)
def test_a_condition_reads_as_a_sentence(written: Any, sentence: str) -> None:
    condition, problems = parse_condition(given_of(written), CATALOGUE, SEGMENTS)

    assert problems == ()
    assert condition is not None
    assert say(condition) == sentence


@pytest.mark.parametrize(
    ("written", "code", "message", "hint"),
    [
        ({"contry": "RO"}, "unknown-field", 'unknown field "contry"', 'did you mean "country"?'),
        ({"anyof": []}, "unknown-field", 'unknown field "anyof"', 'did you mean "any_of"?'),
        (
            {"subscription": {"plan": "basic"}},
            "unknown-field",
            'unknown field "subscription"',
            "write the whole name, such as subscription.plan",
        ),
        (
            {"all_of": [{"country": "RO"}]},
            "unknown-field",
            'unknown field "all_of"',
            "conditions in one map all have to hold; leave all_of away",
        ),
        (
            {"country": None},
            "no-condition",
            "country has nothing to be compared with",
            "write country: Cluj-Napoca, or {known: false}",
        ),
        (
            {"country": []},
            "no-condition",
            "country cannot be compared with a list of 0 values",
            "write 1 to 500 values",
        ),
        (
            {"country": {"or_missing": "true"}},
            "no-condition",
            "or_missing stands beside a comparison",
            "write {not: Cluj-Napoca, or_missing: true} or {known: false}",
        ),
        (
            {"country": {"not": {"at_least": "RO"}}},
            "no-condition",
            "not takes a value or a list",
            "write {not: Cluj-Napoca}; for others use none_of",
        ),
        (
            {"country": {"atleast": "RO"}},
            "unknown-word",
            '"atleast" is not a comparison',
            'did you mean "at_least"?',
        ),
        (
            {"kind": "persn"},
            "unknown-word",
            'kind holds a word: "persn" is not possible here',
            'did you mean "person"?',
        ),
        (
            {"kind": {"at_least": "person"}},
            "wrong-type",
            "kind holds a word; at_least cannot be asked of it",
            "kind holds a word; write it like kind: person",
        ),
        (
            {"usage.calls": "ten"},
            "wrong-type",
            'usage.calls holds a whole number of calls: "ten" is not a number',
            "write digits, such as 3",
        ),
        (
            {"usage.load": "2,5"},
            "wrong-type",
            'usage.load holds a number: "2,5" is not a number',
            "write 2.5",
        ),
        (
            {"balance": "12"},
            "wrong-type",
            'balance holds money: "12" is not an amount of money',
            'write a number and a currency, such as "5.00 EUR"',
        ),
        (
            {"balance": {"between": ["1.00 EUR", "2.00 RON"]}},
            "wrong-type",
            "2.00 RON and 1.00 EUR are of two currencies and cannot be combined",
            "",
        ),
        (
            {"joined_on": "1.3.2026"},
            "wrong-type",
            'joined_on holds a date: "1.3.2026" is not a date',
            "write 2026-03-01",
        ),
        (
            {"joined_on": "2026-02-30"},
            "wrong-type",
            'joined_on holds a date: "2026-02-30" is not in the calendar',
            "check the month and the day",
        ),
        (
            {"seen_at": {"more_than": "2026-03-01T10:00"}},
            "wrong-type",
            'seen_at holds a moment: "2026-03-01T10:00" does not say in which zone',
            "write it like 2026-03-01T10:00Z",
        ),
        (
            {"consent.marketing": "maybe"},
            "wrong-type",
            'consent.marketing holds yes or no: "maybe" is neither yes nor no',
            "write yes or no",
        ),
        (
            {"consent.marketing": ["yes", "no"]},
            "wrong-type",
            "consent.marketing holds yes or no and is not compared with a list",
            "consent.marketing holds yes or no; write it like consent.marketing: yes",
        ),
        (
            {"tags": "vip"},
            "wrong-type",
            "tags holds a list of words",
            "tags holds a list of words; write it like tags: {contains: vip}",
        ),
        (
            {"usage.calls": {"between": ["5", "1"]}},
            "never-true",
            "nothing lies between 5 and 1",
            "write the smaller value first",
        ),
        (
            {"usage.calls": {"between": "1"}},
            "no-condition",
            "between takes two values",
            "write {between: [3, …]}",
        ),
        (
            {"city": {"contains": ""}},
            "no-condition",
            "contains needs a text to look for",
            "city holds text; write it like city: Cluj-Napoca",
        ),
        (
            {"segment": "nearly-ful"},
            "unknown-segment",
            'there is no segment "nearly-ful"',
            'did you mean "nearly-full"?',
        ),
        (
            {"any_of": {"country": "RO"}},
            "no-condition",
            "any_of takes a list of conditions",
            "write any_of: [{country: RO}, {country: MD}]",
        ),
        (
            {},
            "no-condition",
            "conditions are missing here",
            "write a field and what it must be, such as country: RO",
        ),
        (
            {"formula": ["usage.calls > 3"]},
            "formula-syntax",
            "formula takes one text",
            "write formula: subscriber.paid_total > 3 * subscription.amount",
        ),
        (
            {"formula": "1 < 2"},
            "constant-condition",
            '"1 < 2" names no field, so it is always the same',
            "name a field in it, or remove it",
        ),
    ],
)
def test_a_mistake_is_told_with_its_fix(written: Any, code: str, message: str, hint: str) -> None:
    (problem,) = problems_of(written)

    assert (problem.code, problem.message, problem.hint) == (code, message, hint)


@pytest.mark.parametrize("length", ["30", "2 hours", "0 days", "-3 days", "20000 days"])
def test_a_date_is_compared_only_with_a_length_of_the_calendar(length: str) -> None:
    (problem,) = problems_of({"joined_on": {"within": length}})

    assert problem.code == "wrong-type"
    assert f'"{length}"' in problem.message


def test_every_mistake_is_told_at_once() -> None:
    written = {
        "contry": "RO",
        "usage.calls": {"at_least": "a", "at_most": "b"},
        "any_of": [{"kind": "persn"}, {"country": ["RO", ["MD"]]}],
        "formula": "usage.cals > balnce",
    }

    messages = {problem.message for problem in problems_of(written)}

    assert messages == {
        'unknown field "contry"',
        'usage.calls holds a whole number of calls: "a" is not a number',
        'usage.calls holds a whole number of calls: "b" is not a number',
        'kind holds a word: "persn" is not possible here',
        "one value is missing here",
        'unknown field "usage.cals"',
        'unknown field "balnce"',
    }


def test_too_many_conditions_are_refused() -> None:
    (problem,) = problems_of({f"field-{number}": "x" for number in range(MAX_LINES + 1)})

    assert problem.code == "too-many-conditions"


def test_a_mistake_stands_where_it_was_written() -> None:
    key = Text("usage.calls", Span("rules.yaml", 3, 7, 11))
    value = Text("ten", Span("rules.yaml", 3, 20, 5))  # in quotes

    _, problems = parse_condition(Entries(((key, value),), Span("rules.yaml", 3, 7, 11)), CATALOGUE)

    assert [problem.span for problem in problems] == [Span("rules.yaml", 3, 20, 5)]


def test_each_line_has_its_own_sentence_part() -> None:
    written = {"any_of": [{"country": "RO"}, {"kind": "person"}], "none_of": [{"active": "no"}]}
    condition, _ = parse_condition(given_of(written), CATALOGUE)
    assert condition is not None

    assert say_lines(condition) == ("country is RO", "kind is person", "active is no")


def test_a_sentence_is_translated_by_its_pattern() -> None:
    patterns = {"{field} is not one of {values}": "{field} nu este printre {values}"}
    condition, _ = parse_condition(given_of({"country": {"not": ["US", "CA"]}}), CATALOGUE)
    assert condition is not None

    assert say(condition, lambda text: patterns.get(text, text)) == "country nu este printre US, CA"


@pytest.mark.parametrize(
    ("test", "message"),
    [
        ({"usage.calls": {"at_least": "5", "at_most": "2"}}, "at least 5 and at most 2"),
        ({"usage.calls": {"at_least": "2", "less_than": "2"}}, "at least 2 and less than 2"),
        ({"usage.calls": {"more_than": "2", "less_than": "3"}}, "more than 2 and less than 3"),
        (
            {"joined_on": {"more_than": "2026-03-02", "between": ["2026-01-01", "2026-03-02"]}},
            "more than 2026-03-02 and at most 2026-03-02",
        ),
        (
            {"balance": {"at_least": "5.00 EUR", "at_most": "4.99 EUR"}},
            "at least 5.00 EUR and at most 4.99 EUR",
        ),
    ],
)
def test_ends_with_nothing_between_them_are_refused(test: Any, message: str) -> None:
    (problem,) = problems_of(test)

    assert problem.code == "never-true"
    assert problem.message == f"{next(iter(test))} is never {message} at the same time"


@pytest.mark.parametrize(
    "test",
    [
        {"usage.calls": {"at_least": "2", "at_most": "2"}},
        {"usage.calls": {"more_than": "2", "less_than": "4"}},
        {"usage.percent": {"more_than": "2", "less_than": "3"}},  # 2.5 lies between
        {"usage.calls": {"at_least": "5", "not": "2"}},
        {"balance": {"at_least": "5.00 EUR", "less_than": "5.01 EUR"}},
    ],
)
def test_ends_with_something_between_them_are_taken(test: Any) -> None:
    assert problems_of(test) == ()
