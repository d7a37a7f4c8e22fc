"""Puts tags inside one another: what is shown, what depends on a condition, what repeats."""

from dataclasses import dataclass

from duly.template.scan import Tag
from duly.values.problem import Problem

MAX_DEPTH = 6
# Codes of problems about tags without a partner.
PAIRING = frozenset({"misplaced-tag", "unclosed-tag"})


@dataclass(frozen=True, slots=True)
class Show:
    """Show a value."""

    tag: Tag


@dataclass(frozen=True, slots=True)
class Branch:
    """Do what stands under an ``if``, ``elif`` or ``else``."""

    tag: Tag
    body: tuple["Statement", ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Do the first branch whose condition is true."""

    branches: tuple[Branch, ...]


@dataclass(frozen=True, slots=True)
class Loop:
    """Do the body for each item; ``otherwise`` when there is no item."""

    tag: Tag
    body: tuple["Statement", ...]
    otherwise: tuple["Statement", ...]


Statement = Show | Choice | Loop


@dataclass(slots=True)
class _Open:
    """Collect the branches of a block that is not closed yet."""

    heads: list[Tag]
    bodies: list[list[Statement]]


def nest(tags: tuple[Tag, ...]) -> tuple[tuple[Statement, ...], tuple[Problem, ...]]:
    """Return what the tags say as a tree; a block that is not closed ends with the text.

    Where blocks stand too deeply in one another, that is all there is to say.
    """
    outermost: list[Statement] = []
    blocks: list[_Open] = []
    problems: list[Problem] = []
    for tag in tags:
        body = blocks[-1].bodies[-1] if blocks else outermost
        match tag.kind:
            case "value":
                body.append(Show(tag))
            case "if" | "for":
                if len(blocks) == MAX_DEPTH:
                    return (), (*problems, _too_deep(tag))
                blocks.append(_Open([tag], [[]]))
            case "elif" | "else":
                if _continues(tag, blocks):
                    blocks[-1].heads.append(tag)
                    blocks[-1].bodies.append([])
                else:
                    problems.append(_misplaced(tag))
            case "endif" | "endfor":
                if blocks and f"end{blocks[-1].heads[0].kind}" == tag.kind:
                    _close(blocks, outermost)
                else:
                    problems.append(_not_due(tag, blocks))
    while blocks:
        problems.append(_left_open(blocks[-1].heads[0]))
        _close(blocks, outermost)
    return tuple(outermost), tuple(problems)


def _continues(tag: Tag, blocks: list[_Open]) -> bool:
    if not blocks or blocks[-1].heads[-1].kind == "else":
        return False
    return tag.kind == "else" or blocks[-1].heads[0].kind == "if"


def _close(blocks: list[_Open], outermost: list[Statement]) -> None:
    done = blocks.pop()
    body = blocks[-1].bodies[-1] if blocks else outermost
    head, bodies = done.heads[0], [tuple(part) for part in done.bodies]
    if head.kind == "for":
        body.append(Loop(head, bodies[0], bodies[1] if len(bodies) > 1 else ()))
    else:
        body.append(Choice(tuple(map(Branch, done.heads, bodies))))


def _too_deep(tag: Tag) -> Problem:
    return Problem(
        tag.span,
        "too-deep",
        f"this {{% {tag.kind} %}} stands inside {MAX_DEPTH} others, which nobody can follow",
        "join conditions with and, or make two messages",
    )


def _misplaced(tag: Tag) -> Problem:
    return Problem(
        tag.span,
        "misplaced-tag",
        f'"{tag.kind}" stands where no {{% if %}} is waiting for it',
        f"write {{% {tag.kind} … %}} between {{% if … %}} and {{% endif %}}"
        if tag.kind == "elif"
        else "write one {% else %} between {% if … %} and {% endif %}",
    )


def _not_due(tag: Tag, blocks: list[_Open]) -> Problem:
    opener = tag.kind.removeprefix("end")
    if not blocks:
        hint = f"delete it, or write {{% {opener} … %}} before it"
    else:
        due = blocks[-1].heads[0]
        hint = f"the {{% {due.kind} %}} of line {due.span.line} is to be closed first"
    return Problem(
        tag.span, "misplaced-tag", f'"{tag.kind}" closes a {{% {opener} %}} that is not open', hint
    )


def _left_open(tag: Tag) -> Problem:
    return Problem(
        tag.span,
        "unclosed-tag",
        f"this {{% {tag.kind} %}} is not closed",
        f"write {{% end{tag.kind} %}} where it ends",
    )
