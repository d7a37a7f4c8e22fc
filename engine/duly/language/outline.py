"""What a workspace says, item by item, so that two versions of it can be compared."""

import hashlib
from collections.abc import Iterator, Mapping

from duly.language.source import parse
from duly.shape.node import MapNode, said

Outline = Mapping[str, str]  # "rule invoice-each-cycle" to a fingerprint of what it says

_FILES = {"duly.yaml": "the settings", "catalog.yaml": "the catalogue"}
_GROUPS = {"rules": "rule", "segments": "segment", "plans": "plan", "products": "product"}


def outline(files: Mapping[str, bytes]) -> Outline:
    """Fingerprint every rule, segment, plan, product, message, and the rest of each file."""
    return dict(item for name, data in sorted(files.items()) for item in _items(name, data))


def compare(before: Outline, after: Outline) -> tuple[str, ...]:
    """Say what is new, changed and gone, a line each, in the order of their names."""
    lines = []
    for title in sorted(before.keys() | after.keys()):
        if title not in before:
            lines.append(f"new      {title}")
        elif title not in after:
            lines.append(f"removed  {title}")
        elif before[title] != after[title]:
            lines.append(f"changed  {title}")
    return tuple(lines)


def _items(name: str, data: bytes) -> Iterator[tuple[str, str]]:
    if name.endswith(".md"):
        yield f"message {name.removeprefix('messages/').removesuffix('.md')}", _digest(data)
        return
    node, _ = parse(data, name)
    rest = []
    for entry in node if isinstance(node, MapNode) else ():
        group = _GROUPS.get(entry.key.text)
        if group is None or not isinstance(entry.value, MapNode):
            rest.append((entry.key.text, said(entry.value)))
            continue
        for one in entry.value:
            yield f"{group} {one.key.text}", _digest(repr(said(one.value)).encode())
    if rest:
        yield _FILES.get(name, f"the rest of {name}"), _digest(repr(rest).encode())


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
