"""Draws stories: people in odd zones, what happens to them, and windows cut anywhere."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from random import Random

from sim.local_time import Length, clock_shows, local_day
from sim.setting_maker import ZONES, Setting
from sim.story import (
    Apply,
    Bill,
    ChangeTerm,
    Collect,
    Consent,
    Decide,
    Emigrate,
    Fact,
    Move,
    NewSubscription,
    SignUp,
    Story,
    Subscribe,
    Tick,
    Work,
)


@dataclass(frozen=True, slots=True)
class Scale:
    """Say how much happens: how many people, looks, and events for each of the people."""

    people: tuple[int, ...]
    looks: tuple[int, int]
    events: float


SMALL = Scale((12, 12, 12, 12, 12, 16, 24, 40), (4, 8), 1.2)
WIDE = Scale((12, 16, 24, 40), (8, 16), 2.0)


def make_story(draw: Random, setting: Setting, scale: Scale = SMALL) -> Story:
    """Draw people, what happens to them, and when the engine looks."""
    ticks = _ticks(draw, setting, scale)
    people = [f"p{number:02}" for number in range(draw.choice(scale.people))]
    teller = _Teller(draw, setting, ticks)
    facts: list[tuple[datetime, Fact]] = [teller.sign_up(person) for person in people]
    for _ in range(int(scale.events * len(people))):
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


def _ticks(draw: Random, setting: Setting, scale: Scale) -> list[datetime]:
    """Cut time anywhere: minutes, hours, days, up to 40 days, and exactly at somebody's hour."""
    at = setting.start + timedelta(minutes=draw.randrange(120))
    ticks = [at]
    gaps = [draw.choice((20, 70, 400, 1500, 3000, 8000)) for _ in range(draw.randint(*scale.looks))]
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
