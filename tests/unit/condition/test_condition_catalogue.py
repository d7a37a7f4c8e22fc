"""How fields are found, and how a business's own fields are kept."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import ColumnElement, create_engine, literal, select

from duly.condition.catalogue import Catalogue, Family, Field
from duly.condition.own import OWN_TYPES, own_json, own_value
from duly.condition.scope import Members, MoneyColumns, Scope
from duly.condition.types import Type
from duly.errors import InputError
from duly.shape.suggest import closest
from duly.tables.types import Json
from duly.values.money import Money


def column(scope: Scope) -> ColumnElement[Any]:
    return scope.table("subscriber").c.id


def field(name: str, kind: Type = Type.TEXT) -> Field:
    return Field(name=name, type=kind, about="subscriber", sentence="A field.", expression=column)


def consent(topic: str) -> Field | None:
    return field(f"consent.{topic}", Type.YES_NO) if topic in ("marketing", "news") else None


CATALOGUE = Catalogue(
    {one.name: one for one in (field("subscriber.country"), field("subscription.plan"))},
    (Family("consent.", consent, ("marketing", "news")),),
)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("country", "subscriber.country"),
        ("subscriber.country", "subscriber.country"),
        ("subscription.plan", "subscription.plan"),
        ("plan", None),  # only a subscriber's field has a short name
        ("consent.news", "consent.news"),
        ("consent.weather", None),
        ("consent.", None),
        ("news", None),
    ],
)
def test_a_field_is_found_by_its_name(name: str, found: str | None) -> None:
    result = CATALOGUE.find(name)

    assert (result.name if result else None) == found


def test_the_names_are_all_that_can_be_written() -> None:
    assert CATALOGUE.names() == (
        "consent.marketing",
        "consent.news",
        "country",
        "subscriber.country",
        "subscription.plan",
    )


@pytest.mark.parametrize(
    ("name", "likeliest"),
    [("contry", "country"), ("consent.markting", "consent.marketing"), ("xyz", None)],
)
def test_a_wrong_name_has_a_suggestion(name: str, likeliest: str | None) -> None:
    assert closest(name, CATALOGUE.names()) == likeliest


def stored(value: Any, key: str, kind: Type) -> tuple[Any, ...]:
    """Keep a value as JSON in SQLite and read it back through the field's expression."""
    raw = literal(json.dumps({key: own_json(value)}))
    expression = own_value(raw, key, kind)
    match expression:
        case MoneyColumns(minor, currency):
            columns = [minor, currency]
        case Members(has):
            columns = [has(literal("vip")), has(literal("new"))]
        case _:
            columns = [expression]
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        row = tuple(connection.execute(select(*columns)).one())
    engine.dispose()
    return row


@pytest.mark.parametrize(
    ("value", "kind", "found"),
    [
        ("dark", Type.WORD, ("dark",)),
        ('Ștefan "x"', Type.TEXT, ('Ștefan "x"',)),
        (Decimal("2.5"), Type.NUMBER, (2.5,)),
        (Decimal("80"), Type.SHARE, (80.0,)),
        (7, Type.WHOLE, (7,)),
        (7, Type.NUMBER, (7.0,)),
        (True, Type.YES_NO, (True,)),
        (False, Type.YES_NO, (False,)),
        (date(2026, 3, 1), Type.DATE, (date(2026, 3, 1),)),
        (date(1969, 12, 31), Type.DATE, (date(1969, 12, 31),)),
        (Money(500, "EUR"), Type.MONEY, (500, "EUR")),
        (("vip", "x"), Type.TEXTS, (True, False)),
        # What was declared differently is missing.
        ("7", Type.WHOLE, (None,)),
        (Decimal("7.5"), Type.WHOLE, (None,)),
        (True, Type.NUMBER, (None,)),
        (1, Type.YES_NO, (None,)),
        (7, Type.TEXT, (None,)),
        ("vip", Type.TEXTS, (False, False)),
        ("now", Type.DATE, (None,)),
        ("2026-13-01", Type.DATE, (None,)),
        ("0000-01-01", Type.DATE, (None,)),
        ("5.00 EUR", Type.MONEY, (None, None)),
        (10**16, Type.NUMBER, (None,)),
        (10**16, Type.WHOLE, (None,)),
        (Decimal("1e-16"), Type.NUMBER, (None,)),
    ],
)
def test_an_own_field_comes_back_as_what_it_was_declared(
    value: Any, kind: Type, found: tuple[Any, ...]
) -> None:
    assert stored(value, "app.first.one", kind) == found


def test_an_own_field_holds_no_moment() -> None:
    assert Type.MOMENT not in OWN_TYPES
    with pytest.raises(InputError, match="an own field cannot hold a moment"):
        own_value(literal("{}", Json), "seen_at", Type.MOMENT)
