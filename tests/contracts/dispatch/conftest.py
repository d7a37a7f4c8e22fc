"""Businesses for the tests of dispatch: in memory, or on both databases."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack

import pytest

from duly.model.enrolment import Enrolment
from duly.rule import Rule
from office import Office, open_office

OpenOffice = Callable[[Sequence[Rule], Sequence[Enrolment]], Office]


@pytest.fixture
def opened() -> Iterator[OpenOffice]:
    """Open businesses in memory; they are closed after the test."""
    with ExitStack() as stack:
        yield lambda rules, people: stack.enter_context(open_office("sqlite://", rules, people))


@pytest.fixture
def opened_on_both(database_url: str) -> Iterator[OpenOffice]:
    """Open one business, on SQLite and on PostgreSQL in turn."""
    with ExitStack() as stack:
        yield lambda rules, people: stack.enter_context(open_office(database_url, rules, people))
