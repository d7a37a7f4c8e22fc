"""Names of bound parameters, and small parts that all statements share."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Table, bindparam, literal_column
from sqlalchemy.dialects import postgresql, sqlite

from duly.condition.tree import Condition
from duly.rule import RuleSet
from duly.tables.rows import DialectName
from duly.tables.types import Instant

RULE = bindparam("rule", type_=BigInteger())
RULESET = bindparam("ruleset", type_=BigInteger())
TOP = bindparam("top", type_=BigInteger())  # the highest firing before this rule was recorded
YOUNGER_THAN = bindparam("younger_than", type_=Instant())  # look-back of a once_per in days

NO: ColumnElement[bool] = literal_column("false")


def insert_new(dialect: DialectName, table: Table) -> Any:
    """Return an insert that passes over rows whose unique key is taken."""
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return insert(table).on_conflict_do_nothing()


def segment_conditions(ruleset: RuleSet) -> Mapping[str, Condition]:
    """Return the conditions of every segment by its name."""
    return {name: segment.members for name, segment in ruleset.segments.items()}
