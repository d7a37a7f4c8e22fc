"""A word that is not known brings the one that was meant, or those that are possible."""

import pytest

from duly.shape.suggest import closest, listed, suggest

TRIGGERS = (
    "cycle_due",
    "signed_up",
    "subscription_started",
    "subscription_paused",
    "payment_succeeded",
    "payment_failed",
    "expiry_approaching",
    "invoice_due",
    "invoice_paid",
    "enters_segment",
)
FIELDS = ("subscription.plan", "subscription.status", "subscriber.email", "plan.code")


@pytest.mark.parametrize(
    ("word", "allowed", "meant"),
    [
        ("expiry_aproaching", TRIGGERS, "expiry_approaching"),  # a letter left out
        ("expiry_approachingg", TRIGGERS, "expiry_approaching"),  # a letter too many
        ("cylce_due", TRIGGERS, "cycle_due"),  # two letters swapped
        ("cycle-due", TRIGGERS, "cycle_due"),  # a dash
        ("Cycle Due", TRIGGERS, "cycle_due"),  # as people write
        ("cycleDue", TRIGGERS, "cycle_due"),  # as programs write
        ("cycles_due", TRIGGERS, "cycle_due"),  # a plural
        ("payment_failures", TRIGGERS, "payment_failed"),  # the same beginning, 3 letters off
        ("approaching_expiry", TRIGGERS, "expiry_approaching"),  # the parts in another order
        ("expiry", TRIGGERS, "expiry_approaching"),  # the beginning of only one
        ("segment", TRIGGERS, "enters_segment"),  # a part of only one
        ("subcription.plan", FIELDS, "subscription.plan"),
        ("subscription_plan", FIELDS, "subscription.plan"),  # the wrong sign between
        ("e-mail", ("email", "sms"), "email"),
        ("oferta", ("ofertă",), "ofertă"),  # without accents
        ("daj", ("day", "do"), "day"),  # one letter changed
        ("subscription", TRIGGERS, None),  # begins two of them
        ("colour", TRIGGERS, None),
        ("to", ("by", "on"), None),  # every letter differs
        ("", TRIGGERS, None),
        ("…", TRIGGERS, None),
        ("anything", (), None),
    ],
)
def test_the_word_that_was_meant(word: str, allowed: tuple[str, ...], meant: str | None) -> None:
    assert closest(word, allowed) == meant


def test_the_nearest_of_two_is_meant() -> None:
    assert closest("invoice_dud", ("invoice_paid", "invoice_due")) == "invoice_due"


@pytest.mark.parametrize(
    ("word", "allowed", "hint"),
    [
        ("cylce_due", TRIGGERS, 'did you mean "cycle_due"?'),
        ("day:3", ("day", "do"), 'put a space after the colon: "day: 3"'),
        ("colour", ("a", "b"), "possible here: a, b"),
        ("colour", (), ""),
    ],
)
def test_a_hint_is_one_sentence_part(word: str, allowed: tuple[str, ...], hint: str) -> None:
    assert suggest(word, allowed) == hint


def test_a_long_list_of_words_is_cut_short() -> None:
    assert listed([f"word{number}" for number in range(11)]) == (
        "word0, word1, word2, word3, word4, word5, word6, word7 and 3 more"
    )
