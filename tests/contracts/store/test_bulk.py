"""Many rows are written in few statements, and their ids come in the order of the rows."""

from datetime import UTC, datetime

from sqlalchemy import Connection, event, select

from duly.store.bulk import add_many
from duly.tables.ledger import ruleset
from office import empty_database

COUNT = 50
ROWS = [
    {"digest": f"d{n}", "source": {}, "applied_at": datetime(2026, 2, 1, tzinfo=UTC), "actor": "x"}
    for n in range(COUNT)
]


def digests(connection: Connection) -> dict[int, str]:
    return {row.id: row.digest for row in connection.execute(select(ruleset))}


def test_ids_come_in_the_order_of_the_rows(database_url: str) -> None:
    with empty_database(database_url) as database, database.write() as connection:
        ids = add_many(connection, ruleset, ROWS)

        assert [digests(connection)[one] for one in ids] == [row["digest"] for row in ROWS]


def test_rows_are_written_in_one_statement(database_url: str) -> None:
    statements = []
    with empty_database(database_url) as database, database.write() as connection:
        event.listen(database.engine, "before_cursor_execute", lambda *_: statements.append(1))
        add_many(connection, ruleset, ROWS)

    assert len(statements) == 1
