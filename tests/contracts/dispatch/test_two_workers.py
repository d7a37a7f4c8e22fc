"""Two workers on one PostgreSQL: what one has in hand the other leaves alone."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert

from duly.actions.charge import Charge
from duly.actions.invoice import Invoice
from duly.actions.ship import Ship
from duly.dispatch import claim as claiming
from duly.dispatch.claim import claim
from duly.dispatch.settle import settle
from duly.model.ledger import JobClass
from duly.rule import Rule
from duly.store.database import Database
from duly.store.facts import read_job
from duly.tables.ledger import job, tick
from duly.tables.people import subscriber
from duly.tables.subscriptions import parcel
from duly.triggers.cycle_due import CycleDue
from duly.values.duration import Duration, Unit
from office import Office, answers, empty_database, open_office
from sim.world import on_day, person, rule

NOON = timedelta(hours=12)
WEEK = Duration(1, Unit.WEEK)
LIMIT_S = 20
ANA = person("ana", "pays", date(2026, 2, 1))
TWO_CYCLES = person("ana", "pays", date(2026, 1, 25), every=WEEK, price="small-week")
Open = Callable[..., Office]


@pytest.fixture
def shared(fresh_postgres: str) -> Iterator[Open]:
    with empty_database(fresh_postgres) as database:
        yield lambda rules, people: open_office(database, rules, people)


def at_once(shop: Office, job_class: JobClass, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let two workers claim at once, each seeing one of the first two jobs of a class."""
    chosen = [row for row in shop.jobs() if row.job_class == job_class][:2]
    assert len(chosen) == 2
    load, worker = claiming.store_facts.load_facts, threading.local()
    together = threading.Barrier(2, timeout=1)

    def load_and_wait(*arguments: Any) -> Any:
        found = load(*arguments)
        with suppress(threading.BrokenBarrierError):  # the other may have nothing in hand
            together.wait()
        return found

    def mine(connection: Any, *_: Any) -> Any:
        found = job.select().where(job.c.id == worker.job, job.c.state == "ready")
        rows = connection.execute(found.with_for_update(skip_locked=True))
        return tuple(read_job(row) for row in rows)

    def work(number: int) -> None:
        worker.job = number
        claim(shop.desk, job_class)

    with monkeypatch.context() as changed:
        changed.setattr(claiming.store_facts, "load_facts", load_and_wait)
        changed.setattr(claiming.store_jobs, "ready_jobs", mine)
        threads = [threading.Thread(target=work, args=(row.id,)) for row in chosen]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(LIMIT_S)


def shipping(*names: str) -> list[Rule]:
    return [rule(name, CycleDue(), on_day(0, Ship())) for name in names]


def test_a_cycle_has_one_parcel_whoever_packs_it(
    shared: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = shared(shipping("x", "y"), [ANA])
    shop.pass_time(NOON)
    shop.tick()

    at_once(shop, JobClass.DELIVERY, monkeypatch)
    for _ in range(3):
        shop.turn(after=timedelta(hours=1))

    assert [row.number for row in shop.rows(parcel)] == [1]
    assert sorted(shop.states()) in (["calling", "done"], ["done", "done"], ["done", "unknown"])


def test_an_invoice_that_another_worker_made_is_found_made(
    shared: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = [rule(name, CycleDue(), on_day(0, Invoice(), Charge())) for name in ("x", "y")]
    shop = shared(rules, [ANA])
    shop.pass_time(NOON)
    shop.tick()

    at_once(shop, JobClass.BOOKS, monkeypatch)
    for _ in range(3):
        shop.turn(after=timedelta(hours=1))

    made = [(row.state, row.result) for row in shop.jobs("0/invoice")]
    assert sorted(made) == [("done", "already invoiced"), ("done", "invoiced")]


def test_a_charge_committed_late_does_not_stop_its_lane(shared: Open) -> None:
    shop = shared([rule("bill", CycleDue(), on_day(0, Invoice(), Charge()))], [TWO_CYCLES])
    shop.pass_time(NOON)
    shop.tick()
    while shop.batch(JobClass.BOOKS):
        pass
    older, *_ = shop.jobs("0/charge")
    with shop.database.write() as connection:
        connection.execute(delete(job).where(job.c.id == older.id))
    (out,) = claim(shop.desk, JobClass.MONEY).calls
    with shop.database.write() as connection:
        connection.execute(insert(job).values(**older._mapping))

    assert claim(shop.desk, JobClass.MONEY).calls == ()
    settle(shop.desk, answers([out], shop.desk.tools))
    shop.work()

    assert shop.states("0/charge") == ["done", "done"]


def test_a_change_of_somebody_who_is_marked_already_is_seen(shared: Open) -> None:
    shop = shared([rule("bill", CycleDue(), on_day(0, Invoice(), Charge()))], [ANA])
    shop.pass_time(NOON)
    shop.tick()
    while shop.batch(JobClass.BOOKS):
        pass  # the invoice has marked ana as changed
    told = answers(claim(shop.desk, JobClass.MONEY).calls, shop.desk.tools)
    written, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        written.set()
        go_on.wait(LIMIT_S)

    seam = replace(shop.database.seam, before=wait)
    slow = replace(shop.desk, database=Database(shop.database.engine, seam))
    settling = threading.Thread(target=settle, args=(slow, told))
    settling.start()
    assert written.wait(LIMIT_S)
    looking = threading.Thread(target=lambda: (shop.pass_time(NOON / 12), shop.tick()))
    looking.start()
    looking.join(1)
    go_on.set()
    settling.join(LIMIT_S)
    looking.join(LIMIT_S)

    (ana,) = shop.rows(subscriber)
    last = max(row.id for row in shop.rows(tick))
    assert ana.tick in (None, last)
