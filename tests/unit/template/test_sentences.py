"""Our own sentences come in the reader's language, or in English."""

import pytest

from duly.template.language import translator


@pytest.mark.parametrize(
    ("language", "word"),
    [
        ("ro", "Dezabonare"),
        ("ro-RO", "Dezabonare"),
        ("RO_md", "Dezabonare"),
        ("en", "Unsubscribe"),
        ("fr", "Unsubscribe"),
        ("../../ro", "Unsubscribe"),
        ("", "Unsubscribe"),
    ],
)
def test_a_word_is_translated(language: str, word: str) -> None:
    assert translator(language)("Unsubscribe") == word


def test_a_sentence_nobody_translated_stays_english() -> None:
    assert translator("ro")("No such sentence.") == "No such sentence."
