"""A mapping as it is understood: where each value of a row comes from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Generic, Literal, TypeAlias, TypeVar

from duly.condition.given import Text
from duly.condition.memory import Formula
from duly.language.mapping_format import FileFormat
from duly.language.mapping_readers import Reader
from duly.model.subscription import Status
from duly.values.problem import Span

T = TypeVar("T")

OnBadRow = Literal["set_aside", "stop"]


@dataclass(frozen=True, slots=True)
class Column:
    """Take the cell under a heading."""

    heading: str
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Put cells together with fixed text: ``{customerID}@example.test``."""

    pieces: tuple[str | Column, ...]


@dataclass(frozen=True, slots=True)
class MonthsAgo:
    """Go back from the take-over by as many whole months as a cell says."""

    column: Column


@dataclass(frozen=True, slots=True)
class Computed:
    """Calculate with cells; ``given`` is the formula as written."""

    formula: Formula
    given: Text = field(compare=False)


Origin = Column | Pattern | MonthsAgo | Computed


@dataclass(frozen=True, slots=True)
class Always(Generic[T]):
    """Give every row the same value."""

    value: T


@dataclass(frozen=True, slots=True)
class Taken(Generic[T]):
    """Take a value from each row; ``words`` translates it, and then it must be one of them."""

    name: str
    origin: Origin
    reader: Reader[T]
    words: Mapping[str, T] | None = None


Source: TypeAlias = Always[T] | Taken[T]


@dataclass(frozen=True, slots=True)
class Consent:
    """Say which words of a column mean that somebody agreed, and where that was said."""

    topic: str
    column: Column
    agreed_when: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriberMapping:
    """Say where the facts of a subscriber come from."""

    same: Source[str]
    texts: Mapping[str, Source[str]]  # name, email, phone, push, language, country, zone, kind
    address: Mapping[str, Source[str]]
    signed_up_on: Source[date] | None
    consents: tuple[Consent, ...]
    consent_source: str
    own: Mapping[str, Source[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionMapping:
    """Say where the facts of a subscription come from.

    ``amount`` None: the plan's price; ``or_plan_price``: also where the amount is missing.
    """

    same: Source[str]
    plan: Source[str]
    status: Source[Status] | None
    amount: Source[Fraction] | None
    or_plan_price: bool
    started_on: Source[date]
    paid_until: Source[date] | None
    ended_on: Source[date] | None
    own: Mapping[str, Source[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodMapping:
    """Say where a way to pay comes from; ``when`` says for which rows there is one."""

    when: Computed | None
    by: Source[str]
    token: Source[str]
    kind: Source[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportMapping:
    """Say how the rows of a file become subscribers, subscriptions and ways to pay.

    Without ``subscription`` each row is a subscriber alone. ``columns`` and ``formulas`` are all
    that are named anywhere, for checking the headings.
    """

    file: str
    format: FileFormat
    take_over_on: date
    on_bad_row: OnBadRow
    skip_when: Computed | None
    subscriber: SubscriberMapping
    subscription: SubscriptionMapping | None
    payment_method: MethodMapping | None
    columns: tuple[Column, ...] = ()
    formulas: tuple[Computed, ...] = ()
