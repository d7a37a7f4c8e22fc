"""Who may be written to, by class, consent, suppression and language."""

import pytest

from duly.messaging.policy import is_suppressed, missing_consent, pick_language
from duly.model.people import Subscriber

ANA = Subscriber(1, "C-1", "ro", "Europe/Bucharest", "person", name="Ana")


@pytest.mark.parametrize(
    ("message_class", "consents", "lacking"),
    [
        ("marketing", {"marketing": True}, ""),
        ("marketing", {"marketing": False}, "consent.marketing"),
        ("marketing", {}, "consent.marketing"),  # never asked is not a yes
        ("marketing", {"marketing": True, "offers": False}, "consent.offers"),
        ("service", {}, ""),
        ("transactional", {"marketing": False}, ""),
    ],
)
def test_only_marketing_needs_a_yes(
    message_class: str, consents: dict[str, bool], lacking: str
) -> None:
    assert missing_consent(message_class, "offers", consents) == lacking  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("message_class", "reason", "kept_out"),
    [
        ("transactional", "bounced", True),
        ("transactional", "opted_out", False),  # who opted out still gets bills
        ("marketing", "opted_out", True),
        ("service", "complained", True),
    ],
)
def test_suppression_keeps_out_by_reason(message_class: str, reason: str, kept_out: bool) -> None:
    assert is_suppressed(message_class, reason) is kept_out  # type: ignore[arg-type]


@pytest.mark.parametrize(("written", "language"), [(["ro", "en"], "ro"), (["en"], "en")])
def test_a_message_is_in_the_readers_language_if_it_was_written(
    written: list[str], language: str
) -> None:
    assert pick_language(ANA, written, "en") == language
