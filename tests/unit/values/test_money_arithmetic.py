"""Money: reading, writing, rounding, splitting and the tax inside."""

from fractions import Fraction

import pytest

from duly.errors import InputError
from duly.values.money import (
    Money,
    apportion,
    exponent,
    parse_money,
    round_half_away,
    tax_inside,
    total,
)


@pytest.mark.parametrize(
    ("currency", "digits"),
    [
        ("EUR", 2),
        ("RON", 2),
        ("HUF", 2),
        ("JPY", 0),
        ("ISK", 0),
        ("KWD", 3),
        ("CLF", 4),
        ("BGN", 2),  # withdrawn with the euro in 2026; the invoices of 2025 stay readable
        ("BYR", 0),  # withdrawn in 2017
    ],
)
def test_a_currency_has_its_own_decimals(currency: str, digits: int) -> None:
    assert exponent(currency) == digits


@pytest.mark.parametrize("currency", ["EURO", "eur", "ABC", ""])
def test_an_unknown_currency_is_refused(currency: str) -> None:
    with pytest.raises(InputError) as caught:
        exponent(currency)

    assert str(caught.value) == f'"{currency}" is not a currency; write a code such as EUR'


@pytest.mark.parametrize("currency", ["XAU", "XXX", "XTS"])
def test_gold_and_test_codes_are_no_money(currency: str) -> None:
    with pytest.raises(InputError) as caught:
        exponent(currency)

    assert str(caught.value) == (
        f'"{currency}" is not a currency one can pay with; write one such as EUR'
    )


# Text, minor units, the same amount as duly writes it.
AMOUNTS = [
    ("5.00 EUR", 500, "5.00 EUR"),
    ("5 EUR", 500, "5.00 EUR"),
    ("5.5 EUR", 550, "5.50 EUR"),
    ("0.05 EUR", 5, "0.05 EUR"),
    ("-0.05 EUR", -5, "-0.05 EUR"),
    ("-12.30 RON", -1230, "-12.30 RON"),
    ("-0.00 EUR", 0, "0.00 EUR"),  # zero has no sign
    ("007.10 EUR", 710, "7.10 EUR"),
    ("  89.00   RON ", 8900, "89.00 RON"),
    ("500 JPY", 500, "500 JPY"),  # no decimals: yen are the minor unit
    ("-1 JPY", -1, "-1 JPY"),
    ("1 KWD", 1000, "1.000 KWD"),  # a thousand fils
    ("1.25 KWD", 1250, "1.250 KWD"),
    ("0.001 KWD", 1, "0.001 KWD"),
    ("1.2345 CLF", 12345, "1.2345 CLF"),
    ("999999999999.99 EUR", 99_999_999_999_999, "999999999999.99 EUR"),
]


@pytest.mark.parametrize(("text", "minor", "written"), AMOUNTS)
def test_an_amount_is_read_in_minor_units(text: str, minor: int, written: str) -> None:
    assert parse_money(text) == Money(minor, written[-3:])


@pytest.mark.parametrize(("text", "minor", "written"), AMOUNTS)
def test_an_amount_is_written_with_its_decimals(text: str, minor: int, written: str) -> None:
    assert str(Money(minor, written[-3:])) == written


NO_GUESS = 'write a number and a currency, such as "5.00 EUR"'


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("5,00 EUR", 'write "5.00 EUR"'),
        ("-5,5 eur", 'write "-5.5 EUR"'),
        ("5,00EUR", 'write "5.00 EUR"'),
        ("5.00 eur", 'write "5.00 EUR"'),
        ("5eur", 'write "5 EUR"'),
        ("EUR 5", 'write "5 EUR"'),
        ("eur5,00", 'write "5.00 EUR"'),
        ("1,000 EUR", NO_GUESS),  # a thousand, or one with three decimals?
        ("1.000,00 EUR", NO_GUESS),
        ("1,000.00 EUR", NO_GUESS),
        ("5,00 JPY", NO_GUESS),  # "5.00 JPY" would be refused too
        ("5,00 ABC", NO_GUESS),
        ("EUR 5 EUR", NO_GUESS),
        ("5.00", NO_GUESS),
        ("5 €", NO_GUESS),
        ("EUR", NO_GUESS),
        (".50 EUR", NO_GUESS),
        ("5. EUR", NO_GUESS),
        ("--5 EUR", NO_GUESS),
        ("+5 EUR", NO_GUESS),
        ("1e3 EUR", NO_GUESS),
        ("٥ EUR", NO_GUESS),
        ("1234567890123 EUR", NO_GUESS),  # more than twelve digits before the point
        ("", NO_GUESS),
    ],
)
def test_what_is_no_amount_is_refused_with_what_to_write(text: str, advice: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_money(text)

    assert str(caught.value) == f'"{text}" is not an amount of money; {advice}'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("5.001 EUR", 'EUR, which has 2; write an amount such as "5.00 EUR"'),
        ("1.000 EUR", 'EUR, which has 2; write an amount such as "5.00 EUR"'),
        ("5.00 JPY", 'JPY, which has 0; write an amount such as "5 JPY"'),
        ("1.2345 KWD", 'KWD, which has 3; write an amount such as "5.000 KWD"'),
    ],
)
def test_more_decimals_than_the_currency_has_are_refused(text: str, reason: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_money(text)

    assert str(caught.value) == f'"{text}" has more decimals than {reason}'


def test_an_amount_in_an_unknown_currency_is_refused() -> None:
    with pytest.raises(InputError, match='"ABC" is not a currency; write a code such as EUR'):
        parse_money("5.00 ABC")


def test_amounts_of_one_currency_add_subtract_and_compare() -> None:
    five, two = Money(500, "EUR"), Money(200, "EUR")

    assert five + two == Money(700, "EUR")
    assert two - five == Money(-300, "EUR")
    assert -five == Money(-500, "EUR")
    assert two < five
    assert five > two
    assert max(two, five) == five


def test_amounts_of_two_currencies_are_never_combined() -> None:
    euro, yen = Money(500, "EUR"), Money(500, "JPY")
    message = "5.00 EUR and 500 JPY are of two currencies and cannot be combined"

    with pytest.raises(InputError, match=message):
        euro + yen
    with pytest.raises(InputError, match=message):
        euro - yen
    with pytest.raises(InputError, match=message):
        euro < yen  # noqa: B015 - the comparison itself is what raises
    assert euro != yen


def test_the_sum_of_nothing_is_zero_of_its_currency() -> None:
    assert total([], "JPY") == Money(0, "JPY")


def test_a_sum_adds_every_amount() -> None:
    assert total([Money(100, "EUR"), Money(-30, "EUR"), Money(5, "EUR")], "EUR") == Money(75, "EUR")


def test_a_sum_refuses_another_currency_than_its_own() -> None:
    with pytest.raises(InputError, match="two currencies"):
        total([Money(100, "EUR")], "RON")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Fraction(0), 0),
        (Fraction(1, 2), 1),
        (Fraction(-1, 2), -1),
        (Fraction(3, 2), 2),
        (Fraction(-3, 2), -2),
        (Fraction(5, 2), 3),  # to the even neighbour it would be 2
        (Fraction(-5, 2), -3),
        (Fraction(49, 100), 0),
        (Fraction(-49, 100), 0),
        (Fraction(51, 100), 1),
        (Fraction(1, 3), 0),
        (Fraction(2, 3), 1),
        (Fraction(-2, 3), -1),
        (Fraction(7), 7),
        (Fraction(10**30 + 1, 2), (10**30 + 2) // 2),  # beyond what a float can hold
    ],
)
def test_halves_round_away_from_zero(value: Fraction, expected: int) -> None:
    assert round_half_away(value) == expected


@pytest.mark.parametrize(
    ("minor", "currency", "factor", "expected"),
    [
        (1000, "EUR", Fraction(1, 3), 333),
        (1000, "EUR", Fraction(2, 3), 667),
        (1, "EUR", Fraction(1, 2), 1),
        (-1, "EUR", Fraction(1, 2), -1),
        (1005, "EUR", Fraction(1, 10), 101),  # 100.5
        (-1005, "EUR", Fraction(1, 10), -101),
        (999, "JPY", Fraction(1, 2), 500),  # 499.5 yen, not 4.995
        (9999, "KWD", Fraction(1, 4), 2500),  # 2499.75 fils
        (1000, "EUR", Fraction(17, 31), 548),  # 17 of 31 days: 548.387
        (1000, "EUR", 12, 12000),
        (1000, "EUR", 0, 0),
        (1000, "EUR", -1, -1000),
    ],
)
def test_a_product_is_rounded_once(
    minor: int, currency: str, factor: Fraction | int, expected: int
) -> None:
    assert Money(minor, currency).times(factor) == Money(expected, currency)


@pytest.mark.parametrize(
    ("whole", "shares", "parts", "expected"),
    [
        (1000, [1000, 1000, 1000], 3, [334, 333, 333]),  # 333.33 each, the odd cent to the first
        (-1000, [-1000, -1000, -1000], 3, [-333, -333, -334]),
        (200, [200, 200, 200], 3, [67, 67, 66]),  # 66.67 each: two cents are left
        (100, [100, 200], 3, [33, 67]),  # 33.33 and 66.67: the larger remainder gets it
        (2, [2, 2, 2], 3, [1, 1, 0]),  # fewer cents than parts
        (5, [0, 5, 5], 2, [0, 3, 2]),  # 2.5 each: a share of nothing gets nothing
        (0, [0, 0], 121, [0, 0]),  # an invoice of free lines
        (0, [], 121, []),
        (777, [777], 1, [777]),
        (134, [8100, 8100], 121, [67, 67]),  # 66.94 each, 133.88 together
        (100, [334, 334, 334], 10, [34, 33, 33]),  # 33.4 each, 100.2 together: one cent is left
        # A credit beside charges: 52.50 - 17.50 = 35.00.
        (3500, [21000, -7000], 4, [5250, -1750]),
        (100, [1000, -300], 7, [143, -43]),  # 142.86 and -42.86
        (1, [-9, 6, 6, 7], 10, [-1, 1, 0, 1]),  # -0.9, 0.6, 0.6 and 0.7
    ],
)
def test_shares_that_are_rounded_add_up_to_the_whole(
    whole: int, shares: list[int], parts: int, expected: list[int]
) -> None:
    assert list(apportion(whole, shares, parts)) == expected


@pytest.mark.parametrize(
    ("gross", "currency", "rate", "tax"),
    [
        (12100, "EUR", Fraction(21, 100), 2100),  # 121.00 * 21 / 121
        (8900, "RON", Fraction(21, 100), 1545),  # 89.00 * 21 / 121 = 15.446
        (11900, "EUR", Fraction(19, 100), 1900),
        (1000, "EUR", Fraction(19, 100), 160),  # 10.00 * 19 / 119 = 1.597
        (999, "EUR", Fraction(81, 1000), 75),  # Swiss 8.1 %: 999 * 81 / 1081 = 74.86
        (1100, "JPY", Fraction(10, 100), 100),
        (1000, "JPY", Fraction(10, 100), 91),  # 90.91 yen
        (1050, "KWD", Fraction(5, 100), 50),
        (3, "EUR", Fraction(1), 2),  # 1.5 cents, away from zero
        (-3, "EUR", Fraction(1), -2),
        (-8900, "RON", Fraction(21, 100), -1545),  # a credit note mirrors its invoice
        (8900, "RON", Fraction(0), 0),
        (1, "EUR", Fraction(21, 100), 0),  # 0.17 cents
        (0, "EUR", Fraction(21, 100), 0),
    ],
)
def test_the_tax_is_carved_out_of_the_gross(
    gross: int, currency: str, rate: Fraction, tax: int
) -> None:
    taxed = tax_inside(Money(gross, currency), rate)

    assert taxed.gross == Money(gross, currency)
    assert taxed.tax == Money(tax, currency)
    assert taxed.net == Money(gross - tax, currency)
