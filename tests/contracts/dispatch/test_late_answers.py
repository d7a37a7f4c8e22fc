"""A process that was frozen cannot overwrite what is known better, and its success is not lost."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from duly.actions.charge import Charge
from duly.actions.invoice import Invoice
from duly.actions.notify import Notify
from duly.actions.ship import Ship
from duly.connector import Temporary, Uncertain
from duly.dispatch.claim import claim
from duly.dispatch.desk import Call
from duly.dispatch.settle import settle
from duly.dispatch.sweep import mark_lost
from duly.model.enrolment import Enrolment
from duly.model.ledger import JobClass
from duly.model.outcome import Done, Failed, Outcome, Retry, Unknown
from duly.tables.books import allocation, payment_attempt
from duly.tables.ledger import call, event, hold, job
from duly.testing import Fault
from duly.triggers.cycle_due import CycleDue
from office import Office, answers, told
from sim.promises import violations
from sim.world import on_day, person, rule

OpenOffice = Callable[..., Office]
NOON = timedelta(hours=12)
BEGIN = date(2026, 2, 1)
BILL = rule("bill", CycleDue(), on_day(0, Invoice(), Charge()))
PACK = rule("pack", CycleDue(), on_day(0, Ship()))
GREET = rule("greet", CycleDue(), on_day(0, Notify("welcome")))
LATER = timedelta(minutes=31)  # later than any lease


def enrolled(who: str, token: str = "pays", **more: object) -> Enrolment:
    made = person(who, token, BEGIN)
    return replace(made, subscriber=replace(made.subscriber, **more))


def frozen(shop: Office, job_class: JobClass) -> tuple[Call, ...]:
    """Claim a job and freeze before its call is made."""
    shop.pass_time(NOON)
    shop.tick()
    claim(shop.desk, JobClass.BOOKS)
    calls = claim(shop.desk, job_class).calls
    assert len(calls) == 1
    return calls


@pytest.mark.parametrize(
    ("made", "job_class"),
    [(BILL, JobClass.MONEY), (PACK, JobClass.DELIVERY), (GREET, JobClass.MESSAGE)],
)
@pytest.mark.parametrize(
    "outcome", [Retry("later"), Unknown("no answer"), Failed("no", "soft"), Done("same")]
)
def test_a_late_answer_changes_nothing_of_a_job_that_is_done(
    opened: OpenOffice, made: object, job_class: JobClass, outcome: Outcome
) -> None:
    shop = opened([made], [enrolled("ana")])
    calls = frozen(shop, job_class)
    for _ in range(5):
        shop.turn(after=LATER)
    done, attempts = shop.jobs(), shop.rows(payment_attempt)
    reference = shop.rows(call)[-1].reference

    late = replace(outcome, reference=reference) if isinstance(outcome, Done) else outcome
    settle(shop.desk, told(calls, [late]))

    assert {row.state for row in done} == {"done"}
    assert (shop.jobs(), shop.rows(payment_attempt)) == (done, attempts)
    assert shop.rows(hold) == []


def test_a_late_answer_changes_nothing_on_any_database(opened_on_both: OpenOffice) -> None:
    shop = opened_on_both([BILL], [enrolled("ana")])
    calls = frozen(shop, JobClass.MONEY)
    for _ in range(5):
        shop.turn(after=LATER)
    done, attempts = shop.jobs(), shop.rows(payment_attempt)

    settle(shop.desk, told(calls, [Retry("later")]))

    assert {row.state for row in done} == {"done"}
    assert (shop.jobs(), shop.rows(payment_attempt)) == (done, attempts)


@pytest.mark.parametrize("turns", [1, 3])
def test_a_late_success_is_believed_while_nobody_knows_better(
    opened: OpenOffice, turns: int
) -> None:
    # After one turn the charge is unclear, after three it was not found and waits to be tried.
    shop = opened([BILL], [enrolled("ana")])
    calls = frozen(shop, JobClass.MONEY)
    for _ in range(turns):
        shop.pass_time(LATER)
        shop.sweep()
    before = shop.states("0/charge")
    settle(shop.desk, answers(calls, shop.desk.tools))

    assert before == [{1: "unknown", 3: "ready"}[turns]]
    assert shop.states("0/charge") == ["done"]
    assert [row.state for row in shop.rows(payment_attempt)] == ["succeeded"]
    assert violations(shop.database, shop.world) == []


def test_a_late_answer_leaves_a_newer_call_alone(opened: OpenOffice) -> None:
    shop = opened([BILL], [enrolled("ana")])
    calls = frozen(shop, JobClass.MONEY)
    for _ in range(3):
        shop.pass_time(LATER)
        shop.sweep()
    newer = claim(shop.desk, JobClass.MONEY).calls
    late = answers(calls, shop.desk.tools)

    settle(shop.desk, late)
    meanwhile = shop.states("0/charge")
    settle(shop.desk, answers(newer, shop.desk.tools))

    assert meanwhile == ["calling"]
    assert shop.states("0/charge") == ["done"]
    assert [row.outcome for row in shop.rows(call)] == ["late", "done"]
    assert len(shop.world.gateway.charges) == 1
    assert violations(shop.database, shop.world) == []


def test_money_that_came_after_the_charge_was_given_up_is_shown_and_held(
    opened: OpenOffice,
) -> None:
    shop = opened([BILL], [enrolled("ana")])
    calls = frozen(shop, JobClass.MONEY)
    shop.world.gateway.fail_next(*[Fault(lambda: Temporary("down"))] * 30)
    for _ in range(30):
        shop.turn(after=timedelta(hours=6))
    given_up = shop.states("0/charge")
    shop.world.gateway._faults._waiting.clear()
    settle(shop.desk, answers(calls, shop.desk.tools))

    assert given_up == ["dead"]
    assert [(row.what, row.name) for row in shop.rows(hold)] == [("subscriber", "1")]
    assert "was confirmed late" in shop.rows(hold)[0].reason
    assert violations(shop.database, shop.world) == []


def test_a_second_reference_for_one_charge_is_an_incident(opened: OpenOffice) -> None:
    shop = opened([BILL], [enrolled("ana")])
    calls = frozen(shop, JobClass.MONEY)
    for _ in range(5):
        shop.turn(after=LATER)

    settle(shop.desk, told(calls, [Done("another-payment", "succeeded")]))

    assert [(row.what, row.name) for row in shop.rows(hold)] == [("subscriber", "1")]
    assert [row.amount_minor for row in shop.rows(allocation)] == [8900]


def test_a_success_for_an_attempt_that_failed_is_an_incident(opened: OpenOffice) -> None:
    shop = opened([BILL], [enrolled("ana")])
    calls = frozen(shop, JobClass.MONEY)
    with shop.database.write() as connection:
        connection.execute(update(payment_attempt).values(state="failed", failure="soft"))

    settle(shop.desk, told(calls, [Done("r", "succeeded")]))

    assert [(row.what, row.name) for row in shop.rows(hold)] == [("subscriber", "1")]
    assert shop.rows(allocation) == []


def test_a_job_taken_over_while_it_was_called_is_not_taken_over_twice(
    opened: OpenOffice,
) -> None:
    shop = opened([BILL], [enrolled("ana")])
    frozen(shop, JobClass.MONEY)
    shop.pass_time(LATER)

    assert (mark_lost(shop.desk), mark_lost(shop.desk)) == (1, 0)


# --- what gateways tell by themselves -----------------------------------------------------------


def states_of(shop: Office) -> list[str]:
    return [row.state for row in shop.rows(payment_attempt)]


def told_of(shop: Office) -> list[str]:
    kinds = ("payment_succeeded", "invoice_paid", "payment_failed")
    return [row.kind for row in shop.rows(event) if row.kind in kinds]


@pytest.mark.parametrize(
    ("token", "after", "kinds"),
    [
        ("pending:2", "succeeded", ["payment_succeeded", "invoice_paid"]),
        ("fails-late:2", "failed", ["payment_failed"]),
    ],
)
def test_what_became_of_a_pending_payment_is_learnt(
    opened: OpenOffice, token: str, after: str, kinds: list[str]
) -> None:
    shop = opened([BILL], [enrolled("ana", token)])

    shop.turn(after=NOON)
    before = states_of(shop)
    for _ in range(3):
        shop.turn(after=timedelta(days=1))

    assert before == ["pending"]
    assert states_of(shop) == [after]
    assert told_of(shop) == kinds
    assert [row.result for row in shop.jobs("0/charge")] == ["pending"]


def test_money_that_went_back_is_taken_off_the_invoice(opened: OpenOffice) -> None:
    shop = opened([BILL], [enrolled("ana", "returns:2")])

    shop.turn(after=NOON)
    for _ in range(3):
        shop.turn(after=timedelta(days=1))

    assert states_of(shop) == ["returned"]
    assert [row.amount_minor for row in shop.rows(allocation)] == [8900, -8900]
    assert told_of(shop) == ["payment_succeeded", "invoice_paid", "payment_failed"]


def test_money_that_went_back_before_anybody_knew_it_had_come_is_in_the_books(
    opened: OpenOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = opened([BILL], [enrolled("ana", "returns:1")])
    shop.world.gateway.fail_next(Fault(lambda: Uncertain("no answer"), happened=True))

    async def fail(key: str) -> None:
        raise Temporary("down")

    with monkeypatch.context() as patch:
        patch.setattr(shop.world.gateway, "find", fail)
        shop.turn(after=NOON)
        shop.turn(after=timedelta(days=1, hours=1))
        while_unclear = shop.states("0/charge")
    shop.turn(after=timedelta(hours=1))

    assert while_unclear == ["unknown"]
    assert [(row.state, row.result) for row in shop.jobs("0/charge")] == [("done", "returned")]
    assert states_of(shop) == ["returned"]
    assert [row.amount_minor for row in shop.rows(allocation)] == [8900, -8900]
    assert told_of(shop) == ["payment_failed"]
    assert violations(shop.database, shop.world) == []
    assert shop.rows(hold) == []


def test_news_are_learnt_once(opened: OpenOffice) -> None:
    shop = opened([BILL], [enrolled("ana", "fails-late:1")])
    shop.turn(after=NOON)

    found = []
    for _ in range(3):
        shop.pass_time(timedelta(days=1))
        found.append(shop.sweep())

    assert found == [1, 0, 0]


def test_a_gateway_that_cannot_tell_news_stops_nothing(
    opened: OpenOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = opened([BILL], [enrolled("ana")])

    async def fail(cursor: str) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr(shop.world.gateway, "news", fail)
    shop.turn(after=NOON)

    assert {row.state for row in shop.rows(job)} == {"done"}
