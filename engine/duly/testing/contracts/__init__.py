"""Public: the promises of each capability as tests to inherit; needs pytest.

    class TestMyCarrier(CarrierContract):
        def open_connector(self, place):
            return MyCarrier.open(MyCarrier.Settings(...), place)

        def shipped(self, connector):
            return how many parcels the counterpart has

Each class says what it must be told; what it may be told (how to make the counterpart fail) skips
its tests, by name, until it is told.
"""

import pytest

# The tests' assertions are explained when they fail only if pytest knows before they are imported.
pytest.register_assert_rewrite(
    "duly.testing.contracts.carrier",
    "duly.testing.contracts.connector",
    "duly.testing.contracts.gateway",
    "duly.testing.contracts.messenger",
    "duly.testing.contracts.source",
)

from duly.testing.contracts.carrier import CarrierContract as CarrierContract  # noqa: E402 - after the line above
from duly.testing.contracts.connector import ConnectorContract as ConnectorContract  # noqa: E402 - after the line above
from duly.testing.contracts.connector import Counterpart as Counterpart  # noqa: E402 - after the line above
from duly.testing.contracts.gateway import MethodTokens as MethodTokens  # noqa: E402 - after the line above
from duly.testing.contracts.gateway import PaymentGatewayContract as PaymentGatewayContract  # noqa: E402 - after the line above
from duly.testing.contracts.messenger import MessengerContract as MessengerContract  # noqa: E402 - after the line above
from duly.testing.contracts.source import SubscriberSourceContract as SubscriberSourceContract  # noqa: E402 - after the line above
