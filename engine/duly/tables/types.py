"""How local dates, instants, money and JSON are stored, on SQLite and on PostgreSQL.

A local date is a day number (days since 1970-01-01) on SQLite and a DATE on PostgreSQL; an instant
is integer microseconds UTC on SQLite and a TIMESTAMPTZ on PostgreSQL. Both compare and index by
value, and ``date + n`` and ``date - date`` count days on both.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, Date, DateTime, Dialect, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine

_FIRST_DAY = date(1970, 1, 1)
_FIRST_INSTANT = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def day_number(day: date) -> int:
    """Count the days since 1970-01-01."""
    return (day - _FIRST_DAY).days


def microseconds(at: datetime) -> int:
    """Count the microseconds since 1970-01-01 UTC; a naive datetime is a bug."""
    assert at.tzinfo is not None, "an instant is aware"
    return (at - _FIRST_INSTANT) // _MICROSECOND


class LocalDate(TypeDecorator[date]):
    """Store a local date: INTEGER on SQLite, DATE on PostgreSQL."""

    impl = Integer
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else Date())

    def process_bind_param(self, value: date | None, dialect: Dialect) -> Any:
        if value is None or dialect.name != "sqlite":
            return value
        return day_number(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:
        if value is None or dialect.name != "sqlite":
            return value  # type: ignore[no-any-return] # the driver gives a date
        return _FIRST_DAY + timedelta(days=value)


class Instant(TypeDecorator[datetime]):
    """Store an instant: INTEGER microseconds on SQLite, TIMESTAMPTZ on PostgreSQL."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        sqlite = dialect.name == "sqlite"
        return dialect.type_descriptor(BigInteger() if sqlite else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        return microseconds(value) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if dialect.name == "sqlite":
            return _FIRST_INSTANT + timedelta(microseconds=value)
        return value.astimezone(UTC)  # type: ignore[no-any-return] # the driver gives a datetime


# An id counts up by itself: BIGINT on PostgreSQL, the rowid on SQLite.
Id = BigInteger().with_variant(Integer(), "sqlite")
Minor = BigInteger  # money in minor units
# Nothing is SQL's NULL here, never the word null of JSON.
Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
# Text compares byte by byte on both databases, so that keys sort and match alike.
Word = Text().with_variant(Text(collation="C"), "postgresql")
