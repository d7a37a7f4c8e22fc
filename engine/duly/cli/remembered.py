"""The values that a decision kept of a subscriber, as people read them."""

from datetime import UTC, date, datetime, timedelta

from duly.cli.local import say_at
from duly.condition.catalogue import Field, short_name
from duly.condition.tree import Line, named_fields
from duly.condition.types import Type
from duly.values.money import Money

# How SQLite keeps them in JSON: days and microseconds since then. PostgreSQL writes ISO 8601.
_FIRST_DAY = date(1970, 1, 1)
_FIRST_INSTANT = datetime(1970, 1, 1, tzinfo=UTC)


def say_then(line: Line, facts: dict[str, object], zone: str) -> str:
    """Say what the fields of a condition's line were: ``it was active``; empty if none was kept.

    Moments are told in the zone.
    """
    fields = [field for field in named_fields(line) if _is_kept(field, facts)]
    if len(fields) == 1 and not line.formula:
        return f"it {_was(fields[0], facts, zone)}"
    return ", ".join(f"{short_name(field.name)} {_was(field, facts, zone)}" for field in fields)


def _is_kept(field: Field, facts: dict[str, object]) -> bool:
    return field.name in facts and field.type != Type.TEXTS


def _was(field: Field, facts: dict[str, object], zone: str) -> str:
    value = facts[field.name]
    return "was not known" if value is None else f"was {_say(field.type, value, zone)}"


def _say(kind: Type, value: object, zone: str) -> str:
    """Write a value as rule files do."""
    match kind, value:
        case Type.YES_NO, _:
            return "yes" if value else "no"
        case Type.MONEY, str():
            minor, _, currency = value.partition(" ")
            return str(Money(int(minor), currency))
        case Type.DATE, int():
            return (_FIRST_DAY + timedelta(days=value)).isoformat()
        case Type.MOMENT, int():
            return say_at(_FIRST_INSTANT + timedelta(microseconds=value), zone)
        case Type.MOMENT, str():
            return say_at(datetime.fromisoformat(value), zone)
        case Type.SHARE, _:
            return f"{_plain(value)}%"
        case _:
            return _plain(value)


def _plain(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return '""' if value == "" else str(value)
