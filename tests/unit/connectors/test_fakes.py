"""The answering connectors fail when they are told to, before or after the effect."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from duly.connector import ChargeRequest, OutgoingMessage, Place, Temporary, Uncertain
from duly.testing import Clock, Fault, MemoryGateway, MemoryGatewaySettings, MemoryMessenger
from duly.values.money import Money

SMS = OutgoingMessage(
    channel="sms",
    to="+40712345678",
    sender="OurCoffee",
    subject="",
    text="Hello",
    html="",
    message_id="<1@coffee.example>",
    name="hello",
    language="en",
)


def test_faults_are_met_in_order_and_then_no_more() -> None:
    messenger = MemoryMessenger()
    messenger.fail_next(
        Fault(lambda: Temporary("away")),
        Fault(lambda: Uncertain("no answer"), happened=True),
    )

    with pytest.raises(Temporary):
        asyncio.run(messenger.send(SMS, "key-1"))
    with pytest.raises(Uncertain):
        asyncio.run(messenger.send(SMS, "key-2"))
    asyncio.run(messenger.send(SMS, "key-3"))

    assert list(messenger.sent) == ["key-2", "key-3"]


def test_a_charge_that_happened_is_found_after_its_fault() -> None:
    place = Place(Path("nowhere"), lambda: datetime(2026, 3, 1, tzinfo=UTC))
    gateway = MemoryGateway.open(MemoryGatewaySettings(), place)
    gateway.fail_next(Fault(lambda: Uncertain("no answer"), happened=True))
    request = ChargeRequest(Money(8900, "RON"), "pays", "CAF-1", "Anna")

    with pytest.raises(Uncertain):
        asyncio.run(gateway.charge(request, "key-1"))

    found = asyncio.run(gateway.find("key-1"))
    assert found is not None
    assert found.state == "succeeded"


def test_a_clock_moves_only_when_told() -> None:
    clock = Clock(datetime(2026, 3, 1, tzinfo=UTC))

    clock.advance(timedelta(hours=2))

    assert clock.now() == clock.now() == datetime(2026, 3, 1, 2, tzinfo=UTC)
