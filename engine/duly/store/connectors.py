"""What is remembered of each connector."""

from sqlalchemy import Connection, select, update

from duly.store.bulk import bulk, insert_new
from duly.tables.ledger import connector_state


def cursor(connection: Connection, name: str) -> str:
    """Return where reading a connector's news goes on; empty at the beginning."""
    found = select(connector_state.c.cursor).where(connector_state.c.connector == name)
    return connection.execute(found).scalar() or ""


def move_cursor(connection: Connection, name: str, to: str) -> None:
    """Write where reading goes on."""
    row = {"connector": name, "cursor": to}
    bulk(connection, insert_new(connection, connector_state), [row])
    mine = connector_state.c.connector == name
    connection.execute(update(connector_state).where(mine).values(cursor=to))
