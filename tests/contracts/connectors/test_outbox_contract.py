"""The outbox keeps the contracts of a messenger and of a carrier."""

from pathlib import Path

import pytest

from duly.connector import Place
from duly.testing.contracts import CarrierContract, Counterpart, MessengerContract
from duly_connectors.outbox import Outbox, OutboxSettings, world


class OutboxCase:
    """Open the outbox, and put in its way what can stand in the way of files."""

    def open_connector(self, place: Place) -> Outbox:
        return Outbox.open(OutboxSettings(), place)

    def become(self, connector: Outbox, counterpart: Counterpart) -> None:
        if counterpart != "not_knowing_us":
            pytest.skip(f"a folder cannot be {counterpart}")
        Path(connector.folder).write_text("a file where the folder should be")


class TestOutboxAsMessenger(OutboxCase, MessengerContract):
    def delivered(self, connector: Outbox) -> int:
        judged = world(connector.folder)
        assert judged.strays == ()
        return len(judged.messages)


class TestOutboxAsCarrier(OutboxCase, CarrierContract):
    def shipped(self, connector: Outbox) -> int:
        judged = world(connector.folder)
        assert judged.strays == ()
        return len(judged.parcels)
