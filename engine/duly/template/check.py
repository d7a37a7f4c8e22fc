"""Checks what the tags of a text say against the names that the message may show."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from duly.template.block import Branch, Choice, Loop, Show, Statement, nest
from duly.template.expression import Expression, path_of, read
from duly.template.meaning import Scope, condition, listed, missing, present, value
from duly.template.name import LISTS, Kind, Name
from duly.template.scan import Tag
from duly.values.problem import Problem, Span

MAX_LOOPS = 2


def check_tags(
    tags: tuple[Tag, ...], names: Mapping[str, Name], links: frozenset[Span] = frozenset()
) -> tuple[Problem, ...]:
    """Return every problem of the tags of one text; ``links`` are the tags addresses begin with."""
    statements, problems = nest(tags)
    return (*problems, *_check(statements, Scope(names, links)))


def _check(statements: Iterable[Statement], scope: Scope) -> Iterator[Problem]:
    for statement in statements:
        match statement:
            case Show():
                yield from _show(statement.tag, scope)
            case Choice():
                yield from _choice(statement.branches, scope)
            case Loop():
                yield from _loop(statement, scope)


def _show(tag: Tag, scope: Scope) -> Iterator[Problem]:
    expression = read(tag.expression)
    if isinstance(expression, Problem):
        yield expression
        return
    found = value(expression, expression.tree, scope)
    yield from found.problems
    if found.kind == "yes_no":
        yield Problem(
            tag.span,
            "wrong-type",
            f'"{tag.expression.text.strip()}" is yes or no and cannot be shown',
            "write {% if … %} with the words for yes, {% else %}, the words for no",
        )
    elif found.kind in LISTS:
        yield _list_shown(tag, found.kind)
    elif found.may_be_missing:
        yield missing(expression, expression.tree)
    elif tag.span in scope.links and found.kind not in {"link", None}:
        yield _no_link(expression, scope)


def _choice(branches: tuple[Branch, ...], scope: Scope) -> Iterator[Problem]:
    for branch in branches:
        inside = scope
        if branch.tag.kind != "else":
            expression = read(branch.tag.expression)
            if isinstance(expression, Problem):
                yield expression
            else:
                yield from condition(expression, expression.tree, scope)
                inside = scope.knowing(present(expression.tree, when=True))
                scope = scope.knowing(present(expression.tree, when=False))
        yield from _check(branch.body, inside)


def _loop(loop: Loop, scope: Scope) -> Iterator[Problem]:
    expression = read(loop.tag.expression)
    if isinstance(expression, Problem):
        yield expression
    else:
        yield from _repeat(loop, expression, scope)
    yield from _check(loop.otherwise, scope)


def _repeat(loop: Loop, expression: Expression, scope: Scope) -> Iterator[Problem]:
    found = value(expression, expression.tree, scope)
    yield from found.problems
    path = path_of(expression.tree)
    if found.kind is None:
        return
    if path is None or found.kind not in LISTS:
        yield _not_a_list(expression, scope)
        return
    if found.may_be_missing:
        yield missing(expression, expression.tree)
    refusal = _refused_loop(loop.tag, path, scope)
    if refusal is not None:
        yield refusal
    else:
        yield from _check(loop.body, _inside(loop.tag.variable, scope.names[path], scope))


def _refused_loop(tag: Tag, path: str, scope: Scope) -> Problem | None:
    if len(scope.loops) == MAX_LOOPS:
        return Problem(
            tag.span,
            "too-deep",
            f"this is a list inside {MAX_LOOPS} others, which is one too many",
            "close a {% for %} before this one",
        )
    # The work of a message then grows with its data and not with the product of two lists.
    if scope.loops and path.split(".", 1)[0] not in scope.loops:
        return Problem(
            tag.span,
            "not-in-messages",
            f'a list inside a list goes over what belongs to "{scope.loops[-1]}", not "{path}"',
            "close the first {% for %} before this one",
        )
    taken = {name.split(".", 1)[0] for name in scope.names} | {"loop", "self"}
    if tag.variable in taken or tag.variable.startswith("_"):
        return Problem(
            tag.span,
            "not-in-messages",
            f'"{tag.variable}" cannot name the items of a list, it means something else',
            f"choose another word, such as {{% for item in {path} %}}",
        )
    return None


def _inside(variable: str, items: Name, scope: Scope) -> Scope:
    """Return what is known inside a loop."""
    own = (
        {f"{variable}.{field}": name for field, name in items.fields.items()}
        if items.kind == "rows"
        else {variable: Name("text")}
    )
    return replace(scope, names={**scope.names, **own}, loops=(*scope.loops, variable))


def _not_a_list(expression: Expression, scope: Scope) -> Problem:
    lists = [path for path, name in scope.names.items() if name.kind in LISTS]
    return Problem(
        expression.whole(),
        "wrong-type",
        f'"{expression.source.text.strip()}" is not a list',
        f"the lists here are {listed(lists)}" if lists else "this message knows no list",
    )


def _list_shown(tag: Tag, kind: Kind) -> Problem:
    written = tag.expression.text.strip()
    hint = (
        f'write {{{{ {written} | join(", ") }}}}'
        if kind == "texts"
        else f"write {{% for item in {written} %}} … {{% endfor %}}"
    )
    return Problem(tag.span, "wrong-type", f'"{written}" is a list and cannot be shown whole', hint)


def _no_link(expression: Expression, scope: Scope) -> Problem:
    links = [path for path, name in scope.names.items() if name.kind == "link"]
    return Problem(
        expression.whole(),
        "wrong-type",
        f'"{expression.source.text.strip()}" is no link, and nothing can lead there',
        f"the links here are {listed(links)}" if links else "write the address with https://",
    )
