"""The engine's words are told as a shop owner would say them."""

from datetime import UTC, date, datetime

import pytest

from duly.cli.place import shortened
from duly.cli.wording import Names, mentioned_rows, say_happening, say_outcome, say_step
from duly.store.reading import Decision, JobLine
from duly.store.telling import Stay

NAMES = Names({2: "CAF2026-00002"}, {54: Stay("long-time", date(2026, 12, 5), None, silent=False)})


def decision(trigger: str, natural_key: str) -> Decision:
    at = datetime(2026, 12, 5, tzinfo=UTC)
    return Decision("r", trigger, natural_key, at, at.date(), "", {}, 1, "", "", "", ())


def line(state: str, result: str = "", note: str = "") -> JobLine:
    return JobLine(
        1, "r", "C-001", "0/x", state, datetime(2026, 12, 5, tzinfo=UTC), 1, note, result
    )


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("0/charge", "day 0: charge"),
        ("7/notify/last-warning", "day 7: message last-warning"),
        ("0/notify/hello/sms", "day 0: message hello sms"),  # the copy on a second channel
        ("2h/ship", "after 2 hours: ship"),
        ("1h/ship", "after 1 hour: ship"),
        ("0/offer/larger-box", "day 0: offer larger-box"),
    ],
)
def test_a_step_is_told_by_its_day(step: str, said: str) -> None:
    assert say_step(step) == said


@pytest.mark.parametrize(
    ("trigger", "key", "said"),
    [
        ("cycle_due", "cycle:11", "cycle 11 began"),
        ("cycle_due", "cycle:7:11", "cycle 11 began"),  # of subscription 7
        ("payment_failed", "2:1", "the payment of invoice CAF2026-00002 was refused, try 1"),
        ("payment_succeeded", "2:3", "the payment of invoice CAF2026-00002 came in, try 3"),
        ("invoice_paid", "2", "invoice CAF2026-00002 was paid"),
        ("enters_segment", "entered:54", "in long-time since 2026-12-05"),
        ("expiry_approaching", "2027-01-10:14d", "14 days before the term ends on 2027-01-10"),
        ("expiry_approaching", "3:2027-01-10:3d", "3 days before the term ends on 2027-01-10"),
        ("signed_up", "9", "signed up"),
        ("subscription_ended", "9", "the subscription ended"),
        ("something_else", "9", "something else"),
    ],
)
def test_what_happened_is_told_in_numbers_people_know(trigger: str, key: str, said: str) -> None:
    assert say_happening(decision(trigger, key), NAMES) == said


def test_the_rows_that_decisions_were_about_are_found() -> None:
    keys = [("cycle_due", "cycle:11"), ("payment_failed", "2:1"), ("enters_segment", "entered:54")]

    assert mentioned_rows(tuple(decision(*key) for key in keys)) == ({2}, {54})


@pytest.mark.parametrize(
    ("job", "said"),
    [
        (line("done", "succeeded"), "done (paid)"),
        (line("done", "sent"), "done (sent)"),
        (line("done", "declined: soft", "no money"), "done (refused: no money)"),
        (line("done", "declined: no card on file"), "done (not charged: no card on file)"),
        (line("skipped", "", "condition_false"), "no longer needed (the condition was not met)"),
        (
            line("skipped", "", "condition_false: there is no invoice"),
            "no longer needed (the condition was not met: there is no invoice)",
        ),
        (line("skipped", "", "too_late"), "no longer needed (it was too late)"),
        (line("ready"), "waiting"),
    ],
)
def test_what_became_of_a_job_is_told(job: JobLine, said: str) -> None:
    assert say_outcome(job) == said


def test_a_long_reason_keeps_its_beginning_and_its_end() -> None:
    told = shortened(f'"{"x" * 5_000}" is no mail address; write one like a@b.example')

    assert len(told) <= 123
    assert told.startswith('"xxx')
    assert told.endswith("is no mail address; write one like a@b.example")
    assert shortened("short") == "short"
