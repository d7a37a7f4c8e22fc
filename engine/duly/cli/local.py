"""Moments as the clocks of the business show them."""

from datetime import UTC, datetime

from duly.errors import InputError, UsageError
from duly.language.workspace import read_settings_file
from duly.service.folder import SETTINGS
from duly.service.workspace import Workspace
from duly.values.zone import instant, zone_info

# Moments outside these years are slips of the pen, and some lie beyond what a calendar holds.
FIRST_YEAR, LAST_YEAR = 1971, 2200
_EXAMPLE = "2027-01-31T08:00"


def zone_of(workspace: Workspace) -> str:
    """Return the zone of the business: the live one, else that of the files, else UTC."""
    stored = workspace.stored()
    if stored is None:
        settings = workspace.draft.settings
    else:
        files = {SETTINGS: stored.source[SETTINGS].encode()}
        settings = read_settings_file(files, environment={}, outlets=None).settings
    return settings.business.zone if settings else "UTC"


def say_at(at: datetime, zone: str) -> str:
    """Write a moment to the minute, without its zone: ``2027-01-31 08:00``."""
    return f"{at.astimezone(zone_info(zone)):%Y-%m-%d %H:%M}"


def say_with_zone(at: datetime, zone: str) -> str:
    """Write a moment with its zone: ``2027-01-31 08:00 (Europe/Bucharest)``."""
    return f"{say_at(at, zone)} ({zone})"


def read_instant(text: str, zone: str) -> datetime:
    """Read a moment such as 2027-01-31T08:00; without an offset it is in the zone."""
    try:
        at = datetime.fromisoformat(text)
        if not FIRST_YEAR <= at.year <= LAST_YEAR:
            raise UsageError(f'"{text}" is out of range; write {FIRST_YEAR} to {LAST_YEAR}')
        return instant(zone, at.date(), at.time()) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, InputError) as error:
        raise UsageError(f'"{text}" is no moment; write one like {_EXAMPLE}') from error
