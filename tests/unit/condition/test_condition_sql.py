"""What a condition becomes in SQL: constant text, bare columns, only the tables it needs."""

from typing import Any

import pytest
from sqlalchemy import Dialect, select
from sqlalchemy.dialects import postgresql, sqlite

from condition_world import CATALOGUE, PERSON, given_of, person_scope
from duly.condition.parse import parse_condition
from duly.condition.scope import TODAY
from duly.condition.sql import condition_sql, letters_sql
from duly.condition.tree import Condition, lines, named_fields

SQLITE = sqlite.dialect()
POSTGRESQL = postgresql.dialect(paramstyle="pyformat")


def made(written: Any) -> Condition:
    condition, problems = parse_condition(given_of(written), CATALOGUE)
    assert condition is not None, problems
    return condition


def text_of(written: Any, dialect: Dialect) -> str:
    """Write the condition of a statement over PERSON."""
    truth = condition_sql(made(written), person_scope(), {})
    return str(select(PERSON.c.id).where(truth).compile(dialect=dialect)).partition("WHERE ")[2]


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ({"usage.calls": {"at_least": "3"}}, "person.calls >= ?"),
        ({"country": ["RO", "MD"]}, "(person.country) COLLATE BINARY IN (?, ?)"),
        ({"joined_on": "2026-03-01"}, "person.joined_on = ?"),
        ({"active": "yes"}, "person.active = 1"),
        ({"country": {"known": "no"}}, "person.country IS NULL"),
        # The column stays bare, so that its index can be used.
        ({"formula": "days_since(joined_on) >= 30"}, "person.joined_on <= (person.today - ?)"),
        ({"formula": "30 > days_since(joined_on)"}, "person.joined_on > (person.today - ?)"),
        (
            {"joined_on": {"within": "last 30 days"}},
            "person.joined_on BETWEEN person.today - ? AND person.today",
        ),
        ({"city": {"contains": "%"}}, "(instr(person.city, ?) > 0) = 1"),
        (
            {"balance": {"more_than": "5.00 EUR"}},
            "person.balance_minor > CASE WHEN (? = person.balance_currency) THEN ? END",
        ),
    ],
)
def test_a_condition_is_a_bare_comparison_on_sqlite(written: Any, wanted: str) -> None:
    assert text_of(written, SQLITE) == wanted


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ({"country": "RO"}, '(person.country) COLLATE "C" = %(param_1)s::VARCHAR'),
        (
            {"city": {"contains": "%"}},
            '(strpos((person.city) COLLATE "C", %(param_1)s::VARCHAR) > 0)',
        ),
        (
            {"formula": "days_since(joined_on) >= 30"},
            "person.joined_on <= (person.today - %(param_1)s::INTEGER)",
        ),
        (
            {"formula": "usage.load / usage.calls > 0.5"},
            "person.load / CAST(nullif(CAST(person.calls AS DOUBLE PRECISION), %(param_1)s)"
            " AS DOUBLE PRECISION) - %(param_2)s > %(param_3)s",
        ),
    ],
)
def test_a_condition_is_a_bare_comparison_on_postgresql(written: Any, wanted: str) -> None:
    assert text_of(written, POSTGRESQL) == wanted


@pytest.mark.parametrize("dialect", [SQLITE, POSTGRESQL], ids=["sqlite", "postgresql"])
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"country": "RO'; DROP TABLE person"}, {"country": "MD"}),
        ({"usage.load": {"between": ["1", "2.5"]}}, {"usage.load": {"between": ["7", "9"]}}),
        ({"balance": "5.00 EUR"}, {"balance": "7.00 RON"}),
        ({"app.first_on": {"within": "3 months"}}, {"app.first_on": {"within": "1 year"}}),
        ({"seen_at": {"longer_ago_than": "2 hours"}}, {"seen_at": {"longer_ago_than": "3 days"}}),
        ({"formula": "add_days(joined_on, 3) > '2026-01-01'"},) * 2,
        ({"formula": "min(usage.calls, 3) > 2 * 3"}, {"formula": "min(usage.calls, 7) > 9 * 8"}),
    ],
)
def test_the_text_is_the_same_whatever_the_values(dialect: Dialect, one: Any, other: Any) -> None:
    text = text_of(one, dialect)

    assert text == text_of(one, dialect) == text_of(other, dialect)
    assert "DROP" not in text


def test_only_the_tables_a_condition_reads_are_needed() -> None:
    needed = {}
    for name, written in {
        "person": {"country": "RO"},
        "today": {"formula": "days_since(joined_on) > 3"},
        "moment": {"seen_at": {"within": "2 hours"}},
        "literal": {"joined_on": "2026-03-01"},
        "inside": {"any_subscription": {"subscription.plan": "basic"}},
    }.items():
        scope = person_scope()
        condition_sql(made(written), scope, {})
        needed[name] = scope.needed

    assert needed == {
        "person": {"person"},
        "today": {"person", TODAY},
        "moment": {"person"},
        "literal": {"person"},
        "inside": set(),
    }


def test_each_line_has_a_letter_in_the_order_of_the_file() -> None:
    written = {
        "country": {"not": "US", "known": "true"},
        "any_of": [{"kind": "person"}, {"formula": "usage.calls > 1 and usage.quota > 1"}],
        "any_subscription": {"subscription.plan": "basic", "subscription.seats": "3"},
    }
    condition = made(written)

    letters = str(letters_sql(condition, person_scope(), {}).compile(dialect=SQLITE))

    assert len(lines(condition)) == 4
    assert letters.count("THEN 'y'") == 4


def test_the_named_fields_are_those_of_the_subject_each_once() -> None:
    written = {
        "formula": "usage.calls > 0.8 * usage.quota",
        "usage.calls": {"at_most": "5"},
        "any_subscription": {"subscription.plan": "basic"},
    }

    names = [field.name for field in named_fields(made(written))]

    assert names == ["usage.calls", "usage.quota"]
