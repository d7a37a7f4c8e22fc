"""What a payment gateway promises."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from duly.connector import (
    ChargeRequest,
    ConnectorFailure,
    FailureClass,
    Payment,
    PaymentGateway,
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
from duly.values.money import Money

_AMOUNTS = (
    Money(8900, "RON"),
    Money(1, "EUR"),
    Money(1250, "JPY"),  # no decimals
    Money(12_345, "KWD"),  # three decimals
)


@dataclass(frozen=True, slots=True)
class MethodTokens:
    """Name methods by how charging them goes; an empty one skips its tests."""

    pays: str
    declines_softly: str = ""
    declines_hard: str = ""
    asks_payer: str = ""


class PaymentGatewayContract(ConnectorContract):
    """Hold a gateway to its promises; say ``open_connector``, ``captured`` and ``tokens``.

    ``remembers`` says whether it knows its charges after the connector was opened anew.
    """

    remembers: bool = True
    currencies: tuple[str, ...] = ("RON", "EUR", "JPY", "KWD")
    tokens: MethodTokens

    def captured(self, connector: Any) -> list[Money]:
        """List the amounts that the counterpart truly collected, one for each charge."""
        raise NotImplementedError("say what was collected: def captured(self, connector)")

    def request(self, token: str = "") -> ChargeRequest:
        """Build a charge the counterpart accepts, from a token or the one that pays."""
        amount = Money(8900, self.currencies[0])
        return ChargeRequest(amount, token or self.tokens.pays, "CAF2026-00012", "Anna Pop")

    def test_it_is_a_gateway(self, connector: Any) -> None:
        assert PaymentGateway in type(connector).__mro__

    def test_it_says_how_it_settles_and_how_long_it_knows_a_key(self, connector: Any) -> None:
        kind = type(connector)

        assert kind.settles in ("at_once", "later", "by_customer")
        assert kind.idempotency_window >= timedelta(0)
        assert kind.look_up_delay >= timedelta(0)

    @pytest.mark.parametrize("amount", _AMOUNTS, ids=str)
    def test_the_asked_amount_is_collected(self, connector: Any, amount: Money) -> None:
        if amount.currency not in self.currencies:
            pytest.skip(f"it does not collect {amount.currency}")

        payment = run(connector.charge(replace(self.request(), amount=amount), "key-1"))

        assert payment.state in ("succeeded", "pending")
        assert (payment.key, payment.amount) == ("key-1", amount)
        assert payment.reference
        assert self.captured(connector) == [amount]

    def test_a_key_collects_once(self, connector: Any) -> None:
        first = run(connector.charge(self.request(), "key-1"))
        second = run(connector.charge(self.request(), "key-1"))

        assert first == second
        assert len(self.captured(connector)) == 1

    def test_a_key_asked_many_times_at_once_collects_once(self, connector: Any) -> None:
        results = run(_gather(connector, self.request(), ["key-1"] * AT_ONCE))

        references = {each.reference for each in results if isinstance(each, Payment)}
        assert all(isinstance(each, Payment | ConnectorFailure) for each in results)
        assert len(references) == 1
        assert len(self.captured(connector)) == 1

    def test_a_key_with_another_amount_collects_nothing_more(self, connector: Any) -> None:
        request = self.request()
        run(connector.charge(request, "key-1"))

        failure_of(connector.charge(replace(request, amount=request.amount.times(2)), "key-1"))

        assert self.captured(connector) == [request.amount]

    def test_two_keys_are_two_charges(self, connector: Any) -> None:
        first = run(connector.charge(self.request(), "key-1"))
        second = run(connector.charge(self.request(), "key-2"))

        assert first.reference != second.reference
        assert len(self.captured(connector)) == 2

    def test_many_charged_at_once_are_all_collected(self, connector: Any) -> None:
        request = self.request()

        payments = run_all(connector.charge(request, f"key-{n}") for n in range(AT_ONCE))

        assert len({payment.reference for payment in payments}) == AT_ONCE
        assert len(self.captured(connector)) == AT_ONCE

    def test_a_charge_is_found_by_its_key(self, connector: Any) -> None:
        payment = run(connector.charge(self.request(), "key-1"))

        found = run(connector.find("key-1"))

        assert found is not None
        assert (found.key, found.reference) == ("key-1", payment.reference)
        assert found.amount == payment.amount

    def test_a_key_it_never_saw_is_not_found(self, connector: Any) -> None:
        assert run(connector.find("key-1")) is None

    def test_a_key_is_known_after_opening_anew(self, connector: Any, place: Place) -> None:
        if not self.remembers:
            pytest.skip("it does not remember charges")
        payment = run(connector.charge(self.request(), "key-1"))

        anew = self.open_connector(place)

        assert run(anew.charge(self.request(), "key-1")) == payment
        assert len(self.captured(anew)) == 1

    @pytest.mark.parametrize(
        ("name", "failure"),
        [
            ("declines_softly", FailureClass.SOFT),
            ("declines_hard", FailureClass.HARD),
            ("asks_payer", FailureClass.ACTION_NEEDED),
        ],
    )
    def test_a_decline_is_refused_with_its_class(
        self, connector: Any, name: str, failure: FailureClass
    ) -> None:
        token = getattr(self.tokens, name)
        if not token:
            pytest.skip(f"nobody has said which token {name}")

        refused = failure_of(connector.charge(self.request(token), "key-1"))

        found = run(connector.find("key-1"))
        assert isinstance(refused, Refused)
        assert refused.failure is failure
        assert_readable(refused, (*self.secrets, token))
        assert found is None or found.state == "failed"
        assert self.captured(connector) == []

    @pytest.mark.parametrize("counterpart", FAILURES)
    def test_a_failure_is_of_the_class_that_says_what_to_do(
        self, connector: Any, counterpart: Counterpart
    ) -> None:
        self.become(connector, counterpart)

        failure = failure_of(connector.charge(self.request(), "key-1"))

        assert type(failure) is FAILURES[counterpart]
        assert_readable(failure, (*self.secrets, self.tokens.pays))

    @pytest.mark.parametrize("counterpart", ["away", "silent"])
    def test_after_a_failure_find_tells_and_the_same_key_collects_once(
        self, connector: Any, counterpart: Counterpart
    ) -> None:
        self.become(connector, counterpart)
        failure_of(connector.charge(self.request(), "key-1"))

        found = run(connector.find("key-1"))

        assert (found is not None) == (len(self.captured(connector)) == 1)
        run(connector.charge(self.request(), "key-1"))
        assert len(self.captured(connector)) == 1

    def test_news_are_read_once(self, connector: Any) -> None:
        run(connector.charge(self.request(), "key-1"))

        news = run(connector.news(""))
        while news.payments:
            news = run(connector.news(news.cursor))

        assert run(connector.news(news.cursor)).payments == ()


async def _gather(
    connector: Any, request: ChargeRequest, keys: list[str]
) -> list[Payment | BaseException]:
    calls = (connector.charge(request, key) for key in keys)
    results: list[Payment | BaseException] = await asyncio.gather(*calls, return_exceptions=True)
    return results
