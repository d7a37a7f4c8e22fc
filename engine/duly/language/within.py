"""What stands under a name: in a tree as it was written, and in a record as it was converted."""

from collections.abc import Mapping

from duly.shape.node import MapNode, Node
from duly.shape.record import Item, Record


def node_under(node: Node | None, name: str) -> Node | None:
    """Return what is written under a name, None if nothing can be."""
    entry = node.find(name) if isinstance(node, MapNode) else None
    return entry.value if entry else None


def names_under(node: Node | None, name: str) -> Mapping[str, str]:
    """Return the names written under a name, right or wrong, as a vocabulary without sentences."""
    found = node_under(node, name)
    return dict.fromkeys((one.key.text for one in found) if isinstance(found, MapNode) else (), "")


def each(record: Record, name: str) -> tuple[tuple[str, Item], ...]:
    """Return the entries of a record under a name, none if it is not written."""
    return tuple(record.get(name, Record) or ())


def part(record: Record, name: str) -> Record:
    """Return the record under a name, an empty one if it is not written."""
    return record.get(name, Record) or Record({})
