"""Each contract test fails for a connector that breaks its promise."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest

from duly.connector import (
    ChargeRequest,
    FailureClass,
    OutgoingMessage,
    ParcelRequest,
    Payment,
    PaymentNews,
    Place,
    Receipt,
    Refused,
    SourceRow,
    SubscriberSource,
    Temporary,
)
from duly.testing import (
    MemoryCarrier,
    MemoryGateway,
    MemoryGatewaySettings,
    MemoryMessenger,
    NoSettings,
)
from duly.testing.contracts import (
    CarrierContract,
    MessengerContract,
    MethodTokens,
    PaymentGatewayContract,
    SubscriberSourceContract,
)
from duly.values.money import Money

PLACE = Place(Path("nowhere"), lambda: datetime(2026, 3, 1, tzinfo=UTC))


class OfMessenger(MessengerContract):
    def delivered(self, connector: MemoryMessenger) -> int:
        return len(connector.sent)

    def become(self, connector: Any, counterpart: str) -> None:
        connector.trouble = counterpart


class OfCarrier(CarrierContract):
    def shipped(self, connector: MemoryCarrier) -> int:
        return len(connector.shipped)

    def become(self, connector: Any, counterpart: str) -> None:
        connector.trouble = counterpart


class OfGateway(PaymentGatewayContract):
    tokens = MethodTokens("pays", "declines")

    def captured(self, connector: MemoryGateway) -> list[Money]:
        return [each.amount for each in connector.charges.values() if each.state != "failed"]


class OfSource(SubscriberSourceContract):
    pass


class SendsTwice(MemoryMessenger):
    async def send(self, message: OutgoingMessage, key: str) -> Receipt:
        return await super().send(message, f"{key}-{len(self.sent)}")


class SendsNothing(MemoryMessenger):
    async def send(self, message: OutgoingMessage, key: str) -> Receipt:
        return Receipt("sent, really")


class SendsToNobody(MemoryMessenger):
    async def send(self, message: OutgoingMessage, key: str) -> Receipt:
        return await super().send(replace(message, to=message.to or "nobody"), key)


class GivesNoReference(MemoryMessenger):
    async def send(self, message: OutgoingMessage, key: str) -> Receipt:
        await super().send(message, key)
        return Receipt("")


class Tells(MemoryMessenger):
    async def send(self, message: OutgoingMessage, key: str) -> Receipt:
        raise Temporary(f"{message.to} could not be reached")


class SaysNoWhenAway(MemoryMessenger):
    async def send(self, message: OutgoingMessage, key: str) -> Receipt:
        raise Refused("nobody answers", FailureClass.HARD)


class UnknownChannel(MemoryMessenger):
    channels: ClassVar[Any] = ("pigeon",)


@dataclass
class Loose:
    password: str = ""
    host: str = field(default="", metadata={"about": "The host"})


class LooseSettings(MemoryMessenger):
    Settings: ClassVar[type[Any]] = Loose


class ShipsTwice(MemoryCarrier):
    async def ship(self, request: ParcelRequest, key: str) -> Receipt:
        return await super().ship(request, f"{key}-{len(self.shipped)}")


class FindsEverything(MemoryCarrier):
    async def find(self, key: str) -> Receipt | None:
        return Receipt(key)


class FindsNothing(MemoryCarrier):
    async def find(self, key: str) -> Receipt | None:
        return None


class ShipsAndDoubts(MemoryCarrier):
    async def ship(self, request: ParcelRequest, key: str) -> Receipt:
        receipt = await super().ship(request, key)
        if hasattr(self, "trouble"):
            del self.trouble
            raise Temporary("nothing happened, really")
        return receipt

    async def find(self, key: str) -> Receipt | None:
        return None


class ForgetsKeys(MemoryGateway):
    async def charge(self, request: ChargeRequest, key: str) -> Payment:
        return await super().charge(request, f"{key}-{len(self.charges)}")


class TakesAnything(MemoryGateway):
    async def charge(self, request: ChargeRequest, key: str) -> Payment:
        return await super().charge(replace(request, token="pays"), key)


class TakesLess(MemoryGateway):
    async def charge(self, request: ChargeRequest, key: str) -> Payment:
        return await super().charge(replace(request, amount=Money(1, "RON")), key)


class RepeatsNews(MemoryGateway):
    async def news(self, cursor: str) -> PaymentNews:
        payment = Payment("key-1", "r", "succeeded", Money(1, "RON"))
        return PaymentNews(() if cursor == "" else (payment,), "1")


class Shuffles(SubscriberSource):
    """Names other columns, gives rows backwards and once, and the second time none."""

    Settings: ClassVar[type[Any]] = NoSettings

    def __init__(self) -> None:
        self._rows = [SourceRow(2, {"Number": "2"}), SourceRow(1, {"Number": "1"}, "bad")]

    def headings(self) -> tuple[str, ...]:
        return ("Something",)

    def rows(self) -> Iterator[SourceRow]:
        while self._rows:
            yield self._rows.pop(0)

    @classmethod
    def open(cls, settings: object, place: Place) -> "Shuffles":
        return cls()


MESSENGER, CARRIER, GATEWAY, SOURCE = OfMessenger(), OfCarrier(), OfGateway(), OfSource()


def gateway(kind: type[MemoryGateway]) -> MemoryGateway:
    return kind(MemoryGatewaySettings(), PLACE)


@pytest.mark.parametrize(
    ("connector", "promise"),
    [
        (SendsTwice(), MESSENGER.test_a_second_sending_under_a_key_is_never_lost),
        (SendsNothing(), MESSENGER.test_a_second_sending_under_a_key_is_never_lost),
        (SendsNothing(), MESSENGER.test_two_keys_are_two_messages),
        (SendsNothing(), MESSENGER.test_many_sent_at_once_all_arrive),
        (UnknownChannel(), MESSENGER.test_it_names_its_channels),
        (object(), MESSENGER.test_it_is_a_messenger),
        (object(), MESSENGER.test_it_inherits_its_capability),
        (LooseSettings(), MESSENGER.test_its_settings_are_a_frozen_dataclass),
        (LooseSettings(), MESSENGER.test_every_setting_has_a_sentence_for_people),
        (LooseSettings(), MESSENGER.test_a_setting_that_sounds_secret_is_not_shown),
        (ShipsTwice(), CARRIER.test_a_key_ships_once),
        (FindsEverything(), CARRIER.test_a_key_it_never_saw_is_not_found),
        (FindsNothing(), CARRIER.test_a_parcel_is_shipped_and_found),
        (gateway(ForgetsKeys), GATEWAY.test_a_key_collects_once),
        (gateway(ForgetsKeys), GATEWAY.test_a_key_asked_many_times_at_once_collects_once),
        (gateway(ForgetsKeys), GATEWAY.test_a_charge_is_found_by_its_key),
        (gateway(RepeatsNews), GATEWAY.test_news_are_read_once),
        (Shuffles(), SOURCE.test_it_names_its_columns),
        (Shuffles(), SOURCE.test_every_row_comes_in_order_and_as_text),
        (Shuffles(), SOURCE.test_no_good_row_is_in_trouble),
        (Shuffles(), SOURCE.test_rows_are_numbered_upwards),
        (Shuffles(), SOURCE.test_reading_twice_gives_the_same),
        (Shuffles(), SOURCE.test_reading_may_stop_early),
    ],
)
def test_a_broken_promise_is_noticed(connector: object, promise: Callable[[Any], None]) -> None:
    with pytest.raises(AssertionError):
        promise(connector)


@pytest.mark.parametrize(
    ("connector", "promise", "arguments"),
    [
        (
            GivesNoReference(),
            MESSENGER.test_a_message_is_delivered_on_each_channel,
            {"channel": "email"},
        ),
        (
            SendsNothing(),
            MESSENGER.test_an_unusual_message_arrives,
            {"unusual": "quotes and tags"},
        ),
        (
            SaysNoWhenAway(),
            MESSENGER.test_a_failure_is_of_the_class_that_says_what_to_do,
            {"counterpart": "away"},
        ),
        (
            Tells(),
            MESSENGER.test_a_failure_is_of_the_class_that_says_what_to_do,
            {"counterpart": "away"},
        ),
        (
            ShipsAndDoubts(),
            CARRIER.test_after_a_failure_find_tells_and_the_same_key_ships_once,
            {"counterpart": "away"},
        ),
        (
            gateway(TakesLess),
            GATEWAY.test_the_asked_amount_is_collected,
            {"amount": Money(8900, "RON")},
        ),
    ],
)
def test_a_broken_promise_of_a_table_is_noticed(
    connector: object, promise: Callable[..., None], arguments: dict[str, Any]
) -> None:
    with pytest.raises(AssertionError):
        promise(connector, **arguments)


@pytest.mark.parametrize(
    ("connector", "promise", "arguments"),
    [
        (SendsToNobody(), MESSENGER.test_nobody_to_send_to_is_a_bad_address, {}),
        (
            gateway(ForgetsKeys),
            GATEWAY.test_a_key_with_another_amount_collects_nothing_more,
            {},
        ),
        (
            gateway(TakesAnything),
            GATEWAY.test_a_decline_is_refused_with_its_class,
            {"name": "declines_softly", "failure": FailureClass.SOFT},
        ),
    ],
)
def test_a_failure_that_does_not_come_is_noticed(
    connector: object, promise: Callable[..., None], arguments: dict[str, Any]
) -> None:
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        promise(connector, **arguments)


def test_a_secret_in_a_repr_is_noticed_and_not_shown() -> None:
    class Blabs(MemoryMessenger):
        def __repr__(self) -> str:
            return "Blabs(password='swordfish')"

    contract = OfMessenger()
    contract.secrets = ("swordfish",)

    with pytest.raises(AssertionError) as caught:
        contract.test_no_secret_is_in_its_repr(Blabs())

    assert "swordfish" not in str(caught.value)
