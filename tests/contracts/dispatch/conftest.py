"""Businesses for the tests of dispatch: in memory, or on both databases."""

from collections.abc import Callable, Iterator, Sequence

import pytest

from duly.model.enrolment import Enrolment
from duly.rule import Rule
from duly.store.database import Database
from office import Office, empty_database, open_office
from sim.crash import driver, restore

OpenOffice = Callable[[Sequence[Rule], Sequence[Enrolment]], Office]


@pytest.fixture(scope="session")
def memory() -> Iterator[tuple[Database, bytes]]:
    """Keep one database in memory, whose statements are compiled once, and its empty state."""
    with empty_database("sqlite://") as database:
        yield database, driver(database.engine).serialize()


@pytest.fixture
def opened(memory: tuple[Database, bytes]) -> OpenOffice:
    """Open a business in memory."""
    database, empty = memory
    restore(empty, driver(database.engine))
    return lambda rules, people: open_office(database, rules, people)


@pytest.fixture
def opened_on_both(database_url: str) -> Iterator[OpenOffice]:
    """Open a business, on SQLite and on PostgreSQL in turn."""
    with empty_database(database_url) as database:
        yield lambda rules, people: open_office(database, rules, people)
