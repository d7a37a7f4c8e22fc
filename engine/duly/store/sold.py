"""Which plans and prices running subscriptions have."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, literal_column, select

from duly.tables.subscriptions import subscription, subscription_line

_RUNNING = subscription.c.status != literal_column("'ended'")
_PLANS = (
    select(subscription.c.plan, func.count().label("number"))
    .where(_RUNNING)
    .group_by(subscription.c.plan)
)
_PRICES = (
    select(subscription_line.c.price, func.count().label("number"))
    .join(subscription, subscription.c.id == subscription_line.c.subscription_id)
    .where(_RUNNING)
    .group_by(subscription_line.c.price)
)


@dataclass(frozen=True, slots=True)
class InUse:
    """Hold how many running subscriptions have each plan and each price."""

    plans: Mapping[str, int]
    prices: Mapping[str, int]


def in_use(connection: Connection) -> InUse:
    """Count running subscriptions by plan and by price."""
    plans, prices = connection.execute(_PLANS), connection.execute(_PRICES)
    return InUse(
        plans={row.plan: row.number for row in plans},
        prices={row.price: row.number for row in prices},
    )
