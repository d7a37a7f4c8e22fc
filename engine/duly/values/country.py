"""Which countries there are, and the zone of those that have one only."""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from duly.values.zone import zone_info

# In use everywhere, though ISO 3166 has not assigned it.
_KOSOVO = "XK"


@cache
def countries() -> frozenset[str]:
    """Return the codes of all countries (ISO 3166-1, two letters)."""
    return frozenset({row[0] for row in _rows("iso3166.tab")} | {_KOSOVO})


def only_zone(country: str) -> str | None:
    """Return the zone of a country that has just one, None for others."""
    return _only_zones().get(country)


@cache
def _only_zones() -> dict[str, str]:
    zones: defaultdict[str, list[str]] = defaultdict(list)
    for country, _place, zone, *_ in _rows("zone.tab"):
        zones[country].append(zone_info(zone).key)
    return {country: found[0] for country, found in zones.items() if len(found) == 1}


def _rows(table: str) -> Iterator[list[str]]:
    """Read a table of the tz database: cells between tabs, comments behind #."""
    text = files("tzdata").joinpath("zoneinfo", table).read_text(encoding="utf-8")
    return (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
