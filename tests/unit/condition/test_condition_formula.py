"""What a formula may say, what type it has, and where its mistakes stand."""

import pytest

from condition_world import CATALOGUE
from duly.condition.given import Text
from duly.condition.tree import Value
from duly.condition.types import Type
from duly.values.problem import Problem, Span
from formulas import parse_formula

COLUMN = 10


def read(text: str) -> tuple[Type | None, tuple[Problem, ...]]:
    """Read a formula that stands in column 10; its type, yes_no for a condition."""
    tree, problems = parse_formula(Text(text, Span("rules.yaml", 4, COLUMN, len(text))), CATALOGUE)
    if tree is None:
        return None, problems
    return (tree.type if isinstance(tree, Value) else Type.YES_NO), problems


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("usage.calls + 1", Type.WHOLE),
        ("usage.calls * usage.quota - 2", Type.WHOLE),
        ("usage.calls / 2", Type.NUMBER),
        ("usage.calls * 0.5", Type.NUMBER),
        ("usage.percent", Type.SHARE),
        ("usage.percent + 1", Type.NUMBER),
        ("-usage.load", Type.NUMBER),
        ("balance + fee", Type.MONEY),
        ("balance - '5.00 EUR'", Type.MONEY),
        ("0.19 * balance", Type.MONEY),
        ("balance / 12", Type.MONEY),
        ("balance / fee", Type.NUMBER),
        ("usage.calls * '0.02 EUR'", Type.MONEY),
        ("-fee", Type.MONEY),
        ("joined_on + 3", Type.DATE),
        ("3 + joined_on", Type.DATE),
        ("joined_on - 3", Type.DATE),
        ("joined_on - last_on", Type.WHOLE),
        ("joined_on - '2026-01-01'", Type.WHOLE),
        ("add_days(joined_on, 3)", Type.DATE),
        ("add_months('2026-01-31', usage.calls)", Type.DATE),
        ("days_since(joined_on)", Type.WHOLE),
        ("months_since(joined_on) * 0.5", Type.NUMBER),
        ("min(usage.calls, 100)", Type.WHOLE),
        ("max(usage.calls, 2.5, usage.load)", Type.NUMBER),
        ("min(balance, '5.00 EUR')", Type.MONEY),
        ("max('2026-01-01', joined_on)", Type.DATE),
        ("if_missing(usage.calls, 0)", Type.WHOLE),
        ("if_missing(usage.calls, 0.5)", Type.NUMBER),
        ("if_missing(balance, '0.00 EUR')", Type.MONEY),
        ("if_missing(kind, country)", Type.TEXT),
        ("usage.calls > 3 and not active or kind == 'person'", Type.YES_NO),
        ("1 < usage.calls <= 3", Type.YES_NO),
        ("country in ['RO', 'MD']", Type.YES_NO),
        ("country not in ('RO',)", Type.YES_NO),
        ("usage.calls in [1, -2]", Type.YES_NO),
        ("'vip' in tags", Type.YES_NO),
        ("'lu' in city", Type.YES_NO),
        ("active == 'yes'", Type.YES_NO),
        ("seen_at > '2026-01-01T10:00Z'", Type.YES_NO),
        ("  usage.calls\n  > 3 ", Type.YES_NO),
    ],
)
def test_a_formula_has_a_type(text: str, kind: Type) -> None:
    assert read(text) == (kind, ())


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("usage.calls = 3", '"=" cannot be used in a formula', "write == to compare"),
        ("active && active", '"&&" cannot be used in a formula', "write and"),
        ("active || active", '"||" cannot be used in a formula', "write or"),
        ("!active", '"!" cannot be used in a formula', "write not"),
        ("usage.calls <> 3", '"<>" cannot be used in a formula', "write !="),
        (
            "usage.load > 20%",
            '"0%" cannot be used in a formula',
            "write a percentage as a number: 0.2 for 20 %",
        ),
        (
            "usage.calls > 10EUR",
            '"10" cannot be used in a formula',
            "leave a space after a number, no unit",
        ),
        (
            "city == 'a\\d'",
            '"\\" cannot be used in a formula',
            "formulas have no backslash",
        ),
        ("usage.calls > 3 # why", '"#" cannot be used in a formula', "formulas have no comments"),
        ("usage.calls ** 2 > 3", "formulas have no powers (**)", ""),
        ("usage.calls // 2 > 3", "formulas have no whole division (//)", ""),
        ("usage.calls % 2 > 3", "formulas have no remainders (%)", ""),
        ("usage.calls[0] > 3", "formulas have no square brackets after a name", ""),
        ("f'{city}' == 'a'", "formulas have no texts that begin with f", ""),
        ("[x for x in tags] == 1", "formulas have no for", ""),
        ("lambda: 1", "formulas have no lambda", ""),
        ("city if active else city", "formulas have no if and else", ""),
        ("(a := 3) > 2", '"=" cannot be used in a formula', "write == to compare"),
        ("usage.calls is 3", "formulas have no is (write ==)", ""),
        ("{1: 2} == 3", "formulas have no curly brackets", ""),
        ("city.upper() == 'A'", None, ""),
        ("min(*tags) > 3", "formulas have no stars", ""),
        ("min(usage.calls, default=3) > 1", None, "write == to compare"),
        ("True", "True cannot be used in a formula", "write the field alone"),
        (
            "country == None",
            "None cannot be used in a formula",
            "use if_missing, or known: false outside a formula",
        ),
        (
            "active.__class__ == 'a'",
            'unknown field "active.__class__"',
            'did you mean "active"?',
        ),
        (
            "__import__('os') == 1",
            'there is no function "__import__"',
            "the functions are days_since, months_since, add_days, add_months, min, max,"
            " if_missing",
        ),
        ("usage.calls > 'x'", '"x" is not a number', "write digits, such as 3"),
        (
            "country > 3",
            "country holds text and cannot be compared with 3, which is a whole number",
            "",
        ),
        (
            "balance > 5",
            "balance holds money and cannot be compared with 5, which is a whole number",
            "write '5.00 EUR'",
        ),
        ("balance > '5,00 EUR'", '"5,00 EUR" is not an amount of money', 'write "5.00 EUR"'),
        ("kind == 'persn'", '"persn" is not possible here', 'did you mean "person"?'),
        ("kind < country", "kind holds a word, which has no more and no less", ""),
        ("active < consent.marketing", "active holds yes or no, which has no more and no less", ""),
        ("tags == 'vip'", "tags is a list", "write 'vip' in tags"),
        ("balance * balance > fee", "balance * balance cannot be calculated", ""),
        ("joined_on * 2 > last_on", "joined_on * 2 cannot be calculated", ""),
        ("joined_on + 0.5 > last_on", "joined_on + 0.5 cannot be calculated", ""),
        ("-country == 'a'", "country has no sign to turn", ""),
        (
            "(usage.calls > 3) + 1 > 2",
            "usage.calls > 3 is true or false and cannot be used as a value",
            "",
        ),
        ("usage.calls and active", "usage.calls is not yes or no", "compare it with something"),
        (
            "days_since(usage.calls) > 3",
            "usage.calls is not a date",
            "write it like days_since(subscription.started_on)",
        ),
        (
            "days_since(seen_at) > 3",
            "seen_at is not a date",
            "write it like days_since(subscription.started_on)",
        ),
        (
            "add_days(joined_on) > last_on",
            "add_days takes 2 values",
            "write it like add_days(subscription.started_on, 3)",
        ),
        (
            "min(usage.calls) > 1",
            "min takes two values or more",
            "write it like min(overdue_days, 30)",
        ),
        ("max(country, 'a') == 'a'", None, ""),
        ("if_missing(tags, tags) == 'a'", "tags is a list and never missing", ""),
        ("round(usage.load) > 1", "round is for amounts and imports, not for conditions", ""),
        ("usage.calls in []", "the list after in is empty", ""),
        (
            "usage.calls in [usage.quota]",
            "usage.quota cannot stand in a list",
            "a list holds numbers or texts in quotes",
        ),
        ("country in 'RO MD'", "write a text in quotes before in 'RO MD'", ""),
        (
            "event.from > 3",
            '"event.from > 3" cannot be read as a formula',
            'the name "from" cannot stand in a formula',
        ),
        (
            "",
            '"" cannot be read as a formula',
            "a formula looks like subscriber.paid_total > 3 * subscription.amount",
        ),
    ],
)
def test_what_a_formula_may_not_say(text: str, message: str | None, hint: str) -> None:
    kind, problems = read(text)

    assert kind is None
    if message is not None:
        assert [(problem.message, problem.hint) for problem in problems] == [(message, hint)]


@pytest.mark.parametrize(
    "text",
    [
        "usage.calls > " + "1 + " * 150 + "1",  # over 500 characters
        "usage.calls > " + "(" * 30 + "1" + " + 1)" * 30,  # over 20 levels
        "usage.calls > " + "2 * " * 9 + "2",  # over 8 products
        "usage.calls > " + "min(1, " * 9 + "1" + ")" * 9,  # over 8 functions
        "(" * 240 + "1" + ")" * 240,
        "-" * 480 + "1",
        "not " * 120 + "active",
    ],
)
def test_a_formula_has_limits(text: str) -> None:
    kind, problems = read(text)

    assert kind is None
    assert {problem.code for problem in problems} <= {"formula-too-long", "formula-syntax"}


@pytest.mark.parametrize(
    ("text", "column", "length"),
    [
        ("usage.cals > 3", 10, 10),
        ("  usage.cals > 3", 12, 10),
        ("'é' == usage.cals", 17, 10),  # characters, not bytes
        ("usage.calls > 3 and balance > 5", 30, 11),
        ("usage.calls = 3", 22, 1),
        ("usage.calls >\n usage.cals", 25, 10),
    ],
)
def test_a_mistake_stands_at_its_place_in_a_plain_text(text: str, column: int, length: int) -> None:
    _, (problem,) = read(text)

    assert problem.span == Span("rules.yaml", 4, column, length)


@pytest.mark.parametrize(
    ("written_length", "place"),
    [
        (len("usage.cals > 3"), Span("rules.yaml", 4, 10, 10)),
        (len("'usage.cals > 3'"), Span("rules.yaml", 4, 11, 10)),
        (1, Span("rules.yaml", 4, 10, 1)),  # a | block: the start of the value
    ],
)
def test_a_mistake_stands_at_its_place_in_quotes_and_at_the_start_of_a_block(
    written_length: int, place: Span
) -> None:
    given = Text("usage.cals > 3", Span("rules.yaml", 4, 10, written_length))

    _, (problem,) = parse_formula(given, CATALOGUE)

    assert problem.span == place
