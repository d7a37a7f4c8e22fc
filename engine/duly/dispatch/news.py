"""Read from gateways which payments changed by themselves, and write it into the books."""

import asyncio
import logging
from typing import get_args

from duly.connector import ConnectorFailure, Payment, PaymentNews, PaymentState
from duly.dispatch.desk import CALL_LIMIT_S, Desk
from duly.errors import StateError
from duly.model.books import AttemptState
from duly.model.change import SettleAttempt
from duly.store import connectors, holding, saving
from duly.store.applying import apply
from duly.store.bulk import savepoint
from duly.store.context import Context
from duly.store.record import Transaction
from duly.store.saving import KnownAttempt

# How many pages are read at a time: a gateway whose cursor stands still must not keep us for ever.
MAX_PAGES = 100

_log = logging.getLogger(__name__)


async def read_news(desk: Desk) -> int:
    """Learn from every gateway what changed; one that cannot be read stops no other."""
    count = 0
    for name in desk.shop.gateways:
        try:
            count += await _read(desk, name)
        except (ConnectorFailure, TimeoutError) as error:
            _log.warning("news could not be read: %s", error, extra={"connector": name})
        except Exception:  # noqa: BLE001 - a bug of one connector stops no other
            _log.exception("news could not be read", extra={"connector": name})
    return count


async def _read(desk: Desk, name: str) -> int:
    cursor, count = await asyncio.to_thread(_cursor, desk, name), 0
    for _ in range(MAX_PAGES):
        async with asyncio.timeout(CALL_LIMIT_S):
            news = await desk.tools.gateway(name).news(cursor)
        if not news.payments:
            break
        await asyncio.to_thread(_learn, desk, name, news)
        count += len(news.payments)
        cursor = news.cursor
    return count


def _cursor(desk: Desk, connector: str) -> str:
    with desk.database.read() as transaction:
        return connectors.cursor(transaction, connector)


def _learn(desk: Desk, connector: str, news: PaymentNews) -> None:
    """Write what a gateway told, and where to go on reading, in one transaction."""
    context = Context(desk.now(), f"gateway:{connector}")

    def learn(transaction: Transaction) -> None:
        attempts = saving.attempts_by_key(transaction, [one.key for one in news.payments])
        for payment in news.payments:
            if payment.state not in get_args(PaymentState):
                _log.warning("news say nothing to duly: %s", payment.state)
            elif payment.key in attempts:
                _learn_one(transaction, attempts[payment.key], payment, context)
        connectors.move_cursor(transaction, connector, news.cursor)

    desk.database.again(learn)


def _learn_one(
    transaction: Transaction, attempt: KnownAttempt, payment: Payment, context: Context
) -> None:
    state = AttemptState(payment.state)
    told = SettleAttempt(attempt.id, state, payment.reference, payment.failure, payment.reason)
    try:
        with savepoint(transaction):
            apply(transaction, [told], context)
    except StateError as error:
        _log.warning("news change nothing: %s", error, extra={"attempt": attempt.id})
        if state == AttemptState.SUCCEEDED:
            reason = f"payment {payment.reference} is {state} at {context.actor}: {error}"
            subscriber = str(attempt.subscriber_id)
            now, actor = context.now, context.actor
            holding.place(transaction, "subscriber", subscriber, reason, now=now, actor=actor)
