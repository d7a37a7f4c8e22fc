"""Conditions and segments of a workspace: read with the fields of the business, and checked."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from duly.condition.catalogue import Catalogue
from duly.condition.check import Segments as SegmentConditions
from duly.condition.check import check_condition, check_segments, owners
from duly.condition.parse import parse_condition
from duly.condition.syntax import SPLIT
from duly.condition.tree import All, Condition, InSegment, walk
from duly.language.given import given
from duly.model.about import About
from duly.rule import Segment
from duly.shape.node import Node, said
from duly.shape.record import Item, Record
from duly.values.problem import Problem

_UNREADABLE = All(())  # stands for the members of a segment that could not be read
_UNKNOWN = "unknown-field"
_REACH_OF_SEGMENTS = ("subscriber", "subscription", "plan")


@dataclass(frozen=True, slots=True)
class Conditions:
    """Read conditions of one business.

    ``is_certain``: all fields of the business are known; else an unknown one may be right.
    ``segments`` are those that could be read, ``members`` the conditions of all.
    """

    catalogue: Catalogue
    is_certain: bool
    names: Collection[str] = ()
    members: SegmentConditions = field(default_factory=dict)
    segments: Mapping[str, Segment] = field(default_factory=dict)

    def read(self, node: Node) -> tuple[Condition | None, tuple[Problem, ...]]:
        """Read what stands under ``only_if`` or ``members``."""
        condition, told = parse_condition(given(node), self.catalogue, self.names)
        if not self.is_certain:
            told = tuple(problem for problem in told if problem.code != _UNKNOWN)
        return condition, tuple(_with_fix(problem) for problem in told)

    def check(self, condition: Condition, reach: Collection[str]) -> tuple[Problem, ...]:
        """Find what is wrong with a condition of something that leads to these rows."""
        return check_condition(condition, self.members, reach)


def _with_fix(problem: Problem) -> Problem:
    """Give a problem a fix where the reader of formulas cannot know one."""
    return problem if problem.hint else replace(problem, hint=SPLIT)


def read_segments(
    items: Mapping[str, Item], names: Collection[str], catalogue: Catalogue, *, is_certain: bool
) -> tuple[Conditions, tuple[Problem, ...]]:
    """Read the segments; ``names`` are all that are written, right or wrong."""
    reader = Conditions(catalogue, is_certain, names)
    problems: list[Problem] = []
    read: dict[str, Condition] = {}
    nodes: dict[str, Node] = {}
    for name, item in items.items():
        node = item.as_a(Record).node("members")
        if node is None:
            continue
        condition, told = reader.read(node)
        problems += told
        if condition is not None:
            read[name], nodes[name] = condition, node
    members = dict.fromkeys(names, _UNREADABLE) | read
    circles = check_segments(members)
    if circles:
        members = dict.fromkeys(names, _UNREADABLE)
        unknown = Conditions(reader.catalogue, is_certain=False, names=names, members=members)
        return unknown, (*problems, *circles)
    for condition in read.values():
        problems += check_condition(condition, members, _REACH_OF_SEGMENTS)
    segments = {name: _segment(name, nodes, members) for name in read}
    known = Conditions(reader.catalogue, is_certain, names, members, segments)
    return known, tuple(sorted(problems))


def _segment(name: str, nodes: Mapping[str, Node], members: SegmentConditions) -> Segment:
    condition = members[name]
    whose = owners(condition, members)
    return Segment(
        name=name,
        about=About.SUBSCRIBER if whose <= {"subscriber"} else About.SUBSCRIPTION,
        members=condition,
        digest=_digest(name, nodes, members),
    )


def _digest(name: str, nodes: Mapping[str, Node], members: SegmentConditions) -> str:
    """Name what a segment says: its words without comments and spaces, and those it builds on."""
    if name not in nodes:
        return ""
    mentioned = sorted({node.name for node in walk(members[name]) if isinstance(node, InSegment)})
    inner = [_digest(other, nodes, members) for other in mentioned]
    return hashlib.sha256(repr((said(nodes[name]), inner)).encode()).hexdigest()
