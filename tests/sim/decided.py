"""What was decided in a story, in one form for the engine and the reference."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from duly.store.database import Database
from duly.tables import books, ledger, people, subscriptions
from sim.reference import Reference
from sim.reference_ledger import Firing, Member
from sim.reference_world import Cycle, Subscription
from sim.story import Apply, Story
from sim.told_engine import HOUSE


class FiringLine(NamedTuple):
    rule: str
    subject: str
    key: str
    trigger: str
    natural_key: str
    at: datetime
    local_on: date
    zone: str
    late: bool
    started_at: datetime
    started_on: date | None
    letters: str
    ended: str | None


class MissLine(NamedTuple):
    rule: str
    subject: str
    trigger: str
    natural_key: str
    reason: str
    letters: str
    at: datetime
    local_on: date


class StepLine(NamedTuple):
    rule: str
    subject: str
    key: str
    step: str
    state: str
    made_at: datetime


class CycleLine(NamedTuple):
    subscription: str
    number: int
    start_on: date
    end_on: date
    start_at: datetime
    end_at: datetime
    zone: str
    billable: bool
    settled: bool


class SubscriptionLine(NamedTuple):
    subscription: str
    status: str
    zone: str
    term_ends_on: date | None
    ended_on: date | None


class MemberLine(NamedTuple):
    segment: str
    subject: str
    entered_at: datetime
    left_at: datetime | None
    silent: bool


@dataclass(frozen=True)
class Decided:
    firing: frozenset[FiringLine]
    near_miss: frozenset[MissLine]
    step: frozenset[StepLine]
    cycle: frozenset[CycleLine]
    subscription: frozenset[SubscriptionLine]
    member: frozenset[MemberLine]


def by_reference(told: Reference) -> Decided:
    """Read what the reference has decided."""
    return Decided(
        firing=frozenset(_firing(one) for one in told.firings.values()),
        near_miss=frozenset(
            MissLine(*key, miss.reason, miss.letters, miss.at, miss.local_on)
            for key, miss in told.misses.items()
        ),
        step=frozenset(
            StepLine(one.law.name, one.subject, one.key, job.step, job.state, job.made_at)
            for one in told.firings.values()
            for job in one.jobs
        ),
        cycle=frozenset(
            _cycle(one, cycle) for one in told.world.subscriptions.values() for cycle in one.cycles
        ),
        subscription=frozenset(
            SubscriptionLine(one.name, one.status, one.zone, one.term_ends_on, one.ended_on)
            for one in told.world.subscriptions.values()
        ),
        member=frozenset(
            _member(name, stay) for name, stays in told.members.items() for stay in stays
        ),
    )


def _firing(one: Firing) -> FiringLine:
    found = one.occurrence
    return FiringLine(
        rule=one.law.name,
        subject=one.subject,
        key=one.key,
        trigger=found.trigger.kind,
        natural_key=found.natural_key,
        at=found.at,
        local_on=found.local_on,
        zone=found.zone,
        late=one.late,
        started_at=one.started_at,
        started_on=one.started_on,
        letters=one.letters,
        ended=one.ended,
    )


def _cycle(one: Subscription, cycle: Cycle) -> CycleLine:
    return CycleLine(
        subscription=one.name,
        number=cycle.number,
        start_on=cycle.start_on,
        end_on=cycle.end_on,
        start_at=cycle.start_at,
        end_at=cycle.end_at,
        zone=cycle.zone,
        billable=cycle.billable,
        settled=cycle.settled,
    )


def _member(name: str, stay: Member) -> MemberLine:
    subject = stay.person.name if stay.subscription is None else stay.subscription.name
    return MemberLine(name, subject, stay.entered_at, stay.left_at, stay.silent)


def by_engine(database: Database, story: Story) -> Decided:
    """Read what the engine has decided; ids become the names that the story uses."""
    with database.read() as connection:
        names = _Names.read(connection, story)
        return Decided(
            firing=frozenset(_firings(connection, names)),
            near_miss=frozenset(_near_misses(connection, names)),
            step=frozenset(_steps(connection, names)),
            cycle=frozenset(_cycles(connection, names)),
            subscription=frozenset(_subscriptions(connection)),
            member=frozenset(_members(connection, names)),
        )


@dataclass(frozen=True)
class _Names:
    """Name rows by their ids; ``abouts`` says what a rule or a segment is about, by its name."""

    rows: Mapping[str, Mapping[int, str]]
    rules: Mapping[int, str]
    segments: Mapping[int, str]
    entries: Mapping[int, str]
    abouts: Mapping[str, str]

    @classmethod
    def read(cls, connection: Connection, story: Story) -> "_Names":
        books_told = [fact.book for _, fact in story.events if isinstance(fact, Apply)]
        abouts = {one.name: one.about for book in books_told for one in (*book.laws, *book.groups)}
        owned = _external(connection, subscriptions.subscription)
        rows = {
            "subscriber": _external(connection, people.subscriber),
            "subscription": owned,
            "invoice": _invoices(connection, owned),
            "change": {
                row.id: owned[row.subscription_id]
                for row in connection.execute(select(subscriptions.subscription_change))
            },
        }
        segments = {row.id: row.name for row in connection.execute(select(ledger.segment))}
        rules = {row.id: row.name for row in connection.execute(select(ledger.rule))}
        entries = {
            row.id: f"{(name := segments[row.segment_id])}/"
            f"{rows[abouts[name]][row.subject_id]}/{row.entered_at.isoformat()}"
            for row in connection.execute(select(ledger.segment_member))
        }
        return cls(rows, rules, segments, entries, abouts)

    def subject(self, row: Any) -> str:
        """Name the subject of a firing or near miss."""
        return self.rows[self.abouts[self.rules[row.rule_id]]][row.subject_id]

    def natural_key(self, trigger: str, key: str) -> str:
        """Name what a trigger's key mentions by id."""
        first, _, rest = key.partition(":")
        match trigger:
            case "invoice_paid":
                return self.rows["invoice"][int(key)]
            case "payment_failed" | "payment_succeeded":
                return f"{self.rows['invoice'][int(first)]}:{rest}"
            case "subscription_ended":
                return f"end of {self.rows['change'][int(key)]}"
            case "enters_segment":
                return f"entered:{self.entries[int(rest)]}"
            case "expiry_approaching" if first.isdigit():
                return f"{self.rows['subscription'][int(first)]}:{rest}"
            case "cycle_due":
                return self._cycle_key(key)
        return key

    def _cycle_key(self, key: str) -> str:
        word, *numbers = key.split(":")
        owner = [f"{self.rows['subscription'][int(one)]}" for one in numbers[:-1]]
        return ":".join([word, *owner, numbers[-1]])

    def key(self, row: Any) -> str:
        """Name what the key of a firing mentions by id."""
        first, _, rest = row.key.partition(":")
        if first == row.trigger:
            return f"{first}:{self.natural_key(row.trigger, rest)}"
        if first == "invoice":
            return f"invoice:{self.rows['invoice'][int(rest)]}"
        return self._cycle_key(row.key) if first == "cycle" else str(row.key)


def _external(connection: Connection, table: Any) -> Mapping[int, str]:
    rows = connection.execute(select(table.c.id, table.c.external_id))
    return {row.id: row.external_id for row in rows}


def _invoices(connection: Connection, owned: Mapping[int, str]) -> Mapping[int, str]:
    counts: dict[int, int] = {}
    names = {}
    for row in connection.execute(select(books.invoice).order_by(books.invoice.c.id)):
        counts[row.subscription_id] = counts.get(row.subscription_id, 0) + 1
        names[row.id] = f"{owned[row.subscription_id]}#{counts[row.subscription_id]}"
    return names


def _firings(connection: Connection, names: _Names) -> Iterator[FiringLine]:
    for row in connection.execute(select(ledger.firing)):
        if names.rules[row.rule_id] in names.abouts:
            yield FiringLine(
                rule=names.rules[row.rule_id],
                subject=names.subject(row),
                key=names.key(row),
                trigger=row.trigger,
                natural_key=names.natural_key(row.trigger, row.natural_key),
                at=row.at,
                local_on=row.local_on,
                zone=row.zone,
                late=row.late,
                started_at=row.started_at,
                started_on=row.started_on,
                letters=row.letters,
                ended=row.ended,
            )


def _near_misses(connection: Connection, names: _Names) -> Iterator[MissLine]:
    for row in connection.execute(select(ledger.near_miss)):
        yield MissLine(
            rule=names.rules[row.rule_id],
            subject=names.subject(row),
            trigger=row.trigger,
            natural_key=names.natural_key(row.trigger, row.natural_key),
            reason=row.reason,
            letters=row.letters,
            at=row.at,
            local_on=row.local_on,
        )


def _steps(connection: Connection, names: _Names) -> Iterator[StepLine]:
    firing, job = ledger.firing, ledger.job
    columns = (firing.c.rule_id, firing.c.subject_id, firing.c.key, firing.c.trigger)
    found = select(*columns, job.c.step, job.c.state, job.c.made_at)
    for row in connection.execute(found.join(job, job.c.firing_id == firing.c.id)):
        rule = names.rules[row.rule_id]
        key = names.key(row)
        yield StepLine(rule, names.subject(row), key, row.step, row.state, row.made_at)


def _cycles(connection: Connection, names: _Names) -> Iterator[CycleLine]:
    for row in connection.execute(select(subscriptions.cycle)):
        yield CycleLine(
            subscription=names.rows["subscription"][row.subscription_id],
            number=row.number,
            start_on=row.start_on,
            end_on=row.end_on,
            start_at=row.start_at,
            end_at=row.end_at,
            zone=row.zone,
            billable=row.billable,
            settled=row.settled_elsewhere,
        )


def _subscriptions(connection: Connection) -> Iterator[SubscriptionLine]:
    for row in connection.execute(select(subscriptions.subscription)):
        yield SubscriptionLine(
            row.external_id, row.status, row.zone, row.term_ends_on, row.ended_on
        )


def _members(connection: Connection, names: _Names) -> Iterator[MemberLine]:
    for row in connection.execute(select(ledger.segment_member)):
        name = names.segments[row.segment_id]
        subject = names.rows[names.abouts[name]][row.subject_id]
        if subject != HOUSE:
            yield MemberLine(name, subject, row.entered_at, row.left_at, row.silent)
