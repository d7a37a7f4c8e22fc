"""A small world for conditions: two tables, a field of every type, and rows full of traps."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Double,
    Integer,
    MetaData,
    Table,
    Text,
    and_,
    literal,
    select,
)

from duly.condition import given
from duly.condition.catalogue import Catalogue, Field
from duly.condition.own import own_value
from duly.condition.scope import Expression, Inside, MoneyColumns, Scope
from duly.condition.types import Type
from duly.tables.types import Instant, Json, LocalDate
from duly.values.problem import Span

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
KINDS = ("person", "company")
PLANS = ("basic", "plus", "pro")

_PLACE = Span("rules.yaml", 1, 1)

METADATA = MetaData()
# The collation of SQLite takes RO and ro for the same; conditions must not.
ODD_TEXT = Text().with_variant(Text(collation="NOCASE"), "sqlite")

PERSON = Table(
    "person",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("today", LocalDate),
    Column("country", ODD_TEXT),
    Column("city", ODD_TEXT),
    Column("kind", Text),
    Column("calls", BigInteger),
    Column("quota", Integer),
    Column("load", Double),
    Column("used", Double),
    Column("balance_minor", BigInteger),
    Column("balance_currency", Text),
    Column("fee_minor", BigInteger),
    Column("fee_currency", Text),
    Column("agreed", Boolean),
    Column("active", Boolean, nullable=False),
    Column("joined_on", LocalDate),
    Column("last_on", LocalDate),
    Column("seen_at", Instant),
    Column("own", Json),
)
MEMBERSHIP = Table(
    "membership",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("person_id", Integer, nullable=False),
    Column("plan", Text, nullable=False),
    Column("seats", Integer),
)

Row = Mapping[str, Any]


def given_of(written: Any, place: Span = _PLACE) -> given.Given:
    """Turn plain data into what the reader of a file hands over."""
    match written:
        case None:
            return given.Nothing(place)
        case str():
            return given.Text(written, place)
        case list():
            return given.Many(tuple(given_of(item, place) for item in written), place)
        case _:
            entries = (
                (given.Text(key, place), given_of(value, place)) for key, value in written.items()
            )
            return given.Entries(tuple(entries), place)


def _column(table: str, name: str) -> Any:
    return lambda scope: scope.table(table).c[name]


def _money(name: str) -> Any:
    def columns(scope: Scope) -> MoneyColumns:
        row = scope.table("person").c
        return MoneyColumns(row[f"{name}_minor"], row[f"{name}_currency"])

    return columns


def _own(key: str, kind: Type) -> Any:
    def value(scope: Scope) -> Expression:
        return own_value(scope.table("person").c.own, key, kind)

    return value


def _field(name: str, kind: Type, expression: Any, **more: Any) -> Field:
    about = name.partition(".")[0] if name.startswith("subscription.") else "subscriber"
    missing = {"may_be_missing": kind is not Type.TEXTS}
    return Field(
        name=name,
        type=kind,
        about=about,
        sentence=f"The {name}.",
        expression=expression,
        **(missing | more),
    )


FIELDS = (
    _field("subscriber.country", Type.TEXT, _column("person", "country")),
    _field("subscriber.city", Type.TEXT, _column("person", "city")),
    _field("subscriber.kind", Type.WORD, _column("person", "kind"), one_of=KINDS),
    _field("subscriber.tags", Type.TEXTS, _own("tags", Type.TEXTS)),
    _field("usage.calls", Type.WHOLE, _column("person", "calls"), unit="calls"),
    _field("usage.quota", Type.WHOLE, _column("person", "quota")),
    _field("usage.load", Type.NUMBER, _column("person", "load")),
    _field("usage.percent", Type.SHARE, _column("person", "used")),
    _field("subscriber.balance", Type.MONEY, _money("balance")),
    _field("subscriber.fee", Type.MONEY, _money("fee")),
    _field("consent.marketing", Type.YES_NO, _column("person", "agreed")),
    _field("subscriber.active", Type.YES_NO, _column("person", "active"), may_be_missing=False),
    _field("subscriber.joined_on", Type.DATE, _column("person", "joined_on")),
    _field("subscriber.last_on", Type.DATE, _column("person", "last_on")),
    _field("subscriber.seen_at", Type.MOMENT, _column("person", "seen_at")),
    _field("app.roast", Type.WORD, _own("app.roast", Type.WORD), one_of=("light", "dark")),
    _field("app.visits", Type.WHOLE, _own("app.visits", Type.WHOLE)),
    _field("app.score", Type.NUMBER, _own("app.score", Type.NUMBER)),
    _field("app.checked", Type.YES_NO, _own("app.checked", Type.YES_NO)),
    _field("app.first_on", Type.DATE, _own("app.first_on", Type.DATE)),
    _field("app.spent", Type.MONEY, _own("app.spent", Type.MONEY)),
    _field("subscription.plan", Type.WORD, _column("membership", "plan"), one_of=PLANS),
    _field("subscription.seats", Type.WHOLE, _column("membership", "seats")),
)
CATALOGUE = Catalogue({field.name: field for field in FIELDS})


def person_scope(now: Any = None) -> Scope:
    """Make the scope of one person in a statement over PERSON."""
    at = literal(NOW, Instant()) if now is None else now
    outer = {"person": PERSON}

    def any_subscription(inside: Inside) -> Any:
        member = MEMBERSHIP.alias()
        scope = Scope({**outer, "membership": member}, PERSON.c.today, at, any_subscription)
        return (
            select(literal(1))
            .where(and_(member.c.person_id == PERSON.c.id, inside(scope)))
            .exists()
        )

    return Scope(outer, PERSON.c.today, at, any_subscription)


@dataclass(frozen=True, slots=True)
class World:
    """Hold the rows of the database and what a reader of them sees."""

    people: tuple[Row, ...]
    memberships: tuple[Row, ...]

    def seen(self) -> tuple[Row, ...]:
        """Return each person by the names of the fields, missing values as None."""
        return tuple(self._seen(person) for person in self.people)

    def _seen(self, person: Row) -> Row:
        own = person["own"] or {}
        members = [row for row in self.memberships if row["person_id"] == person["id"]]
        return {
            "id": person["id"],
            "today": person["today"],
            "country": person["country"],
            "city": person["city"],
            "kind": person["kind"],
            "tags": own.get("tags") if isinstance(own.get("tags"), list) else [],
            "usage.calls": _exact(person["calls"]),
            "usage.quota": _exact(person["quota"]),
            "usage.load": _exact(person["load"]),
            "usage.percent": _exact(person["used"]),
            "balance": _amount(person, "balance"),
            "fee": _amount(person, "fee"),
            "consent.marketing": person["agreed"],
            "active": person["active"],
            "joined_on": person["joined_on"],
            "last_on": person["last_on"],
            "seen_at": person["seen_at"],
            "app.roast": _of(str, own.get("app.roast")),
            "app.visits": _exact(_of(int, own.get("app.visits"))),
            "app.score": _exact(_of((int, float), own.get("app.score"))),
            "app.checked": _of(bool, own.get("app.checked")),
            "app.first_on": _day(_of(str, own.get("app.first_on"))),
            "app.spent": _own_amount(own.get("app.spent")),
            "memberships": [
                {"plan": row["plan"], "seats": _exact(row["seats"])} for row in members
            ],
        }


def _of(kind: Any, value: Any) -> Any:
    """Return a JSON value of the right type; True is no number."""
    if isinstance(value, bool) and kind is not bool:
        return None
    return value if isinstance(value, kind) else None


def _exact(value: Any) -> Fraction | None:
    return None if value is None else Fraction(str(value))


def _amount(person: Row, name: str) -> tuple[Fraction, str] | None:
    minor = _exact(person[f"{name}_minor"])
    return None if minor is None else (minor, person[f"{name}_currency"])


def _own_amount(value: Any) -> tuple[Fraction, str] | None:
    if not isinstance(value, dict) or "minor" not in value:
        return None
    return Fraction(value["minor"]), value["currency"]


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        return None


def make_world(draw: random.Random, size: int) -> World:
    """Make people, a quarter of every column missing, values from a small set so that they meet."""
    people = tuple(_person(draw, number) for number in range(1, size + 1))
    memberships = tuple(
        {
            "id": number,
            "person_id": draw.randint(1, size),
            "plan": draw.choice(PLANS),
            "seats": maybe(draw, draw.randint(0, 4)),
        }
        for number in range(1, size + 1)
    )
    return World(people, memberships)


def maybe(draw: random.Random, value: Any) -> Any:
    """Return a value, or None in a quarter of all cases."""
    return None if draw.random() < 0.25 else value


TODAYS = (date(2026, 2, 28), date(2026, 3, 1), date(2024, 2, 29), date(2026, 3, 31))
_EXTREME = (date.min, date.max, date(9999, 12, 30), date(1, 1, 2))
_COUNTRIES = ("RO", "ro", "DE", "de", "MD", "Österreich", "", "é", "e\u0301")
_CITIES = ("Cluj", "cluj_napoca", "clujXnapoca", "100% Iași", "100 Iasi", "Z", "a", "😀", "ﬀ")
_CURRENCIES = ("EUR", "EUR", "RON")


def any_day(draw: random.Random) -> date:
    """Return a day near today, sometimes one at the end of the calendar."""
    if draw.random() < 0.05:
        return draw.choice(_EXTREME)
    return draw.choice(TODAYS) + timedelta(
        days=draw.choice((-365, -59, -31, -30, -1, 0, 1, 28, 30))
    )


def any_number(draw: random.Random) -> float:
    """Return a number of two decimals."""
    return draw.choice((0.0, 0.1, 0.2, 0.3, 1.0, 2.5, 7.0, -3.0, draw.randint(-999, 9999) / 100))


def _person(draw: random.Random, number: int) -> Row:
    balance, fee = (maybe(draw, draw.choice((0, 1, 7, 500, 999, -250, 100_000))) for _ in range(2))
    return {
        "id": number,
        "today": draw.choice(TODAYS),
        "country": maybe(draw, draw.choice(_COUNTRIES)),
        "city": maybe(draw, draw.choice(_CITIES)),
        "kind": maybe(draw, draw.choice(KINDS)),
        "calls": maybe(draw, draw.choice((0, 1, 2, 3, 5, 7, 10, 30, 9_000_000_000))),
        "quota": maybe(draw, draw.choice((0, 1, 2, 3, 4, 7, 10, -3))),
        "load": maybe(draw, any_number(draw)),
        "used": maybe(draw, draw.choice((0.0, 12.5, 80.0, 100.0))),
        "balance_minor": balance,
        "balance_currency": draw.choice(_CURRENCIES),
        "fee_minor": fee,
        "fee_currency": draw.choice(_CURRENCIES),
        "agreed": maybe(draw, draw.random() < 0.5),
        "active": draw.random() < 0.5,
        "joined_on": maybe(draw, any_day(draw)),
        "last_on": maybe(draw, any_day(draw)),
        "seen_at": maybe(draw, NOW + timedelta(hours=draw.choice((-49, -48, -2, 0, 1, 2, 240)))),
        "own": maybe(draw, _own_values(draw)),
    }


def _own_values(draw: random.Random) -> dict[str, Any]:
    """Make own fields; some hold a value of another type than declared."""
    wrong = (None, "7", 7, 7.5, True, [], ["vip"], {"a": 1}, "vip", "2026-02-31x")
    right = {
        "tags": draw.sample(("vip", "new", "VIP", "x"), draw.randint(0, 3)),
        "app.roast": draw.choice(("light", "dark")),
        "app.visits": draw.randint(0, 5),
        "app.score": any_number(draw),
        "app.checked": draw.random() < 0.5,
        "app.first_on": any_day(draw).isoformat(),
        "app.spent": {"minor": draw.choice((0, 500, 999)), "currency": draw.choice(_CURRENCIES)},
    }
    kept = {key: value for key, value in right.items() if draw.random() < 0.8}
    return {key: draw.choice(wrong) if draw.random() < 0.2 else kept[key] for key in kept}


def fill(connection: Connection, world: World) -> None:
    """Create the tables and write the rows."""
    METADATA.create_all(connection)
    connection.execute(PERSON.insert(), [dict(row) for row in world.people])
    connection.execute(MEMBERSHIP.insert(), [dict(row) for row in world.memberships])
