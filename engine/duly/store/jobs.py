"""Claim jobs, write what became of them, and find those whose worker is lost."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    func,
    insert,
    literal_column,
    select,
    union_all,
    update,
)

from duly.model.ledger import Job, JobClass, JobState
from duly.store.bulk import bulk
from duly.store.facts import read_job
from duly.store.ids import among
from duly.tables.ledger import call, firing, hold, job, rule

LEASE = timedelta(minutes=10)
_READY: ColumnElement[str] = literal_column("'ready'")
_MONEY: ColumnElement[str] = literal_column("'money'")
_IN_LANE: list[ColumnElement[str]] = [
    literal_column(f"'{state}'") for state in ("blocked", "ready", "held", "calling", "unknown")
]
_OUT: list[ColumnElement[str]] = [literal_column("'calling'"), literal_column("'unknown'")]


@dataclass(frozen=True, slots=True)
class Holds:
    """Hold the names of what may not act now."""

    everything: bool
    rules: frozenset[str]
    connectors: frozenset[str]
    subscribers: frozenset[str]
    classes: frozenset[str]


def holds(connection: Connection) -> Holds:
    """Read the holds that are on."""
    on = select(hold.c.what, hold.c.name).where(hold.c.released_at.is_(None))
    rows = connection.execute(on).all()

    def named(what: str) -> frozenset[str]:
        return frozenset(row.name for row in rows if row.what == what)

    return Holds(
        everything=any(row.what == "everything" for row in rows),
        rules=named("rule"),
        connectors=named("connector"),
        subscribers=named("subscriber"),
        classes=named("class"),
    )


def ready_classes(connection: Connection, now: datetime) -> frozenset[str]:
    """Name the classes of which some job is ready and due, by job(class, due_at) where ready."""
    due: list[Select[Any]] = [
        select(literal_column(f"'{job_class}'").label("job_class")).where(
            select(job.c.id)
            .where(
                job.c.state == _READY,
                job.c.job_class == literal_column(f"'{job_class}'"),
                job.c.due_at <= now,
            )
            .exists()
        )
        for job_class in JobClass
    ]
    return frozenset(connection.execute(union_all(*due)).scalars())


def ready_jobs(
    connection: Connection, job_class: JobClass, now: datetime, limit: int, held: Holds
) -> tuple[Job, ...]:
    """Lock ready jobs of a class that are due, oldest first, by job(class, due_at, id) where ready.

    What a hold covers stays as it is.
    """
    if held.everything or job_class in held.classes:
        return ()
    chosen = (
        select(job)
        .where(
            job.c.state == _READY,
            job.c.job_class == literal_column(f"'{job_class}'"),
            job.c.due_at <= now,
            *_not_held(held),
        )
        .order_by(job.c.due_at, job.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=job)
    )
    return tuple(read_job(row) for row in connection.execute(chosen))


def _not_held(held: Holds) -> Iterable[ColumnElement[bool]]:
    if held.rules:
        held_firings = (
            select(firing.c.id)
            .join(rule, rule.c.id == firing.c.rule_id)
            .where(firing.c.id == job.c.firing_id, rule.c.name.in_(sorted(held.rules)))
        )
        yield ~held_firings.exists()
    if held.subscribers:
        ids = [int(name) for name in held.subscribers]
        yield job.c.subscriber_id.not_in(sorted(ids))
    if held.connectors:
        names = sorted(held.connectors)
        yield func.coalesce(job.c.connector, literal_column("''")).not_in(names)


def lane_heads(connection: Connection, subscribers: Iterable[int]) -> Mapping[int, int]:
    """Return the oldest unfinished money job of each subscriber, by job(subscriber, id)."""
    heads = (
        select(job.c.subscriber_id, func.min(job.c.id).label("head"))
        .where(
            job.c.job_class == _MONEY,
            job.c.state.in_(_IN_LANE),
            among(connection, job.c.subscriber_id, subscribers),
        )
        .group_by(job.c.subscriber_id)
    )
    return {row.subscriber_id: row.head for row in connection.execute(heads)}


def block(connection: Connection, ids: Iterable[int]) -> None:
    """Let jobs wait until their lane is free."""
    waiting = update(job).where(among(connection, job.c.id, ids))
    connection.execute(waiting.values(state="blocked"))


def free_lanes(connection: Connection, subscribers: Iterable[int]) -> None:
    """Make the next job of each lane ready, if it was blocked and is the head now."""
    heads = lane_heads(connection, subscribers).values()
    blocked = job.c.state == literal_column("'blocked'")
    connection.execute(
        update(job).where(among(connection, job.c.id, heads), blocked).values(state="ready")
    )


@dataclass(frozen=True, slots=True)
class Claim:
    """Hold what a claim writes: the call about to be made, under the key that never changes."""

    job: Job
    effect_key: str
    connector: str
    request: Mapping[str, Any]


def write_claims(connection: Connection, claims: Sequence[Claim], now: datetime) -> None:
    """Raise the fence, take the lease, and write the call rows before any byte leaves."""
    numbers = _next_numbers(connection, [claim.job.id for claim in claims])
    for claim in claims:
        connection.execute(
            update(job)
            .where(job.c.id == claim.job.id)
            .values(
                state="calling",
                fence=claim.job.fence + 1,
                tries=claim.job.tries + 1,
                lease_until=now + LEASE,
                effect_key=claim.effect_key,
                connector=claim.connector,
            )
        )
    rows = [
        {
            "job_id": claim.job.id,
            "number": numbers.get(claim.job.id, 0) + 1,
            "fence": claim.job.fence + 1,
            "request": claim.request,
            "started_at": now,
        }
        for claim in claims
    ]
    bulk(connection, insert(call), rows)


def _next_numbers(connection: Connection, ids: Iterable[int]) -> Mapping[int, int]:
    last = select(call.c.job_id, func.max(call.c.number).label("number"))
    rows = connection.execute(
        last.where(among(connection, call.c.job_id, ids)).group_by(call.c.job_id)
    )
    return {row.job_id: row.number for row in rows}


def first_requests(connection: Connection, ids: Iterable[int]) -> Mapping[int, Mapping[str, Any]]:
    """Return the request of jobs that were called before, unless the last call was refused."""
    numbers = _next_numbers(connection, ids)
    statement = select(call.c.job_id, call.c.number, call.c.request, call.c.outcome)
    rows = connection.execute(statement.where(among(connection, call.c.job_id, ids)))
    return {
        row.job_id: row.request
        for row in rows
        if numbers[row.job_id] == row.number and row.outcome != "failed"
    }


def name_connector(connection: Connection, job_id: int, connector: str) -> None:
    """Write which connector a job will use, so that a hold on it covers the job."""
    connection.execute(update(job).where(job.c.id == job_id).values(connector=connector))


def drop(connection: Connection, jobs: Sequence[Job], note: str, now: datetime) -> None:
    """End jobs that nothing stands behind any more."""
    if not jobs:
        return
    gone = update(job).where(among(connection, job.c.id, [one.id for one in jobs]))
    connection.execute(gone.values(state="skipped", note=note, ended_at=now))
    free_lanes(connection, [one.subscriber_id for one in jobs])


@dataclass(frozen=True, slots=True)
class Ending:
    """Hold what a job becomes; ``fence`` None writes whatever claim is the newest.

    ``uncounted`` takes the try back that led to nothing by our own fault.
    """

    job_id: int
    state: JobState
    fence: int | None = None
    note: str = ""
    result: str = ""
    due_at: datetime | None = None
    uncounted: bool = False


_ENDED = (JobState.DONE, JobState.FAILED, JobState.SKIPPED, JobState.DEAD, JobState.CANCELLED)


def write_ending(connection: Connection, ending: Ending, now: datetime) -> bool:
    """Write what a job becomes; False if a newer claim has taken it over."""
    values: dict[str, Any] = {
        "state": str(ending.state),
        "note": ending.note or None,
        "result": ending.result or None,
        "lease_until": None,
        "ended_at": now if ending.state in _ENDED else None,
    }
    if ending.due_at is not None:
        values["due_at"] = ending.due_at
    if ending.uncounted:
        values["tries"] = job.c.tries - 1
    mine = job.c.id == ending.job_id
    if ending.fence is not None:
        mine &= (job.c.fence == ending.fence) & job.c.state.in_(_OUT)
    return connection.execute(update(job).where(mine).values(**values)).rowcount == 1


def write_call_end(
    connection: Connection,
    job_id: int,
    fence: int,
    *,
    outcome: str,
    reference: str = "",
    note: str = "",
    now: datetime,
) -> None:
    """Write the answer to a call."""
    connection.execute(
        update(call)
        .where(call.c.job_id == job_id, call.c.fence == fence, call.c.ended_at.is_(None))
        .values(outcome=outcome, reference=reference or None, note=note or None, ended_at=now)
    )


def present(connection: Connection, ids: Iterable[int]) -> Mapping[int, Job]:
    """Load jobs by id."""
    rows = connection.execute(select(job).where(among(connection, job.c.id, ids)))
    return {row.id: read_job(row) for row in rows}


def lost_jobs(connection: Connection, now: datetime, limit: int) -> tuple[Job, ...]:
    """Lock jobs whose worker did not come back, by job(lease_until) where out."""
    lost = (
        select(job)
        .where(
            job.c.state.in_(_OUT),
            job.c.state == literal_column("'calling'"),
            job.c.lease_until <= now,
        )
        .order_by(job.c.lease_until)
        .limit(limit)
        .with_for_update(skip_locked=True, of=job)
    )
    return tuple(read_job(row) for row in connection.execute(lost))


def unclear_jobs(connection: Connection, now: datetime, limit: int) -> tuple[Job, ...]:
    """List unclear jobs that are due to be asked about."""
    unclear = (
        select(job)
        .where(
            job.c.state.in_(_OUT),
            job.c.state == literal_column("'unknown'"),
            job.c.due_at <= now,
        )
        .order_by(job.c.due_at, job.c.id)
        .limit(limit)
    )
    return tuple(read_job(row) for row in connection.execute(unclear))


def unclear_since(connection: Connection, ids: Iterable[int]) -> Mapping[int, datetime]:
    """Return when the newest call of each job was started."""
    newest = select(call.c.job_id, func.max(call.c.started_at).label("at"))
    rows = connection.execute(
        newest.where(among(connection, call.c.job_id, ids)).group_by(call.c.job_id)
    )
    return {row.job_id: row.at for row in rows}
