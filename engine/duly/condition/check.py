"""What is wrong with a condition beyond its own words: reach, segments in circles, silent unknowns.

A condition has been read before; what is found here needs the other segments or the rule.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from duly.condition.catalogue import short_name
from duly.condition.nesting import MAX_NESTING, nesting
from duly.condition.tree import (
    All,
    AnyOf,
    AnySubscription,
    Compare,
    Condition,
    FieldRef,
    IfMissing,
    InSegment,
    Known,
    Line,
    Node,
    Not,
    children,
    lines,
    walk,
)
from duly.values.problem import Problem

MAX_LINES_WITH_SEGMENTS = 400
INSIDE_ANY_SUBSCRIPTION = frozenset({"subscriber", "subscription", "plan"})

Segments = Mapping[str, Condition]


def owners(condition: Condition, segments: Segments) -> frozenset[str]:
    """Return whose fields a condition reads, its segments included.

    What stands inside ``any_subscription`` reads the subscriber. Segments must not go in circles;
    one that is absent, because it has mistakes of its own, reads nothing.
    """
    found: set[str] = set()
    for node in _outside_any(condition):
        match node:
            case FieldRef(field):
                found.add(field.about)
            case InSegment(name) if name in segments:
                found |= owners(segments[name], segments)
            case AnySubscription():
                found.add("subscriber")
    return frozenset(found)


def check_condition(
    condition: Condition, segments: Segments, reach: Collection[str]
) -> tuple[Problem, ...]:
    """Find what is wrong with a condition of a rule or segment whose segments are in order.

    ``reach`` names what the subject leads to, itself included: invoice, subscription, plan,
    subscriber. Warnings are among the problems.
    """
    found = check_reach(condition, segments, reach) + check_missing(condition)
    return tuple(sorted(found + check_nesting(condition, segments)))


def check_nesting(condition: Condition, segments: Segments) -> tuple[Problem, ...]:
    """Refuse what goes deeper than a database can read."""
    if nesting(condition, segments) <= MAX_NESTING:
        return ()
    deepest = max(lines(condition), key=lambda line: nesting(line, segments))
    message = "too many conditions, formulas or segments stand inside each other here"
    return (Problem(deepest.span, "too-deep", message, "say it with fewer levels"),)


def check_reach(
    condition: Condition, segments: Segments, reach: Collection[str]
) -> tuple[Problem, ...]:
    """Refuse fields and segments of something the subject does not lead to."""
    found = []
    for line in lines(condition):
        beyond = sorted(owners(line.part, segments) - set(reach))
        if beyond:
            found.append(_unreachable(line, beyond[0], reach))
        for node in walk(line.part):
            if isinstance(node, AnySubscription):
                found += check_reach(node.inner, segments, INSIDE_ANY_SUBSCRIPTION)
    return tuple(sorted(set(found)))


def _unreachable(line: Line, owner: str, reach: Collection[str]) -> Problem:
    fix = f"ask about {', '.join(sorted(reach))}"
    if owner in ("subscription", "plan"):
        fix = "put it inside any_subscription: {…}"
    message = f"there is no single {owner} here to ask about"
    return Problem(line.span, "out-of-reach", message, fix)


def check_segments(segments: Segments) -> tuple[Problem, ...]:
    """Refuse segments that go in circles or grow too large; do this before anything uses them."""
    found = []
    sizes: dict[str, int] = {}
    for name, condition in segments.items():
        for line in lines(condition):
            circle = _way_back(line, name, segments)
            if circle:
                message = f'segment "{name}" needs itself: {" -> ".join((name, *circle))}'
                found.append(Problem(line.span, "segment-circle", message, "take one of them out"))
    if not found:
        for name, condition in segments.items():
            if _size(condition, segments, sizes) > MAX_LINES_WITH_SEGMENTS:
                message = f'segment "{name}" has too many conditions with the segments it uses'
                fix = f"{MAX_LINES_WITH_SEGMENTS} are allowed"
                found.append(Problem(lines(condition)[0].span, "too-many-conditions", message, fix))
    return tuple(sorted(found))


def _mentioned(condition: Condition) -> tuple[str, ...]:
    return tuple(node.name for node in walk(condition) if isinstance(node, InSegment))


def _way_back(line: Line, home: str, segments: Segments) -> tuple[str, ...]:
    """Return the segments from a line back to its own segment, empty if there is no way."""
    ways: list[tuple[str, ...]] = [(name,) for name in _mentioned(line)]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        if way[-1] == home:
            return way
        if way[-1] not in seen and way[-1] in segments:
            seen.add(way[-1])
            ways += [(*way, name) for name in _mentioned(segments[way[-1]])]
    return ()


def _size(condition: Condition, segments: Segments, sizes: dict[str, int]) -> int:
    total = len(lines(condition))
    for name in _mentioned(condition):
        if name not in sizes:
            sizes[name] = _size(segments[name], segments, sizes) if name in segments else 0
        total += sizes[name]
    return total


def _outside_any(node: Node) -> Iterator[Node]:
    yield node
    if not isinstance(node, AnySubscription):
        for child in children(node):
            yield from _outside_any(child)


def check_missing(condition: Condition) -> tuple[Problem, ...]:
    """Warn where ``not`` meets a field that may be missing and nothing is said about that."""
    found: list[Problem] = []
    _look(condition, _View(None), found)
    return tuple(sorted(set(found)))


@dataclass(frozen=True, slots=True)
class _View:
    """Say under which line one looks, whether inside a not, and which fields are surely there."""

    line: Line | None
    turned: bool = False
    sure: frozenset[str] = frozenset()


def _look(node: Node, view: _View, found: list[Problem]) -> None:
    match node:
        case Line():
            view = replace(view, line=node)
        case Known():
            return
        case Not() | Compare(comparison="!="):
            view = replace(view, turned=True)
        case All(parts):
            view = replace(view, sure=view.sure | _said(parts, known=True))
        case AnyOf(parts):
            view = replace(view, sure=view.sure | _said(parts, known=False))
        case AnySubscription():
            view = replace(view, sure=frozenset())
        case IfMissing(value=FieldRef(field)):
            view = replace(view, sure=view.sure | {field.name})
        case FieldRef(field) if field.may_be_missing and view.turned and view.line is not None:
            if field.name not in view.sure:
                found.append(_silent(view.line, field.name))
    for child in children(node):
        _look(child, view, found)


def _said(parts: tuple[Condition, ...], *, known: bool) -> frozenset[str]:
    """Return the fields of which one of the parts says that they are there (or are missing)."""
    bare = (part.part if isinstance(part, Line) else part for part in parts)
    said = set()
    for part in bare:
        match part:
            case Known(FieldRef(field)) if known:
                said.add(field.name)
            case Not(Known(FieldRef(field))) if not known:
                said.add(field.name)
    return frozenset(said)


def _silent(line: Line, name: str) -> Problem:
    name = short_name(name)
    message = f"{name} may be missing; then this is unknown and counts as not met"
    fix = f"write or_missing: true beside not, or say {name}: {{known: true}} as well"
    return Problem(line.span, "not-on-missing", message, fix, "warning")
