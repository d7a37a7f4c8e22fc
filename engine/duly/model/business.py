"""What is known of the business itself, as duly.yaml says it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time

from duly.values.duration import Duration, Unit


@dataclass(frozen=True, slots=True)
class Series:
    """Hold one series of numbers: ``CAF{year}-{n:05}``, counted anew each year if ``yearly``."""

    pattern: str = "{year}-{n:05}"
    yearly: bool = True
    starts_at: int = 1


@dataclass(frozen=True, slots=True)
class Hours:
    """Hold the local hours of a day: when money moves, and between which hours messages go."""

    money: time = time(6)
    messages_from: time = time(9)
    messages_to: time = time(20)


@dataclass(frozen=True, slots=True)
class OwnField:
    """Hold one field of the business's own: text, word, number, date or yes_no."""

    name: str
    kind: str
    of_whom: str = "subscriber"
    about: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Business:
    """Hold who sells, in which zone, language and currency, and on what terms."""

    name: str
    zone: str
    currency: str
    languages: tuple[str, ...]
    environment: str = "test"
    legal_name: str = ""
    country: str = ""
    tax_id: str = ""
    registry: str = ""
    email: str = ""
    web: str = ""
    iban: str = ""
    bank: str = ""
    address: Mapping[str, str] = field(default_factory=dict)
    sender: str = ""
    hours: Hours = field(default_factory=Hours)
    due_in: Duration = field(default_factory=lambda: Duration(14, Unit.DAY))
    series: Mapping[str, Series] = field(default_factory=lambda: {"invoice": Series()})
    fields: tuple[OwnField, ...] = ()
    topics: Mapping[str, str] = field(default_factory=dict)
    payments: tuple[str, ...] = ()
