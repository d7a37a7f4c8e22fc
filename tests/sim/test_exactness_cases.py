"""Small stories that the engine once told otherwise: each with what must come of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from duly.store.database import Database, open_database
from duly.store.schema import make
from sim.decided import Decided, by_engine
from sim.story import (
    Apply,
    Bill,
    Book,
    ChangeTerm,
    Collect,
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
)
from sim.told_engine import ToldEngine
from sim.told_rules import Lives
from sim.trials import differences

CYCLE_DUE = Told("cycle_due", "cycle")
ENDED = Told("subscription_ended")
PAID = Told("invoice_paid", "invoice")
REFUSED = Told("payment_failed")
START = date(2026, 3, 1)
UTC_ZONE = "Africa/Abidjan"  # UTC+0 all year


def expires(*before: int) -> Told:
    return Told("expiry_approaching", before=before)


def law(*triggers: Told, about: str = "subscription", **more: Any) -> Law:
    return Law("rule", about, triggers, more.pop("days", (Day(("notify/a",)),)), **more)


def ana(subscription: NewSubscription | None = None, **more: Any) -> SignUp:
    return SignUp("ana", more.pop("zone", UTC_ZONE), subscription, country="RO", **more)


def box(started_on: date = START, number: int = 1, **more: Any) -> NewSubscription:
    return NewSubscription(f"ana/{number}", started_on, **more)


def ending(on: date, number: int = 1, **more: Any) -> NewSubscription:
    return box(number=number, then="ends", term=(1, "year"), term_ends_on=on, **more)


def live(*laws: Law, groups: tuple[Group, ...] = ()) -> Apply:
    return Apply(Book(laws, groups))


LOOK = Tick()


@dataclass(frozen=True)
class Case:
    """Hold events by their instants, and what is to be found afterwards as ``seen`` reads it."""

    name: str
    events: tuple[tuple[str, Fact | Tick], ...]
    fired: set[str]
    missed: frozenset[str] = frozenset()
    steps: frozenset[str] | None = None

    @property
    def story(self) -> Story:
        events = ((datetime.fromisoformat(at).replace(tzinfo=UTC), one) for at, one in self.events)
        return Story(Shop(zone=UTC_ZONE), tuple(events))


def fired(decided: Decided) -> set[str]:
    """Say of each firing its subject, key, and what became of it."""
    return {
        f"{one.subject} {one.key}{' late' if one.late else ''} {one.ended or 'open'}"
        for one in decided.firing
    }


def missed(decided: Decided) -> set[str]:
    return {
        f"{one.subject} {one.natural_key} {one.reason} {one.letters}".strip()
        for one in decided.near_miss
    }


def steps(decided: Decided) -> set[str]:
    return {f"{one.made_at:%m-%d %H:%M} {one.step} {one.state}" for one in decided.step}


TWO_DAYS = (Day(("notify/a",)), Day(("charge",), day=3))
IN_RO: Given = {"country": "RO"}

CASES = [
    Case(
        "a cycle that an outage delayed beyond the end of its subscription is still due",
        (
            ("2026-03-01 00:00", live(law(CYCLE_DUE))),
            ("2026-03-01 00:00", ana(ending(date(2026, 3, 20), every=(1, "week")))),
            ("2026-03-01 07:00", LOOK),
            ("2026-04-02 07:00", LOOK),
        ),
        {f"ana/1 cycle:{number} late finished" for number in (1, 2)} | {"ana/1 cycle:0 finished"},
    ),
    Case(
        "a cycle before a cancellation that no look saw is still due, none from its day on",
        (
            ("2026-03-01 00:00", live(law(CYCLE_DUE))),
            ("2026-03-01 00:00", ana(box(every=(1, "week")))),
            ("2026-03-01 07:00", LOOK),
            ("2026-03-15 03:00", Decide("ana/1", "end")),
            ("2026-03-20 07:00", LOOK),
        ),
        {"ana/1 cycle:0 finished", "ana/1 cycle:1 late finished"},
    ),
    Case(
        "a reminder that an outage delayed beyond the end is stored as too late",
        (
            ("2026-03-01 00:00", live(law(expires(3), policy=Policy(until_date=True)))),
            ("2026-03-01 00:00", ana(ending(date(2026, 3, 20)))),
            ("2026-03-01 07:00", LOOK),
            ("2026-04-02 07:00", LOOK),
        ),
        set(),
        frozenset({"ana/1 2026-03-20:3d too_late"}),
    ),
    Case(
        "an event between a happening and its recording stops the new firing",
        (
            (
                "2026-03-01 00:00",
                live(law(REFUSED, about="invoice", days=TWO_DAYS, stop_when=("invoice_paid",))),
            ),
            ("2026-03-01 00:00", ana(box())),
            ("2026-03-01 07:00", LOOK),
            ("2026-03-02 08:00", Bill("ana/1")),
            ("2026-03-02 09:00", Collect("ana/1", "soft")),
            ("2026-03-02 10:00", Collect("ana/1", "paid")),
            ("2026-03-02 10:30", LOOK),
            ("2026-03-02 11:00", LOOK),
            ("2026-03-06 11:00", LOOK),
        ),
        {"ana/1#1 payment_failed:ana/1#1:1 late stopped"},
        steps=frozenset({"03-02 10:30 0/notify/a ready"}),
    ),
    Case(
        "an event with the number of the cycle that a firing began with stops it too",
        (
            ("2026-03-01 00:00", live(law(CYCLE_DUE, stop_when=("subscription_ended",)))),
            ("2026-03-01 00:00", ana(ending(date(2026, 3, 3), every=(1, "day")))),
            ("2026-03-01 07:00", LOOK),
            ("2026-03-05 07:00", LOOK),
        ),
        {"ana/1 cycle:0 stopped", "ana/1 cycle:1 late stopped"},
    ),
    Case(
        "a near miss is not judged again in a zone where its hour is still ahead",
        (
            ("2026-03-01 00:00", live(law(expires(3), only_if={"country": "DE"}))),
            ("2026-03-01 00:00", ana(ending(date(2026, 3, 20)), zone="Asia/Tokyo")),
            ("2026-03-17 00:30", LOOK),
            ("2026-03-17 01:00", Emigrate("ana", "DE")),
            ("2026-03-17 01:00", Move("ana", "America/Havana")),
            ("2026-03-17 14:00", LOOK),
        ),
        set(),
        frozenset({"ana/1 2026-03-20:3d condition n"}),
    ),
    Case(
        "two subscriptions of one payer have each their own cycles and ends",
        (
            ("2026-03-01 00:00", live(law(CYCLE_DUE, expires(3), about="subscriber"))),
            ("2026-03-01 00:00", ana(ending(date(2026, 3, 20)))),
            ("2026-03-01 01:00", Subscribe("ana", ending(date(2026, 3, 20), number=2))),
            ("2026-03-01 06:00", LOOK),
            ("2026-03-17 09:00", LOOK),
        ),
        {f"ana cycle:ana/{number}:0 finished" for number in (1, 2)}
        | {f"ana expiry_approaching:ana/{number}:2026-03-20:3d finished" for number in (1, 2)},
    ),
    Case(
        "of two happenings in one look a rule once per some days takes the oldest",
        (
            (
                "2026-03-01 00:00",
                live(law(replace(CYCLE_DUE, once_per=20))),
            ),
            ("2026-03-01 00:00", ana(box(every=(1, "week")))),
            ("2026-03-20 06:30", LOOK),
        ),
        {"ana/1 cycle_due:cycle:0 late finished"},
    ),
    Case(
        "of two happenings of one year the oldest takes the key",
        (
            ("2026-03-01 00:00", live(law(replace(CYCLE_DUE, once_per="calendar_year")))),
            ("2026-03-01 00:00", ana(box(date(2025, 12, 20), every=(1, "week")))),
            ("2026-03-01 06:30", LOOK),
        ),
        {"ana/1 year:2025 late finished", "ana/1 year:2026 late finished"},
    ),
    Case(
        "once per invoice means nothing for what no invoice comes with",
        (
            ("2026-03-01 00:00", live(law(replace(CYCLE_DUE, once_per="invoice")))),
            ("2026-03-01 00:00", ana(box(every=(1, "day")))),
            ("2026-03-01 05:00", LOOK),
            ("2026-03-01 05:10", Bill("ana/1")),
            ("2026-03-02 06:30", LOOK),
        ),
        {"ana/1 cycle_due:cycle:0 late finished", "ana/1 cycle_due:cycle:1 finished"},
    ),
    Case(
        "a segment of subscriptions sees at once what changes about their payer",
        (
            (
                "2026-03-01 00:00",
                live(
                    law(Told("enters_segment", segment="abroad")),
                    groups=(Group("abroad", "subscription", {"country": "DE"}, "1"),),
                ),
            ),
            ("2026-03-01 00:00", ana(box())),
            ("2026-03-01 07:00", LOOK),
            ("2026-03-01 08:00", Emigrate("ana", "DE")),
            ("2026-03-01 09:00", LOOK),
        ),
        {"ana/1 enters_segment:entered:abroad/ana/1/2026-03-01T09:00:00+00:00 finished"},
    ),
    Case(
        "who moves takes every subscription along",
        (
            ("2026-03-01 00:00", live(law(expires(3)))),
            ("2026-03-01 00:00", ana(ending(date(2026, 3, 20)), zone="Pacific/Kiritimati")),
            ("2026-03-01 07:00", LOOK),
            ("2026-03-02 07:00", Move("ana", UTC_ZONE)),
            ("2026-03-17 08:59", LOOK),
            ("2026-03-17 09:00", LOOK),
        ),
        {"ana/1 expiry_approaching:2026-03-20:3d finished"},
    ),
    Case(
        "a rule that came later is not started by a payment for a day before it",
        (
            ("2026-03-01 00:00", live()),
            ("2026-03-01 00:00", ana(ending(date(2026, 3, 20)))),
            ("2026-03-10 07:00", LOOK),
            ("2026-03-10 08:00", live(law(expires(14), all_service=True))),
            ("2026-03-10 09:00", LOOK),
            ("2026-03-10 10:00", Bill("ana/1")),
            ("2026-03-10 11:00", LOOK),
        ),
        set(),
    ),
    Case(
        "nor by another subscription that newly ends on the same day",
        (
            ("2026-03-01 00:00", live()),
            ("2026-03-01 00:00", ana(ending(date(2026, 3, 20)))),
            ("2026-03-10 07:00", LOOK),
            ("2026-03-10 08:00", live(law(expires(14), all_service=True))),
            ("2026-03-10 09:00", LOOK),
            ("2026-03-10 10:00", Bill("ana/1")),
            ("2026-03-10 10:00", Subscribe("ana", ending(date(2026, 3, 20), number=2))),
            ("2026-03-10 11:00", LOOK),
        ),
        {"ana/2 expiry_approaching:2026-03-20:14d late finished"},
    ),
    Case(
        "of two ends that an outage delayed the earlier is the end",
        (
            ("2026-03-01 00:00", live(law(CYCLE_DUE))),
            ("2026-03-01 00:00", ana(ending(date(2026, 3, 8), every=(1, "week")))),
            ("2026-03-01 06:00", LOOK),
            ("2026-03-01 07:00", Decide("ana/1", "plan_end", in_days=14)),
            ("2026-03-20 06:00", LOOK),
        ),
        {"ana/1 cycle:0 finished"},
    ),
    Case(
        "a legal notice goes late when its date is told late, and only then",
        (
            ("2026-03-01 00:00", live(law(expires(14), all_service=True))),
            ("2026-03-01 00:00", ana(box())),
            ("2026-03-10 09:00", LOOK),
            ("2026-03-10 10:00", ChangeTerm("ana/1", date(2026, 3, 20))),
            ("2026-03-10 11:00", LOOK),
        ),
        {"ana/1 expiry_approaching:2026-03-20:14d late finished"},
    ),
    Case(
        "a reminder for a day before the take-over was the other system's",
        (
            ("2026-03-10 00:00", live(law(expires(14, 3), all_service=True))),
            (
                "2026-03-10 00:00",
                ana(ending(date(2026, 3, 20)), take_over_on=date(2026, 3, 10)),
            ),
            ("2026-03-10 09:00", LOOK),
            ("2026-03-17 09:00", LOOK),
        ),
        {"ana/1 expiry_approaching:2026-03-20:3d finished"},
    ),
    Case(
        "a cycle whose zone moved east is due on its day, though its hour had passed",
        (
            ("2026-03-01 00:00", live(law(CYCLE_DUE))),
            (
                "2026-03-01 00:00",
                ana(
                    box(date(2026, 2, 15)),
                    zone="America/Los_Angeles",
                    take_over_on=date(2026, 3, 1),
                ),
            ),
            ("2026-03-10 00:00", LOOK),
            ("2026-03-12 00:00", Move("ana", "Asia/Tokyo")),
            ("2026-03-15 06:59", LOOK),
            ("2026-03-15 07:00", LOOK),
        ),
        {"ana/1 cycle:1 finished"},
    ),
    Case(
        "whether a cycle is paid is read from that cycle alone",
        (
            (
                "2026-03-01 00:00",
                live(law(CYCLE_DUE, only_if={"subscription.cycle_paid": "true"})),
            ),
            ("2026-03-01 00:00", ana(box())),
            ("2026-03-01 01:00", Bill("ana/1")),
            ("2026-03-01 02:00", Collect("ana/1", "paid")),
            ("2026-03-01 03:00", Subscribe("ana", box(number=2))),
            ("2026-03-01 06:00", LOOK),
        ),
        {"ana/1 cycle:0 finished"},
        frozenset({"ana/2 cycle:0 condition n"}),
    ),
    Case(
        "a single day with a condition of its own is decided at the start",
        (
            (
                "2026-03-01 00:00",
                live(law(CYCLE_DUE, days=(Day(("charge",), only_if=IN_RO),))),
            ),
            ("2026-03-01 00:00", ana(box())),
            ("2026-03-01 06:00", LOOK),
        ),
        {"ana/1 cycle:0 open"},
        steps=frozenset({"03-01 06:00 0/charge ready"}),
    ),
    Case(
        "what is beyond the limit is left to a person, also with a condition of its own",
        (
            (
                "2026-03-01 00:00",
                live(
                    law(
                        CYCLE_DUE,
                        days=(Day(("charge",), only_if=IN_RO),),
                        policy=Policy(up_to=1),
                    )
                ),
            ),
            ("2026-03-01 00:00", ana(box(date(2026, 2, 1)))),
            ("2026-03-01 08:00", LOOK),
        ),
        {"ana/1 cycle:0 late open", "ana/1 cycle:1 late open"},
        steps=frozenset({"03-01 08:00 0/charge ready", "03-01 08:00 0/charge held"}),
    ),
    Case(
        "the newest happening that counts goes, not one after the rule's last day",
        (
            (
                "2026-03-01 00:00",
                live(
                    law(
                        CYCLE_DUE,
                        policy=Policy("latest"),
                        active_from=START,
                        active_until=date(2026, 3, 9),
                    )
                ),
            ),
            ("2026-03-01 00:00", ana(box(every=(1, "week")))),
            ("2026-03-01 01:00", LOOK),
            ("2026-03-20 06:30", LOOK),
        ),
        {"ana/1 cycle:1 late finished"},
        frozenset({"ana/1 cycle:0 too_late"}),
    ),
    Case(
        "a rule that skips what is late skips old cycles of a new subscription too",
        (
            ("2026-03-01 00:00", live(law(CYCLE_DUE, policy=Policy("skip")))),
            ("2026-03-01 00:00", ana(box(date(2026, 2, 1)))),
            ("2026-03-01 06:30", LOOK),
        ),
        {"ana/1 cycle:1 finished"},
        frozenset({"ana/1 cycle:0 too_late"}),
    ),
]


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """Give an empty database with tables, in memory if it can be."""
    postgresql = request.param == "postgresql"
    url = request.getfixturevalue("fresh_postgres") if postgresql else "sqlite://"
    database = open_database(url)
    make(database)
    yield database
    database.close()


def test_every_small_story_ends_as_it_must(database: Database) -> None:
    told = {}
    for case in CASES:
        engine = ToldEngine(database, Lives(database.dialect, case.story.shop))

        found = differences(engine, case.story)

        decided = by_engine(database, case.story)
        told[case.name] = (found, fired(decided), missed(decided), steps(decided))
    expected = {
        case.name: ((), case.fired, set(case.missed), case.steps or told[case.name][3])
        for case in CASES
    }
    assert told == expected


def test_a_term_keeps_its_month_end_and_catches_up_at_once(database: Database) -> None:
    renewing = box(date(2026, 1, 31), term=(1, "month"), then="renews")
    events: tuple[tuple[str, Fact | Tick], ...] = (
        ("2026-01-31 00:00", live()),
        ("2026-01-31 00:00", ana(renewing)),
        ("2026-02-01 00:00", LOOK),
        ("2026-02-28 00:00", LOOK),
        ("2026-06-01 00:00", LOOK),
    )
    ends = {"2026-02-01": date(2026, 2, 28), "2026-02-28": date(2026, 3, 31)}
    ends |= {"2026-06-01": date(2026, 6, 30)}
    found = {}
    for count in (3, 4, 5):
        story = Case("", events[:count], set()).story
        engine = ToldEngine(database, Lives(database.dialect, story.shop))

        assert differences(engine, story) == ()

        (one,) = by_engine(database, story).subscription
        found[events[count - 1][0][:10]] = one.term_ends_on
    assert found == ends
