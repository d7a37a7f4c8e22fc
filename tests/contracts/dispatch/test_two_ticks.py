"""Two processes look, or rules go live, while a tick is at work: nothing is lost or done twice."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

import duly.turn
from duly.actions.charge import Charge
from duly.actions.invoice import Invoice
from duly.actions.notify import Notify
from duly.dispatch.claim import claim
from duly.dispatch.desk import BATCH
from duly.errors import StateError
from duly.model.ledger import JobClass
from duly.selection.live import make_live
from duly.store import rulesets
from duly.store.database import CommitSeam, Database
from duly.store.happening import touch
from duly.tables.ledger import firing, tick
from duly.tables.subscriptions import subscription
from duly.triggers.cycle_due import CycleDue
from duly.triggers.invoice_paid import InvoicePaid
from duly.triggers.signed_up import SignedUp
from duly.turn import turn
from duly.values.duration import Duration, Unit
from office import Office, empty_database, open_office
from sim.world import on_day, person, rule

NOON = timedelta(hours=12)
MONTH = Duration(1, Unit.MONTH)
LIMIT_S = 20
ANA = person("ana", "pays", date(2026, 2, 1))
BILL = rule("bill", CycleDue(), on_day(0, Invoice(), Charge()))
HELLO = rule("hello", SignedUp(), on_day(0, Notify("welcome")))
LATER = rule("later", SignedUp(), on_day(1, Notify("good-cup")), stop_when=(InvoicePaid(),))
Open = Callable[..., Office]


@pytest.fixture
def shared(fresh_postgres: str) -> Iterator[Open]:
    with empty_database(fresh_postgres) as database:
        yield lambda rules, people: open_office(database, rules, people)


def with_seam(shop: Office, seam: CommitSeam) -> Office:
    """Give another process at the same business, whose commits something happens around."""
    database = Database(shop.database.engine, seam)
    return replace(shop, database=database, desk=replace(shop.desk, database=database))


@contextmanager
def on_the_side(work: Callable[[], Any]) -> Iterator[threading.Thread]:
    side = threading.Thread(target=work)
    side.start()
    yield side
    side.join(LIMIT_S)
    assert not side.is_alive()


def test_who_finds_another_tick_at_work_does_not_look_and_still_works(shared: Open) -> None:
    shop = shared([BILL], [ANA])
    shop.pass_time(NOON)
    shop.tick()
    begun, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        begun.set()
        go_on.wait(LIMIT_S)

    shop.pass_time(NOON)
    with on_the_side(with_seam(shop, CommitSeam(before=wait)).tick):
        assert begun.wait(LIMIT_S)
        report = turn(shop.desk, shop.world.clock.at)
        go_on.set()

    assert (report.skipped, report.number) == ("another tick is looking at this moment", 1)
    assert shop.states() == ["done", "done"]


def test_who_was_overtaken_by_another_tick_does_not_look_and_still_works(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = opened([BILL], [ANA])
    before = shop.world.clock.at + NOON

    async def slow_sweep(_: object) -> int:
        shop.pass_time(NOON + timedelta(minutes=1))
        shop.tick()
        return 0

    monkeypatch.setattr(duly.turn, "sweep", slow_sweep)
    report = turn(shop.desk, before)

    assert "which is before it" in report.skipped
    assert (report.number, report.failed) == (1, ())
    assert shop.states() == ["done", "done"]


def test_rules_that_go_live_during_a_tick_still_look_at_what_it_stamped(shared: Open) -> None:
    shop = shared([BILL], [ANA])
    shop.turn(after=NOON)
    both = replace(shop.desk.live.ruleset, rules={"bill": BILL, "hello": HELLO})
    applying = shop.database.engine.connect()
    transaction = applying.begin()
    now = shop.world.clock.at
    rulesets.put_live(applying, both, {}, ("bill",), now=now, actor="test")
    shop.pass_time(timedelta(minutes=1))
    shop.change(person("new", "pays", date(2026, 2, 1)))

    def commit() -> None:
        if transaction.is_active:  # after the first transaction of the tick
            transaction.commit()
            applying.close()

    shop.pass_time(timedelta(minutes=1))
    with_seam(shop, CommitSeam(after=commit)).tick()
    shop.desk = replace(shop.desk, live=make_live(2, both, shop.database.dialect))
    shop.turn(after=timedelta(minutes=5))

    assert shop.mails("welcome") == ["new@example.test"]


def test_who_has_older_rules_leaves_the_jobs_of_newer_ones_alone(opened: Open) -> None:
    shop = opened([BILL], [ANA])
    older = shop.desk
    shop.pass_time(timedelta(minutes=1))
    shop.use(BILL, HELLO)
    shop.change(person("new", "pays", date(2026, 2, 1)))
    shop.pass_time(timedelta(minutes=1))
    shop.tick()

    with pytest.raises(StateError, match="new rules were applied meanwhile"):
        claim(older, JobClass.MESSAGE)
    shop.work()

    assert shop.mails("welcome") == ["new@example.test"]


class CrossedError(Exception):
    """Stand for what PostgreSQL's driver raises."""

    sqlstate = "40P01"


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_a_part_of_a_tick_that_crossed_anothers_way_is_run_anew(opened: Open, number: int) -> None:
    shop = opened([BILL, LATER], [ANA])
    shop.turn(after=NOON)
    shop.change(person("new", "pays", date(2026, 2, 1)))
    shop.pass_time(timedelta(days=1))
    commits = iter(range(1, 100))

    def cross() -> None:
        if next(commits) == number:
            raise OperationalError("COMMIT", None, CrossedError())

    with_seam(shop, CommitSeam(before=cross)).tick()

    # A tick fails if one of its rules does; ana was stopped, new has an invoice to come.
    assert next(commits) > number + 1
    assert [(row.trigger, row.ended) for row in shop.rows(firing)] == [
        ("cycle_due", "finished"),
        ("signed_up", "stopped"),
        ("cycle_due", "finished"),
        ("signed_up", None),
    ]


def test_a_tick_locks_payers_before_their_subscriptions(shared: Open) -> None:
    told = replace(ANA.subscription, term=MONTH, term_then="renews", term_ends_on=date(2026, 3, 1))
    shop = shared([BILL], [replace(ANA, subscription=told)])
    shop.turn(after=NOON)
    shop.pass_time(timedelta(days=30))

    with on_the_side(shop.tick) as looking, shop.database.write() as connection:
        touch(connection, subscribers=[1])
        looking.join(1.5)  # longer than PostgreSQL waits before it looks for a circle
        touch(connection, subscriptions=[1])

    assert len(shop.rows(tick)) == 2
    (ana,) = shop.rows(subscription)
    assert ana.term_ends_on == date(2026, 4, 1)


def test_terms_counted_from_a_told_end_come_back_to_the_end_of_the_month(opened: Open) -> None:
    told = replace(
        person("ana", "pays", date(2025, 6, 15)).subscription,
        term=MONTH,
        term_then="renews",
        term_ends_on=date(2026, 1, 31),
    )
    shop = opened([], [replace(ANA, subscription=told)])
    ends = []
    for days in (1, 28, 31, 30):  # 2 February, 2 March, 2 April, 2 May
        shop.pass_time(timedelta(days=days))
        shop.tick()
        ends += [row.term_ends_on for row in shop.rows(subscription)]

    assert ends == [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)]


def test_money_that_becomes_ready_is_not_kept_waiting_by_letters(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(BATCH, JobClass.MESSAGE, 1)
    shop = opened([BILL, HELLO], [ANA, person("bob", "pays", date(2026, 2, 3))])
    shop.pass_time(NOON)
    shop.tick()
    shop.hold("class", "money")
    send, charged = shop.world.messenger.send, []

    async def slow_send(letter: Any, key: str) -> Any:
        charged.append(len(shop.world.gateway.charges))
        if len(charged) == 1:
            shop.release("class", "money")
        return await send(letter, key)

    monkeypatch.setattr(shop.world.messenger, "send", slow_send)
    shop.work()

    assert charged == [0, 1]
