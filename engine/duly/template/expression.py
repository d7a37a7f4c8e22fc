"""Reads the expression of a tag: only what the list of a message allows, each word with its place.

Jinja's nodes know their line and no column. So each word is put on a line of its own before Jinja
reads them, and the line of a node says which word it is.
"""

import difflib
from dataclasses import dataclass
from functools import cache

import jinja2
from jinja2 import nodes

from duly.template.filters import FILTERS
from duly.template.sandbox import ALLOWED_IN_EXPRESSIONS, walk
from duly.template.scan import Placed
from duly.values.problem import Problem, Span

MAX_BRACKETS = 8

_SIGNS = frozenset({".", "|", "(", ")", ",", "==", "!=", "<", ">", "<=", ">="})
_NO_SUMS = "amounts are worked out by rules, a message only shows them"
_HINTS = {
    "[": 'write a name with dots, such as "subscriber.name"',
    "{": 'write a name with dots, such as "subscriber.name"',
    "~": "write the values one after the other, each in its own {{ }}",
    "=": 'use "==" to compare',
    **dict.fromkeys("+-*/%", _NO_SUMS),
    **dict.fromkeys(("//", "**"), _NO_SUMS),
}
_WORD_HINTS = {
    "is": "write {% if parcel.tracking %} to ask whether a value is there",
    "in": 'compare with "==", and join comparisons with "or"',
    "if": "write {% if … %} … {% endif %} around what depends on it",
    "else": "write {% if … %} … {% else %} … {% endif %}",
    **dict.fromkeys(
        ("none", "None"), "write {% if not parcel.tracking %} to ask whether a value is missing"
    ),
}
_CURLY_QUOTES = "“”„‟‘’‚«»"


@dataclass(frozen=True, slots=True)
class Expression:
    """Hold Jinja's tree of an expression, its words and where they stand."""

    tree: nodes.Expr
    source: Placed
    offsets: tuple[int, ...]

    def place(self, node: nodes.Node, length: int) -> Span:
        """Return the place of a node; a dotted path is placed at its first name."""
        while isinstance(node, nodes.Getattr):
            node = node.node
        return self.source.at(self.offsets[node.lineno - 1], length)

    def whole(self) -> Span:
        """Return the place of the expression."""
        return _whole(self.source)


@cache
def _reader() -> jinja2.Environment:
    return jinja2.Environment(autoescape=True)


def path_of(node: nodes.Node) -> str | None:
    """Return the dotted name that a node spells, None if it is something else."""
    match node:
        case nodes.Name():
            return node.name
        case nodes.Getattr():
            inner = path_of(node.node)
            return None if inner is None else f"{inner}.{node.attr}"
        case _:
            return None


def read(source: Placed) -> Expression | Problem:
    """Return the expression, or the first thing about it that a message does not allow."""
    words = _words(source)
    if isinstance(words, Problem):
        return words
    refusal = next((found for word in words if (found := _refused_word(source, *word))), None)
    if refusal is None and sum(text == "(" for _, text in words) > MAX_BRACKETS:
        refusal = _unreadable(source, f"use at most {MAX_BRACKETS} brackets")
    if refusal is not None:
        return refusal
    lines = "\n".join(text for _, text in words)
    try:
        template = _reader().parse(f"{{{{ {lines}\n}}}}")
    except jinja2.TemplateSyntaxError:
        return _unreadable(source, "write a name, such as {{ subscriber.name }}")
    output = template.body[0]
    if not isinstance(output, nodes.Output) or not isinstance(output.nodes[0], nodes.Expr):
        return _unreadable(source, "write a name, such as {{ subscriber.name }}")
    expression = Expression(output.nodes[0], source, tuple(offset for offset, _ in words))
    return _unlisted(expression) or expression


def _words(source: Placed) -> tuple[tuple[int, str], ...] | Problem:
    """Return each word with its offset in the source."""
    has_straight_quotes = '"' in source.text or "'" in source.text
    if any(quote in source.text for quote in _CURLY_QUOTES) and not has_straight_quotes:
        return _unreadable(source, 'use straight quotes: "…"')
    words: list[tuple[int, str]] = []
    offset = -len("{{")
    try:
        for _, kind, text in _reader().lex(f"{{{{{source.text}}}}}"):
            if kind not in {"whitespace", "variable_begin", "variable_end"}:
                words.append((offset, text))
            offset += len(text)
    except jinja2.TemplateSyntaxError:
        return _unreadable(source, "write a name with dots, such as subscriber.name")
    return tuple(words)


def _refused_word(source: Placed, offset: int, word: str) -> Problem | None:
    span = source.at(offset, len(word))
    if word.startswith("_"):
        return Problem(
            span, "not-in-messages", f'"{word}" begins with "_"', "names of values do not"
        )
    if word in _WORD_HINTS:
        hint = _WORD_HINTS[word]
    elif word[0].isalnum() or word[0] in "\"'" or word in _SIGNS:
        return None
    else:
        hint = _HINTS.get(word, 'write a name with dots, such as "subscriber.name"')
    return Problem(span, "not-in-messages", f'a message cannot use "{word}"', hint)


def _unlisted(expression: Expression) -> Problem | None:
    return next(
        (
            refusal
            for node in walk(expression.tree)
            if (refusal := _refused_node(expression, node)) is not None
        ),
        None,
    )


def _refused_node(expression: Expression, node: nodes.Node) -> Problem | None:
    if isinstance(node, nodes.Filter):
        return _filter_problem(expression, node)
    has_no_name = isinstance(node, nodes.Getattr) and path_of(node) is None
    if isinstance(node, ALLOWED_IN_EXPRESSIONS) and not has_no_name:
        return None
    return _construct_problem(expression, node)


def _construct_problem(expression: Expression, node: nodes.Node) -> Problem:
    if isinstance(node, nodes.Call):
        written = expression.source.text.strip()
        return Problem(
            expression.whole(),
            "not-in-messages",
            f'"{written}" would run something, a message only shows values',
            "leave out the brackets, and write a name such as subscriber.name",
        )
    return _unreadable(expression.source, "write one name, such as {{ subscriber.name }}")


def _filter_problem(expression: Expression, node: nodes.Filter) -> Problem | None:
    span = expression.place(node, len(node.name))
    known = FILTERS.get(node.name)
    if known is None:
        meant = difflib.get_close_matches(node.name, FILTERS, n=1)
        hint = f'did you mean "{meant[0]}"?' if meant else f"messages know {', '.join(FILTERS)}"
        return Problem(span, "unknown-filter", f'"{node.name}" is not a way to show a value', hint)
    if not known.least <= len(node.args) <= known.most:
        return Problem(
            span,
            "unreadable-tag",
            f'"{node.name}" does not have what it needs in its brackets',
            f"write {{{{ {known.example} }}}}",
        )
    return None


def _unreadable(source: Placed, hint: str) -> Problem:
    written = source.text.strip()
    return Problem(_whole(source), "unreadable-tag", f'"{written}" cannot be read', hint)


def _whole(source: Placed) -> Span:
    written = source.text.strip()
    return source.at(source.text.find(written), len(written))
