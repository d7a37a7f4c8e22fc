"""Whether the conditions that let a message through still hold when it is about to go."""

from typing import Any

from sqlalchemy import Select, select

from duly.condition.sql import condition_sql
from duly.condition.tree import Condition
from duly.rule import Rule, RuleSet
from duly.selection.parameters import segment_conditions
from duly.selection.scope import joined, scope_of
from duly.tables.ledger import firing
from duly.tables.rows import DialectName
from duly.trigger import Look


def select_holding(
    rule: Rule, condition: Condition, ruleset: RuleSet, dialect: DialectName
) -> Select[Any]:
    """Select the ids of firings for which a condition is true now; the caller narrows it."""
    scope = scope_of(Look(dialect, rule.about))
    holds = condition_sql(condition, scope, segment_conditions(ruleset))
    chosen: Select[Any] = select(firing.c.id).select_from(firing)
    return joined(chosen, scope, rule.about, firing).where(holds)
