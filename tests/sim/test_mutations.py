"""Each guard of the ledger is needed: without it a promise is broken, and the checkers see it.

Every test runs twice: as the engine is, and with the one guard taken away.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import Connection

from duly.actions.charge import Charge
from duly.actions.invoice import Invoice
from duly.actions.notify import Notify
from duly.actions.ship import Ship
from duly.dispatch.claim import claim
from duly.dispatch.desk import Desk
from duly.dispatch.settle import settle
from duly.dispatch.work import work
from duly.model.ledger import JobClass
from duly.model.outcome import Retry
from duly.store import database as database_module
from duly.store import jobs as store_jobs
from duly.store.database import open_database
from duly.tables.ledger import firing
from duly.triggers.cycle_due import CycleDue
from duly.triggers.invoice_paid import InvoicePaid
from duly.triggers.payment_failed import PaymentFailed
from office import Office, answers, empty_database, open_office, told
from sim.faults import Crash, Fault, Seams, SeamTools
from sim.promises import violations
from sim.world import on_day, person, rule

Mutate = Callable[[pytest.MonkeyPatch], None]

SOON = timedelta(hours=12)
BILL = rule("bill", CycleDue(), on_day(0, Invoice(), Charge()))
AGAIN = rule("again", PaymentFailed(), on_day(0, Charge()))
PARCEL = rule("parcel", InvoicePaid(), on_day(0, Ship()), once_per="cycle")
WELCOME = rule("welcome", CycleDue(), on_day(0, Notify("welcome")))


def as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take nothing away."""


@pytest.fixture
def office_at(tmp_path: Path) -> Callable[..., Any]:
    @contextmanager
    def opened(rules: Any, people: Any) -> Iterator[Office]:
        with empty_database(f"sqlite:///{tmp_path / 'duly.db'}") as database:
            yield open_office(database, rules, people)

    return opened


# --- the unique key of a firing -----------------------------------------------------------------


def without_key_of_firing(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {one for one in firing.constraints if type(one).__name__ == "UniqueConstraint"}
    monkeypatch.setattr(firing, "constraints", firing.constraints - keys)


@pytest.mark.parametrize(("mutate", "is_kept"), [(as_it_is, True), (without_key_of_firing, False)])
def test_the_unique_key_lets_a_rule_fire_once(
    mutate: Mutate, is_kept: bool, monkeypatch: pytest.MonkeyPatch, office_at: Callable[..., Any]
) -> None:
    # Paid, sent back, and paid again: the same cycle is paid twice, and its parcel goes once.
    mutate(monkeypatch)
    jon = person("jon", "returns:1", date(2026, 2, 1))

    with office_at([BILL, AGAIN, PARCEL], [jon]) as shop:
        for _ in range(12):
            shop.turn(after=timedelta(hours=6))
        broken = violations(shop.database, shop.world)

    assert [one for one in broken if not one.startswith("P1")] == []
    assert (broken == []) is is_kept


# --- the fence ----------------------------------------------------------------------------------


def without_fence(monkeypatch: pytest.MonkeyPatch) -> None:
    def everything(connection: Connection, fences: Mapping[int, int]) -> frozenset[int]:
        return frozenset(fences)

    monkeypatch.setattr(store_jobs, "still_mine", everything)


@pytest.mark.parametrize(("mutate", "is_kept"), [(as_it_is, True), (without_fence, False)])
@pytest.mark.parametrize(
    ("made", "job_class"),
    [
        (BILL, JobClass.MONEY),
        (WELCOME, JobClass.MESSAGE),
    ],
)
def test_the_fence_keeps_a_frozen_process_from_writing(
    made: Any,
    job_class: JobClass,
    mutate: Mutate,
    is_kept: bool,
    monkeypatch: pytest.MonkeyPatch,
    office_at: Callable[..., Any],
) -> None:
    with office_at([made], [person("ana", "pays", date(2026, 2, 1))]) as shop:
        shop.pass_time(SOON)
        shop.tick()
        claim(shop.desk, JobClass.BOOKS)
        frozen = claim(shop.desk, job_class).calls
        for _ in range(6):
            shop.turn(after=timedelta(minutes=31))
        done = shop.jobs()
        mutate(monkeypatch)

        settle(shop.desk, told(frozen, [Retry("come again later")] * len(frozen)))

        assert len(frozen) == 1
        assert {row.state for row in done} == {"done"}
        assert (shop.jobs() == done) is is_kept


# --- the call row before the call ---------------------------------------------------------------


def without_call_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_jobs, "write_claims", lambda *arguments: None)


@pytest.mark.parametrize(("mutate", "is_kept"), [(as_it_is, True), (without_call_row, False)])
def test_the_call_row_remembers_what_a_crash_interrupted(
    mutate: Mutate, is_kept: bool, monkeypatch: pytest.MonkeyPatch, office_at: Callable[..., Any]
) -> None:
    mutate(monkeypatch)

    with office_at([BILL], [person("ana", "pays", date(2026, 2, 1))]) as shop:
        shop.pass_time(SOON)
        shop.tick()
        crash_after_the_call(shop)
        for _ in range(4):
            shop.turn(after=timedelta(minutes=20))

        assert len(shop.world.gateway.charges) == 1
        assert (violations(shop.database, shop.world) == []) is is_kept


def crash_after_the_call(shop: Office) -> None:
    struck = SeamTools(shop.world, Seams(Fault("call", 1, "crash after")))
    with pytest.raises(Crash):
        asyncio.run(work(replace(shop.desk, tools=struck)))


# --- BEGIN IMMEDIATE ----------------------------------------------------------------------------


def without_begin_immediate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin as the driver does by itself: with the first write, after everything was read."""

    def begin_late(connection: Connection) -> None:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.isolation_level = "DEFERRED"

    monkeypatch.setattr(database_module, "_begin_sqlite", begin_late)


@pytest.mark.parametrize(
    ("mutate", "is_kept"), [(as_it_is, True), (without_begin_immediate, False)]
)
def test_begin_immediate_lets_one_claim_at_a_time(
    mutate: Mutate, is_kept: bool, monkeypatch: pytest.MonkeyPatch, office_at: Callable[..., Any]
) -> None:
    mutate(monkeypatch)

    with office_at([WELCOME], [person("ana", "pays", date(2026, 2, 1))]) as shop:
        shop.pass_time(SOON)
        shop.tick()
        with second_process(shop) as other, claims_in_between(shop.desk, other, monkeypatch):
            work_one_batch(shop.desk)

        assert shop.states() == ["done"]
        assert (violations(shop.database, shop.world) == []) is is_kept


@contextmanager
def second_process(shop: Office) -> Iterator[Desk]:
    database = open_database(shop.database.engine.url.render_as_string(hide_password=False))
    yield replace(shop.desk, database=database)
    database.close()


@contextmanager
def claims_in_between(mine: Desk, other: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let another process try to claim between what one process reads and what it writes."""
    read, threads, done = store_jobs.ready_jobs, [], Event()

    def do_the_same() -> None:
        work_one_batch(other)
        done.set()

    def read_and_wait(*arguments: Any) -> Any:
        found = read(*arguments)
        if not threads:
            threads.append(Thread(target=do_the_same))
            threads[0].start()
            done.wait(timeout=0.5)
        return found

    monkeypatch.setattr(store_jobs, "ready_jobs", read_and_wait)
    yield
    threads[0].join()


def work_one_batch(desk: Desk) -> None:
    calls = claim(desk, JobClass.MESSAGE).calls
    settle(desk, answers(calls, desk.tools))
