"""What of duly.yaml belongs to the machine and not to the rules: connectors and the database.

It is read by itself, so that a slip anywhere else in a draft stops nothing that is live.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from duly.language.connector_entries import ConnectorEntry, Environment, read_connectors
from duly.language.live import KEPT_OUT, SETTINGS
from duly.language.settings_shape import SETTINGS as SHAPE
from duly.language.source import parse
from duly.language.within import each, node_under
from duly.shape.convert import convert
from duly.shape.form import Fields
from duly.shape.node import MapNode
from duly.shape.record import Record
from duly.values.problem import ProblemsError

_SHAPE = Fields(
    title=SHAPE.title,
    about=SHAPE.about,
    optional={name: SHAPE.optional[name] for name in KEPT_OUT},
)


@dataclass(frozen=True, slots=True)
class Wiring:
    """Hold the connectors by their names, and the database's address, empty if there is none."""

    connectors: Mapping[str, ConnectorEntry] = field(default_factory=dict)
    database: str = field(default="", repr=False)


def read_wiring(data: bytes, *, environment: Mapping[str, str]) -> Wiring:
    """Read the connectors and the database of duly.yaml; a connector with a slip is left out.

    Raises ProblemsError where it cannot be told which database is meant.
    """
    node, told = parse(data, SETTINGS)
    if node is None:
        raise ProblemsError(told)
    if not isinstance(node, MapNode):
        return Wiring()
    entries = tuple(entry for entry in node.entries if entry.key.text in KEPT_OUT)
    item, _ = convert(replace(node, entries=entries), _SHAPE) if entries else (None, ())
    database, connectors = Environment(environment), Environment(environment)
    address = database.text(node_under(node, "database"))
    if database.problems:
        raise ProblemsError(tuple(database.problems))
    items = each(item.as_a(Record), "connectors") if item is not None else ()
    return Wiring(read_connectors(items, connectors, None), address)
