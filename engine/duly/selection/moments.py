"""The calendar of a rule: which dates, in which zones, had their moment in a window."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from duly.model.business import Hours
from duly.rule import Entry, Rule
from duly.trigger import Calendar, Catch, CatchUp, Moment
from duly.values.key import date_key
from duly.values.zone import Window, instant, local_date, zone_days

LATE_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Outlook:
    """Hold what the moments of one trigger depend on."""

    calendar: Calendar
    hours: Hours
    window: Window
    catch_up: CatchUp
    all_service: bool


def hour_of(calendar: Calendar, hours: Hours) -> time:
    """Return the local hour of a calendar trigger: its own, else the business's."""
    if calendar.at is not None:
        return calendar.at
    return hours.money if calendar.hour == "money" else hours.messages_from


def window_moments(outlook: Outlook, zones: Iterable[str]) -> tuple[Moment, ...]:
    """List the dates whose moment lies in the window, for every zone and offset."""
    at = hour_of(outlook.calendar, outlook.hours)
    return tuple(
        Moment(
            zone=found.zone,
            day=(day := found.day + timedelta(days=offset)),
            at=found.at,
            local_on=found.day,
            natural_key=date_key(day, offset),
            decision=_decide(outlook, found.zone, day, offset, found.at),
            fresh=False,
        )
        for found in zone_days(zones, at, outlook.window)
        for offset in outlook.calendar.offsets
    )


def fresh_moments(outlook: Outlook, dates: Iterable[tuple[str, date]]) -> Iterator[Moment]:
    """Yield the moments that had passed when their date appeared; dates come with their zone.

    One of the same local day simply happens; an older one only if the kind always does, or for
    legal notices before the date they count to. It is late then, and the catch-up policy decides.
    """
    at = hour_of(outlook.calendar, outlook.hours)
    for zone, day in dates:
        for offset in outlook.calendar.offsets:
            local_on = day - timedelta(days=offset)
            moment = instant(zone, local_on, at)
            if moment <= outlook.window.since:
                decision = _decide_fresh(outlook, zone, day, offset, moment)
                key = date_key(day, offset)
                yield Moment(zone, day, moment, local_on, key, decision, fresh=True)


def _decide(
    outlook: Outlook, zone: str, day: date, offset: int, at: datetime
) -> Literal["go", "late", "too_late"]:
    now, catch_up = outlook.window.until, outlook.catch_up
    if at >= now - LATE_AFTER:
        return "go"
    if catch_up.mode == Catch.SKIP:
        return "too_late"
    if catch_up.within_s and at < now - timedelta(seconds=catch_up.within_s):
        return "too_late"
    if catch_up.until_date and offset > 0 and day <= local_date(zone, now):
        return "too_late"
    return "late"


def _decide_fresh(
    outlook: Outlook, zone: str, day: date, offset: int, at: datetime
) -> Literal["go", "late", "too_late"]:
    today = local_date(zone, outlook.window.until)
    if day - timedelta(days=offset) == today:
        return "go"
    if outlook.calendar.always or (outlook.all_service and day > today):
        return _decide(outlook, zone, day, offset, at)
    return "too_late"


def too_late_before(catch_up: CatchUp, now: datetime, long_ago: datetime) -> datetime:
    """Return the instant before which an event is not acted on any more."""
    if catch_up.mode == Catch.SKIP:
        return now - LATE_AFTER
    if catch_up.within_s:
        return now - timedelta(seconds=catch_up.within_s)
    return long_ago


def entry_hour(entry: Entry, hours: Hours) -> time:
    """Return the local hour of a day of a timeline: by what is done first on it."""
    first = entry.steps[0].action.job_class
    return hours.messages_from if first == "message" else hours.money


def entry_starts(
    entry: Entry, hours: Hours, zones: Iterable[str], window: Window
) -> tuple[tuple[str, date], ...]:
    """List (zone, local start) of the firings whose day N has come in the window."""
    found = zone_days(zones, entry_hour(entry, hours), window)
    return tuple((one.zone, one.day - timedelta(days=entry.day)) for one in found)


def entry_moment(entry: Entry, hours: Hours, zone: str, started_on: date) -> datetime:
    """Return the instant at which a firing's day N comes."""
    return instant(zone, started_on + timedelta(days=entry.day), entry_hour(entry, hours))


def turned_zones(zones: Iterable[str], window: Window) -> tuple[str, ...]:
    """List the zones in which a new local day has begun in the window."""
    return tuple(
        zone for zone in zones if local_date(zone, window.since) != local_date(zone, window.until)
    )


def is_due_at_once(rule: Rule) -> bool:
    """Tell whether the first entry comes with the firing itself."""
    first = rule.entries[0]
    return first.day == 0 and first.after is None
