"""Everything that is live, with its statements built once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select

from duly.rule import RuleSet
from duly.selection.recheck import select_holding
from duly.selection.rule import RuleStatements, select_rule
from duly.selection.segment import SegmentStatements, select_segment
from duly.selection.stop import select_stopped_now, select_stops
from duly.selection.timeline import EntryStatements, select_entries
from duly.tables.rows import DialectName


@dataclass(frozen=True, slots=True)
class Live:
    """Hold a live ruleset and the statements of each of its rules and segments, by name."""

    ruleset_id: int
    ruleset: RuleSet
    rules: Mapping[str, RuleStatements]
    entries: Mapping[str, tuple[EntryStatements, ...]]
    stops: Mapping[str, Select[Any]]
    stopped_now: Mapping[str, Select[Any]]
    holding: Mapping[tuple[str, int], Select[Any]]  # rule and position of its entry
    segments: Mapping[str, SegmentStatements]


def make_live(ruleset_id: int, ruleset: RuleSet, dialect: DialectName) -> Live:
    """Build the statements of a ruleset for a kind of database."""
    rules = ruleset.rules.values()
    stops = {rule.name: select_stops(rule, dialect) for rule in rules}
    stopped_now = {rule.name: select_stopped_now(rule, dialect) for rule in rules}
    return Live(
        ruleset_id=ruleset_id,
        ruleset=ruleset,
        rules={rule.name: select_rule(rule, ruleset, dialect) for rule in rules},
        entries={rule.name: select_entries(rule, ruleset, dialect) for rule in rules},
        stops={name: found for name, found in stops.items() if found is not None},
        stopped_now={name: found for name, found in stopped_now.items() if found is not None},
        holding=_holding(ruleset, dialect),
        segments={
            name: select_segment(segment, ruleset, dialect)
            for name, segment in ruleset.segments.items()
        },
    )


def _holding(ruleset: RuleSet, dialect: DialectName) -> Mapping[tuple[str, int], Select[Any]]:
    """Build what looks again at the condition that let a message through."""
    found = {}
    for rule in ruleset.rules.values():
        for position, entry in enumerate(rule.entries):
            condition = entry.only_if or (rule.only_if if position == 0 else None)
            if condition is not None:
                found[rule.name, position] = select_holding(rule, condition, ruleset, dialect)
    return found
