"""Everything that is live, with its statements built once."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select

from duly.rule import Rule, RuleSet
from duly.selection.recheck import select_holding
from duly.selection.rule import RuleStatements, select_rule
from duly.selection.segment import SegmentStatements, select_segment
from duly.selection.stop import select_new_stops, select_stopped_now, select_stops
from duly.selection.timeline import EntryStatements, select_entries
from duly.tables.rows import DialectName


@dataclass(frozen=True, slots=True)
class Live:
    """Hold a live ruleset and the statements of each of its rules and segments, by name.

    ``stops`` finds what new events stop, ``new_stops`` what older ones stop of new firings, and
    ``stopped_now`` what any event stops.
    """

    ruleset_id: int
    ruleset: RuleSet
    rules: Mapping[str, RuleStatements]
    entries: Mapping[str, tuple[EntryStatements, ...]]
    stops: Mapping[str, Select[Any]]
    new_stops: Mapping[str, Select[Any]]
    stopped_now: Mapping[str, Select[Any]]
    holding: Mapping[tuple[str, int], Select[Any]]  # rule and position of its entry
    segments: Mapping[str, SegmentStatements]


def make_live(ruleset_id: int, ruleset: RuleSet, dialect: DialectName) -> Live:
    """Build the statements of a ruleset for a kind of database."""
    rules = ruleset.rules.values()
    return Live(
        ruleset_id=ruleset_id,
        ruleset=ruleset,
        rules={rule.name: select_rule(rule, ruleset, dialect) for rule in rules},
        entries={rule.name: select_entries(rule, ruleset, dialect) for rule in rules},
        stops=_stopping(rules, dialect, select_stops),
        new_stops=_stopping(rules, dialect, select_new_stops),
        stopped_now=_stopping(rules, dialect, select_stopped_now),
        holding=_holding(ruleset, dialect),
        segments={
            name: select_segment(segment, ruleset, dialect)
            for name, segment in ruleset.segments.items()
        },
    )


def _stopping(
    rules: Iterable[Rule],
    dialect: DialectName,
    select: Callable[[Rule, DialectName], Select[Any] | None],
) -> Mapping[str, Select[Any]]:
    """Build one sort of stops for the rules that are ever stopped."""
    found = ((rule.name, select(rule, dialect)) for rule in rules)
    return {name: statement for name, statement in found if statement is not None}


def _holding(ruleset: RuleSet, dialect: DialectName) -> Mapping[tuple[str, int], Select[Any]]:
    """Build what looks again at the condition that let a message through."""
    found = {}
    for rule in ruleset.rules.values():
        for position, entry in enumerate(rule.entries):
            condition = entry.only_if or (rule.only_if if position == 0 else None)
            if condition is not None:
                found[rule.name, position] = select_holding(rule, condition, ruleset, dialect)
    return found
