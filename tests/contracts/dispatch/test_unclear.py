"""What may have happened is found out by asking, never guessed, and never forgotten."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

import pytest

from duly.actions.charge import Charge
from duly.actions.invoice import Invoice
from duly.actions.notify import Notify
from duly.actions.ship import Ship
from duly.connector import FailureClass, Refused, Temporary, Uncertain
from duly.dispatch.claim import claim
from duly.model.enrolment import Enrolment
from duly.model.ledger import JobClass
from duly.tables.books import allocation, payment_attempt
from duly.tables.ledger import call, firing
from duly.tables.subscriptions import parcel
from duly.testing import Fault
from duly.triggers.cycle_due import CycleDue
from office import Office
from sim import faults
from sim.promises import violations
from sim.world import on_day, person, rule

OpenOffice = Callable[..., Office]
NOON = timedelta(hours=12)
BEGIN = date(2026, 2, 1)
BILL = rule("bill", CycleDue(), on_day(0, Invoice(), Charge(), Notify("your-invoice")))
PACK = rule("pack", CycleDue(), on_day(0, Ship(), Notify("box-on-its-way")))
OTHER = rule("other", CycleDue(), on_day(0, Notify("welcome")))
LOST = Fault(lambda: Uncertain("no answer"))
LOST_AFTER = Fault(lambda: Uncertain("no answer"), happened=True)


def told(who: str, token: str = "pays", **more: object) -> Enrolment:
    made = person(who, token, BEGIN)
    return replace(made, subscriber=replace(made.subscriber, **more))


def charge_of(shop: Office) -> tuple[str, str | None]:
    (found,) = shop.jobs("0/charge")
    return found.state, found.result


def test_an_answer_that_was_lost_is_found_and_the_rest_goes_on(opened: OpenOffice) -> None:
    shop = opened([BILL], [told("ana", "times-out-done")])

    shop.turn(after=NOON)
    unclear = shop.states()
    shop.turn(after=timedelta(minutes=16))

    assert unclear == ["done", "unknown"]
    assert charge_of(shop) == ("done", "succeeded")
    assert shop.mails("your-invoice") == ["ana@example.test"]
    assert [row.outcome for row in shop.rows(call)] == ["done", "done"]


def test_a_refusal_whose_answer_was_lost_is_found(opened: OpenOffice) -> None:
    shop = opened([BILL], [told("ana", "declines")])
    shop.world.gateway.charge = lost_answer(shop)  # type: ignore[method-assign]

    shop.turn(after=NOON)
    shop.turn(after=timedelta(minutes=16))

    assert charge_of(shop) == ("done", "declined: soft")
    assert [row.failure for row in shop.rows(payment_attempt)] == ["soft"]


def lost_answer(shop: Office) -> object:
    """Let the gateway do what is asked, and lose what it says."""
    charge = shop.world.gateway.charge

    async def do_and_forget(*arguments: object) -> object:
        with suppress(Refused):
            await charge(*arguments)  # type: ignore[arg-type]
        raise Uncertain("no answer")

    return do_and_forget


def test_not_found_twice_is_asked_again_under_the_same_key(opened: OpenOffice) -> None:
    shop = opened([BILL], [told("ana", "times-out")])

    stands = []
    shop.turn(after=NOON)
    for _ in range(4):
        stands.append(shop.states("0/charge")[0])
        shop.turn(after=timedelta(minutes=16))

    # Unclear, asked once, asked twice and then tried again five minutes later.
    assert stands == ["unknown", "unknown", "ready", "done"]
    assert [row.outcome for row in shop.rows(call)] == ["not there", "done", "done"]
    (attempt,) = shop.rows(payment_attempt)
    assert list(shop.world.gateway.charges) == [attempt.effect_key]


def test_not_found_is_not_believed_before_the_gateway_has_settled(
    opened: OpenOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faults._Gateway, "look_up_delay", timedelta(hours=3))
    shop = opened([BILL], [told("ana", "times-out")])

    shop.turn(after=NOON)
    for _ in range(10):  # two hours and forty minutes
        shop.turn(after=timedelta(minutes=16))
    early = shop.states("0/charge")
    for _ in range(4):
        shop.turn(after=timedelta(minutes=16))

    assert early == ["unknown"]
    assert charge_of(shop) == ("done", "succeeded")


@pytest.mark.parametrize(
    "failure",
    [
        lambda: Temporary("down"),
        lambda: Refused("you may not ask", FailureClass.SOFT),
        lambda: Uncertain("no answer"),
        lambda: ValueError("a bug"),
    ],
)
def test_only_an_answer_is_believed(
    opened: OpenOffice, failure: Callable[[], Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = opened([BILL], [told("ana", "times-out-done")])
    shop.turn(after=NOON)

    async def fail(key: str) -> None:
        raise failure()

    with monkeypatch.context() as patch:
        patch.setattr(shop.world.gateway, "find", fail)
        for _ in range(4):
            shop.turn(after=timedelta(minutes=16))
        meanwhile = charge_of(shop)
    shop.turn(after=timedelta(minutes=16))

    assert meanwhile == ("unknown", None)
    assert charge_of(shop) == ("done", "succeeded")


def test_what_cannot_be_found_out_waits_for_a_person_and_keeps_its_lane(
    opened: OpenOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = opened([BILL], [told("ana", "times-out-done")])
    shop.turn(after=NOON)

    async def fail(key: str) -> None:
        raise Temporary("down")

    monkeypatch.setattr(shop.world.gateway, "find", fail)
    for _ in range(30):
        shop.turn(after=timedelta(hours=2))

    (found,) = shop.jobs("0/charge")
    assert (found.state, found.tries) == ("held", 1)
    assert found.note == "its effect could not be found out: could not be asked: down"
    assert [row.state for row in shop.rows(payment_attempt)] == ["unknown"]
    assert violations(shop.database, shop.world) == []


def test_a_lost_worker_leaves_a_doubt_and_not_a_retry(opened_on_both: OpenOffice) -> None:
    shop = opened_on_both([BILL, PACK, OTHER], [told("ana")])
    shop.pass_time(NOON)
    shop.tick()
    claim(shop.desk, JobClass.BOOKS)
    for job_class in (JobClass.MONEY, JobClass.DELIVERY):
        assert len(claim(shop.desk, job_class).calls) == 1

    shop.turn(after=timedelta(minutes=9))
    in_time = shop.states("0/charge", "0/ship")
    shop.turn(after=timedelta(minutes=2))

    assert in_time == ["calling", "calling"]
    assert shop.states("0/charge", "0/ship") == ["unknown", "unknown"]
    assert [row.state for row in shop.rows(payment_attempt)] == ["unknown"]
    assert (shop.world.gateway.charges, shop.world.carrier.shipped) == ({}, {})


def test_a_parcel_whose_answer_was_lost_goes_once(opened: OpenOffice) -> None:
    shop = opened([PACK], [told("ana")])
    shop.world.carrier.fail_next(LOST_AFTER)

    shop.turn(after=NOON)
    shop.turn(after=timedelta(minutes=16))

    assert len(shop.world.carrier.shipped) == 1
    assert [(row.status, row.tracking is not None) for row in shop.rows(parcel)] == [("sent", True)]
    assert shop.mails("box-on-its-way") == ["ana@example.test"]


# --- rules that are gone ------------------------------------------------------------------------


def test_a_doubt_is_cleared_up_though_its_rule_is_gone(opened: OpenOffice) -> None:
    shop = opened([BILL], [told("ana", "times-out-done")])
    shop.turn(after=NOON)

    shop.use(OTHER)
    shop.turn(after=timedelta(minutes=16))

    assert charge_of(shop) == ("done", "succeeded")
    assert [row.state for row in shop.rows(payment_attempt)] == ["succeeded"]
    assert [row.amount_minor for row in shop.rows(allocation)] == [8900]
    assert violations(shop.database, shop.world) == []


def test_a_parcel_in_doubt_is_cleared_up_though_its_rule_is_gone(opened: OpenOffice) -> None:
    shop = opened([PACK], [told("ana")])
    shop.world.carrier.fail_next(LOST_AFTER)
    shop.turn(after=NOON)

    shop.use(OTHER)
    shop.turn(after=timedelta(minutes=16))

    assert [row.status for row in shop.rows(parcel)] == ["sent"]
    assert shop.states("0/ship", "0/notify/box-on-its-way") == ["done"]


def test_a_try_that_waits_is_taken_back_with_its_rule(opened: OpenOffice) -> None:
    # Its attempt is closed: another rule may charge the same invoice.
    shop = opened([BILL], [told("ana", "outage")])
    shop.turn(after=NOON)

    shop.use(OTHER)
    shop.turn(after=timedelta(minutes=16))

    (found,) = shop.jobs("0/charge")
    assert (found.state, found.note) == ("skipped", "stopped: the rule no longer has this step")
    assert [row.state for row in shop.rows(payment_attempt)] == ["failed"]
    assert shop.rows(firing)[0].ended == "finished"


def test_a_job_that_was_never_called_ends_with_its_rule(opened: OpenOffice) -> None:
    shop = opened([BILL], [told("ana")])
    shop.hold("class", "money")
    shop.turn(after=NOON)

    shop.use(OTHER)
    shop.release("class", "money")
    shop.turn(after=timedelta(minutes=16))

    assert shop.states("0/charge") == ["skipped"]
    assert shop.world.gateway.charges == {}
