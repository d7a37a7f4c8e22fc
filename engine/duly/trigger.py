"""The contract of a trigger kind: what it is about, its key, and the SQL that finds it.

A kind is a frozen dataclass of its parameters. Its ``select`` yields one row per happening with
the columns of ``OCCURRENCE``; the statement's text is constant, and everything that changes from
tick to tick is one of the bound parameters named here.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, ClassVar, Literal, Self

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    FromClause,
    Select,
    Text,
    and_,
    bindparam,
    case,
    literal_column,
    or_,
    select,
)

from duly.condition.words import Translate, as_written
from duly.model.about import About
from duly.shape.form import Fields
from duly.tables.ledger import event
from duly.tables.people import subscriber
from duly.tables.rows import DialectName, rows
from duly.tables.types import Instant, LocalDate
from duly.values.zone import Window

# The columns of every select, in this order.
OCCURRENCE = (
    "subscriber_id",  # for whom
    "subject_id",  # the row the rule is about
    "natural_key",  # what makes the happening one of its kind
    "at",  # when it was due
    "local_on",  # the local day it was due
    "zone",  # the zone that day is counted in
    "reference_id",  # the row that brought it
    "decision",  # go, late or too_late
    "fresh",  # yes if the fact appeared after its moment; then a decided one is skipped
)

NOW = bindparam("now", type_=Instant())  # the tick's instant
STAMPED_AFTER = bindparam("stamped_after", type_=BigInteger())  # the rule's watermark, exclusive
STAMPED_TO = bindparam("stamped_to", type_=BigInteger())  # this tick, inclusive
LATE_BEFORE = bindparam("late_before", type_=Instant())  # older is late
COUNTS_FROM = bindparam("counts_from", type_=Instant())  # the rule's first day, if it names none
ACTIVE_FROM = bindparam("active_from", type_=Instant())  # inclusive
ACTIVE_UNTIL = bindparam("active_until", type_=Instant())  # exclusive
TOO_LATE_BEFORE = bindparam("too_late_before", type_=Instant())  # older is not done any more

MOMENT_COLUMNS = (
    ("zone", Text()),
    ("day", LocalDate()),  # the date in the subject's row
    ("at", Instant()),
    ("local_on", LocalDate()),
    ("natural_key", Text()),
    ("decision", Text()),
    ("fresh", Boolean()),
)
TODAY_COLUMNS = (("zone", Text()), ("day", LocalDate()))


class Catch(StrEnum):
    """Say what happens to what an outage delayed."""

    EACH = "each"
    LATEST = "latest"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class CatchUp:
    """Hold a catch-up policy.

    ``up_to`` goes with each: beyond it the rest is held. ``within_s`` goes with latest: what is
    older is too late. ``until_date`` drops what comes after the date the trigger counts to.
    """

    mode: Catch
    up_to: int = 0
    within_s: int = 0
    until_date: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """Say that for rows of ``zone`` dated ``day`` a calendar trigger happened at an instant."""

    zone: str
    day: date
    at: datetime
    local_on: date
    natural_key: str
    decision: Literal["go", "late", "too_late"]
    fresh: bool


@dataclass(frozen=True, slots=True)
class Look:
    """Say for which database a select is made and which row shall be its subject."""

    dialect: DialectName
    about: About

    @property
    def moments(self) -> FromClause:
        """Return the bound table of the moments of a calendar trigger."""
        return rows("moment", self.dialect, MOMENT_COLUMNS)

    @property
    def today(self) -> FromClause:
        """Return the bound table of today's local date in every zone in use."""
        return rows("today", self.dialect, TODAY_COLUMNS)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Say where a calendar trigger finds its dates.

    ``date``, ``zone``, ``stamp`` and ``dated`` are columns of one table, indexed as (zone, date)
    and by ``stamp``, the tick that saw the last change of the row; ``dated`` is the one that saw
    the last change of its zone or date. They are one column where neither ever changes. ``offsets``
    are days before the date (negative: after it); ``hour`` is the setting that ``at`` defaults to.
    ``always``: a moment that lies in the past when the fact appears still counts, however old.
    """

    date: Column[Any]
    zone: Column[Any]
    stamp: Column[Any]
    dated: Column[Any]
    hour: Literal["money", "messages"]
    offsets: tuple[int, ...] = (0,)
    at: time | None = None
    always: bool = False

    @property
    def can_repeat(self) -> bool:
        """Tell whether a moment can come again: its row moves to a zone where it is still ahead."""
        return self.dated is not self.stamp


@dataclass(frozen=True, slots=True)
class Mention:
    """Say where a natural key holds the id of a row: group 1 of ``pattern``, which is all of it.

    A restored backup may give the row another id, so keys of effects name it by what lasts.
    """

    pattern: str
    sort: Literal["invoice", "subscription", "change", "entering"]


class Trigger(ABC):
    """Be one way in which a rule can start; subclasses are frozen dataclasses of parameters.

    ``shape`` says what may be written under its name. ``is_event``: it is told by rows of the
    table of events, and so can also stop a rule. ``mention``: which row its natural key names by
    an id, if it does.
    """

    name: ClassVar[str]
    about: ClassVar[About]
    shape: ClassVar[Fields]
    once_per: ClassVar[str] = "occurrence"
    example: ClassVar[str]
    brings: ClassVar[frozenset[str]] = frozenset()
    is_event: ClassVar[bool] = False
    mention: ClassVar[Mention | None] = None

    @classmethod
    @abstractmethod
    def load(cls, given: Mapping[str, Any]) -> Self:
        """Make the kind from converted parameters; raises InputError for what contradicts."""

    @abstractmethod
    def describe(self, translate: Translate = as_written) -> str:
        """Say in one sentence part when it happens: "a new cycle starts"."""

    def in_segment(self, about: About) -> "Trigger":
        """Return it knowing what the segment it watches is about."""
        return self

    @abstractmethod
    def select(self, look: Look) -> Select[Any]:
        """Return the statement that finds its happenings."""

    @property
    def subject(self) -> About:
        """Return what it is about, where that depends on its parameters."""
        return self.about

    @property
    def default_once_per(self) -> str:
        """Return what it is done once per, where that depends on its parameters."""
        return self.once_per

    def parameters(self, window: Window) -> Mapping[str, datetime]:
        """Return bound values of its own for a window."""
        return {}

    @property
    def calendar(self) -> Calendar | None:
        """Return where its dates are, if it is a calendar kind."""
        return None

    @property
    def stamps(self) -> frozenset[str]:
        """Name the kinds of stamped rows that can make it happen."""
        return frozenset()

    @property
    def is_timed(self) -> bool:
        """Tell whether it can happen by the passing of time alone, without a stamp."""
        return False

    @property
    def segment(self) -> str | None:
        """Name the segment it watches, if it does."""
        return None


def fresh_only(moment: FromClause, dated: Column[Any]) -> ColumnElement[bool]:
    """Let a moment of the past through only for dates that are newer than the rule's watermark."""
    stamped = and_(dated > STAMPED_AFTER, dated <= STAMPED_TO)
    return or_(moment.c.fresh.is_(literal_column("false")), stamped)


def decision_of(at: ColumnElement[Any]) -> ColumnElement[str]:
    """Decide by age, for kinds whose moments are not counted in Python."""
    return case(
        (at < TOO_LATE_BEFORE, literal_column("'too_late'")),
        (at < LATE_BEFORE, literal_column("'late'")),
        else_=literal_column("'go'"),
    )


def happened(look: Look, kind: str) -> Select[Any]:
    """Return the select of an event kind: what was stamped since the rule's watermark.

    Found by the index event(tick, kind). Imported history starts nothing.
    """
    subject = {
        About.SUBSCRIBER: event.c.subscriber_id,
        About.SUBSCRIPTION: event.c.subscription_id,
        About.INVOICE: event.c.invoice_id,
    }[look.about]
    return (
        select(
            event.c.subscriber_id,
            subject.label("subject_id"),
            event.c.natural_key,
            event.c.at,
            event.c.local_on,
            subscriber.c.zone,
            event.c.id.label("reference_id"),
            decision_of(event.c.at).label("decision"),
            literal_column("false").label("fresh"),
        )
        .join_from(event, subscriber, subscriber.c.id == event.c.subscriber_id)
        .where(
            event.c.kind == literal_column(f"'{kind}'"),
            event.c.tick > STAMPED_AFTER,
            event.c.tick <= STAMPED_TO,
            event.c.origin == literal_column("'own'"),
        )
    )
