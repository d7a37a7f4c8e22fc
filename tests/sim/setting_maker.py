"""Draws the rules and segments that stories are told about."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from sim.story import Book, Day, Given, Group, Law, Policy, Shop, Told

ZONES = (
    "Etc/GMT+12",
    "Pacific/Kiritimati",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Marquesas",
    "America/Los_Angeles",
    "America/Havana",
    "America/Santiago",
    "America/St_Johns",
    "Africa/Casablanca",
    "Europe/Bucharest",
    "Asia/Kathmandu",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
)
# Days around which clocks do something odd somewhere, months end oddly, or years turn.
DAYS = (
    date(2011, 12, 30),  # a day that Apia never had
    date(2024, 2, 29),
    date(2026, 2, 28),  # beside a 31st that came before and a 31st that comes next
    date(2026, 3, 8),  # 02:30 is missing in Los Angeles
    date(2026, 3, 29),  # 03:30 is missing in Bucharest
    date(2026, 4, 5),  # Santiago has its midnight twice, Lord Howe half an hour
    date(2026, 9, 6),  # Santiago has no midnight
    date(2026, 10, 4),  # Lord Howe again
    date(2026, 11, 1),  # Havana has its midnight hour twice
    date(2026, 12, 31),
)
HOURS = (time(6), time(9), time(0), time(2, 30), time(3, 30), time(23, 59))
OWNERS = ("subscriber", "subscription", "invoice")
ABOUT = {
    "cycle_due": "subscription",
    "expiry_approaching": "subscription",
    "payment_failed": "invoice",
    "payment_succeeded": "invoice",
    "invoice_paid": "invoice",
    "signed_up": "subscriber",
    "subscription_ended": "subscription",
}
USUAL_ONCE_PER = {"cycle_due": "cycle", "invoice_paid": "invoice", "signed_up": "ever"}
STOPS = {
    "subscriber": ("signed_up", "payment_failed", "invoice_paid", "subscription_ended"),
    "subscription": ("payment_failed", "invoice_paid", "subscription_ended"),
    "invoice": ("invoice_paid", "payment_succeeded", "subscription_ended"),
}
STEPS = (
    ("notify/a",),
    ("charge",),
    ("invoice", "notify/b"),
    ("notify/a", "charge", "notify/b"),
    ("notify/a", "notify/b"),
    ("charge", "invoice"),
)
POLICIES = (
    Policy(),
    Policy(),
    Policy(up_to=1),
    Policy(up_to=2),
    Policy(until_date=True),
    Policy("latest"),
    Policy("latest", within_days=1),
    Policy("latest", until_date=True),
    Policy("skip"),
)
_SUBSCRIBER_LINES: tuple[Given, ...] = (
    {"country": "RO"},
    {"country": {"not": "DE"}},
    {"consent.marketing": "true"},
    {"subscriber.subscriptions": {"at_least": "2"}},
    {"any_of": [{"country": "RO"}, {"consent.marketing": "true"}]},
    {"none_of": [{"country": "DE"}, {"consent.marketing": "false"}]},
)
_SUBSCRIPTION_LINES: tuple[Given, ...] = (
    {"subscription.status": "active"},
    {"subscription.status": {"not": "ended"}},
    {"subscription.term_ends_on": {"known": "true"}},
    {"subscription.term_ends_on": {"within": "20 days"}},
    {"subscription.cycle_paid": "true"},
    {"any_of": [{"subscription.status": "paused"}, {"country": "RO"}]},
)
_CYCLE_LINES: tuple[Given, ...] = ({"subscription.cycle": {"at_least": "1"}},)
_INVOICE_LINES: tuple[Given, ...] = (
    {"invoice.is_paid": "false"},
    {"invoice.attempts": {"at_least": "2"}},
)


@dataclass(frozen=True, slots=True)
class Setting:
    """Be a shop with its books, at a time of the year; several stories happen in it."""

    shop: Shop
    books: tuple[Book, ...]
    start: datetime


def make_setting(draw: Random) -> Setting:
    """Draw rules and segments, some of which come later or go."""
    odd_day = draw.choice(DAYS)
    start = datetime.combine(odd_day - timedelta(days=draw.randint(1, 40)), time(0), UTC)
    start += timedelta(minutes=draw.randrange(24 * 60))
    shop = Shop(draw.choice(ZONES), draw.choice(HOURS[:4]), draw.choice(HOURS))
    groups = tuple(_group(draw, number) for number in range(2))
    laws = tuple(_law(draw, number, groups, start) for number in range(5))
    changed = replace(groups[0], members=_lines(draw, groups[0].about, 1), text="second")
    books = (
        Book(laws[:3], groups[:1] if _uses(laws[:3], groups[:1]) else groups),
        Book(laws, groups),
        Book(laws[1:], (changed, *groups[1:])),
    )
    return Setting(shop, books, start)


def _uses(laws: Sequence[Law], groups: Sequence[Group]) -> bool:
    """Tell whether some segments are enough for some rules."""
    names = {told.segment for law in laws for told in law.triggers if told.segment}
    return names <= {group.name for group in groups}


def _group(draw: Random, number: int) -> Group:
    about = draw.choice(OWNERS[:2])
    return Group(f"group{number}", about, _lines(draw, about, draw.randint(1, 2)), "first")


def _lines(draw: Random, about: str, count: int, *more: Given) -> Given:
    menu = [*_SUBSCRIBER_LINES, *more]
    if about != "subscriber":
        menu += _SUBSCRIPTION_LINES
    if about == "invoice":
        menu += _INVOICE_LINES
    lines: dict[str, Any] = {}
    for chosen in draw.sample(menu, count):
        lines |= chosen
    return lines


def _law(draw: Random, number: int, groups: Sequence[Group], start: datetime) -> Law:
    about, triggers = _triggers(draw, groups)
    days = _days(draw, about)
    first, last = (start.date() + timedelta(days=draw.randint(low, low + 30)) for low in (-5, 20))
    return Law(
        name=f"rule{number}",
        about=about,
        triggers=triggers,
        days=days,
        policy=draw.choice(POLICIES),
        only_if=_maybe_lines(draw, about, 0.6, payment=_brings_payment(triggers)),
        stop_when=tuple(draw.sample(STOPS[about], draw.choice((0, 0, 1, 2)))),
        active_from=first if draw.random() < 0.15 else None,
        active_until=last if draw.random() < 0.15 else None,
        all_service=draw.random() < 0.5,
    )


def _brings_payment(triggers: Sequence[Told]) -> bool:
    return all(told.kind in ("payment_failed", "payment_succeeded") for told in triggers)


def _maybe_lines(draw: Random, about: str, share: float, *, payment: bool = False) -> Given | None:
    if draw.random() >= share:
        return None
    more: list[Given] = [{"payment.failure": "soft"}] if payment else []
    if about != "subscriber":
        more += _CYCLE_LINES
    return _lines(draw, about, draw.randint(1, 2), *more)


def _triggers(draw: Random, groups: Sequence[Group]) -> tuple[str, tuple[Told, ...]]:
    kinds = draw.sample([*ABOUT, "cycle_due", "expiry_approaching", "enters_segment"], 2)
    kinds = sorted(set(kinds)) if draw.random() < 0.35 else kinds[:1]
    group = draw.choice(groups)
    about = min((ABOUT.get(kind, group.about) for kind in kinds), key=OWNERS.index)
    words: list[str | int] = ["occurrence", "cycle"]
    if about != "subscriber":
        words += ["ever", "calendar_year", 7, 20]
    if any(ABOUT.get(kind) == "invoice" for kind in kinds):
        words.append("invoice")
    once_per = draw.choice(words) if draw.random() < 0.6 else None
    return about, tuple(_told(draw, kind, group, once_per) for kind in kinds)


def _told(draw: Random, kind: str, group: Group, once_per: str | int | None) -> Told:
    told = Told(kind, USUAL_ONCE_PER.get(kind, "occurrence") if once_per is None else once_per)
    at = draw.choice((None, None, *HOURS))
    match kind:
        case "cycle_due":
            return replace(told, at=at)
        case "expiry_approaching":
            return replace(told, at=at, before=tuple(draw.sample((1, 3, 7, 14, 30), 2)))
        case "payment_failed":
            failure = draw.choice(((), (), ("soft",)))
            return replace(told, attempt=draw.choice((None, None, 1, 2)), failure=failure)
        case "enters_segment":
            return replace(told, segment=group.name, stays_for_days=draw.choice((0, 0, 1, 7)))
    return told


def _days(draw: Random, about: str) -> tuple[Day, ...]:
    if draw.random() < 0.4:
        return (Day(draw.choice(STEPS)),)
    days = [
        Day(draw.choice(STEPS), day=day, only_if=_maybe_lines(draw, about, 0.3))
        for day in sorted(draw.sample(range(9), draw.randint(1, 4)))
    ]
    if draw.random() < 0.3:
        hours = Day(draw.choice(STEPS), after_hours=draw.randint(1, 20))
        days.insert(1 if days[0].day == 0 else 0, hours)
    return tuple(days)


def make_calm_setting(draw: Random) -> Setting:
    """Draw rules in which nothing depends on when the engine looks: calendars alone, and each."""
    setting = make_setting(draw)
    laws = tuple(
        Law(f"rule{number}", "subscription", (told,), (Day(("notify/a",)),), Policy())
        for number, told in enumerate(
            _told(draw, kind, setting.books[0].groups[0], None)
            for kind in ("cycle_due", "cycle_due", "expiry_approaching", "expiry_approaching")
        )
    )
    return replace(setting, books=(Book(laws),))
