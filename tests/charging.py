"""How the tests of gateways charge, and what they look at."""

import asyncio

import pytest

from duly.connector import ChargeRequest, Payment, Refused
from duly.testing import AnsweringGateway
from duly.values.money import Money


def ask(token: str, *, invoice: str = "CAF-1", customer: str = "Anna") -> ChargeRequest:
    return ChargeRequest(Money(8900, "RON"), token, invoice, customer)


def charge(gateway: AnsweringGateway, token: str, key: str, *, invoice: str = "CAF-1") -> Payment:
    return asyncio.run(gateway.charge(ask(token, invoice=invoice), key))


def refused(gateway: AnsweringGateway, token: str, key: str, *, invoice: str = "CAF-1") -> Refused:
    with pytest.raises(Refused) as caught:
        charge(gateway, token, key, invoice=invoice)
    return caught.value


def find(gateway: AnsweringGateway, key: str) -> Payment | None:
    return asyncio.run(gateway.find(key))


def states(gateway: AnsweringGateway, cursor: str = "") -> list[tuple[str, str]]:
    news = asyncio.run(gateway.news(cursor))
    return [(payment.key, payment.state) for payment in news.payments]
