"""A copy in memory holds what the source holds: nothing stays nothing, and no word for it."""

from datetime import date, timedelta

from sqlalchemy import select, text

from duly.actions.charge import Charge
from duly.actions.invoice import Invoice
from duly.actions.notify import Notify
from duly.store.copying import copy_to_memory
from duly.store.database import Database
from duly.tables.books import invoice
from duly.tables.every import schema
from duly.triggers.cycle_due import CycleDue
from office import empty_database, open_office
from sim.world import on_day, person, rule

BILL = rule("bill", CycleDue(), on_day(0, Invoice(), Charge(), Notify("your-invoice")))


def test_a_copy_holds_the_same_rows(database_url: str) -> None:
    with empty_database(database_url) as database:
        shop = open_office(database, [BILL], [person("ana", "pays", date(2026, 2, 1))])
        shop.turn(after=timedelta(hours=12))
        shop.turn(after=timedelta(minutes=1))
        copy = copy_to_memory(database)

        there, here = _contents(database), _contents(copy)
        copy.close()

    assert here == there
    assert len(there["job"]) == 3


def test_a_copy_leaves_empty_what_was_empty(database_url: str) -> None:
    with empty_database(database_url) as database:
        shop = open_office(database, [BILL], [person("ana", "pays", date(2026, 2, 1))])
        shop.turn(after=timedelta(hours=12))
        with database.write() as connection:
            connection.execute(invoice.update().values(buyer=None))
        copy = copy_to_memory(database)

        counted = [_count(one, "invoice", "buyer") for one in (database, copy)]
        counted += [_count(one, "firing", "facts") for one in (database, copy)]
        copy.close()

    assert counted == [(1, 1), (1, 1), (1, 1), (1, 1)]


def _contents(database: Database) -> dict[str, list[tuple[object, ...]]]:
    with database.read() as connection:
        return {
            table.name: [
                tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))
            ]
            for table in schema().sorted_tables
        }


def _count(database: Database, table: str, column: str) -> tuple[int, int]:
    """Count the rows of a table, and those in which a column is empty."""
    counting = f"SELECT count(*), count(*) - count({column}) FROM {table}"
    with database.read() as connection:
        every, empty = connection.execute(text(counting)).one()
        return every, empty
