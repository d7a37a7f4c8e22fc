"""What a carrier promises."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from duly.connector import Carrier, ParcelItem, ParcelRequest, Place
from duly.testing.contracts.connector import (
    AT_ONCE,
    FAILURES,
    ConnectorContract,
    Counterpart,
    assert_readable,
    failure_of,
    run,
    run_all,
)

_UNUSUAL: dict[str, dict[str, Any]] = {
    "letters of many languages": {"receiver": "Ștefan Țurcanu 謝"},
    "quotes and tags": {"receiver": "\"Anna\" & <b>'B'</b>"},
    "a reference that climbs": {"reference": "../../../etc/passwd"},
    "a line break in the name": {"receiver": "Anna\nPop"},
}


class CarrierContract(ConnectorContract):
    """Hold a carrier to its promises; say ``open_connector`` and ``shipped``.

    ``remembers`` says whether it knows its parcels after the connector was opened anew.
    """

    remembers: bool = True

    def shipped(self, connector: Any) -> int:
        """Count the parcels that the counterpart truly has."""
        raise NotImplementedError("say how many parcels there are: def shipped(self, connector)")

    def parcel(self) -> ParcelRequest:
        """Build a parcel the counterpart accepts."""
        return ParcelRequest(
            reference="P-000012",
            receiver="Anna Pop",
            address={
                "street": "Str. Horea 10",
                "city": "Cluj-Napoca",
                "region": "CJ",
                "postcode": "400174",
                "country": "RO",
            },
            items=(ParcelItem("beans-250", "Coffee beans 250 g", 2),),
        )

    def test_it_is_a_carrier(self, connector: Any) -> None:
        assert Carrier in type(connector).__mro__

    def test_its_look_up_delay_is_a_time(self, connector: Any) -> None:
        assert type(connector).look_up_delay >= timedelta(0)

    def test_a_parcel_is_shipped_and_found(self, connector: Any) -> None:
        receipt = run(connector.ship(self.parcel(), "key-1"))

        assert receipt.reference
        assert run(connector.find("key-1")) == receipt
        assert self.shipped(connector) == 1

    def test_a_key_it_never_saw_is_not_found(self, connector: Any) -> None:
        assert run(connector.find("key-1")) is None

    def test_a_key_ships_once(self, connector: Any) -> None:
        first = run(connector.ship(self.parcel(), "key-1"))
        second = run(connector.ship(self.parcel(), "key-1"))

        assert first == second
        assert self.shipped(connector) == 1

    def test_a_parcel_is_found_after_opening_anew(self, connector: Any, place: Place) -> None:
        if not self.remembers:
            pytest.skip("it does not remember parcels")
        receipt = run(connector.ship(self.parcel(), "key-1"))

        assert run(self.open_connector(place).find("key-1")) == receipt

    def test_two_keys_are_two_parcels(self, connector: Any) -> None:
        first = run(connector.ship(self.parcel(), "key-1"))
        second = run(connector.ship(self.parcel(), "key-2"))

        assert first.reference != second.reference
        assert self.shipped(connector) == 2

    def test_many_handed_over_at_once_are_all_shipped(self, connector: Any) -> None:
        parcel = self.parcel()

        receipts = run_all(connector.ship(parcel, f"key-{n}") for n in range(AT_ONCE))

        assert len({receipt.reference for receipt in receipts}) == AT_ONCE
        assert self.shipped(connector) == AT_ONCE

    @pytest.mark.parametrize("unusual", _UNUSUAL)
    def test_an_unusual_parcel_is_shipped(self, connector: Any, unusual: str) -> None:
        parcel = replace(self.parcel(), **_UNUSUAL[unusual])

        assert run(connector.ship(parcel, "key-1")).reference
        assert self.shipped(connector) == 1

    @pytest.mark.parametrize("counterpart", FAILURES)
    def test_a_failure_is_of_the_class_that_says_what_to_do(
        self, connector: Any, counterpart: Counterpart
    ) -> None:
        self.become(connector, counterpart)

        failure = failure_of(connector.ship(self.parcel(), "key-1"))

        assert type(failure) is FAILURES[counterpart]
        parcel = self.parcel()
        assert_readable(failure, (*self.secrets, parcel.receiver, parcel.address["street"]))

    @pytest.mark.parametrize("counterpart", ["away", "silent"])
    def test_after_a_failure_find_tells_and_the_same_key_ships_once(
        self, connector: Any, counterpart: Counterpart
    ) -> None:
        self.become(connector, counterpart)
        failure_of(connector.ship(self.parcel(), "key-1"))

        found = run(connector.find("key-1"))

        assert (found is not None) == (self.shipped(connector) == 1)
        run(connector.ship(self.parcel(), "key-1"))
        assert self.shipped(connector) == 1
