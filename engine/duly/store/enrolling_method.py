"""Write the ways to pay that an import or a sign-up tells."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select, update

from duly.model.enrolment import EnrolledMethod
from duly.store.bulk import bulk
from duly.store.context import Context
from duly.store.enrolling_effect import Effect
from duly.store.happening import touch
from duly.store.ids import among
from duly.tables.people import payment_method


def write_methods(
    connection: Connection, told: Mapping[int, EnrolledMethod], context: Context
) -> Mapping[int, Effect]:
    """Store ways to pay, by subscriber; the newest told is the default. Returns what is new."""
    if not told:
        return {}
    mine = among(connection, payment_method.c.subscriber_id, told)
    rows = connection.execute(select(payment_method).where(mine)).all()
    known = {(row.subscriber_id, row.gateway, row.token) for row in rows}
    new = {
        person: method
        for person, method in told.items()
        if (person, method.gateway, method.token) not in known
    }
    older = [row.id for row in rows if row.subscriber_id in new]
    if older:
        others = update(payment_method).where(among(connection, payment_method.c.id, older))
        connection.execute(others.values(is_default=False))
    bulk(connection, insert(payment_method), [_row(*one, context) for one in new.items()])
    touch(connection, subscribers=new)
    return dict.fromkeys(new, Effect.CHANGED)


def _row(person: int, method: EnrolledMethod, context: Context) -> dict[str, Any]:
    return {
        "subscriber_id": person,
        "gateway": method.gateway,
        "token": method.token,
        "kind": method.kind,
        "is_default": True,
        "status": "active",
        "made_at": context.now,
    }
