"""Find card numbers where none may be: duly stores no card number, in no field."""

import re

# Digits in a row, alone or in groups with a space or dash between them.
_DIGITS = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)", re.ASCII)
# First digits and lengths of the networks' numbers, from their public tables (ISO/IEC 7812
# assigns the first digits): Visa, Mastercard, American Express, Diners, JCB, then Maestro,
# Discover and UnionPay, then Mir.
_ISSUERS = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})"
    r"|(?:5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}"
    r"|3[47]\d{13}"
    r"|3(?:0[0-5]|[689]\d)\d{11}"
    r"|35(?:2[89]|[3-8]\d)\d{12}"
    r"|(?:50|5[6-8]|6\d)\d{11,17}"
    r"|220[0-4]\d{12}"
)


def has_card_number(text: str) -> bool:
    """Tell whether a text holds what can only be a card number: issuer, length, check digit."""
    return any(_is_card(re.sub(r"[ -]", "", found)) for found in _DIGITS.findall(text))


def _is_card(digits: str) -> bool:
    return _ISSUERS.fullmatch(digits) is not None and _luhn(digits)


def _luhn(digits: str) -> bool:
    """Check the last digit (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
