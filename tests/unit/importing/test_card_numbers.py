"""A card number is found where none may be; another long number is left alone."""

import pytest

from duly.language.mapping_cards import has_card_number


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111111",  # Visa; these are the numbers that networks publish for tests
        "4222222222222",
        "5555555555554444",  # Mastercard
        "2223003122003222",
        "378282246310005",  # American Express
        "30569309025904",  # Diners
        "6011111111111117",  # Discover
        "3530111333300000",  # JCB
        "6200000000000005",  # UnionPay
        "6759649826438453",  # Maestro
        "2200000000000004",  # Mir
        "4111 1111 1111 1111",
        "card 4111-1111-1111-1111, valid until 12/27",
    ],
)
def test_a_card_number_is_found(text: str) -> None:
    assert has_card_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4111111111111112",  # the check digit differs
        "411111111111",  # too short
        "41111111111111111111",  # too long
        "9111111111111111",  # no issuer begins so
        "1234567812345670",  # the check digit is right, the issuer is not
        "+40712345678",
        "2026-12-31 2026-12-31",
        "RO49AAAA1B31007593840000",
        "4111 1111  1111 1111",  # two spaces part two numbers
    ],
)
def test_another_number_is_left_alone(text: str) -> None:
    assert not has_card_number(text)
