"""The answering connectors keep the contracts of the real ones."""

from typing import Any

from duly.connector import (
    ConnectorFailure,
    FailureClass,
    Misconfigured,
    Place,
    Refused,
    Temporary,
    Uncertain,
)
from duly.testing import (
    Fault,
    MemoryCarrier,
    MemoryGateway,
    MemoryGatewaySettings,
    MemoryMessenger,
    NoSettings,
)
from duly.testing.contracts import (
    CarrierContract,
    Counterpart,
    MessengerContract,
    MethodTokens,
    PaymentGatewayContract,
)
from duly.values.money import Money


class Scripted:
    """Let the connector's next call fail as the counterpart would make it fail."""

    def become(self, connector: Any, counterpart: Counterpart) -> None:
        connector.fail_next(Fault(lambda: _failure(counterpart)))


def _failure(counterpart: Counterpart) -> ConnectorFailure:
    match counterpart:
        case "away":
            return Temporary("nobody answers")
        case "refusing":
            return Refused("no", FailureClass.HARD)
        case "silent":
            return Uncertain("no answer came")
        case "not_knowing_us":
            return Misconfigured("the key is wrong")


class TestMemoryMessenger(Scripted, MessengerContract):
    remembers = False

    def open_connector(self, place: Place) -> MemoryMessenger:
        return MemoryMessenger.open(NoSettings(), place)

    def delivered(self, connector: MemoryMessenger) -> int:
        return len(connector.sent)


class TestMemoryCarrier(Scripted, CarrierContract):
    remembers = False

    def open_connector(self, place: Place) -> MemoryCarrier:
        return MemoryCarrier.open(NoSettings(), place)

    def shipped(self, connector: MemoryCarrier) -> int:
        return len(connector.shipped)


class TestMemoryGateway(Scripted, PaymentGatewayContract):
    remembers = False
    tokens = MethodTokens("pays", "declines", "declines-hard", "asks-3ds")

    def open_connector(self, place: Place) -> MemoryGateway:
        return MemoryGateway.open(MemoryGatewaySettings(), place)

    def captured(self, connector: MemoryGateway) -> list[Money]:
        return [each.amount for each in connector.charges.values() if each.state != "failed"]
