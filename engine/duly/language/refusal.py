"""What YAML has and the rule language does not, said as problems."""

from duly.shape.node import TextNode
from duly.shape.quote import quote, rewrite
from duly.values.problem import Problem, Span


def alias(node: TextNode) -> Problem:
    """Refuse ``*name``."""
    return Problem(
        node.span,
        "copy-mark",
        f"{quote(node.text)} would copy a text from elsewhere, which is not possible here",
        f"write the text itself; if {quote(node.text)} is meant as text, put it in quotes",
    )


def mark(written: str, span: Span) -> Problem:
    """Refuse ``&name`` and ``!name`` before a value."""
    is_anchor = written.startswith("&")
    return Problem(
        span,
        "copy-mark" if is_anchor else "type-mark",
        f"{quote(written)} before a value is a special mark, which is not possible here",
        "take it out; if it is meant as text, put the whole value in quotes",
    )


def merge(span: Span) -> Problem:
    """Refuse ``<<``."""
    return Problem(
        span,
        "copy-mark",
        '"<<" would copy lines from elsewhere, which is not possible here',
        "write the lines themselves",
    )


def repeat(key: TextNode, first: Span) -> Problem:
    """Refuse a name that stands twice in one place."""
    return Problem(
        key.span,
        "written-twice",
        f"{quote(key.text)} is written twice, the first time in line {first.line}, "
        f"column {first.column}",
        "keep one of them, or join what stands under the two",
    )


def empty_name(span: Span) -> Problem:
    """Refuse a colon without a name."""
    return Problem(
        span,
        "no-name",
        "there is no name before this colon",
        "write a name, or remove the colon",
    )


def group_name(span: Span) -> Problem:
    """Refuse a list or a group in the place of a name."""
    return Problem(
        span,
        "no-name",
        "only a name can stand before a colon, not a list or a group",
        "write a name before the colon",
    )


def double_brace(span: Span) -> Problem:
    """Refuse ``{{ name }}`` without quotes."""
    return Problem(
        span,
        "needs-quotes",
        "braces inside braces cannot be read here",
        "put the whole value in quotes",
    )


def block_size(written: str, span: Span) -> Problem:
    """Refuse ``>5``, which would be an indentation and not a comparison."""
    return Problem(
        span,
        "needs-quotes",
        f"a value that starts with {written[0]} needs quotes",
        rewrite(written),
    )


def invisible(code: str, span: Span) -> Problem:
    r"""Refuse a character nobody can see, such as the one that ``"\0"`` means."""
    return Problem(
        span,
        "invisible-character",
        f"this text contains an invisible character ({code})",
        "take it out of the text",
    )


def directive(span: Span) -> Problem:
    """Refuse a line such as ``%YAML 1.2``."""
    return Problem(
        span,
        "needs-quotes",
        "a line cannot start with %",
        "remove the line; if it is meant as text, put it in quotes",
    )


def second(span: Span) -> Problem:
    """Refuse a second document in one file."""
    return Problem(
        span,
        "second-document",
        "a second document starts here, and a file holds only one",
        'remove the line "---", or move what follows into a file of its own',
    )


def too_many(limit: int, span: Span) -> Problem:
    """Refuse a file with too many names and values."""
    return Problem(
        span,
        "too-large",
        f"this file has more than {limit} names and values",
        "split it into several files",
    )


def too_deep(limit: int, span: Span) -> Problem:
    """Refuse a value inside too many others."""
    return Problem(
        span,
        "too-deep",
        f"this stands more than {limit} levels deep",
        "check the indentation and the brackets around it",
    )
