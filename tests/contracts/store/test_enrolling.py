"""What is told of subscribers and subscriptions is written once, and changed as far as it may."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Row, update

from duly.model.enrolment import EnrolledMethod, EnrolledSubscriber, EnrolledSubscription, Enrolment
from duly.model.subscription import Status
from duly.store import rolling, rolling_cycles
from duly.store.context import Context
from duly.store.database import Database
from duly.store.enrolling import Effect, Refusal, TakeOver, enrol
from duly.tables.subscriptions import subscription
from duly.values.duration import Duration, Unit
from duly.values.money import Money
from import_cases import MONTH, YEAR, counts, emptied, fingerprint, made_database, table

ZONE = "Europe/Bucharest"
ON = TakeOver(date(2026, 12, 1))
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
PERSON = EnrolledSubscriber("C-1", "ro", ZONE, name="Ana", own={"cups": 3})
BOX = EnrolledSubscription(
    external_id="A-1",
    plan="box",
    price="box-2026",
    amount=Money(8900, "RON"),
    every=MONTH,
    status=Status.ACTIVE,
    started_on=date(2026, 1, 31),
    settled_until=date(2026, 12, 1),
)
NEW_BOX = replace(BOX, started_on=date(2026, 12, 5), settled_until=None)
CARD = EnrolledMethod("cards", "pm_1", "card")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def made(request: pytest.FixtureRequest) -> Iterator[Database]:
    with made_database(request) as database:
        yield database


@pytest.fixture
def database(made: Database) -> Database:
    return emptied(made)


def tell(
    database: Database,
    *told: Enrolment,
    take_over: TakeOver = ON,
    now: datetime = NOW,
) -> tuple[Effect | Refusal, ...]:
    with database.write() as transaction:
        return enrol(transaction, told, take_over, Context(now, "import"))


def box(told: EnrolledSubscription = BOX, person: EnrolledSubscriber = PERSON) -> Enrolment:
    return Enrolment(person, told)


def one(database: Database, name: str) -> Row[Any]:
    (row,) = table(database, name)
    return row


def events(database: Database) -> Sequence[str]:
    return [row.kind for row in table(database, "event")]


def tick(database: Database, now: datetime) -> None:
    """Roll and stamp as a tick does."""
    with database.write() as transaction:
        since = rolling.last_tick_at(transaction)
        number = rolling.open_tick(transaction, now)
        rolling_cycles.roll_cycles(transaction, number, since, now)
        rolling.stamp(transaction, number, since, now)


# New ones.


def test_a_row_becomes_a_subscriber_a_subscription_a_line_and_a_cycle(database: Database) -> None:
    effects = tell(database, Enrolment(PERSON, BOX, CARD))

    assert effects == (Effect.NEW,)
    assert counts(database) == {
        "subscriber": 1,
        "zone": 1,
        "payment_method": 1,
        "subscription": 1,
        "subscription_line": 1,
        "cycle": 1,
    }
    person = one(database, "subscriber")
    assert (person.external_id, person.name, person.own) == ("C-1", "Ana", {"cups": 3})
    line = one(database, "subscription_line")
    assert (line.price, line.amount_minor, line.currency) == ("box-2026", 8900, "RON")


def test_of_the_past_no_rule_hears(database: Database) -> None:
    tell(database, box(person=replace(PERSON, signed_up_on=date(2026, 1, 31))))

    assert events(database) == []
    assert one(database, "subscriber").origin == "import"
    assert one(database, "subscription").origin == "import"


def test_who_signs_up_and_starts_since_the_take_over_is_heard_of(database: Database) -> None:
    person = replace(PERSON, signed_up_on=date(2026, 12, 1))

    tell(database, box(NEW_BOX, person), now=datetime(2026, 12, 10, tzinfo=UTC))

    assert events(database) == ["signed_up", "subscription_started"]
    assert one(database, "subscription").origin == "own"


def test_what_starts_later_is_heard_of_on_its_day(database: Database) -> None:
    tell(database, box(replace(NEW_BOX, status=Status.PENDING)))

    assert events(database) == []
    assert one(database, "cycle").settled_elsewhere is False


def test_without_a_take_over_everything_happens_now(database: Database) -> None:
    tell(database, box(replace(BOX, settled_until=None)), take_over=TakeOver())

    assert events(database) == ["signed_up", "subscription_started"]


def test_the_ended_have_no_cycle(database: Database) -> None:
    tell(database, box(replace(BOX, status=Status.ENDED, ended_on=date(2026, 5, 1))))

    assert table(database, "cycle") == []
    assert one(database, "subscription").ended_on == date(2026, 5, 1)


@pytest.mark.parametrize(
    ("told", "number", "start", "end", "settled"),
    [
        # The cycle that runs on the day of the import, if that is before the take-over.
        (BOX, 9, date(2026, 10, 31), date(2026, 11, 30), True),
        (replace(BOX, settled_until=date(2026, 12, 31)), 9, date(2026, 10, 31), date(2026, 11, 30),
         True),
        # Unpaid since 31 October: the last paid cycle is the one before.
        (replace(BOX, settled_until=date(2026, 10, 31)), 8, date(2026, 9, 30), date(2026, 10, 31),
         True),
        # Counted from another day than the first; the first cycle is a short one.
        (replace(BOX, started_on=date(2026, 11, 20), anchor_on=date(2026, 11, 15),
                 settled_until=date(2026, 12, 15)), 0, date(2026, 11, 20), date(2026, 12, 15),
         True),
        # Nothing lies before: the first cycle is duly's.
        (NEW_BOX, 0, date(2026, 12, 5), date(2027, 1, 5), False),
        # Starts between the import and the take-over.
        (replace(BOX, started_on=date(2026, 11, 28)), 0, date(2026, 11, 28), date(2026, 12, 28),
         True),
        (replace(BOX, every=YEAR), 0, date(2026, 1, 31), date(2027, 1, 31), True),
    ],
)  # fmt: skip
def test_the_first_cycle_kept_is_the_running_one(
    database: Database,
    told: EnrolledSubscription,
    number: int,
    start: date,
    end: date,
    settled: bool,
) -> None:
    tell(database, box(told))

    row = one(database, "cycle")
    assert (row.number, row.start_on, row.end_on) == (number, start, end)
    assert row.settled_elsewhere is settled


def test_cycles_that_begin_before_the_first_unpaid_day_are_settled_when_they_come(
    database: Database,
) -> None:
    tell(database, box(replace(BOX, settled_until=date(2026, 12, 31))))
    for day in (datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 31, 12, tzinfo=UTC)):
        tick(database, day)

    assert [(row.start_on, row.settled_elsewhere) for row in table(database, "cycle")] == [
        (date(2026, 10, 31), True),
        (date(2026, 11, 30), True),
        (date(2026, 12, 31), False),
    ]


@pytest.mark.parametrize(
    ("then", "started_on", "ends_on"),
    [
        ("ends", date(2026, 10, 1), date(2027, 4, 1)),
        ("renews", date(2026, 10, 1), date(2027, 4, 1)),
        ("renews", date(2024, 10, 1), date(2027, 4, 1)),  # the fifth term
        ("renews", date(2026, 6, 1), date(2027, 6, 1)),  # a term begins with the take-over
        ("monthly", date(2026, 10, 1), date(2027, 4, 1)),
        ("monthly", date(2024, 10, 1), None),  # has turned monthly long ago
    ],
)
def test_the_term_that_runs_is_known(
    database: Database, then: str, started_on: date, ends_on: date | None
) -> None:
    told = replace(BOX, started_on=started_on, term=Duration(6, Unit.MONTH), term_then=then)
    tell(database, box(told))

    assert one(database, "subscription").term_ends_on == ends_on


def test_a_planned_end_is_kept(database: Database) -> None:
    tell(database, box(replace(BOX, ending_on=date(2026, 12, 20))))

    row = one(database, "subscription")
    assert (row.status, row.ending_on) == ("active", date(2026, 12, 20))


def test_the_paused_are_paused_since_the_day_they_came(database: Database) -> None:
    tell(database, box(replace(BOX, status=Status.PAUSED)))

    assert one(database, "subscription").paused_on == date(2026, 11, 22)
    assert one(database, "cycle").billable is False


def test_a_subscriber_in_two_rows_is_one(database: Database) -> None:
    effects = tell(database, box(), box(replace(BOX, external_id="A-2")))

    assert effects == (Effect.NEW, Effect.NEW)
    assert len(table(database, "subscriber")) == 1
    assert len(table(database, "subscription")) == 2


def test_rows_get_their_ids_in_their_order(database: Database) -> None:
    names = [f"C-{n:03}" for n in range(200)]
    people = [replace(PERSON, external_id=name) for name in names]
    boxes = [replace(BOX, external_id=name) for name in names]

    tell(database, *(Enrolment(*pair) for pair in zip(people, boxes, strict=True)))

    assert [row.external_id for row in table(database, "subscriber")] == names
    payers = {row.id: row.external_id for row in table(database, "subscriber")}
    assert all(
        payers[row.subscriber_id] == row.external_id for row in table(database, "subscription")
    )


# Told again.


def test_the_same_again_changes_nothing(database: Database) -> None:
    told = Enrolment(replace(PERSON, consents={"news": True}, consent_source="paper"), BOX, CARD)
    tell(database, told)
    before = fingerprint(database)

    effects = tell(database, told, now=NOW.replace(day=25))

    assert effects == (Effect.SAME,)
    assert fingerprint(database) == before


def test_the_same_again_after_ticks_changes_nothing(database: Database) -> None:
    told = Enrolment(PERSON, BOX, CARD)
    tell(database, told)
    tick(database, datetime(2026, 12, 31, tzinfo=UTC))
    before = fingerprint(database)

    assert tell(database, told, now=datetime(2027, 1, 1, tzinfo=UTC)) == (Effect.SAME,)
    assert fingerprint(database) == before


@pytest.mark.parametrize(
    "person",
    [
        replace(PERSON, name="Anna"),
        replace(PERSON, own={"cups": 4}),
        replace(PERSON, own={}),
        replace(PERSON, address={"city": "Cluj"}),
        replace(PERSON, email="ana@example.com"),
        replace(PERSON, signed_up_on=date(2020, 1, 1)),
    ],
)
def test_a_changed_subscriber_is_changed_and_looked_at_again(
    database: Database, person: EnrolledSubscriber
) -> None:
    tell(database, box())
    tick(database, NOW)

    assert tell(database, box(person=person)) == (Effect.CHANGED,)
    row = one(database, "subscriber")
    assert row.tick is None
    assert row.name == person.name
    assert row.own == person.own
    assert one(database, "audit").what == "subscriber changed"


def test_a_changed_consent_is_the_only_one(database: Database) -> None:
    agreed = replace(PERSON, consents={"news": True}, consent_source="paper")
    tell(database, box(person=agreed))

    changed = replace(PERSON, consents={"news": False}, consent_source="call")
    assert tell(database, box(person=changed)) == (Effect.CHANGED,)
    assert [(row.given, row.source) for row in table(database, "consent")] == [(False, "call")]


def test_a_newer_way_to_pay_becomes_the_default(database: Database) -> None:
    tell(database, Enrolment(PERSON, BOX, CARD))

    assert tell(database, Enrolment(PERSON, BOX, EnrolledMethod("cards", "pm_2", "card"))) == (
        Effect.CHANGED,
    )
    assert [(row.token, row.is_default) for row in table(database, "payment_method")] == [
        ("pm_1", False),
        ("pm_2", True),
    ]


def test_an_older_way_to_pay_told_again_stays_in_its_place(database: Database) -> None:
    tell(database, Enrolment(PERSON, BOX, CARD))
    tell(database, Enrolment(PERSON, BOX, EnrolledMethod("cards", "pm_2", "card")))

    assert tell(database, Enrolment(PERSON, BOX, CARD)) == (Effect.SAME,)


def test_a_changed_price_is_changed_and_looked_at_again(database: Database) -> None:
    tell(database, box())
    tick(database, NOW)

    assert tell(database, box(replace(BOX, amount=Money(9900, "RON")))) == (Effect.CHANGED,)
    assert one(database, "subscription_line").amount_minor == 9900
    assert one(database, "subscription").tick is None
    assert one(database, "subscriber").tick is None


def test_before_a_tick_has_counted_everything_is_taken_anew(database: Database) -> None:
    tell(database, box())
    told = replace(
        BOX,
        plan="yearly",
        every=YEAR,
        started_on=date(2025, 3, 10),
        settled_until=date(2027, 3, 10),
    )

    assert tell(database, box(told)) == (Effect.CHANGED,)
    row = one(database, "subscription")
    assert (row.plan, row.started_on, row.anchor_on) == (
        "yearly",
        date(2025, 3, 10),
        date(2025, 3, 10),
    )
    found = one(database, "cycle")
    assert (found.number, found.start_on, found.end_on) == (1, date(2026, 3, 10), date(2027, 3, 10))


def test_before_a_tick_has_counted_an_ended_one_can_turn_out_active(database: Database) -> None:
    tell(database, box(replace(BOX, status=Status.ENDED, ended_on=date(2026, 11, 30))))

    assert tell(database, box()) == (Effect.CHANGED,)
    assert one(database, "subscription").status == "active"
    assert one(database, "subscription").ended_on is None
    assert len(table(database, "cycle")) == 1


def test_before_a_tick_has_counted_an_active_one_can_turn_out_ended(database: Database) -> None:
    tell(database, box())

    tell(database, box(replace(BOX, status=Status.ENDED, ended_on=date(2026, 11, 30))))

    assert one(database, "subscription").status == "ended"
    assert table(database, "cycle") == []
    assert events(database) == []


def test_one_that_waits_for_its_day_can_turn_out_to_have_started(database: Database) -> None:
    tell(database, box(replace(NEW_BOX, status=Status.PENDING)))

    assert tell(database, box()) == (Effect.CHANGED,)
    row = one(database, "subscription")
    assert (row.status, row.started_on, row.origin) == ("active", date(2026, 1, 31), "import")
    assert one(database, "cycle").settled_elsewhere is True


def test_what_turns_out_to_start_here_is_heard_of(database: Database) -> None:
    tell(database, box())

    tell(database, box(NEW_BOX), now=datetime(2026, 12, 10, tzinfo=UTC))

    assert events(database) == ["subscription_started"]


# Told again, once duly counts.


@pytest.fixture
def counting(database: Database) -> Database:
    """Give a database whose only subscription a tick has counted."""
    tell(database, Enrolment(PERSON, BOX, CARD))
    tick(database, datetime(2026, 12, 1, 12, tzinfo=UTC))
    return database


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (
            box(person=replace(PERSON, external_id="C-2")),
            'the subscription "A-1" belongs to "C-1", and this row gives it to "C-2"; end it and '
            "give the new one another number",
        ),
        (
            box(replace(BOX, amount=Money(1900, "EUR"))),
            'the subscription "A-1" is paid in RON, and this row says EUR; end it and give the new '
            "one another number",
        ),
        (
            box(replace(BOX, every=YEAR)),
            "its cycle is 1 month here and 1 year in the file; end it and give the new one another "
            "number",
        ),
        (
            box(replace(BOX, started_on=date(2026, 2, 28))),
            "it started on 2026-01-31 here and on 2026-02-28 in the file; a first day cannot move "
            "once duly counts from it",
        ),
        (
            box(replace(BOX, settled_until=date(2026, 10, 31))),
            "it was paid until 2026-12-01, and now the file says 2026-10-31; what duly has left "
            "unbilled since then must be settled by hand",
        ),
        (
            box(replace(BOX, settled_until=date(2026, 12, 15), anchor_on=date(2026, 1, 15))),
            "it is paid until 2026-12-15, which is not the first day of one of its cycles; they "
            "are counted from 2026-01-31",
        ),
    ],
)
def test_what_contradicts_the_count_is_refused_whole(
    counting: Database, told: Enrolment, reason: str
) -> None:
    before = fingerprint(counting)

    assert tell(counting, told) == (Refusal(reason),)
    assert fingerprint(counting) == before


def test_a_refused_row_does_not_keep_others_out(counting: Database) -> None:
    stranger = replace(PERSON, external_id="C-2")
    effects = tell(
        counting,
        box(person=stranger),
        box(replace(BOX, external_id="A-2"), stranger),
    )

    assert isinstance(effects[0], Refusal)
    assert effects[1] == Effect.NEW


def test_what_the_old_system_took_meanwhile_is_not_billed_again(counting: Database) -> None:
    later = replace(BOX, settled_until=date(2027, 1, 31))

    assert tell(counting, box(later)) == (Effect.CHANGED,)
    tick(counting, datetime(2027, 1, 31, 12, tzinfo=UTC))
    assert [(row.start_on, row.settled_elsewhere) for row in table(counting, "cycle")][-2:] == [
        (date(2026, 12, 31), True),
        (date(2027, 1, 31), False),
    ]


def test_a_cycle_that_waits_for_its_invoice_is_left_to_the_old_system(counting: Database) -> None:
    tick(counting, datetime(2026, 12, 31, 12, tzinfo=UTC))
    assert table(counting, "cycle")[-1].settled_elsewhere is False

    tell(counting, box(replace(BOX, settled_until=date(2027, 1, 31))))

    assert table(counting, "cycle")[-1].settled_elsewhere is True


def test_an_end_that_is_news_is_heard_of(counting: Database) -> None:
    told = replace(BOX, status=Status.ENDED, ended_on=date(2026, 12, 5))

    assert tell(counting, box(told)) == (Effect.CHANGED,)
    assert events(counting) == ["subscription_ended"]
    assert one(counting, "subscription").ended_on == date(2026, 12, 5)


def test_an_end_before_the_take_over_is_not_heard_of(counting: Database) -> None:
    told = replace(BOX, status=Status.ENDED, ended_on=date(2026, 11, 15))

    assert tell(counting, box(told)) == (Effect.CHANGED,)
    assert events(counting) == []
    assert one(counting, "subscription").status == "ended"
    assert tell(counting, box(told)) == (Effect.SAME,)


def test_a_file_of_yesterday_does_not_wake_up_the_ended(counting: Database) -> None:
    tell(counting, box(replace(BOX, status=Status.ENDED, ended_on=date(2026, 12, 5))))
    before = fingerprint(counting)

    assert tell(counting, box()) == (Effect.SAME,)
    assert fingerprint(counting) == before


def test_a_file_of_yesterday_does_not_take_back_what_duly_decided(counting: Database) -> None:
    with counting.write() as transaction:
        decided = {"status": "paused", "paused_on": date(2026, 12, 2), "paused_reason": "unpaid"}
        transaction.execute(update(subscription).values(ending_on=date(2027, 6, 1), **decided))
    before = fingerprint(counting)

    assert tell(counting, box()) == (Effect.SAME,)
    assert fingerprint(counting) == before


def test_an_end_planned_in_the_file_is_planned_here(counting: Database) -> None:
    assert tell(counting, box(replace(BOX, ending_on=date(2027, 1, 10)))) == (Effect.CHANGED,)
    assert one(counting, "subscription").ending_on == date(2027, 1, 10)


def test_a_moved_subscriber_is_counted_in_the_new_zone_from_the_next_cycle(
    counting: Database,
) -> None:
    moved = replace(PERSON, zone="Europe/London")

    assert tell(counting, box(person=moved)) == (Effect.CHANGED,)
    tick(counting, datetime(2026, 12, 31, 12, tzinfo=UTC))
    assert [row.zone for row in table(counting, "cycle")][-2:] == [ZONE, "Europe/London"]
    assert [row.name for row in table(counting, "zone")] == [ZONE, "Europe/London"]


def test_what_signed_up_here_is_not_taken_anew(database: Database) -> None:
    tell(database, box(replace(BOX, settled_until=None)), take_over=TakeOver())

    (effect,) = tell(database, box(replace(BOX, started_on=date(2026, 2, 1))))

    assert isinstance(effect, Refusal)
