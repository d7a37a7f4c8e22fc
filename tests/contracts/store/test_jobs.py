"""Jobs are claimed once, ended under the fence, and wait for their lane, on both databases."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import IntegrityError

from databases import temporary_database
from duly.model.ledger import Job, JobClass, JobState
from duly.store import calls as store_calls
from duly.store import enrolling
from duly.store import jobs as store_jobs
from duly.store.bulk import add, add_many
from duly.store.calls import CallEnd, NewCall
from duly.store.context import Context
from duly.store.database import Database
from duly.store.jobs import Claim, Ending, Holds
from duly.tables.ledger import call, firing, job, rule, ruleset, tick
from office import empty_database
from sim.world import person

NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LEASE = timedelta(minutes=10)
NONE = Holds(False, frozenset(), frozenset(), frozenset(), frozenset())


@dataclass(slots=True)
class Ledger:
    """Hold a database with three subscribers, each with a firing of one rule."""

    database: Database
    steps: int = 0

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with self.database.write() as connection:
            yield connection

    def add(self, *rows: dict[str, Any]) -> tuple[int, ...]:
        """Write jobs; what is not said is a message for the first subscriber, ready and due."""
        made = []
        for row in rows:
            self.steps += 1
            person = row.get("subscriber_id", 1)
            usual = {
                "subscriber_id": person,
                "firing_id": person,
                "step": f"{self.steps}/x",
                "kind": "notify",
                "job_class": "message",
                "state": "ready",
                "due_at": NOW,
                "made_at": NOW,
                "tries": 0,
                "fence": 0,
            }
            made.append({**usual, **row})
        with self.write() as connection:
            return add_many(connection, job, made)

    def claim(self, *ids: int, request: int = 1) -> None:
        with self.write() as connection:
            present = store_jobs.present(connection, ids)
            claims = [
                Claim(present[one], f"key-{one}", "mail", {"message": request}) for one in ids
            ]
            store_jobs.write_claims(connection, claims, NOW, LEASE)

    def states(self) -> list[str]:
        with self.database.read() as connection:
            return list(connection.execute(select(job.c.state).order_by(job.c.id)).scalars())

    def job(self, one: int) -> Job:
        with self.database.read() as connection:
            return store_jobs.present(connection, [one])[one]


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    with filled(f"sqlite:///{tmp_path_factory.mktemp('jobs') / 'duly.db'}") as ledger:
        yield ledger


@pytest.fixture(scope="module")
def on_postgresql(postgres_url: str) -> Iterator[Ledger]:
    with temporary_database(postgres_url) as url, filled(url) as ledger:
        yield ledger


@contextmanager
def filled(url: str) -> Iterator[Ledger]:
    with empty_database(url) as database:
        with database.write() as connection:
            _fill(connection)
        yield Ledger(database)


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger(request: pytest.FixtureRequest) -> Ledger:
    """Give each database in turn, without jobs."""
    return emptied(request.getfixturevalue(f"on_{request.param}"))


@pytest.fixture
def shared(on_postgresql: Ledger) -> Ledger:
    """Give the database that several processes share, without jobs."""
    return emptied(on_postgresql)


def emptied(ledger: Ledger) -> Ledger:
    with ledger.write() as connection:
        connection.execute(delete(call))
        connection.execute(delete(job))
    return ledger


def _fill(connection: Connection) -> None:
    people = [person(name, "pays", date(2026, 2, 1)) for name in ("ana", "bob", "cara")]
    enrolling.enrol(connection, people, enrolling.TakeOver(), Context(NOW, "test"))
    add(connection, tick, {"at": NOW, "kinds": []})
    add(connection, ruleset, {"digest": "d", "source": {}, "applied_at": NOW, "actor": "test"})
    add(
        connection,
        rule,
        {"name": "r", "about": "subscriber", "since_at": NOW, "tick": 0, "looked_until": NOW},
    )
    shared = {
        "rule_id": 1,
        "trigger": "cycle_due",
        "natural_key": "cycle:0",
        "key": "cycle:0",
        "at": NOW,
        "local_on": date(2026, 2, 1),
        "zone": "Europe/Bucharest",
        "started_at": NOW,
        "tick_id": 1,
        "ruleset_id": 1,
        "letters": "",
        "late": False,
    }
    rows = [{**shared, "subject_id": one, "subscriber_id": one} for one in (1, 2, 3)]
    connection.execute(insert(firing), rows)


def ready(ledger: Ledger, job_class: JobClass = JobClass.MESSAGE, limit: int = 10) -> list[int]:
    with ledger.write() as connection:
        return [one.id for one in store_jobs.ready_jobs(connection, job_class, NOW, limit, NONE)]


# --- what is ready ------------------------------------------------------------------------------


def test_the_oldest_that_are_due_come_first(ledger: Ledger) -> None:
    late, first, same, _ = ledger.add(
        {"due_at": NOW - MINUTE},
        {"due_at": NOW - 2 * MINUTE},
        {"due_at": NOW - 2 * MINUTE},
        {"due_at": NOW + MINUTE},
    )

    assert ready(ledger) == [first, same, late]
    assert ready(ledger, limit=2) == [first, same]


@pytest.mark.parametrize("state", [str(one) for one in JobState if one != JobState.READY])
def test_only_what_is_ready_is_claimed(ledger: Ledger, state: str) -> None:
    ledger.add({"state": state})

    assert ready(ledger) == []


def test_classes_are_kept_apart(ledger: Ledger) -> None:
    _, money = ledger.add({}, {"job_class": "money"})
    with ledger.database.read() as connection:
        found = store_jobs.ready_classes(connection, NOW)
        before = store_jobs.ready_classes(connection, NOW - MINUTE)

    assert ready(ledger, JobClass.MONEY) == [money]
    assert found == {"money", "message"}
    assert before == frozenset()


# --- claims and the fence -----------------------------------------------------------------------


def test_a_claim_raises_the_fence_and_writes_the_call(ledger: Ledger) -> None:
    (one,) = ledger.add({})

    ledger.claim(one)
    first = ledger.job(one)
    ledger.claim(one)

    assert (first.state, first.fence, first.tries) == (JobState.CALLING, 1, 1)
    assert (first.effect_key, first.connector) == (f"key-{one}", "mail")
    assert (ledger.job(one).fence, ledger.job(one).tries) == (2, 2)


def test_only_the_newest_claim_may_write(ledger: Ledger) -> None:
    taken, mine, ended = ledger.add({}, {}, {})
    ledger.claim(taken, mine, ended)
    ledger.claim(taken)
    with ledger.write() as connection:
        store_jobs.write_endings(connection, [Ending(ended, JobState.DONE)], NOW)

    with ledger.write() as connection:
        found = store_jobs.still_mine(connection, {taken: 1, mine: 1, ended: 1})

    assert found == {mine}


def test_an_unclear_job_still_belongs_to_its_claim(ledger: Ledger) -> None:
    (one,) = ledger.add({})
    ledger.claim(one)
    with ledger.write() as connection:
        store_jobs.write_endings(connection, [Ending(one, JobState.UNKNOWN, due_at=NOW)], NOW)
        found = store_jobs.still_mine(connection, {one: 1})

    assert found == {one}


def test_an_ending_writes_what_became_of_the_job(ledger: Ledger) -> None:
    done, again, back = ledger.add({}, {}, {})
    ledger.claim(done, again, back)

    with ledger.write() as connection:
        endings = [
            Ending(done, JobState.DONE, result="sent"),
            Ending(again, JobState.READY, "later", due_at=NOW + MINUTE),
            Ending(back, JobState.READY, "wrong password", uncounted=True),
        ]
        store_jobs.write_endings(connection, endings, NOW)

    assert (ledger.job(done).state, ledger.job(done).result) == (JobState.DONE, "sent")
    assert (ledger.job(again).due_at, ledger.job(again).tries) == (NOW + MINUTE, 1)
    assert (ledger.job(back).due_at, ledger.job(back).tries) == (NOW, 0)
    assert (ledger.job(back).note, ledger.job(done).note) == ("wrong password", "")


def test_a_lease_that_ran_out_is_found_and_one_that_runs_is_not(ledger: Ledger) -> None:
    lost, unclear = ledger.add({}, {})
    ledger.claim(lost, unclear)
    with ledger.write() as connection:
        ending = Ending(unclear, JobState.UNKNOWN, due_at=NOW + MINUTE)
        store_jobs.write_endings(connection, [ending], NOW)

    with ledger.write() as connection:
        early = store_jobs.lost_jobs(connection, NOW + LEASE - MINUTE, 10)
        found = store_jobs.lost_jobs(connection, NOW + LEASE, 10)
        asked_early = store_jobs.unclear_jobs(connection, NOW, 10)
        asked = store_jobs.unclear_jobs(connection, NOW + MINUTE, 10)

    assert ([one.id for one in early], [one.id for one in found]) == ([], [lost])
    assert ([one.id for one in asked_early], [one.id for one in asked]) == ([], [unclear])


# --- calls --------------------------------------------------------------------------------------


def test_a_retry_reads_the_first_request_and_a_refused_one_is_written_anew(
    ledger: Ledger,
) -> None:
    ids = ledger.add({}, {}, {}, {}, {})
    retried, refused, unclear, unanswered, _ = ids
    ledger.claim(retried, refused, unclear, unanswered, request=7)

    with ledger.write() as connection:
        ends = [
            CallEnd(retried, 1, "retry"),
            CallEnd(refused, 1, "failed"),
            CallEnd(unclear, 1, "unknown"),
        ]
        store_calls.write_call_ends(connection, ends, NOW)
        found = store_calls.first_requests(connection, ids)

    assert found == {one: {"message": 7} for one in (retried, unclear, unanswered)}


@pytest.mark.parametrize(
    ("first", "then", "kept"),
    [
        ("unknown", "done", {"r2"}),  # asked, and found
        ("not there", "done", {"r2"}),  # the answer came after all
        ("unknown", "late", set()),
        ("done", "late", {"r1"}),  # a definite answer stays
        ("retry", "done", set()),
    ],
)
def test_a_definite_answer_stays(ledger: Ledger, first: str, then: str, kept: set[str]) -> None:
    (one,) = ledger.add({})
    ledger.claim(one)

    with ledger.write() as connection:
        store_calls.write_call_ends(connection, [CallEnd(one, 1, first, "r1")], NOW)
        store_calls.write_call_ends(connection, [CallEnd(one, 1, then, "r2")], NOW)
        found = store_calls.references(connection, one)

    assert found == kept


def test_a_job_is_unclear_since_its_first_call_without_an_answer(ledger: Ledger) -> None:
    several, answered = ledger.add({}, {})
    ledger.claim(several, answered)
    with ledger.write() as connection:
        ends = [CallEnd(several, 1, "retry"), CallEnd(answered, 1, "done")]
        store_calls.write_call_ends(connection, ends, NOW)
        for number in (2, 3):
            made = [NewCall(several, number, {"message": 1})]
            store_calls.write_calls(connection, made, NOW + number * MINUTE)
        store_calls.write_call_ends(connection, [CallEnd(several, 2, "unknown")], NOW)

        unclear = store_calls.unclear_since(connection, [several, answered])
        first = store_calls.first_called(connection, [several, answered])

    assert unclear == {several: NOW + 2 * MINUTE}
    assert first == {several: NOW, answered: NOW}


# --- lanes --------------------------------------------------------------------------------------

MONEY = {"job_class": "money"}


def test_the_head_of_a_lane_is_its_oldest_unfinished_charge(ledger: Ledger) -> None:
    states = ["done", "dead", "blocked", "ready"]
    _, _, head, _ = ledger.add(*[{**MONEY, "state": state} for state in states])
    (other,) = ledger.add({**MONEY, "subscriber_id": 2, "state": "held"})
    ledger.add({"subscriber_id": 3})

    with ledger.database.read() as connection:
        assert store_jobs.lane_heads(connection, [1, 2, 3]) == {1: head, 2: other}


def test_a_free_lane_lets_its_head_go_and_nobody_elses(ledger: Ledger) -> None:
    ledger.add(
        {**MONEY, "state": "blocked"},
        {**MONEY, "state": "blocked"},
        {**MONEY, "state": "blocked", "subscriber_id": 2},
        {**MONEY, "state": "unknown", "subscriber_id": 3},
        {**MONEY, "state": "blocked", "subscriber_id": 3},
    )

    with ledger.write() as connection:
        store_jobs.free_lanes(connection, [1, 3])

    assert ledger.states() == ["ready", "blocked", "blocked", "unknown", "blocked"]


def test_two_charges_of_one_subscriber_cannot_be_out(ledger: Ledger) -> None:
    first, second = ledger.add(MONEY, MONEY)
    ledger.claim(first)

    with pytest.raises(IntegrityError):
        ledger.claim(second)


# --- several processes, which only PostgreSQL has ------------------------------------------------


def test_two_claims_at_once_find_different_jobs(shared: Ledger) -> None:
    first, second, third = shared.add({}, {}, {})

    with shared.write() as one, shared.write() as other:
        mine = store_jobs.ready_jobs(one, JobClass.MESSAGE, NOW, 2, NONE)
        others = store_jobs.ready_jobs(other, JobClass.MESSAGE, NOW, 2, NONE)

    assert [job.id for job in mine] == [first, second]
    assert [job.id for job in others] == [third]


def test_a_charge_that_comes_to_wait_is_seen_by_whoever_ends_its_head(shared: Ledger) -> None:
    head, waiting = shared.add(MONEY, MONEY)
    shared.claim(head)
    ended = Event()

    def end() -> None:
        with shared.write() as connection:
            store_jobs.still_mine(connection, {head: 1})
            store_jobs.write_endings(connection, [Ending(head, JobState.DONE)], NOW)
            store_jobs.free_lanes(connection, [1])
        ended.set()

    ending = Thread(target=end)
    with shared.write() as connection:
        blocked = store_jobs.block(connection, {waiting: head})
        ending.start()
        # It has to wait for us, or it would not see who waits.
        assert not ended.wait(timeout=0.3)
    ending.join()

    assert blocked == {waiting}
    assert shared.states() == ["done", "ready"]


def test_a_charge_does_not_come_to_wait_for_a_head_that_is_being_ended(shared: Ledger) -> None:
    head, waiting = shared.add(MONEY, MONEY)
    shared.claim(head)

    with shared.write() as ending:
        store_jobs.still_mine(ending, {head: 1})
        store_jobs.write_endings(ending, [Ending(head, JobState.DONE)], NOW)
        with shared.write() as connection:
            blocked = store_jobs.block(connection, {waiting: head})
        store_jobs.free_lanes(ending, [1])

    assert blocked == frozenset()
    assert shared.states() == ["done", "ready"]
