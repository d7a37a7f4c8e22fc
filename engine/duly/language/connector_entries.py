"""From the connectors of duly.yaml to entries, with ``${NAME}`` taken from the environment."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from duly.language.settings_shape import connector_shape
from duly.shape.complaint import unknown_word
from duly.shape.convert import convert
from duly.shape.node import ListNode, MapNode, Node, TextNode
from duly.shape.quote import quote
from duly.shape.record import Item
from duly.values.problem import Problem, Span

_PLACEHOLDER = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_LOOKS_LIKE_ONE = re.compile(r"\$\{[^}]*\}?")


# The words that ``use:`` takes, each with its settings: needed or not.
Uses = Mapping[str, Mapping[str, bool]]


@dataclass(frozen=True, slots=True)
class ConnectorEntry:
    """Hold what duly.yaml says about one connector; ``use`` stands apart from ``values``.

    ``${NAME}`` has been replaced; a value is a text or a tuple of texts.
    """

    name: str
    use: str
    values: Mapping[str, object] = field(repr=False)
    span: Span


@dataclass(frozen=True, slots=True)
class Environment:
    """Replace ``${NAME}`` in texts and collect what is wrong with that."""

    values: Mapping[str, str] = field(repr=False)
    problems: list[Problem] = field(default_factory=list)

    def text(self, node: Node | None) -> str:
        """Return a text with every ``${NAME}`` replaced; of anything else nothing."""
        if not isinstance(node, TextNode):
            return ""
        for found in _LOOKS_LIKE_ONE.finditer(node.text):
            if not _PLACEHOLDER.fullmatch(found[0]):
                message = f"{quote(found[0])} is not the name of a value in the environment"
                hint = "write letters, digits and _ between the braces, such as ${SMTP_PASSWORD}"
                self._tell(node, found, "bad-name", message, hint)
            elif found[0][2:-1] not in self.values:
                message = f"{quote(found[0][2:-1])} is not set in the environment"
                hint = f"set it before duly starts, such as export {found[0][2:-1]}=…"
                self._tell(node, found, "not-set", message, hint)
        return _PLACEHOLDER.sub(lambda found: self.values.get(found[1], ""), node.text)

    def _tell(
        self, node: TextNode, found: re.Match[str], code: str, message: str, hint: str
    ) -> None:
        span = node.span
        if len(node.text) in (span.length, span.length - 2):  # on one line, as it is written
            column = span.column + found.start() + node.quoted
            span = replace(span, column=column, length=len(found[0]))
        self.problems.append(Problem(span, code, message, hint))


def read_connectors(
    items: Iterable[tuple[str, Item]], environment: Environment, uses: Uses | None
) -> Mapping[str, ConnectorEntry]:
    """Read the connectors by their names; ``uses`` are the words ``use:`` takes, if known."""
    entries = (_read(name, item, environment, uses) for name, item in items)
    return {entry.name: entry for entry in entries if entry is not None}


def _read(
    name: str, item: Item, environment: Environment, uses: Uses | None
) -> ConnectorEntry | None:
    node = item.value
    assert isinstance(node, MapNode), "a connector is names with values"
    found, told = convert(node, connector_shape(tuple(entry.key.text for entry in node)))
    environment.problems.extend(replace(one, message=_of(name, one.message)) for one in told)
    if found is None or not found.is_whole:
        return None
    texts = {entry.key.text: entry.value for entry in node}
    use = texts.pop("use")
    assert isinstance(use, TextNode), "what a connector uses is one text"
    if uses is not None and use.text not in uses:
        environment.problems.append(unknown_word(use, "is not a connector", sorted(uses)))
    elif uses is not None:
        environment.problems.extend(_misfits(name, node, use, uses[use.text]))
    values = {key: _value(value, environment) for key, value in texts.items()}
    return ConnectorEntry(name, use.text, values, item.key)


def _misfits(
    name: str, node: MapNode, use: TextNode, settings: Mapping[str, bool]
) -> Iterator[Problem]:
    """Tell which settings a connector does not know, and which it needs."""
    written = {entry.key.text for entry in node} - {"use"}
    for entry in node:
        if entry.key.text in written - settings.keys():
            says = f"is not a setting of {use.text}"
            yield unknown_word(entry.key, says, sorted(settings))
    for needed in sorted(one for one, is_needed in settings.items() if is_needed):
        if needed not in written:
            message = f"{quote(name)} lacks {quote(needed)}, which {use.text} needs"
            yield Problem(use.span, "missing", message, f"add {needed}: to it")


def _value(node: Node, environment: Environment) -> object:
    if isinstance(node, ListNode):
        return tuple(environment.text(inner) for inner in node.items)
    return environment.text(node)


def _of(name: str, message: str) -> str:
    """Name the connector where the shape could only speak of the whole file."""
    return message.replace("this file", quote(name), 1)
