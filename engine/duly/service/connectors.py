"""Find connectors by their entry points, open them from settings, and hand them to actions."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, TypeVar

from duly.connector import (
    CHANNELS,
    Carrier,
    Connector,
    Messenger,
    Misconfigured,
    PaymentGateway,
    Place,
)
from duly.language.workspace import ConnectorEntry, Outlets

GROUP = "duly.connectors"
Found = TypeVar("Found")


@cache
def known() -> Mapping[str, EntryPoint]:
    """Return the installed connectors by the word that ``use:`` takes."""
    return {entry.name: entry for entry in entry_points(group=GROUP)}


@cache
def connector_class(use: str) -> type[Connector]:
    """Load a connector's class; raises Misconfigured for a word nobody registered."""
    if use not in known():
        raise Misconfigured(f'there is no connector "{use}"; installed are {", ".join(known())}')
    loaded: type[Connector] = known()[use].load()
    return loaded


def fulfils(use: str, capability: type[Any]) -> bool:
    """Tell whether a connector has a capability."""
    return capability in connector_class(use).__mro__


def outlets(entries: Mapping[str, ConnectorEntry]) -> Outlets:
    """Say what the connectors of a workspace can do; words that nobody registered do nothing."""
    uses = {name: entry.use for name, entry in entries.items() if entry.use in known()}
    return Outlets(
        channels=frozenset(channel_connectors(uses)),
        gateways=frozenset(name for name, use in uses.items() if fulfils(use, PaymentGateway)),
        carrier=any(fulfils(use, Carrier) for use in uses.values()),
        uses={use: _settings(use) for use in known()},
    )


def _settings(use: str) -> Mapping[str, bool]:
    """Name the settings of a connector, and say which of them it needs."""
    fields = dataclasses.fields(connector_class(use).Settings)
    nothing = dataclasses.MISSING
    return {one.name: one.default is nothing and one.default_factory is nothing for one in fields}


def channel_connectors(uses: Mapping[str, str]) -> Mapping[str, str]:
    """Name the connector of each channel: the one called like the channel, else the first able."""
    able: dict[str, str] = {}
    for channel in CHANNELS:
        names = [name for name, use in uses.items() if channel in _channels(use)]
        if names:
            able[channel] = channel if channel in names else names[0]
    return able


def _channels(use: str) -> tuple[str, ...]:
    if not fulfils(use, Messenger):
        return ()
    channels: tuple[str, ...] = getattr(connector_class(use), "channels", ())
    return channels


def first_carrier(uses: Mapping[str, str]) -> str:
    """Name the connector that brings parcels; empty if there is none."""
    return next((name for name, use in uses.items() if fulfils(use, Carrier)), "")


@dataclass(slots=True)
class Toolbox:
    """Open connectors when they are first needed, and keep them."""

    entries: Mapping[str, ConnectorEntry]
    place: Place
    opened: dict[str, Connector] = field(default_factory=dict)

    def messenger(self, name: str) -> Messenger:
        return self._get(name, Messenger)  # type: ignore[type-abstract] # a protocol is asked for

    def gateway(self, name: str) -> PaymentGateway:
        return self._get(name, PaymentGateway)  # type: ignore[type-abstract] # as above

    def carrier(self, name: str) -> Carrier:
        return self._get(name, Carrier)  # type: ignore[type-abstract] # as above

    def _get(self, name: str, capability: type[Found]) -> Found:
        if name not in self.opened:
            self.opened[name] = self._open(name)
        found: Any = self.opened[name]
        if capability not in type(found).__mro__:
            raise Misconfigured(f'the connector "{name}" is no {capability.__name__}')
        return found  # type: ignore[no-any-return] # checked just above

    def _open(self, name: str) -> Connector:
        if name not in self.entries:
            raise Misconfigured(f'duly.yaml names no connector "{name}"')
        entry = self.entries[name]
        found = connector_class(entry.use)
        wanted = _settings(entry.use)
        strange = sorted(set(entry.values) - wanted.keys())
        lacking = sorted(
            one for one, needed in wanted.items() if needed and one not in entry.values
        )
        if strange:
            raise Misconfigured(f'the connector "{name}" has no setting "{strange[0]}"')
        if lacking:
            raise Misconfigured(f'the connector "{name}" lacks the setting "{lacking[0]}"')
        return found.open(found.Settings(**entry.values), self.place)
