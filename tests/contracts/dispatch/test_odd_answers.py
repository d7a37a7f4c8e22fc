"""Answers that nobody expected stop nobody else, and what waits for people does not give up."""

from collections.abc import Callable
from datetime import date, timedelta

from duly.actions.charge import Charge
from duly.actions.invoice import Invoice
from duly.actions.notify import Notify
from duly.connector import Misconfigured, Payment, Temporary
from duly.triggers.cycle_due import CycleDue
from duly.triggers.signed_up import SignedUp
from duly.values.money import Money
from office import Office
from sim.world import on_day, person, rule

OpenOffice = Callable[..., Office]
BILL = rule("bill", CycleDue(), on_day(0, Invoice(), Charge()))
HELLO = rule("hello", SignedUp(), on_day(0, Notify("welcome")))


def test_a_state_that_duly_does_not_know_stops_nobody_else(opened: OpenOffice) -> None:
    shop = opened([BILL, HELLO], [person("ana", "times-out-done", date(2026, 2, 1))])
    shop.turn(after=timedelta(hours=12))

    async def find(key: str) -> Payment:
        return Payment(key, "r", "disputed", Money(8900, "RON"))  # type: ignore[arg-type]

    shop.world.gateway.find = find  # type: ignore[method-assign]
    shop.change(person("new", "pays", date(2026, 2, 3)))
    for _ in range(3):
        shop.turn(after=timedelta(hours=1))

    assert "new@example.test" in shop.mails("welcome")
    (charge,) = [row for row in shop.jobs("0/charge") if row.subscriber_id == 1]
    assert charge.state == "unknown"
    assert "disputed" in charge.note


def test_waiting_for_settings_leaves_all_tries_for_later(opened: OpenOffice) -> None:
    shop = opened([HELLO], [person("ana", "pays", date(2026, 2, 2))])
    send = shop.world.messenger.send
    trouble: list[Exception] = [Misconfigured("wrong key")]

    async def try_to_send(message: object, key: str) -> object:
        if trouble:
            raise trouble[0]
        return await send(message, key)  # type: ignore[arg-type]

    shop.world.messenger.send = try_to_send  # type: ignore[assignment, method-assign]
    for _ in range(9):
        shop.turn(after=timedelta(days=1))
    trouble[0] = Temporary("busy, come again")
    shop.turn(after=timedelta(hours=1))
    trouble.clear()
    shop.turn(after=timedelta(hours=1))

    assert shop.states() == ["done"]
