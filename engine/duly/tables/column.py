"""Make columns that say what they hold and whether it is personal."""

from typing import Any

from sqlalchemy import Column, ForeignKey, Index, MetaData, text
from sqlalchemy.types import TypeEngine

from duly.tables.types import Id

# Names of keys are the same on both databases, so that migrations can name them.
METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def held(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]], about: str) -> Column[Any]:
    """Make a required column that holds nothing personal."""
    return Column(name, kind, nullable=False, comment=about, info={"personal": False})


def optional(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]], about: str) -> Column[Any]:
    """Make a column that may be empty and holds nothing personal."""
    return Column(name, kind, nullable=True, comment=about, info={"personal": False})


def personal(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]], about: str) -> Column[Any]:
    """Make a column that may be empty and tells something about a person: erased on request."""
    return Column(name, kind, nullable=True, comment=about, info={"personal": True})


def identity(about: str) -> Column[Any]:
    """Make the ``id`` that counts up by itself."""
    return Column(
        "id", Id, primary_key=True, autoincrement=True, comment=about, info={"personal": False}
    )


def named(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]], about: str) -> Column[Any]:
    """Make a part of a primary key that the writer chooses."""
    return Column(name, kind, primary_key=True, comment=about, info={"personal": False})


def points(name: str, table: str, about: str, *, required: bool = True) -> Column[Any]:
    """Make a reference to the ``id`` of another table."""
    return Column(
        name,
        Id,
        ForeignKey(f"{table}.id"),
        nullable=not required,
        comment=about,
        info={"personal": False},
    )


def partial_index(name: str, *columns: Column[Any], where: str, unique: bool = False) -> None:
    """Index only the rows that fit ``where``.

    The text stands in queries to the letter: SQLite uses a partial index only if the predicate is
    written there as it is here.
    """
    predicate = text(where)
    Index(name, *columns, unique=unique, sqlite_where=predicate, postgresql_where=predicate)
