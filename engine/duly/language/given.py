"""Hand what was left as written to the reader of conditions, in its own words."""

from duly.condition.given import Entries, Given, Many, Nothing, Text
from duly.shape.node import EmptyNode, ListNode, MapNode, Node, TextNode


def given(node: Node) -> Given:
    """Translate a node with all that stands under it."""
    match node:
        case TextNode():
            return _text(node)
        case EmptyNode():
            return Nothing(node.span)
        case ListNode():
            return Many(tuple(given(item) for item in node.items), node.span)
        case MapNode():
            entries = tuple((_text(entry.key), given(entry.value)) for entry in node)
            return Entries(entries, node.span)


def _text(node: TextNode) -> Text:
    return Text(node.text, node.span)
