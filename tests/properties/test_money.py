"""Money: what must hold for every amount, currency, weight and rate."""

import re
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from itertools import pairwise

import iso4217
from hypothesis import given
from hypothesis import strategies as st

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

PAYABLE = sorted(one.value for one in iso4217.Currency if one.exponent is not None)
currencies = st.sampled_from(PAYABLE)
amounts = st.builds(Money, st.integers(-(10**12) + 1, 10**12 - 1), currencies)
rates = st.builds(Fraction, st.integers(0, 10_000), st.just(10_000))
numerators = st.lists(st.integers(-(10**14), 10**14), max_size=6)


@given(amounts)
def test_what_is_written_is_read_back(amount: Money) -> None:
    assert parse_money(str(amount)) == amount


@given(amounts)
def test_an_amount_is_written_as_a_decimal_of_its_currency(amount: Money) -> None:
    number, currency = str(amount).split(" ")

    assert Decimal(number).scaleb(exponent(currency)) == amount.minor
    assert max(0, -int(Decimal(number).as_tuple().exponent)) == exponent(currency)


CODES = ("", "EUR", "eur", "JPY", "KWD", "ABC", "€")
SPACES = ("", " ", "  ")
almost_amounts = st.tuples(
    st.sampled_from(CODES),
    st.sampled_from(SPACES),
    st.from_regex(r"-?[0-9]{0,13}([.,][0-9]{0,5}){0,2}", fullmatch=True),
    st.sampled_from(SPACES),
    st.sampled_from(CODES),
).map("".join)


@given(almost_amounts)
def test_advice_that_gives_an_amount_gives_one_that_can_be_read(text: str) -> None:
    try:
        parse_money(text)
    except InputError as error:
        advice = re.search(r'write [^"]*"([^"]+)"$', str(error))
        if advice:  # a currency that does not exist has no amount to suggest
            parse_money(advice[1])


@given(numerators, st.integers(1, 20_000))
def test_shares_that_are_rounded_add_up_to_their_rounded_sum(shares: list[int], parts: int) -> None:
    whole = round_half_away(Fraction(sum(shares), parts))

    assert sum(apportion(whole, shares, parts)) == whole


@given(numerators, st.integers(1, 20_000))
def test_no_share_is_rounded_by_a_whole_unit(shares: list[int], parts: int) -> None:
    whole = round_half_away(Fraction(sum(shares), parts))

    for found, share in zip(apportion(whole, shares, parts), shares, strict=True):
        assert abs(found - Fraction(share, parts)) < 1


@given(numerators, st.integers(1, 20_000))
def test_a_larger_share_never_gets_less(shares: list[int], parts: int) -> None:
    whole = round_half_away(Fraction(sum(shares), parts))
    found = apportion(whole, shares, parts)
    by_share = sorted(zip(shares, found, strict=True), key=lambda pair: pair[0])

    for (less, small), (more, large) in pairwise(by_share):
        assert less == more or small <= large


@given(amounts, rates)
def test_net_and_tax_are_the_gross(gross: Money, rate: Fraction) -> None:
    taxed = tax_inside(gross, rate)

    assert taxed.net + taxed.tax == taxed.gross == gross


@given(amounts, rates)
def test_the_tax_is_the_rate_on_the_net_within_half_a_unit(gross: Money, rate: Fraction) -> None:
    taxed = tax_inside(gross, rate)

    # tax - net * rate = (1 + rate) * (tax - gross * rate / (1 + rate)), the latter at most a half.
    assert abs(taxed.tax.minor - taxed.net.minor * rate) <= (1 + rate) / 2


@given(amounts, rates)
def test_a_credit_note_has_the_tax_of_its_invoice(gross: Money, rate: Fraction) -> None:
    invoice, credit = tax_inside(gross, rate), tax_inside(-gross, rate)

    assert (credit.net, credit.tax) == (-invoice.net, -invoice.tax)


@given(st.integers(-(10**15), 10**15), st.integers(0, 6))
def test_rounding_is_what_decimal_calls_half_up(number: int, places: int) -> None:
    value = Decimal(number).scaleb(-places)

    with localcontext(prec=40):
        expected = int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))

    assert round_half_away(Fraction(value)) == expected


@given(st.fractions())
def test_rounding_is_symmetric_and_never_off_by_more_than_a_half(value: Fraction) -> None:
    rounded = round_half_away(value)

    assert round_half_away(-value) == -rounded
    assert abs(rounded - value) <= Fraction(1, 2)


@given(amounts, st.builds(Fraction, st.integers(-1000, 1000), st.integers(1, 366)))
def test_a_factor_works_on_a_credit_as_on_a_charge(amount: Money, factor: Fraction) -> None:
    assert (-amount).times(factor) == -amount.times(factor) == amount.times(-factor)


@given(st.lists(st.integers(-(10**9), 10**9)), currencies)
def test_a_sum_does_not_depend_on_its_order(minors: list[int], currency: str) -> None:
    lines = [Money(minor, currency) for minor in minors]

    assert (
        total(lines, currency) == total(reversed(lines), currency) == Money(sum(minors), currency)
    )
