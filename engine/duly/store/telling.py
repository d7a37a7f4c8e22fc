"""Read what tells people what a decision was about: invoices, segments, what was not charged."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, literal_column, select

from duly.store.ids import rows_among
from duly.store.record import Record
from duly.tables.books import invoice
from duly.tables.ledger import firing, job, segment, segment_member
from duly.tables.people import subscriber
from duly.values.zone import local_date

_NUMBERS = select(invoice.c.id, invoice.c.number)
_MEMBERS = select(segment_member, segment.c.name).join(
    segment, segment.c.id == segment_member.c.segment_id
)
_NAMES = select(subscriber.c.id, subscriber.c.external_id)
# A charge that ended without asking anybody says why in a sentence; a refusal says its class.
_UNTRIED = "declined: % %"


@dataclass(frozen=True, slots=True)
class Stay:
    """Say since when somebody is, or was, in a segment, and whether that was found silently."""

    segment: str
    entered_on: date
    left_on: date | None
    silent: bool


@dataclass(frozen=True, slots=True)
class Untried:
    """Say that a charge ended before anybody was asked, and why."""

    due_at: datetime
    reason: str


def invoice_numbers(connection: Connection, ids: Iterable[int]) -> Mapping[int, str]:
    """Return the numbers of invoices by their ids."""
    rows = rows_among(connection, _NUMBERS, invoice.c.id, ids)
    return {row.id: row.number for row in rows}


def external_ids(connection: Connection, ids: Iterable[int]) -> Mapping[int, str]:
    """Return the business's own names of subscribers by their ids."""
    rows = rows_among(connection, _NAMES, subscriber.c.id, ids)
    return {row.id: row.external_id for row in rows}


def stays(connection: Connection, ids: Iterable[int]) -> Mapping[int, Stay]:
    """Return stays in segments by their ids."""
    rows = rows_among(connection, _MEMBERS, segment_member.c.id, ids)
    return {row.id: _stay(row) for row in rows}


def stays_of(connection: Connection, person: int, name: str) -> Sequence[Stay]:
    """List a subscriber's stays in a segment, oldest first."""
    mine = _MEMBERS.where(segment_member.c.subscriber_id == person, segment.c.name == name)
    return [_stay(row) for row in connection.execute(mine.order_by(segment_member.c.id))]


def last_untried(connection: Connection, person: int) -> Untried | None:
    """Return a subscriber's newest charge that ended before anybody was asked."""
    statement = (
        select(job.c.due_at, job.c.result)
        .join(firing, firing.c.id == job.c.firing_id)
        .where(
            firing.c.subscriber_id == person,
            job.c.kind == literal_column("'charge'"),
            job.c.result.like(_UNTRIED),
        )
        .order_by(job.c.id.desc())
        .limit(1)
    )
    found = connection.execute(statement).one_or_none()
    return found and Untried(found.due_at, found.result.removeprefix("declined: "))


def _stay(row: Record) -> Stay:
    left = None if row.left_at is None else local_date(row.zone, row.left_at)
    return Stay(row.name, local_date(row.zone, row.entered_at), left, row.silent)
