"""How amounts, dates and numbers look in a language."""

from datetime import date
from decimal import Decimal

import pytest

from duly.template.shown import date_text, locale_of, money_text, number_text, printable, shown
from duly.values.money import Money


@pytest.mark.parametrize(
    ("amount", "locale", "text"),
    [
        (Money(8900, "RON"), "ro", "89,00 RON"),
        (Money(123456789, "RON"), "ro", "1.234.567,89 RON"),
        (Money(8900, "RON"), "en", "RON 89.00"),
        (Money(-8900, "RON"), "en", "-RON 89.00"),
        (Money(8900, "EUR"), "en", "€89.00"),
        (Money(8900, "EUR"), "de", "89,00 €"),
        (Money(8900, "JPY"), "en", "¥8,900"),  # no minor unit
        (Money(8900, "KWD"), "en", "KWD 8.900"),  # three decimals
        (Money(8900, "HUF"), "hu", "89,00 Ft"),  # ISO 4217 says two
        (Money(8900, "RSD"), "en", "RSD 89.00"),  # Unicode's own data says none
        (Money(5, "USD"), "en", "$0.05"),
    ],
)
def test_an_amount_has_the_decimals_of_its_currency(amount: Money, locale: str, text: str) -> None:
    assert money_text(amount, locale_of(locale, "en")).replace("\u00a0", " ") == text


def test_an_amount_does_not_break_over_lines() -> None:
    assert " " not in money_text(Money(8900, "RON"), locale_of("ro", "en"))


@pytest.mark.parametrize(
    ("locale", "text"),
    [("ro", "15 ianuarie 2026"), ("en", "January 15, 2026"), ("en_GB", "15 January 2026")],
)
def test_a_date_has_its_month_in_words(locale: str, text: str) -> None:
    assert date_text(date(2026, 1, 15), locale_of(locale, "en")) == text


@pytest.mark.parametrize(
    ("number", "locale", "text"),
    [(10000, "ro", "10.000"), (10000, "en", "10,000"), (Decimal("0.5"), "ro", "0,5")],
)
def test_a_number_is_grouped_when_asked(number: int | Decimal, locale: str, text: str) -> None:
    assert number_text(number, locale_of(locale, "en")) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2026, "2026"),
        (Decimal("1234.5"), "1234,5"),
        (0.25, "0,25"),
        ("a", "a"),
        (date(2026, 5, 1), "1 mai 2026"),
        (Money(100, "RON"), "1,00\u00a0RON"),
    ],
)
def test_a_value_is_shown_by_its_type(value: object, text: str) -> None:
    assert shown(value, locale_of("ro", "en")) == text


@pytest.mark.parametrize("value", [True, None, [], {}, object()])
def test_a_value_without_a_form_is_not_shown(value: object) -> None:
    with pytest.raises(TypeError):
        shown(value, locale_of("ro", "en"))


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("ăâîșț 日本", "ăâîșț 日本"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("a\x00b\x1fc\x7fd\ud800e\U000f0000f", "abcdef"),
        ("a\tb\u00a0c", "a\tb\u00a0c"),
    ],
)
def test_text_loses_what_a_mail_may_not_carry(text: str, plain: str) -> None:
    assert printable(text) == plain


@pytest.mark.parametrize(
    ("tag", "fallback", "locale"),
    [
        ("ro", "en", "ro"),
        ("en-GB", "ro", "en_GB"),
        ("ro_XX", "en", "ro"),
        ("xx", "ro", "ro"),
        ("", "ro", "ro"),
        ("xx", "yy", "en"),
    ],
)
def test_an_unknown_language_keeps_nobody_from_their_mail(
    tag: str, fallback: str, locale: str
) -> None:
    assert str(locale_of(tag, fallback)) == locale
