"""What of a workspace is stored when it is applied, and the name of that."""

import hashlib
import re
from collections.abc import Iterable, Mapping

from duly.errors import InputError
from duly.language.source import parse
from duly.language.source_file import split_lines
from duly.shape.node import Entry, MapNode, Node
from duly.values.problem import Problem

SETTINGS = "duly.yaml"
CATALOG = "catalog.yaml"
RULE_FILE = re.compile(r"rules/[^/]+\.yaml")
MESSAGE_FILE = re.compile(r"messages/[^/]+\.md")

# They belong to a machine, not to the rules, and may hold secrets.
KEPT_OUT = ("database", "connectors")
_BYTE_ORDER_MARK = "\ufeff"


def live_files(files: Mapping[str, bytes]) -> Mapping[str, str]:
    """Return the texts that are stored when a workspace is applied, by their paths.

    In duly.yaml the lines of ``database`` and ``connectors`` are left blank, so that all others
    keep their numbers. Raises InputError where that cannot be done safely.
    """
    return {
        path: _without_kept_out(data) if path == SETTINGS else "\n".join(_lines(data)) + "\n"
        for path, data in sorted(files.items())
        if is_live(path)
    }


def is_live(path: str) -> bool:
    """Tell whether a file says something that is applied."""
    return bool(path in (SETTINGS, CATALOG) or RULE_FILE.fullmatch(path)) or bool(
        MESSAGE_FILE.fullmatch(path)
    )


def digest_of(live: Mapping[str, str]) -> str:
    """Name a set of stored texts; the same texts have the same name."""
    digest = hashlib.sha256()
    for path, text in sorted(live.items()):
        for part in (path, text):
            data = part.encode()
            digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def check_lines(node: Node | None) -> tuple[Problem, ...]:
    """Refuse a duly.yaml whose ``database`` or ``connectors`` share a line with something else."""
    if not isinstance(node, MapNode):
        return ()
    return tuple(
        Problem(
            entry.key.span,
            "one-line",
            f'"{entry.key.text}" shares a line with other settings',
            "start it on a line of its own, without { } around the whole file",
        )
        for entry in _sharing(node)
    )


def _sharing(node: MapNode) -> Iterable[Entry]:
    """Yield the entries that cannot be cut out by lines."""
    in_braces = bool(node.entries) and node.span.column != node.entries[0].key.span.column
    for entry in node:
        if entry.key.text in KEPT_OUT and (in_braces or entry.key.span.column != 1):
            yield entry


def _without_kept_out(data: bytes) -> str:
    lines = _lines(data)
    node, _ = parse(data, SETTINGS)
    if not isinstance(node, MapNode) or any(_sharing(node)):
        raise InputError("duly.yaml cannot be stored as it is; run duly check")
    starts = [entry.key.span.line for entry in node] + [len(lines) + 1]
    for entry, end in zip(node, starts[1:], strict=True):
        if entry.key.text in KEPT_OUT:
            for line in range(entry.key.span.line, end):
                lines[line - 1] = ""
    return "\n".join(lines) + "\n"


def _lines(data: bytes) -> list[str]:
    text = data.decode("utf-8", errors="replace").removeprefix(_BYTE_ORDER_MARK)
    return list(split_lines(text))
