"""Names of bound parameters, and small parts that all statements share."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Table,
    and_,
    bindparam,
    func,
    literal,
    literal_column,
)
from sqlalchemy.dialects import postgresql, sqlite

from duly.condition.tree import Condition
from duly.rule import RuleSet
from duly.tables.ledger import firing
from duly.tables.rows import DialectName
from duly.tables.types import Instant
from duly.trigger import Catch, CatchUp

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


def beyond_limit(catch_up: CatchUp) -> ColumnElement[bool]:
    """Tell which new firings are beyond ``each, up to n`` of their subject; the oldest go first.

    For a statement over all that a rule has recorded in this tick.
    """
    if catch_up.mode != Catch.EACH or not catch_up.up_to:
        return NO
    order = func.rank().over(partition_by=firing.c.subject_id, order_by=firing.c.at)
    return and_(firing.c.late, order > literal(catch_up.up_to, Integer()))
