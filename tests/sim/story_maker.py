"""Draws stories: rules of every sort, people in odd zones, and windows cut anywhere."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from sim.local_time import Length, clock_shows, local_day
from sim.story import (
    Apply,
    Bill,
    Book,
    ChangeTerm,
    Collect,
    Consent,
    Day,
    Decide,
    Emigrate,
    Fact,
    Given,
    Group,
    Law,
    Move,
    NewSubscription,
    Policy,
    Shop,
    SignUp,
    Story,
    Subscribe,
    Tick,
    Told,
    Work,
)

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


def make_story(draw: Random, setting: Setting) -> Story:
    """Draw people, what happens to them, and when the engine looks."""
    ticks = _ticks(draw, setting)
    people = [f"p{number:02}" for number in range(draw.choice((12, 12, 12, 16, 20, 40)))]
    teller = _Teller(draw, setting, ticks)
    facts: list[tuple[datetime, Fact]] = [teller.sign_up(person) for person in people]
    for _ in range(3 * len(people) // 2):
        facts += teller.something(draw.choice(people))
    books = [(setting.start, Apply(setting.books[0]))]
    books += [(draw.choice(ticks[1:]), Apply(book)) for book in setting.books[1:]]
    looks = [
        (at, Tick((f"rule{draw.randrange(5)}",) if draw.random() < 0.1 else ())) for at in ticks
    ]
    # What happens at the instant of a tick happens before it; a book comes before everything.
    events: list[tuple[datetime, Fact | Tick]] = [*_in_turn(books), *facts, *looks]
    events.sort(key=lambda event: (event[0], *_turn(event[1])))
    return Story(setting.shop, tuple(events))


def _turn(fact: Fact | Tick) -> tuple[int, bool]:
    """Order what happens at one instant; those who are taken over stand together."""
    turns = {Apply: 0, SignUp: 1, Tick: 3}
    taken_over = isinstance(fact, SignUp) and fact.take_over_on is not None
    return turns.get(type(fact), 2), taken_over


def _in_turn(books: Sequence[tuple[datetime, Apply]]) -> list[tuple[datetime, Apply]]:
    instants = sorted(at for at, _ in books)
    return list(zip(instants, (book for _, book in books), strict=True))


def _ticks(draw: Random, setting: Setting) -> list[datetime]:
    """Cut time anywhere: minutes, hours, days, up to 40 days, and exactly at somebody's hour."""
    at = setting.start + timedelta(minutes=draw.randrange(120))
    ticks = [at]
    gaps = [draw.choice((20, 70, 400, 1500, 3000, 8000)) for _ in range(draw.randint(6, 9))]
    gaps[draw.randrange(len(gaps))] = draw.randrange(24 * 60, 40 * 24 * 60)
    for gap in gaps:
        at += timedelta(minutes=draw.randint(1, gap))
        if draw.random() < 0.5:
            zone, hours = draw.choice(ZONES), (setting.shop.money, setting.shop.messages, time(0))
            at = max(at, clock_shows(zone, local_day(zone, at), draw.choice(hours)))
        ticks.append(at)
    return ticks


@dataclass
class _Teller:
    """Draw what happens; what cannot happen is passed over when the story is told."""

    draw: Random
    setting: Setting
    ticks: Sequence[datetime]
    owned: dict[str, int] = field(default_factory=dict)

    def instant(self) -> datetime:
        minutes = int((self.ticks[-1] - self.setting.start) / timedelta(minutes=1))
        return self.setting.start + timedelta(minutes=self.draw.randint(1, minutes))

    def sign_up(self, person: str) -> tuple[datetime, SignUp]:
        draw = self.draw
        at = self.setting.start if draw.random() < 0.7 else self.instant()
        zone = draw.choice(ZONES)
        today = local_day(zone, at)
        taken_over = self.setting.start.date() if draw.random() < 0.3 else None
        signed_up_on = today - timedelta(days=draw.randint(0, 400)) if taken_over else today
        subscription = self.subscription(person, at, zone) if draw.random() < 0.95 else None
        return at, SignUp(
            person,
            zone,
            subscription,
            draw.choice(("RO", "RO", "DE", None)),
            draw.choice((True, False, None)),
            signed_up_on,
            taken_over,
        )

    def subscription(self, person: str, at: datetime, zone: str) -> NewSubscription:
        draw = self.draw
        self.owned[person] = self.owned.get(person, 0) + 1
        today = local_day(zone, at)
        started_on = today + timedelta(days=draw.choice((0, 0, 1, 9, -1, -9, -40, -100)))
        if draw.random() < 0.4:
            started_on = draw.choice((date(today.year - 1, 12, 31), date(today.year - 1, 10, 30)))
        lengths: list[Length] = [(1, "month"), (1, "month"), (1, "quarter")]
        if started_on > today - timedelta(days=30):
            lengths += [(1, "week"), (10, "day")]
        every = draw.choice(lengths)
        new = NewSubscription(f"{person}/{self.owned[person]}", started_on, every)
        match draw.choice(("ends", "ends", "month", "renews", "monthly", "")):
            case "ends":
                ends_on = max(today, started_on) + timedelta(days=draw.randint(1, 60))
                return replace(new, term=(1, "year"), then="ends", term_ends_on=ends_on)
            case "month" if started_on > today - timedelta(days=60):
                return replace(new, term=(3, "month"), then="ends")
            case "renews" | "monthly" as then:
                return replace(new, term=(1, "month"), then=then)
        return new

    def something(self, person: str) -> list[tuple[datetime, Fact]]:
        draw, at = self.draw, self.instant()
        mine = f"{person}/{draw.randint(1, self.owned.get(person, 1))}"
        match draw.randrange(12):
            case 0 | 1 | 2:
                return self.payments(mine, at)
            case 3 | 4:
                result = draw.choice(("done", "done", "done", "failed", "skipped"))
                return [(draw.choice(self.ticks) + timedelta(minutes=7), Work(person, result))]
            case 5:
                zone = draw.choice(ZONES)
                return [(at, Subscribe(person, self.subscription(person, at, zone)))]
            case 6 | 7:
                what = draw.choice(("pause", "pause", "resume", "resume", "end", "plan_end"))
                return [(at, Decide(mine, what, draw.randint(0, 30)))]
            case 8 | 9:
                day = at.date() + timedelta(days=draw.randint(-1, 40))
                return [(at, ChangeTerm(mine, day if draw.random() < 0.9 else None))]
            case _:
                return [(at, self.news(person))]

    def news(self, person: str) -> Fact:
        """Draw what changes about somebody rather than a subscription."""
        draw = self.draw
        news = (
            Move(person, draw.choice(ZONES)),
            Move(person, draw.choice(ZONES)),
            Consent(person, draw.random() < 0.5),
            Emigrate(person, draw.choice(("RO", "DE"))),
        )
        return draw.choice(news)

    def payments(self, mine: str, at: datetime) -> list[tuple[datetime, Fact]]:
        """Draw an invoice and the tries to collect it, minutes or days apart."""
        facts: list[tuple[datetime, Fact]] = [(at, Bill(mine))]
        for _ in range(self.draw.randint(1, 3)):
            at += timedelta(minutes=self.draw.choice((1, 50, 1500, 6000)))
            answers = ("paid", "paid", "soft", "soft", "hard", "technical", "returned")
            facts.append((at, Collect(mine, self.draw.choice(answers))))
        return facts
