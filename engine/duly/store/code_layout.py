"""Lay out Python calls as our formatter wants them: flat, on one line within, or one a line."""

import ast
import re
from collections.abc import Sequence

WIDTH = 100
INDENT = 4

_Node = ast.expr | ast.keyword


def lay_out(expression: ast.expr, indent: int) -> str:
    """Return an expression as text whose first line stands ``indent`` columns in."""
    return "\n".join(" " * indent + line for line in _lines(expression, WIDTH - indent))


def _lines(node: _Node, width: int, after: str = "") -> list[str]:
    """Return the lines of a node, as many as it takes to fit ``width`` with what comes after."""
    flat = _flat(node) + after
    if len(flat) <= width:
        return [flat]
    *lines, last = _broken(node, width)
    return [*lines, last + after]


def _broken(node: _Node, width: int) -> list[str]:
    match node:
        case ast.keyword(arg=str(name), value=ast.Constant(value=str(words))):
            return [f"{name}=(", *_indented(_pieces(words, width - INDENT)), ")"]
        case ast.keyword(arg=str(name), value=value):
            first, *rest = _broken(value, width)
            return [f"{name}={first}", *rest]
        case ast.Call(func=function, args=arguments, keywords=keywords):
            inside = _inside([*arguments, *keywords], width - INDENT)
            return [f"{_flat(function)}(", *_indented(inside), ")"]
        case ast.List(elts=elements):
            return ["[", *_indented(_inside(elements, width - INDENT)), "]"]
        case _:
            return [_flat(node)]


def _inside(parts: Sequence[_Node], width: int) -> list[str]:
    together = ", ".join(_flat(part) for part in parts)
    if len(together) <= width:
        return [together]
    match parts:
        case [ast.Constant(value=str(words))]:
            return _pieces(words, width)
        case _:
            return [line for part in parts for line in _lines(part, width, after=",")]


def _indented(lines: Sequence[str]) -> list[str]:
    return [" " * INDENT + line for line in lines]


def _pieces(words: str, width: int) -> list[str]:
    """Split a long text after spaces; Python joins the pieces again."""
    pieces = [""]
    for word in re.split("(?<= )", words):
        longer = pieces[-1] + word
        if pieces[-1] and len(_quoted(longer)) > width:
            pieces.append(word)
        else:
            pieces[-1] = longer
    return [_quoted(piece) for piece in pieces]


def _flat(node: _Node) -> str:
    match node:
        case ast.keyword(arg=str(name), value=value):
            return f"{name}={_flat(value)}"
        case ast.Call(func=function, args=arguments, keywords=keywords):
            parts: list[_Node] = [*arguments, *keywords]
            return f"{_flat(function)}({', '.join(_flat(part) for part in parts)})"
        case ast.List(elts=elements):
            return f"[{', '.join(_flat(element) for element in elements)}]"
        case ast.Constant(value=str(words)):
            return _quoted(words)
        case _:
            return ast.unparse(node)


def _quoted(words: str) -> str:
    """Quote a text: by double quotes, unless single ones need fewer backslashes."""
    if words.count('"') > words.count("'"):
        return repr(words)
    plain = repr(f'"{words}')  # a double quote within makes Python choose single ones outside
    inside = plain[2:-1].replace("\\'", "'").replace('"', '\\"')
    return f'"{inside}"'
