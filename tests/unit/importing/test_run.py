"""Rows of a source arrive in the tables, batch by batch, on both databases."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from duly.importing import run
from duly.importing.report import BillingDay, ImportReport, PlanTotal
from duly.store.database import CommitSeam, Database
from duly.values.money import Money
from duly.values.problem import ProblemsError
from import_cases import (
    BUSINESS,
    CATALOG,
    HEADINGS,
    LEAST,
    MONTH,
    NOW,
    MemorySource,
    bring_in,
    counts,
    emptied,
    fingerprint,
    made_database,
    read,
    table,
)

GOOD = ("A-1", "C-1", "box-small", "2026-01-31")
LATER = ("A-2", "C-2", "box-large", "2026-03-15")
BAD = ("A-3", "C-3", "box-huge", "2026-03-15")
MAPPING = read(LEAST)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def made(request: pytest.FixtureRequest) -> Iterator[Database]:
    with made_database(request) as database:
        yield database


@pytest.fixture
def database(made: Database) -> Database:
    return emptied(made)


def lines(report: ImportReport) -> list[tuple[int, str]]:
    return [(one.line, one.reason) for one in report.rejected]


def numbered(count: int) -> list[tuple[str, ...]]:
    return [(f"A-{n}", f"C-{n}", "box-small", "2026-01-31") for n in range(count)]


def test_the_report_lets_one_compare_with_the_old_system(database: Database) -> None:
    text = LEAST + "  status: {column: State, words: {On: active, Off: ended}}\n"
    rows = [
        (*GOOD, "On"),
        (*LATER, "On"),
        ("A-4", "C-4", "box-small", "2026-05-31", "On"),
        ("A-5", "C-5", "box-small", "2026-05-31", "Off"),
    ]

    report = bring_in(database, read(text), rows, (*HEADINGS, "State"))

    assert (report.read, report.new, report.changed, report.same) == (4, 4, 0, 0)
    assert (report.skipped, report.set_aside, report.live, report.stopped) == (0, 0, 3, "")
    assert report.plans == (
        PlanTotal("box-large", MONTH, 1, Money(14900, "RON")),
        PlanTotal("box-small", MONTH, 2, Money(17800, "RON")),
    )
    assert report.next_days == (
        BillingDay(date(2026, 12, 15), 1, Money(14900, "RON")),
        BillingDay(date(2026, 12, 31), 2, Money(17800, "RON")),
    )


def test_a_bad_row_is_set_aside_with_its_line_while_the_others_arrive(database: Database) -> None:
    report = bring_in(database, MAPPING, [GOOD, BAD, ("short",), LATER])

    assert lines(report) == [
        (3, 'Plan is "box-huge", which is not a plan; possible here: box-small, box-large, '
            "box-office, gift-6, bound, yearly"),
        (4, "a cell is missing"),
    ]  # fmt: skip
    assert (report.read, report.new) == (4, 2)
    assert [row.external_id for row in table(database, "subscriber")] == ["C-1", "C-2"]
    assert [row.external_id for row in table(database, "subscription")] == ["A-1", "A-2"]


def test_a_second_import_changes_nothing(database: Database) -> None:
    rows = [GOOD, LATER]
    bring_in(database, MAPPING, rows)
    before = counts(database), fingerprint(database)

    report = bring_in(database, MAPPING, rows, now=NOW.replace(day=23))

    assert (report.new, report.changed, report.same) == (0, 0, 2)
    assert (counts(database), fingerprint(database)) == before


def test_a_dry_run_says_the_same_and_writes_nothing(database: Database) -> None:
    before = fingerprint(database)

    dry = bring_in(database, MAPPING, [GOOD, BAD, LATER], dry_run=True)

    assert fingerprint(database) == before
    assert dry == bring_in(database, MAPPING, [GOOD, BAD, LATER])


def test_a_row_that_stands_there_twice_is_taken_once(database: Database) -> None:
    report = bring_in(database, MAPPING, [GOOD, LATER, GOOD])

    assert lines(report) == [(4, '"A-1" stands in line 2 and again in line 4')]
    assert report.new == 2


def test_a_subscriber_with_two_subscriptions_is_written_once(database: Database) -> None:
    second = ("A-2", "C-1", "box-large", "2026-03-15")

    report = bring_in(database, MAPPING, [GOOD, second])

    assert report.new == 2
    assert len(table(database, "subscriber")) == 1
    assert len(table(database, "subscription")) == 2


def test_a_row_that_the_database_contradicts_is_set_aside_whole(database: Database) -> None:
    bring_in(database, MAPPING, [GOOD])

    report = bring_in(database, MAPPING, [("A-1", "C-9", "box-small", "2026-01-31"), LATER])

    assert lines(report) == [
        (2, 'the subscription "A-1" belongs to "C-1", and this row gives it to "C-9"; end it and '
            "give the new one another number")
    ]  # fmt: skip
    assert [row.external_id for row in table(database, "subscriber")] == ["C-1", "C-2"]


def test_rows_can_be_skipped(database: Database) -> None:
    mapping = read(LEAST + "skip_when: row.plan == 'box-large'\n")

    report = bring_in(database, mapping, [GOOD, LATER])

    assert (report.read, report.new, report.skipped) == (2, 1, 1)


def test_nothing_comes_in_where_a_bad_row_says_stop(database: Database) -> None:
    before = fingerprint(database)

    report = bring_in(database, read(LEAST + "on_bad_row: stop\n"), [GOOD, BAD, LATER])

    assert fingerprint(database) == before
    assert (report.read, report.new, report.set_aside) == (2, 0, 1)
    assert report.stopped == "a row is bad and on_bad_row says stop; nothing was brought in"


def test_where_a_bad_row_says_stop_a_good_file_comes_in(database: Database) -> None:
    report = bring_in(database, read(LEAST + "on_bad_row: stop\n"), [GOOD, LATER])

    assert (report.new, report.stopped) == (2, "")


def test_a_row_that_the_database_refuses_stops_too(database: Database) -> None:
    bring_in(database, MAPPING, [GOOD])
    stolen = ("A-1", "C-9", "box-small", "2026-01-31")

    report = bring_in(database, read(LEAST + "on_bad_row: stop\n"), [stolen])

    assert report.stopped == "a row is refused and on_bad_row says stop; those before it came in"


def test_too_many_bad_rows_end_the_import(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "MOST_REJECTED", 3)

    report = bring_in(database, MAPPING, [GOOD, BAD, BAD, BAD, LATER])

    assert (report.read, report.new, report.set_aside) == (4, 1, 3)
    assert report.stopped.startswith("3 rows are bad")


def test_several_batches_are_as_good_as_one(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "BATCH", 2)
    seen: list[int] = []

    report = run.run_import(
        database,
        MAPPING,
        MemorySource(HEADINGS, numbered(5)),
        business=BUSINESS,
        catalog=CATALOG,
        now=NOW,
        progress=seen.append,
    )

    assert report.new == 5
    assert seen == [2, 4, 5]
    assert len(table(database, "subscription")) == 5


def test_an_import_that_was_interrupted_goes_on(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "BATCH", 2)

    def pull_the_plug(read_so_far: int) -> None:
        if read_so_far == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run.run_import(
            database,
            MAPPING,
            MemorySource(HEADINGS, numbered(5)),
            business=BUSINESS,
            catalog=CATALOG,
            now=NOW,
            progress=pull_the_plug,
        )
    report = bring_in(database, MAPPING, numbered(5))

    assert (report.new, report.same) == (1, 4)


def test_a_batch_that_fails_leaves_nothing_of_itself(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "BATCH", 2)
    commits: list[int] = []

    def fail_the_second() -> None:
        commits.append(1)
        if len(commits) == 2:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        bring_in(replace(database, seam=CommitSeam(before=fail_the_second)), MAPPING, numbered(5))

    assert [row.external_id for row in table(database, "subscriber")] == ["C-0", "C-1"]
    assert [row.external_id for row in table(database, "subscription")] == ["A-0", "A-1"]


def test_a_file_without_rows_brings_nothing(database: Database) -> None:
    report = bring_in(database, MAPPING, [])

    assert (report.read, report.live, report.plans, report.next_days) == (0, 0, (), ())


def test_columns_that_are_not_there_are_told_before_anything_is_read(database: Database) -> None:
    with pytest.raises(ProblemsError) as caught:
        bring_in(database, MAPPING, [GOOD], ("No", "Client", "Plan", "Date"))

    assert [problem.message for problem in caught.value.problems] == [
        'old.csv has no column "Start"'
    ]
