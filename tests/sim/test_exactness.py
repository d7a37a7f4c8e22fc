"""The engine decides what a slow reading of the design decides, whatever the schedule."""

import os
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import text, update

import databases
from duly import tick
from duly.store.database import Database, open_database
from duly.store.schema import make
from duly.tables.people import subscriber
from duly.tables.subscriptions import subscription
from sim.decided import Decided, by_engine
from sim.reference import Reference
from sim.setting_maker import Setting, make_calm_setting, make_setting
from sim.story import (
    Apply,
    Book,
    Day,
    Emigrate,
    Law,
    NewSubscription,
    Shop,
    SignUp,
    Story,
    Tick,
    Told,
)
from sim.story_maker import SMALL, WIDE, make_story
from sim.told_engine import ToldEngine
from sim.told_rules import Lives
from sim.trials import differences, retell, shrink, tell

SHARES = 5  # of the trials, so that several processes can take them
SETTINGS = 2  # a share
STORIES = 5  # a setting: 50 trials on each database
MANY_SETTINGS = 40

_SEED = os.environ.get("DULY_TEST_SEED") or str(random.randrange(2**32))
_MINUTE = timedelta(minutes=1)


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """Give an empty database with tables, in memory if it can be."""
    if request.param == "sqlite":
        yield from _made("sqlite://")
        return
    with databases.temporary_database(request.getfixturevalue("postgres_url")) as url:
        yield from _made(url)


def _made(url: str) -> Iterator[Database]:
    database = open_database(url)
    make(database)
    yield database
    database.close()


def told(database: Database, setting: Setting) -> ToldEngine:
    return ToldEngine(database, Lives(database.dialect, setting.shop))


def rounds(request: pytest.FixtureRequest) -> int:
    return MANY_SETTINGS if request.config.getoption("--all") else SETTINGS


@pytest.mark.parametrize("share", range(SHARES))
def test_a_random_story_ends_as_the_reference_says(
    database: Database, share: int, request: pytest.FixtureRequest
) -> None:
    scale = WIDE if request.config.getoption("--all") else SMALL
    for number in range(rounds(request)):
        draw = random.Random(f"{_SEED}/{share}/{number}")
        setting = make_setting(draw)
        engine = told(database, setting)
        for _ in range(STORIES):
            story = make_story(draw, setting, scale)

            if _found(engine, story):
                pytest.fail(f"DULY_TEST_SEED={_SEED} repeats it\n{_smallest(engine, story)}")


def _smallest(engine: ToldEngine, story: Story) -> str:
    smallest = shrink(story, lambda candidate: bool(_found(engine, candidate)))
    return retell(smallest, _found(engine, smallest))


def _found(engine: ToldEngine, story: Story) -> tuple[str, ...]:
    """Return what differs; a story that ends in an error differs too."""
    try:
        return differences(engine, story)
    except Exception as error:  # noqa: BLE001 - whatever it is, the shrinking goes on with it
        return (f"{type(error).__name__}: {error}",)


def test_cutting_a_window_in_pieces_changes_nothing(
    database: Database, request: pytest.FixtureRequest
) -> None:
    for number in range(rounds(request)):
        draw = random.Random(f"{_SEED}/cut/{number}")
        setting = make_calm_setting(draw)
        engine = told(database, setting)
        story = _only_time_passes(make_story(draw, setting, SMALL), setting)
        first, *_, last = [event for event in story.events if isinstance(event[1], Tick)]
        kept = [event for event in story.events if not isinstance(event[1], Tick)]

        in_pieces = _happenings(_told_alone(engine, story))
        at_once = _happenings(_told_alone(engine, replace(story, events=(*kept, first, last))))

        assert at_once == in_pieces, f"DULY_TEST_SEED={_SEED}\n{retell(story, ())}"
        assert at_once


def _only_time_passes(story: Story, setting: Setting) -> Story:
    """Leave people who are there from the start, and looks in which nothing fails."""
    events = [
        (at, Tick() if isinstance(fact, Tick) else fact)
        for at, fact in story.events
        if isinstance(fact, Apply | Tick) or (isinstance(fact, SignUp) and at == setting.start)
    ]
    return replace(story, events=tuple(events))


def _told_alone(engine: ToldEngine, story: Story) -> Decided:
    engine.clear()
    tell(engine, Reference(story.shop), story)
    return by_engine(engine.database, story)


def _happenings(decided: Decided) -> set[tuple[object, ...]]:
    """Keep of firings what does not tell when the engine looked."""
    return {(one.rule, one.subject, one.key, one.at, one.local_on) for one in decided.firing}


def test_a_second_look_changes_nothing(database: Database, request: pytest.FixtureRequest) -> None:
    for number in range(rounds(request)):
        draw = random.Random(f"{_SEED}/second/{number}")
        setting = make_setting(draw)
        engine = told(database, setting)
        story = make_story(draw, setting, SMALL)
        end = story.events[-1][0]
        story = replace(story, events=(*story.events, (end, Tick())))
        before = _told_alone(engine, story)

        engine.look(Tick(), end)
        again = by_engine(database, story)
        with database.write() as connection:
            for table in (subscriber, subscription):
                connection.execute(update(table).values(tick=None))
        engine.look(Tick(), end)
        touched = by_engine(database, story)

        assert again == before, f"DULY_TEST_SEED={_SEED}"
        assert touched == before, f"DULY_TEST_SEED={_SEED}"


def test_what_was_decided_stays_when_dates_and_facts_are_told_anew(
    database: Database, request: pytest.FixtureRequest
) -> None:
    for number in range(rounds(request)):
        draw = random.Random(f"{_SEED}/anew/{number}")
        setting = make_setting(draw)
        engine = told(database, setting)
        story = make_story(draw, setting, SMALL)
        end = story.events[-1][0]
        story = replace(story, events=(*story.events, (end, Tick())))
        before = _told_alone(engine, story)

        for person in engine.told:
            engine.tell(Emigrate(person, draw.choice(("RO", "DE"))), end)
        with database.write() as connection:
            connection.execute(update(subscription).values(tick=None, dated_tick=None))
        engine.look(Tick(), end)
        after = by_engine(database, story)

        missed = {
            (one.rule, one.subject, one.natural_key)
            for one in before.near_miss
            if one.trigger == "expiry_approaching"
        }
        fired = {(one.rule, one.subject, one.natural_key) for one in after.firing}
        assert before.near_miss <= after.near_miss, f"DULY_TEST_SEED={_SEED}"
        assert not missed & fired, f"DULY_TEST_SEED={_SEED}"


DUE = (Told("cycle_due", "cycle"),)
AT_ONCE = (Day(("notify/a",)),)


def test_a_rule_that_fails_is_behind_alone_and_catches_up(database: Database) -> None:
    laws = tuple(Law(name, "subscription", DUE, AT_ONCE) for name in ("broken", "sound"))
    start = datetime(2026, 3, 1, tzinfo=UTC)
    people = [
        SignUp(f"p{number}", zone, NewSubscription(f"p{number}/1", date(2026, 3, 2), (1, "day")))
        for number, zone in enumerate(("Pacific/Apia", "Europe/Bucharest", "America/Havana"))
    ]
    story = Story(Shop(), ((start, Apply(Book(laws))), *((start, one) for one in people)))
    engine = ToldEngine(database, Lives(database.dialect, story.shop))
    engine.clear()
    tell(engine, Reference(story.shop), story)
    assert engine.live is not None
    sound = engine.live
    engine.look(Tick(), start + timedelta(days=1))
    broken = sound.rules["broken"]
    raising = tuple(
        replace(found, firings=text("INSERT INTO firing SELECT * FROM nowhere"))
        for found in broken.triggers
    )
    engine.live = replace(sound, rules={**sound.rules, "broken": replace(broken, triggers=raising)})

    failed = [
        tick.run(database, engine.live, start + timedelta(days=days)).failed for days in (2, 3)
    ]
    behind = _of_rules(by_engine(database, story))
    engine.live = sound
    engine.look(Tick(), start + timedelta(days=4))
    caught_up = _of_rules(by_engine(database, story))

    assert failed == [("broken",), ("broken",)]
    assert (len(behind["broken"]), len(behind["sound"])) == (1, 7)
    assert caught_up["broken"] == caught_up["sound"]
    assert len(caught_up["sound"]) == 10


def _of_rules(decided: Decided) -> dict[str, set[tuple[str, str]]]:
    """Gather the subjects and keys of the firings of the two rules."""
    return {
        name: {(one.subject, one.key) for one in decided.firing if one.rule == name}
        for name in ("broken", "sound")
    }


# Zone, local day, hour, and the instant at which that hour is there, worked out by hand.
ODD_MOMENTS = [
    # 02:30 does not exist: clocks go from 02:00 (UTC-8) to 03:00, which is 10:00 UTC.
    ("America/Los_Angeles", date(2026, 3, 8), time(2, 30), "2026-03-08 10:00"),
    # 03:30 does not exist: clocks go from 03:00 (UTC+2) to 04:00, which is 01:00 UTC.
    ("Europe/Bucharest", date(2026, 3, 29), time(3, 30), "2026-03-29 01:00"),
    # 00:30 is there twice, at UTC-4 and an hour later at UTC-5; the earlier counts.
    ("America/Havana", date(2026, 11, 1), time(0, 30), "2026-11-01 04:30"),
    ("America/Havana", date(2026, 11, 1), time(0), "2026-11-01 04:00"),
    # There is no midnight: clocks go from 00:00 (UTC-4) to 01:00, which is 04:00 UTC.
    ("America/Santiago", date(2026, 9, 6), time(0), "2026-09-06 04:00"),
    # The last hour of 4 April is there twice, so midnight comes at 24:00 UTC-4.
    ("America/Santiago", date(2026, 4, 5), time(0), "2026-04-05 04:00"),
    ("America/Santiago", date(2026, 4, 4), time(23, 30), "2026-04-05 02:30"),
    # Apia had no 30 December 2011: after 29 December at UTC-10 came 31 December at UTC+14.
    ("Pacific/Apia", date(2011, 12, 30), time(6), "2011-12-30 10:00"),
    ("Pacific/Apia", date(2011, 12, 31), time(6), "2011-12-30 16:00"),
    # Half an hour is missing: clocks go from 02:00 (UTC+10:30) to 02:30, which is 15:30 UTC.
    ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "2026-10-03 15:30"),
    # Half an hour is there twice: 01:45 first at UTC+11.
    ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45), "2026-04-04 14:45"),
    ("Etc/GMT+12", date(2024, 2, 29), time(6), "2024-02-29 18:00"),
    ("Pacific/Kiritimati", date(2026, 3, 31), time(6), "2026-03-30 16:00"),
]


@pytest.mark.parametrize(("zone", "day", "hour", "expected"), ODD_MOMENTS)
def test_an_odd_moment_comes_at_its_instant(
    database: Database, zone: str, day: date, hour: time, expected: str
) -> None:
    at = datetime.fromisoformat(expected).replace(tzinfo=UTC)
    start = at - timedelta(days=40)
    law = Law("due", "subscription", (Told("cycle_due", "cycle", at=hour),), AT_ONCE)
    signs_up = SignUp("ana", zone, NewSubscription("ana/1", day))
    looks = [(moment, Tick()) for moment in (start, at - _MINUTE, at)]
    story = Story(Shop(), ((start, Apply(Book((law,)))), (start, signs_up), *looks))
    engine = ToldEngine(database, Lives(database.dialect, story.shop))

    found = differences(engine, story)

    assert found == ()
    assert [(one.at, one.started_at) for one in by_engine(database, story).firing] == [(at, at)]


# The first day, the interval, and the local days on which cycles start.
GRIDS = [
    ((1, "month"), date(2026, 1, 31), ["01-31", "02-28", "03-31", "04-30"]),
    ((1, "month"), date(2024, 1, 30), ["01-30", "02-29", "03-30", "04-30"]),
    ((1, "quarter"), date(2025, 11, 30), ["11-30", "02-28", "05-30"]),
    ((1, "year"), date(2024, 2, 29), ["02-29", "02-28", "02-28", "02-28", "02-29"]),
]


@pytest.mark.parametrize(("every", "first", "days"), GRIDS)
def test_cycles_start_on_the_days_counted_from_the_first(
    database: Database, every: tuple[int, str], first: date, days: list[str]
) -> None:
    start = datetime.combine(first, time(0), UTC) - timedelta(days=3)
    law = Law("due", "subscription", DUE, AT_ONCE)
    signs_up = SignUp("ana", "Asia/Tokyo", NewSubscription("ana/1", first, every))
    length = {"month": 31, "quarter": 92, "year": 366}[every[1]]
    looks = [(start + timedelta(days=number * length), Tick()) for number in range(len(days) + 1)]
    story = Story(Shop(), ((start, Apply(Book((law,)))), (start, signs_up), *looks))
    engine = ToldEngine(database, Lives(database.dialect, story.shop))

    assert differences(engine, story) == ()

    found = sorted(one.local_on for one in by_engine(database, story).firing)
    assert [f"{day:%m-%d}" for day in found][: len(days)] == days
