"""The calls of jobs: what was asked before the first byte left, and what was answered."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, insert, or_, select, update

from duly.store.bulk import bulk
from duly.store.ids import rows_among
from duly.tables.ledger import call

# Nothing says whether the effect of such a call happened: no answer came, or one in doubt.
_UNCLEAR: ColumnElement[bool] = or_(call.c.outcome.is_(None), call.c.outcome == "unknown")
# Asked by key the other side knew nothing; its answer may still come.
_ANSWERABLE = or_(_UNCLEAR, call.c.outcome == "not there")
_END = (
    update(call)
    .where(call.c.job_id == bindparam("job"), call.c.fence == bindparam("claim"), _ANSWERABLE)
    .values(
        outcome=bindparam("word"),
        reference=bindparam("name_there"),
        note=bindparam("told"),
        ended_at=bindparam("at"),
    )
)

_LAST_NUMBERS = select(call.c.job_id, func.max(call.c.number).label("number")).group_by(
    call.c.job_id
)
_REQUESTS = select(call.c.job_id, call.c.number, call.c.request, call.c.outcome)
_CALLED = select(call.c.job_id, func.min(call.c.started_at).label("at")).group_by(call.c.job_id)
# A call that waited for settings asked nobody, so the time to give up has not begun.
_FIRST_CALLED = _CALLED.where(func.coalesce(call.c.outcome, "") != "wait")
_UNCLEAR_SINCE = _CALLED.where(_UNCLEAR)


@dataclass(frozen=True, slots=True)
class NewCall:
    """Hold a call about to be made: the claim it belongs to, and the rows it asks about."""

    job_id: int
    fence: int
    request: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CallEnd:
    """Hold the answer to a call; ``reference`` is the other side's name for the effect."""

    job_id: int
    fence: int
    outcome: str
    reference: str = ""
    note: str = ""


def write_calls(connection: Connection, calls: Sequence[NewCall], now: datetime) -> None:
    """Write calls before any byte leaves."""
    numbers = _last_numbers(connection, [one.job_id for one in calls])
    rows = [
        {
            "job_id": one.job_id,
            "number": numbers.get(one.job_id, 0) + 1,
            "fence": one.fence,
            "request": one.request,
            "started_at": now,
        }
        for one in calls
    ]
    bulk(connection, insert(call), rows)


def write_call_ends(connection: Connection, ends: Sequence[CallEnd], now: datetime) -> None:
    """Write answers; a definite one stays as it is."""
    rows = [
        {
            "job": one.job_id,
            "claim": one.fence,
            "word": one.outcome,
            "name_there": one.reference or None,
            "told": one.note or None,
            "at": now,
        }
        for one in ends
    ]
    bulk(connection, _END, rows)


def _last_numbers(connection: Connection, ids: Iterable[int]) -> Mapping[int, int]:
    rows = rows_among(connection, _LAST_NUMBERS, call.c.job_id, ids)
    return {row.job_id: row.number for row in rows}


def first_requests(connection: Connection, ids: Iterable[int]) -> Mapping[int, Mapping[str, Any]]:
    """Return the request of jobs that were called before, unless the last call was refused."""
    numbers = _last_numbers(connection, ids)
    rows = rows_among(connection, _REQUESTS, call.c.job_id, numbers)
    return {
        row.job_id: row.request
        for row in rows
        if numbers[row.job_id] == row.number and row.outcome != "failed"
    }


def first_called(connection: Connection, ids: Iterable[int]) -> Mapping[int, datetime]:
    """Return when the first call of each job was made."""
    rows = rows_among(connection, _FIRST_CALLED, call.c.job_id, ids)
    return {row.job_id: row.at for row in rows}


def unclear_since(connection: Connection, ids: Iterable[int]) -> Mapping[int, datetime]:
    """Return since when some call of each job is unclear; jobs without one are left out."""
    rows = rows_among(connection, _UNCLEAR_SINCE, call.c.job_id, ids)
    return {row.job_id: row.at for row in rows}


def references(connection: Connection, job_id: int) -> frozenset[str]:
    """Name the effects that the other side confirmed for a job."""
    mine = (call.c.job_id == job_id) & (call.c.outcome == "done") & call.c.reference.is_not(None)
    return frozenset(connection.execute(select(call.c.reference).where(mine)).scalars())
