"""What a rule comes to: triggers, steps, limits, and what it does where it says nothing."""

from datetime import date, time

import pytest

from duly.actions.cancel import Cancel
from duly.actions.charge import Charge
from duly.actions.invoice import Invoice
from duly.actions.notify import Notify
from duly.actions.offer import Offer
from duly.actions.pause import Pause
from duly.model.about import About
from duly.rule import Rule
from duly.trigger import Catch, CatchUp
from duly.triggers.cycle_due import CycleDue
from duly.triggers.enters_segment import EntersSegment
from duly.triggers.expiry_approaching import ExpiryApproaching
from duly.triggers.invoice_paid import InvoicePaid
from duly.triggers.payment_failed import PaymentFailed
from duly.triggers.subscription_ended import SubscriptionEnded
from duly.values.duration import Duration, Unit
from language_files import FOLDER, rule_of


def rule(when: str, do: str, more: str = "") -> Rule:
    return rule_of(f"rules:\n  care:\n    when: {{{when}}}\n    do: [{do}]\n{more}")


def steps(found: Rule) -> list[str]:
    return [step.name for entry in found.entries for step in entry.steps]


def test_a_rule_holds_its_parts_in_the_order_they_are_written() -> None:
    found = rule_of(
        (FOLDER / "good" / "rules" / "every-key.yaml").read_text().partition("  each:")[0]
    )

    assert found.name == "010"
    assert found.about == About.INVOICE
    assert found.triggers == (PaymentFailed(first_time=True),)
    assert found.stop_when == (InvoicePaid(), SubscriptionEnded())
    assert [entry.day for entry in found.entries] == [0, 0, 3, 30]
    assert [entry.after for entry in found.entries] == [None, Duration(2, Unit.HOUR), None, None]
    assert [entry.only_if is not None for entry in found.entries] == [False, True, True, False]
    assert steps(found) == [
        "0/notify/welcome",
        "2h/notify/news",
        "3/charge",
        "3/notify/your-invoice",
        "30/cancel",
    ]
    assert found.once_per == (Duration(2, Unit.MONTH),)
    assert found.catch_up == CatchUp(Catch.EACH, up_to=3)
    assert (found.active_from, found.active_until) == (date(2026, 9, 1), date(2026, 9, 1))
    assert not found.enabled
    assert found.only_if is not None
    assert found.span.line == 3


def test_a_rule_without_a_timeline_has_one_entry_at_once() -> None:
    found = rule("cycle_due: {at: 07:30}", "{invoice: }, {charge: {from: saved_method}}")

    assert found.triggers == (CycleDue(at=time(7, 30)),)
    assert not found.is_timeline
    assert [step.action for step in found.entries[0].steps] == [Invoice(), Charge()]
    assert found.enabled


def test_the_mail_of_an_invoice_is_a_step_right_behind_it() -> None:
    found = rule("cycle_due: ", "{invoice: {message: your-invoice}}, {charge: }")

    assert steps(found) == ["0/invoice", "0/notify/your-invoice", "0/charge"]
    assert found.entries[0].steps[1].action == Notify("your-invoice", ("email",))


def test_each_of_several_channels_is_a_step_of_its_own() -> None:
    found = rule("signed_up: ", "{notify: {message: welcome, by: [email, sms, push]}}")

    assert steps(found) == ["0/notify/welcome", "0/notify/welcome/sms", "0/notify/welcome/push"]
    first, second, _ = (step.action for step in found.entries[0].steps)
    assert first == Notify("welcome", ("email",), others=("sms", "push"))
    assert second == Notify("welcome", ("sms",), copy=True)


def test_the_first_channel_that_works_is_one_step() -> None:
    found = rule("signed_up: ", "{notify: {message: welcome, by: {first_of: [push, email]}}}")

    assert steps(found) == ["0/notify/welcome"]
    assert found.entries[0].steps[0].action == Notify("welcome", ("push", "email"))


def test_an_invoice_goes_out_on_all_its_channels() -> None:
    found = rule("cycle_due: ", "{invoice: {message: your-invoice, send_by: [email, sms]}}")

    assert steps(found) == ["0/invoice", "0/notify/your-invoice", "0/notify/your-invoice/sms"]


def test_an_offer_keeps_what_it_gives_as_it_is_written() -> None:
    gives = "{plan: chest, discount: 12.5%, for: 3 cycles}"
    found = rule(
        "enters_segment: {segment: thirsty-tins}",
        f"{{offer: {{gives: {gives}, valid_for: 10 days, message: news}}}}",
    )

    assert found.entries[0].steps[0].action == Offer(
        message="news",
        gives={"plan": "chest", "discount": "12.5%", "for": "3 cycles"},
        valid_for=Duration(10, Unit.DAY),
        by=("email",),
    )


def test_the_parameters_of_a_kind_arrive_typed() -> None:
    found = rule(
        "expiry_approaching: {before: [2 weeks, 1 day], at: 10:15}",
        "{pause: {reason: asked}}, {cancel: {at: now, reason: asked}}",
    )

    lengths = (Duration(2, Unit.WEEK), Duration(1, Unit.DAY))
    assert found.triggers == (ExpiryApproaching(lengths, time(10, 15)),)
    assert [step.action for step in found.entries[0].steps] == [
        Pause(reason="asked"),
        Cancel(at="now", reason="asked"),
    ]


def test_a_trigger_that_is_repeated_counts_each_time() -> None:
    found = rule("payment_failed: [{attempt: 2}, {attempt: 3, failure: soft}]", "{charge: }")

    assert found.triggers == (PaymentFailed(attempt=2), PaymentFailed(attempt=3, failure=("soft",)))
    assert found.once_per == ("occurrence", "occurrence")


@pytest.mark.parametrize(
    ("when", "about"),
    [
        ("cycle_due: ", About.SUBSCRIPTION),
        ("signed_up: ", About.SUBSCRIBER),
        ("invoice_paid: ", About.INVOICE),
        ("payment_failed: , invoice_paid: ", About.INVOICE),
        ("invoice_paid: , subscription_ended: ", About.SUBSCRIPTION),  # an invoice belongs to one
        ("signed_up: , subscription_ended: ", About.SUBSCRIBER),
        ("enters_segment: {segment: thirsty}", About.SUBSCRIBER),  # its fields are a subscriber's
        ("enters_segment: {segment: thirsty-tins}", About.SUBSCRIPTION),
    ],
)
def test_a_rule_is_about_what_owns_all_its_triggers(when: str, about: About) -> None:
    assert rule(when, "{notify: {message: welcome}}").about == about


def test_a_trigger_knows_what_its_segment_is_about() -> None:
    found = rule("enters_segment: {segment: thirsty}", "{notify: {message: welcome}}")

    assert found.triggers == (EntersSegment("thirsty", None, About.SUBSCRIBER),)


@pytest.mark.parametrize(
    ("when", "once_per"),
    [
        ("cycle_due: ", "cycle"),
        ("signed_up: ", "ever"),
        ("invoice_paid: ", "invoice"),
        ("payment_failed: ", "occurrence"),
        ("payment_failed: {first_time: yes}", "invoice"),
        ("payment_succeeded: ", "occurrence"),
    ],
)
def test_a_rule_without_a_limit_has_the_one_of_its_trigger(when: str, once_per: str) -> None:
    assert rule(when, "{notify: {message: welcome}}").once_per == (once_per,)


def test_a_limit_that_is_written_counts_for_every_trigger() -> None:
    found = rule(
        "invoice_paid: , payment_failed: ",
        "{notify: {message: welcome}}",
        "    once_per: 90 days\n",
    )

    assert found.once_per == (Duration(90, Unit.DAY), Duration(90, Unit.DAY))


@pytest.mark.parametrize(
    ("when", "do", "expected"),
    [
        ("cycle_due: ", "{invoice: }", CatchUp(Catch.EACH, up_to=12)),
        ("payment_failed: ", "{charge: }", CatchUp(Catch.EACH, up_to=12)),
        ("invoice_paid: ", "{ship: }", CatchUp(Catch.EACH, up_to=12)),
        ("invoice_paid: ", "{notify: {message: news}}, {resume: }", CatchUp(Catch.EACH, up_to=12)),
        ("signed_up: ", "{notify: {message: news}}", CatchUp(Catch.LATEST, within_s=86_400)),
        ("signed_up: ", "{notify: {message: welcome}}", CatchUp(Catch.LATEST, until_date=True)),
        (
            "invoice_paid: ",
            "{notify: {message: your-invoice}}, {notify: {message: news}}",
            CatchUp(Catch.LATEST, until_date=True),  # one of them is no advertising
        ),
        (
            "enters_segment: {segment: thirsty-tins}",
            "{offer: {gives: {plan: chest}, valid_for: 1 day, message: news}}",
            CatchUp(Catch.SKIP),
        ),
    ],
)
def test_what_an_outage_delayed_is_caught_up_with_by_what_a_rule_does(
    when: str, do: str, expected: CatchUp
) -> None:
    assert rule(when, do).catch_up == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("each", CatchUp(Catch.EACH)),
        ("each, up to 5", CatchUp(Catch.EACH, up_to=5)),
        ("latest", CatchUp(Catch.LATEST)),
        ("latest within 2 hours", CatchUp(Catch.LATEST, within_s=7200)),
        ("skip", CatchUp(Catch.SKIP)),
    ],
)
def test_a_way_to_catch_up_can_be_written(written: str, expected: CatchUp) -> None:
    found = rule("cycle_due: ", "{invoice: }", f"    catch_up: {written}\n")

    assert found.catch_up == expected


@pytest.mark.parametrize(
    ("do", "expected"),
    [
        ("{notify: {message: welcome}}", True),
        ("{notify: {message: welcome}}, {resume: }", True),
        ("{notify: {message: welcome}}, {notify: {message: your-invoice}}", False),
        ("{notify: {message: news}}", False),
        ("{resume: }", False),
    ],
)
def test_a_rule_knows_whether_it_only_gives_notice(do: str, *, expected: bool) -> None:
    assert rule("invoice_paid: ", do).all_service is expected


def test_an_invoice_that_the_rule_made_can_be_charged_and_shown_later() -> None:
    found = rule_of(
        "rules:\n  care:\n    when: {cycle_due: }\n    timeline:\n"
        "      - {day: 0, do: [invoice: ]}\n"
        "      - {day: 5, do: [charge: , {notify: {message: your-invoice}}]}\n"
    )

    assert steps(found) == ["0/invoice", "5/charge", "5/notify/your-invoice"]
