"""Builds templates that can do nothing but show values, and runs them up to a limit.

Authors' texts are checked before they come here (``check``), with places and fixes. What stands
here is the fence behind that check: it looks at the whole tree that Jinja is about to compile.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NoReturn

import jinja2
from babel import Locale
from jinja2 import nodes, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from duly.errors import InputError
from duly.template.filters import (
    FILTERS,
    LOCALE,
    hidden_implementations,
    implementations,
    locale_in,
)
from duly.template.shown import shown

# Signs around what Jinja runs. No text of an author or a subscriber can contain them, so braces
# in a text stay braces.
OPEN_VALUE, CLOSE_VALUE = "\U0010ff00", "\U0010ff01"
OPEN_BLOCK, CLOSE_BLOCK = "\U0010ff02", "\U0010ff03"
_OPEN_COMMENT, _CLOSE_COMMENT = "\U0010ff04", "\U0010ff05"

ALLOWED_IN_EXPRESSIONS: tuple[type[nodes.Node], ...] = (
    nodes.Name,
    nodes.Getattr,
    nodes.Const,
    nodes.Filter,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
)
_ALLOWED: tuple[type[nodes.Node], ...] = (
    *ALLOWED_IN_EXPRESSIONS,
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.If,
    nodes.For,
)


class RenderError(InputError):
    """Say which value kept a message from being written."""


class _Missing(jinja2.StrictUndefined):
    """Stand for a value that is not there; only ``default`` and ``if`` may touch it."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        return f'the value "{self._undefined_name}" is missing'


class _Environment(ImmutableSandboxedEnvironment):
    """Read names from mappings only: no attribute of any Python object can be reached."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, Mapping):
            value = obj.get(attribute)
            if value is not None:
                return value
        group = f"{obj._undefined_name}." if isinstance(obj, jinja2.Undefined) else ""
        return self.undefined(name=f"{group}{attribute}")

    def getitem(self, obj: Any, argument: Any) -> Any:
        raise RenderError(f'"{argument}" in brackets cannot be read in a message')

    def call(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise RenderError("a message cannot call anything")


class _Conditions(NodeTransformer):
    """Let amounts of zero count as no in ``if``, as a number of zero does."""

    def visit_If(self, node: nodes.If) -> nodes.Node:  # noqa: N802 - the name Jinja looks for
        if isinstance(node.test, nodes.Expr):
            node.test = _truth(node.test)
        return self.generic_visit(node)


def _truth(test: nodes.Expr) -> nodes.Expr:
    match test:
        case nodes.And() | nodes.Or():
            return type(test)(_truth(test.left), _truth(test.right), lineno=test.lineno)
        case nodes.Not():
            return nodes.Not(_truth(test.node), lineno=test.lineno)
        case nodes.Compare():
            return test
        case _:
            return nodes.Filter(test, "_given", [], [], None, None, lineno=test.lineno)


@pass_context
def _finalize(context: Context, value: object) -> str:
    if isinstance(value, jinja2.Undefined):
        raise RenderError(value._undefined_message)
    return shown(value, locale_in(context))


@cache
def _environment(*, escaped: bool) -> _Environment:
    environment = _Environment(
        variable_start_string=OPEN_VALUE,
        variable_end_string=CLOSE_VALUE,
        block_start_string=OPEN_BLOCK,
        block_end_string=CLOSE_BLOCK,
        comment_start_string=_OPEN_COMMENT,
        comment_end_string=_CLOSE_COMMENT,
        keep_trailing_newline=True,
        undefined=_Missing,
        finalize=_finalize,
        autoescape=escaped,
        cache_size=0,
    )
    environment.globals.clear()
    environment.tests.clear()
    environment.filters.clear()
    environment.filters.update(implementations())
    environment.filters.update(hidden_implementations())
    return environment


def walk(tree: nodes.Node) -> Iterator[nodes.Node]:
    """Yield a node and everything in it."""
    yield tree
    for child in tree.iter_child_nodes():
        yield from walk(child)


def build(source: str, *, escaped: bool) -> jinja2.Template:
    """Compile a source whose tags stand between our own signs.

    ``escaped`` is for HTML: values are escaped there and nowhere else. Raises InputError for
    anything that is not on the list, whoever wrote it.
    """
    environment = _environment(escaped=escaped)
    try:
        tree = environment.parse(source)
    except jinja2.TemplateSyntaxError as error:
        raise InputError(f"this message cannot be compiled: {error.message}") from error
    for node in walk(tree):
        _refuse_unlisted(node)
    return environment.from_string(_Conditions().visit(tree))


def _refuse_unlisted(node: nodes.Node) -> None:
    listed = isinstance(node, _ALLOWED)
    match node:
        case nodes.Name():
            listed = not node.name.startswith("_")
        case nodes.Getattr():
            listed = not node.attr.startswith("_")
        case nodes.Filter():
            listed = node.name in FILTERS or node.name in hidden_implementations()
            listed = listed and not (node.kwargs or node.dyn_args or node.dyn_kwargs)
        case nodes.For():
            listed = isinstance(node.target, nodes.Name) and not (node.test or node.recursive)
            listed = listed and isinstance(node.iter, nodes.Name | nodes.Getattr)
    if not listed:
        raise InputError(f"a message cannot use {type(node).__name__.lower()}")


def run(
    template: jinja2.Template, values: Mapping[str, object], *, locale: Locale, limit: int
) -> str:
    """Write a text; raises RenderError for a missing or odd value and beyond ``limit`` characters.

    The limit is watched while writing, so that a long text is never made.
    """
    given = {name: value for name, value in values.items() if value is not None}
    context = template.new_context({**given, LOCALE: locale})
    parts: list[str] = []
    left = limit
    try:
        for part in template.root_render_func(context):
            left -= len(part)
            if left < 0:
                raise RenderError(f"the text is longer than {limit} characters")
            parts.append(part)
    except RenderError:
        raise
    except jinja2.UndefinedError as error:
        raise RenderError(str(error)) from error
    except (InputError, jinja2.TemplateError, TypeError, ValueError, ArithmeticError) as error:
        raise RenderError(f"a value does not fit its place: {error}") from error
    return "".join(parts)
