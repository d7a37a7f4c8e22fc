"""Place and release holds: rows that are read at every claim."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from duly.store.happening import Entry, note
from duly.tables.ledger import hold


@dataclass(frozen=True, slots=True)
class Hold:
    """Hold what may not act, why, since when and by whom."""

    id: int
    what: str
    name: str
    reason: str
    placed_at: datetime
    actor: str


def holds_on(connection: Connection) -> Sequence[Hold]:
    """List the holds that are on, oldest first."""
    on = select(hold).where(hold.c.released_at.is_(None)).order_by(hold.c.id)
    return [
        Hold(row.id, row.what, row.name, row.reason, row.placed_at, row.actor)
        for row in connection.execute(on)
    ]


def place(
    connection: Connection, what: str, name: str, reason: str, *, now: datetime, actor: str
) -> None:
    """Stop a rule, connector, subscriber, class or everything."""
    values = {"what": what, "name": name, "reason": reason, "placed_at": now, "actor": actor}
    connection.execute(insert(hold).values(**values))
    facts = {"what": what, "name": name, "reason": reason}
    note(connection, [Entry("hold placed", "hold", facts=facts)], now=now, actor=actor)


def release(connection: Connection, what: str, name: str, *, now: datetime, actor: str) -> int:
    """Release the holds on something; returns how many there were."""
    mine = (hold.c.what == what) & (hold.c.name == name) & hold.c.released_at.is_(None)
    released = connection.execute(
        update(hold).where(mine).values(released_at=now, released_by=actor)
    ).rowcount
    facts = {"what": what, "name": name}
    note(connection, [Entry("hold released", "hold", facts=facts)], now=now, actor=actor)
    return released
