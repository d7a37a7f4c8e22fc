"""Read what people ask about: the state of the engine, jobs, and why something did (not) happen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Select, func, select

from duly.store.record import Record
from duly.tables.ledger import event, firing, job, near_miss, rule, tick
from duly.tables.people import subscriber
from duly.tables.subscriptions import subscription


@dataclass(frozen=True, slots=True)
class Overview:
    """Hold how the engine stands."""

    last_tick: int | None
    last_tick_at: datetime | None
    interrupted: bool
    subscribers: int
    subscriptions: Mapping[str, int]
    jobs: Mapping[str, int]
    oldest_waiting: datetime | None


def overview(connection: Connection) -> Overview:
    """Count subscribers, subscriptions by status, and jobs by state."""
    last = connection.execute(select(tick).order_by(tick.c.id.desc()).limit(1)).one_or_none()
    by_status = select(subscription.c.status, func.count()).group_by(subscription.c.status)
    by_state = select(job.c.state, func.count()).group_by(job.c.state)
    waiting = select(func.min(job.c.due_at)).where(job.c.state == "ready")
    return Overview(
        last_tick=None if last is None else last.id,
        last_tick_at=None if last is None else last.at,
        interrupted=last is not None and last.finished_at is None,
        subscribers=int(connection.execute(select(func.count(subscriber.c.id))).scalar_one()),
        subscriptions={row[0]: row[1] for row in connection.execute(by_status)},
        jobs={row[0]: row[1] for row in connection.execute(by_state)},
        oldest_waiting=connection.execute(waiting).scalar(),
    )


@dataclass(frozen=True, slots=True)
class JobLine:
    """Hold what a listing shows of a job."""

    id: int
    rule: str
    subscriber: str
    step: str
    state: str
    due_at: datetime
    tries: int
    note: str
    result: str


def job_lines(
    connection: Connection,
    *,
    states: Sequence[str] = (),
    rule_name: str = "",
    external_id: str = "",
    limit: int = 50,
) -> Sequence[JobLine]:
    """List jobs, newest first, of some states, of one rule or of one subscriber."""
    statement = (
        select(job, rule.c.name.label("rule_name"), subscriber.c.external_id)
        .join(firing, firing.c.id == job.c.firing_id)
        .join(rule, rule.c.id == firing.c.rule_id)
        .join(subscriber, subscriber.c.id == job.c.subscriber_id)
        .order_by(job.c.id.desc())
        .limit(limit)
    )
    if states:
        statement = statement.where(job.c.state.in_(states))
    if rule_name:
        statement = statement.where(rule.c.name == rule_name)
    if external_id:
        statement = statement.where(subscriber.c.external_id == external_id)
    return [_job_line(row) for row in connection.execute(statement)]


def _job_line(row: Record) -> JobLine:
    return JobLine(
        id=row.id,
        rule=row.rule_name,
        subscriber=row.external_id,
        step=row.step,
        state=row.state,
        due_at=row.due_at,
        tries=row.tries,
        note=row.note or "",
        result=row.result or "",
    )


@dataclass(frozen=True, slots=True)
class Decision:
    """Hold one decision about a subscriber: a firing, or a near miss with its reason."""

    rule: str
    trigger: str
    natural_key: str
    at: datetime
    local_on: date
    letters: str
    facts: Mapping[str, object]
    ruleset_id: int
    reason: str  # empty for a firing
    ended: str
    stopped_by: str
    jobs: Sequence[JobLine]


def subscriber_id(connection: Connection, external_id: str) -> int | None:
    """Find a subscriber by the business's own name for it."""
    found = select(subscriber.c.id).where(subscriber.c.external_id == external_id)
    return connection.execute(found).scalar()


def decisions(
    connection: Connection, person: int, rule_name: str, on: date | None
) -> Sequence[Decision]:
    """List what a rule decided about a subscriber, oldest first, on one day or ever."""
    found = [*_firings(connection, person, rule_name, on)]
    found += _near_misses(connection, person, rule_name, on)
    return sorted(found, key=lambda one: (one.at, one.trigger, one.natural_key))


def _firings(
    connection: Connection, person: int, rule_name: str, on: date | None
) -> Sequence[Decision]:
    statement = (
        select(firing, rule.c.name.label("rule_name"), event.c.kind.label("stopper"))
        .join(rule, rule.c.id == firing.c.rule_id)
        .outerjoin(event, event.c.id == firing.c.stopped_by)
        .where(firing.c.subscriber_id == person, rule.c.name == rule_name)
    )
    if on is not None:
        statement = statement.where(firing.c.local_on == on)
    rows = connection.execute(statement).all()
    jobs = _jobs_of(connection, [row.id for row in rows])
    return [
        Decision(
            rule=row.rule_name,
            trigger=row.trigger,
            natural_key=row.natural_key,
            at=row.at,
            local_on=row.local_on,
            letters=row.letters,
            facts=row.facts or {},
            ruleset_id=row.ruleset_id,
            reason="",
            ended=row.ended or "",
            stopped_by=row.stopper or "",
            jobs=jobs.get(row.id, ()),
        )
        for row in rows
    ]


def _jobs_of(connection: Connection, firings: Sequence[int]) -> Mapping[int, Sequence[JobLine]]:
    statement = (
        select(job, rule.c.name.label("rule_name"), subscriber.c.external_id)
        .join(firing, firing.c.id == job.c.firing_id)
        .join(rule, rule.c.id == firing.c.rule_id)
        .join(subscriber, subscriber.c.id == job.c.subscriber_id)
        .where(job.c.firing_id.in_(firings))
        .order_by(job.c.id)
    )
    found: dict[int, list[JobLine]] = {}
    for row in connection.execute(statement):
        found.setdefault(row.firing_id, []).append(_job_line(row))
    return found


def _near_misses(
    connection: Connection, person: int, rule_name: str, on: date | None
) -> Sequence[Decision]:
    statement: Select[tuple[object, ...]] = (
        select(near_miss, rule.c.name.label("rule_name"))
        .join(rule, rule.c.id == near_miss.c.rule_id)
        .where(near_miss.c.subscriber_id == person, rule.c.name == rule_name)
    )
    if on is not None:
        statement = statement.where(near_miss.c.local_on == on)
    return [
        Decision(
            rule=row.rule_name,
            trigger=row.trigger,
            natural_key=row.natural_key,
            at=row.at,
            local_on=row.local_on,
            letters=row.letters,
            facts=row.facts or {},
            ruleset_id=row.ruleset_id,
            reason=row.reason,
            ended="",
            stopped_by="",
            jobs=(),
        )
        for row in connection.execute(statement)
    ]
