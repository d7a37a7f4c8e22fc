"""Claim jobs, write what became of them, and find those whose worker is lost."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    case,
    func,
    literal_column,
    select,
    union_all,
    update,
)

from duly.model.ledger import Job, JobClass, JobState
from duly.store.bulk import bulk
from duly.store.calls import NewCall, write_calls
from duly.store.facts import read_job
from duly.store.ids import change_among, rows_among
from duly.tables.ledger import firing, hold, job, rule
from duly.tables.people import subscriber
from duly.tables.types import Instant

_READY: ColumnElement[str] = literal_column("'ready'")
_MONEY: ColumnElement[str] = literal_column("'money'")
_IN_LANE: list[ColumnElement[str]] = [
    literal_column(f"'{state}'") for state in ("blocked", "ready", "held", "calling", "unknown")
]
_OUT: list[ColumnElement[str]] = [literal_column("'calling'"), literal_column("'unknown'")]
_ENDED = (JobState.DONE, JobState.FAILED, JobState.SKIPPED, JobState.DEAD, JobState.CANCELLED)

_CLAIM = (
    update(job)
    .where(job.c.id == bindparam("row"))
    .values(
        state="calling",
        fence=bindparam("new_fence"),
        tries=bindparam("new_tries"),
        lease_until=bindparam("until"),
        effect_key=bindparam("key"),
        connector=bindparam("by"),
    )
)
_ENDING = (
    update(job)
    .where(job.c.id == bindparam("row"))
    .values(
        state=bindparam("new_state"),
        note=bindparam("why"),
        result=bindparam("outcome"),
        lease_until=None,
        ended_at=bindparam("over_at"),
        due_at=func.coalesce(bindparam("again_at", type_=Instant()), job.c.due_at),
        tries=job.c.tries - bindparam("given_back"),
    )
)

_JOBS = select(job)
# What is out holds its lane, also if an older job was committed after it.
_HEAD = func.coalesce(func.min(case((job.c.state.in_(_OUT), job.c.id))), func.min(job.c.id))
_HEADS = (
    select(job.c.subscriber_id, _HEAD.label("head"))
    .where(job.c.job_class == _MONEY, job.c.state.in_(_IN_LANE))
    .group_by(job.c.subscriber_id)
)
_LOCKED_HEADS = select(job.c.id).where(job.c.state.in_(_IN_LANE)).with_for_update(skip_locked=True)
# Not against whoever only refers to somebody: a tick that records firings is nobody's work.
_PEOPLE = (
    select(subscriber.c.id)
    .order_by(subscriber.c.id)
    .with_for_update(skip_locked=True, key_share=True)
)
_BLOCK = update(job).values(state="blocked")
_FREE = update(job).where(job.c.state == literal_column("'blocked'")).values(state="ready")
_OUT_WITH_FENCE = (
    select(job.c.id, job.c.fence).where(job.c.state.in_(_OUT)).order_by(job.c.id).with_for_update()
)


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


def take_people(connection: Connection, ids: Iterable[int]) -> frozenset[int]:
    """Lock subscribers for this transaction; returns those that nobody else is working for.

    Books and parcels go one at a time for each subscriber, also where several workers are.
    """
    return frozenset(row.id for row in rows_among(connection, _PEOPLE, subscriber.c.id, ids))


def lane_heads(connection: Connection, subscribers: Iterable[int]) -> Mapping[int, int]:
    """Return the money job of each subscriber whose turn it is: what is out, else the oldest."""
    rows = rows_among(connection, _HEADS, job.c.subscriber_id, subscribers)
    return {row.subscriber_id: row.head for row in rows}


def block(connection: Connection, waiting: Mapping[int, int]) -> frozenset[int]:
    """Let jobs wait for the heads of their lanes, given by job; returns those that do.

    Whoever ends a head waits for this transaction, and then finds who waits for it. A head that
    somebody is ending now is passed over, and the job that would wait for it is left as it is.
    """
    rows = rows_among(connection, _LOCKED_HEADS, job.c.id, waiting.values())
    locked = frozenset(row.id for row in rows)
    blocked = frozenset(one for one, head in waiting.items() if head in locked)
    change_among(connection, _BLOCK, job.c.id, blocked)
    return blocked


def free_lanes(connection: Connection, subscribers: Collection[int]) -> None:
    """Make the next job of each lane ready, if it was blocked and is the head now."""
    change_among(connection, _FREE, job.c.id, lane_heads(connection, subscribers).values())


@dataclass(frozen=True, slots=True)
class Claim:
    """Hold what a claim writes: the call about to be made, under the key that never changes."""

    job: Job
    effect_key: str
    connector: str
    request: Mapping[str, Any]


def write_claims(
    connection: Connection, claims: Sequence[Claim], now: datetime, lease: timedelta
) -> None:
    """Raise the fence, take the lease, and write the call rows before any byte leaves."""
    rows = [
        {
            "row": claim.job.id,
            "new_fence": claim.job.fence + 1,
            "new_tries": claim.job.tries + 1,
            "until": now + lease,
            "key": claim.effect_key,
            "by": claim.connector,
        }
        for claim in claims
    ]
    bulk(connection, _CLAIM, rows)
    made = [NewCall(claim.job.id, claim.job.fence + 1, claim.request) for claim in claims]
    write_calls(connection, made, now)


def name_connector(connection: Connection, job_id: int, connector: str) -> None:
    """Write which connector a job will use, so that a hold on it covers the job."""
    connection.execute(update(job).where(job.c.id == job_id).values(connector=connector))


@dataclass(frozen=True, slots=True)
class Ending:
    """Hold what a job becomes.

    ``uncounted`` takes the try back that led to nothing by our own fault.
    """

    job_id: int
    state: JobState
    note: str = ""
    result: str = ""
    due_at: datetime | None = None
    uncounted: bool = False


def still_mine(connection: Connection, fences: Mapping[int, int]) -> frozenset[int]:
    """Lock the jobs whose newest claim is the given one, and which it has not ended yet.

    The fence: whoever was frozen finds its claim taken over and writes nothing. Rows are locked in
    the order of their ids, so that two who settle never wait for each other in a circle.
    """
    rows = rows_among(connection, _OUT_WITH_FENCE, job.c.id, fences)
    return frozenset(row.id for row in rows if row.fence == fences[row.id])


def write_endings(connection: Connection, endings: Sequence[Ending], now: datetime) -> None:
    """Write what jobs become; the caller has locked them."""
    rows = [
        {
            "row": ending.job_id,
            "new_state": str(ending.state),
            "why": ending.note or None,
            "outcome": ending.result or None,
            "over_at": now if ending.state in _ENDED else None,
            "again_at": ending.due_at,
            "given_back": int(ending.uncounted),
        }
        for ending in endings
    ]
    bulk(connection, _ENDING, rows)


def present(connection: Connection, ids: Iterable[int]) -> Mapping[int, Job]:
    """Load jobs by id."""
    rows = rows_among(connection, _JOBS, job.c.id, ids)
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
