"""What a messenger promises."""

from dataclasses import replace
from typing import Any

import pytest

from duly.connector import (
    CHANNELS,
    Channel,
    FailureClass,
    Messenger,
    OutgoingMessage,
    Place,
    Refused,
)
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
    "letters of many languages": {
        "subject": "Mulțumim, Ștefan! 謝謝 🎉",
        "text": "Bună, ță! 謝謝 🎉",
    },
    "quotes and tags": {"subject": "\"A\" & <b>'B'</b>", "text": "<script>alert(1)</script>"},
    "no subject": {"subject": ""},
    "a long subject": {"subject": "Your invoice " * 40},
    "line ends of all sorts": {"text": "one\r\ntwo\rthree\nfour\n\n.\nFrom here\n"},
    "a line break in the subject": {"subject": "Hello\r\nBcc: all@example.com"},
    "a name that climbs": {"name": "../../../etc/passwd"},
    "a name without letters": {"name": "日本"},
    "a sender with an accent": {"sender": "Cafeaua Noastră <salut@cafea.example>"},
    "a long name": {"name": "n" * 400},
}


class MessengerContract(ConnectorContract):
    """Hold a messenger to its promises; say ``open_connector`` and ``delivered``.

    ``merges`` says whether a second sending under a key is merged with the first, and
    ``remembers`` whether it still is after the connector was opened anew.
    """

    merges: bool = True
    remembers: bool = True

    def delivered(self, connector: Any) -> int:
        """Count the messages that truly reached the counterpart."""
        raise NotImplementedError("say how many messages arrived: def delivered(self, connector)")

    def message(self, connector: Any, channel: Channel | None = None) -> OutgoingMessage:
        """Build a message the counterpart accepts, on a channel or the connector's first."""
        kind: Channel = channel or type(connector).channels[0]
        is_mail = kind == "email"
        return OutgoingMessage(
            channel=kind,
            to="+40712345678" if kind == "sms" else "anna@example.com",
            sender="Our Coffee <hello@coffee.example>" if is_mail else "OurCoffee",
            subject="" if kind == "sms" else "Your invoice",
            text="Thank you, Anna.\n\nWe have received 89.00 RON.",
            html="<html><body><p>Thank you, Anna.</p></body></html>" if is_mail else "",
            message_id="<3f9c@coffee.example>",
            name="your-invoice",
            language="en",
            headers={"List-Unsubscribe": "<https://coffee.example/u/3f9c>"} if is_mail else {},
        )

    def test_it_is_a_messenger(self, connector: Any) -> None:
        assert Messenger in type(connector).__mro__

    def test_it_names_its_channels(self, connector: Any) -> None:
        channels = type(connector).channels

        assert channels
        assert set(channels) <= set(CHANNELS)
        assert len(set(channels)) == len(channels)

    @pytest.mark.parametrize("channel", CHANNELS)
    def test_a_message_is_delivered_on_each_channel(self, connector: Any, channel: Channel) -> None:
        if channel not in type(connector).channels:
            pytest.skip(f"it does not send by {channel}")

        receipt = run(connector.send(self.message(connector, channel), "key-1"))

        assert receipt.reference
        assert self.delivered(connector) == 1

    def test_a_second_sending_under_a_key_is_never_lost(self, connector: Any) -> None:
        message = self.message(connector)

        first = run(connector.send(message, "key-1"))
        second = run(connector.send(message, "key-1"))

        assert self.delivered(connector) in ((1,) if self.merges else (1, 2))
        assert second.reference == first.reference or not self.merges

    def test_a_key_is_known_after_opening_anew(self, connector: Any, place: Place) -> None:
        if not (self.merges and self.remembers):
            pytest.skip("it does not remember keys")
        message = self.message(connector)

        first = run(connector.send(message, "key-1"))
        second = run(self.open_connector(place).send(message, "key-1"))

        assert second == first
        assert self.delivered(connector) == 1

    def test_two_keys_are_two_messages(self, connector: Any) -> None:
        message = self.message(connector)

        first = run(connector.send(message, "key-1"))
        second = run(connector.send(message, "key-2"))

        assert first.reference != second.reference
        assert self.delivered(connector) == 2

    def test_many_sent_at_once_all_arrive(self, connector: Any) -> None:
        message = self.message(connector)

        receipts = run_all(connector.send(message, f"key-{n}") for n in range(AT_ONCE))

        assert len({receipt.reference for receipt in receipts}) == AT_ONCE
        assert self.delivered(connector) == AT_ONCE

    @pytest.mark.parametrize("unusual", _UNUSUAL)
    def test_an_unusual_message_arrives(self, connector: Any, unusual: str) -> None:
        message = replace(self.message(connector), **_UNUSUAL[unusual])

        assert run(connector.send(message, "key-1")).reference
        assert self.delivered(connector) == 1

    def test_nobody_to_send_to_is_a_bad_address(self, connector: Any) -> None:
        message = replace(self.message(connector), to="")

        failure = failure_of(connector.send(message, "key-1"))

        assert isinstance(failure, Refused)
        assert failure.failure is FailureClass.BAD_ADDRESS
        assert self.delivered(connector) == 0

    @pytest.mark.parametrize("counterpart", FAILURES)
    def test_a_failure_is_of_the_class_that_says_what_to_do(
        self, connector: Any, counterpart: Counterpart
    ) -> None:
        message = self.message(connector)
        self.become(connector, counterpart)

        failure = failure_of(connector.send(message, "key-1"))

        assert type(failure) is FAILURES[counterpart]
        assert_readable(failure, (*self.secrets, message.to, message.text))

    def test_after_a_temporary_failure_the_same_key_delivers_once(self, connector: Any) -> None:
        message = self.message(connector)
        self.become(connector, "away")
        failure_of(connector.send(message, "key-1"))

        run(connector.send(message, "key-1"))

        assert self.delivered(connector) == 1
