"""Bring all tables together, so that one import knows the whole schema."""

from sqlalchemy import MetaData

from duly.tables import books, ledger, people, subscriptions

_PARTS = (people, subscriptions, books, ledger)


def schema() -> MetaData:
    """Return the metadata that holds every table."""
    tables: set[MetaData] = {part.METADATA for part in _PARTS}
    assert len(tables) == 1, "all tables share one metadata"
    return tables.pop()
