"""What was known when a rule decided is told as rule files write it."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import null

from duly.cli.remembered import say_then
from duly.condition.catalogue import Field
from duly.condition.tree import All, FieldRef, Known, Line
from duly.condition.types import Type
from duly.values.problem import Span

ZONE = "Europe/Bucharest"
SPAN = Span("rules/a.yaml", 1, 1)


def field(kind: Type, name: str = "subscription.thing") -> FieldRef:
    return FieldRef(
        Field(name=name, type=kind, about="", sentence="", expression=lambda scope: null())
    )


def line(*fields: FieldRef, formula: str = "") -> Line:
    return Line(All(tuple(Known(one) for one in fields)), SPAN, formula=formula)


@pytest.mark.parametrize(
    ("kind", "kept", "said"),
    [
        (Type.WORD, "active", "it was active"),
        (Type.TEXT, "", 'it was ""'),
        (Type.WORD, None, "it was not known"),
        (Type.YES_NO, 0, "it was no"),  # SQLite keeps yes and no as numbers
        (Type.YES_NO, True, "it was yes"),
        (Type.MONEY, "8900 RON", "it was 89.00 RON"),  # kept in minor units
        (Type.MONEY, "500 JPY", "it was 500 JPY"),
        (Type.WHOLE, 3, "it was 3"),
        (Type.NUMBER, 3.0, "it was 3"),
        (Type.NUMBER, 2.5, "it was 2.5"),
        (Type.SHARE, 80, "it was 80%"),
        (Type.DATE, (date(2026, 3, 1) - date(1970, 1, 1)).days, "it was 2026-03-01"),
        (Type.DATE, "2026-03-01", "it was 2026-03-01"),  # PostgreSQL
        (
            Type.MOMENT,
            int(datetime(2026, 3, 1, 6, tzinfo=UTC).timestamp()) * 1_000_000,
            "it was 2026-03-01 08:00",
        ),
        (Type.MOMENT, "2026-03-01T08:00:00+02:00", "it was 2026-03-01 08:00"),
    ],
)
def test_a_value_is_told_as_a_rule_writes_it(kind: Type, kept: object, said: str) -> None:
    assert say_then(line(field(kind)), {"subscription.thing": kept}, ZONE) == said


def test_several_fields_are_told_by_name() -> None:
    fields = field(Type.WHOLE, "subscriber.cups"), field(Type.WORD, "plan.code")

    said = say_then(line(*fields), {"subscriber.cups": 2, "plan.code": None}, ZONE)

    assert said == "cups was 2, plan.code was not known"


def test_a_formula_names_its_field() -> None:
    said = say_then(line(field(Type.WHOLE), formula="x > 3"), {"subscription.thing": 2}, ZONE)

    assert said == "subscription.thing was 2"


def test_what_was_not_kept_is_not_told() -> None:
    assert say_then(line(field(Type.WORD)), {}, ZONE) == ""
    assert say_then(line(field(Type.TEXTS)), {"subscription.thing": None}, ZONE) == ""
