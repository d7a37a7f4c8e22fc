"""Apply typed changes: the one way in which a state changes, with its event and its audit."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from duly.model.change import (
    Change,
    EndSubscription,
    IssueInvoice,
    MakeOffer,
    PauseSubscription,
    PlanEnd,
    ResumeSubscription,
    SettleAttempt,
    SettleMessage,
    SettleParcel,
    Suppress,
)
from duly.store import applying_attempts, applying_books, applying_delivery, applying_subscription
from duly.store.context import Context

_APPLIERS: Mapping[type[Any], Callable[[Connection, Sequence[Any], Context], None]] = {
    IssueInvoice: applying_books.issue_invoices,
    SettleAttempt: applying_attempts.settle_attempts,
    PauseSubscription: applying_subscription.pause,
    ResumeSubscription: applying_subscription.resume,
    EndSubscription: applying_subscription.end,
    PlanEnd: applying_subscription.plan_end,
    MakeOffer: applying_delivery.make_offers,
    SettleMessage: applying_delivery.settle_messages,
    SettleParcel: applying_delivery.settle_parcels,
    Suppress: applying_delivery.suppress,
}


def apply(connection: Connection, changes: Sequence[Change], context: Context) -> None:
    """Apply changes of one transaction; those of one type together, in their order.

    Raises StateError if the present state does not allow one of them; then none may be kept.
    """
    for kind, applier in _APPLIERS.items():
        chosen = [change for change in changes if type(change) is kind]
        if chosen:
            applier(connection, chosen, context)
