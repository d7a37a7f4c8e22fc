"""Which installation a database belongs to; its id is part of every key."""

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from duly.store.happening import Entry, note
from duly.tables.ledger import installation


def installation_name(connection: Connection) -> str | None:
    """Return the installation id; None for a database that was never set up."""
    return connection.execute(select(installation.c.name)).scalar()


def installation_environment(connection: Connection) -> str | None:
    """Return test or live, as the database was set up."""
    return connection.execute(select(installation.c.environment)).scalar()


def set_up(connection: Connection, name: str, environment: str, now: datetime) -> None:
    """Give a new database its installation id."""
    values = {"id": 1, "name": name, "environment": environment, "made_at": now}
    connection.execute(insert(installation).values(**values))


def rekey(
    connection: Connection, name: str, *, environment: str, now: datetime, actor: str
) -> None:
    """Give a copied database an id of its own, so that its keys never meet the original's."""
    values = {"name": name, "environment": environment, "made_at": now}
    connection.execute(update(installation).values(**values))
    note(connection, [Entry("installation re-keyed")], now=now, actor=actor)
