"""Read the text of a formula into Python's syntax tree, within limits, with places in the file."""

import ast
import keyword
import re

from duly.condition.given import Text
from duly.condition.refusal import RefusedError
from duly.values.problem import Span

MAX_LENGTH = 500
MAX_DEPTH = 20
MAX_PRODUCTS = 8  # a value stays far from the largest number a database can hold
MAX_CALLS = 8

SPLIT = "write it more simply, or in two conditions"

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_BACKSLASH = re.compile(r"\\")
EXAMPLE = "subscriber.paid_total > 3 * subscription.amount"
# What stands outside quotes and Python would take for something else, and what to write instead.
_FOREIGN = (
    (re.compile(r"#"), "formulas have no comments"),
    (re.compile(r"(?<!\w)\d[\d.]*(?=[A-Za-z_])"), "leave a space after a number, no unit"),
    (re.compile(r"(?<![=!<>])=(?!=)"), "write == to compare"),
    (re.compile(r"&&?"), "write and"),
    (re.compile(r"\|\|?"), "write or"),
    (re.compile(r"!(?!=)"), "write not"),
    (re.compile(r"<>"), "write !="),
    (re.compile(r"\d%"), "write a percentage as a number: 0.2 for 20 %"),
)


def read_syntax(given: Text) -> ast.expr:
    """Read one expression; raises RefusedError where it cannot be read or is too large."""
    text = one_line(given)
    if len(text) > MAX_LENGTH:
        message = f"this formula has {len(text)} characters; {MAX_LENGTH} are allowed"
        raise RefusedError(given.span, "formula-too-long", message, SPLIT)
    _refuse_foreign(given, text)
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise _unreadable(given, text, error) from error
    _refuse_large(given, tree)
    return tree


def one_line(given: Text) -> str:
    """Return the text with its line ends as spaces; every place in it stays the same."""
    return re.sub(r"[\r\n\t]", " ", given.text)


def place(given: Text, node: ast.expr) -> Span:
    """Return the place of a part of a formula in its file."""
    text = one_line(given)
    encoded = text.strip().encode()  # the syntax tree counts bytes
    start = len(encoded[: node.col_offset].decode())
    length = len(encoded[node.col_offset : node.end_col_offset].decode())
    return given.place(len(text) - len(text.lstrip()) + start, length)


def written(given: Text, node: ast.expr) -> str:
    """Return the part of the formula that a node was read from."""
    encoded = one_line(given).strip().encode()
    return encoded[node.col_offset : node.end_col_offset].decode()


def _refuse_foreign(given: Text, text: str) -> None:
    bare = _QUOTED.sub(lambda match: "'" + "_" * (len(match[0]) - 2) + "'", text)
    searches = [(pattern.search(bare), fix) for pattern, fix in _FOREIGN]
    searches.append((_BACKSLASH.search(text), "formulas have no backslash"))
    for found, fix in searches:
        if found:
            where = given.place(found.start(), len(found[0]))
            message = f'"{found[0]}" cannot be used in a formula'
            raise RefusedError(where, "formula-syntax", message, fix)


def _unreadable(given: Text, text: str, error: Exception) -> RefusedError:
    offset = (error.offset or 1) - 1 if isinstance(error, SyntaxError) else 0
    start = min(len(text) - len(text.lstrip()) + max(offset, 0), max(len(text) - 1, 0))
    reserved = re.search(rf"\.({'|'.join(keyword.kwlist)})\b", text)
    fix = (
        f'the name "{reserved[1]}" cannot stand in a formula'
        if reserved
        else f"a formula looks like {EXAMPLE}"
    )
    message = f'"{text.strip()}" cannot be read as a formula'
    return RefusedError(given.place(start, 1), "formula-syntax", message, fix)


def _refuse_large(given: Text, tree: ast.expr) -> None:
    nodes = list(ast.walk(tree))
    products = sum(isinstance(node, ast.Mult | ast.Div) for node in nodes)
    calls = sum(isinstance(node, ast.Call) for node in nodes)
    for count, most, what in (
        (_depth(tree), MAX_DEPTH, "levels"),
        (products, MAX_PRODUCTS, "multiplications and divisions"),
        (calls, MAX_CALLS, "functions"),
    ):
        if count > most:
            message = f"this formula has more than {most} {what}"
            raise RefusedError(given.span, "formula-too-long", message, SPLIT)


def _depth(tree: ast.expr) -> int:
    """Count the levels of expressions inside each other, without recursion."""
    deepest, level = 0, [tree]
    while level:
        deepest += 1
        level = [
            child
            for node in level
            for child in ast.iter_child_nodes(node)
            if isinstance(child, ast.expr)
        ]
    return deepest
