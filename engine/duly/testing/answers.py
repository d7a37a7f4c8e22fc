"""The words a made-up payment method may be: each says how charging it goes."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from duly.connector import FailureClass, PaymentState, Refused

# The largest number a token may carry: tries of an invoice, or days.
NUMBER_AT_MOST = 1_000

# What people may write, with what it does; the sentences are shown to them.
TOKENS: dict[str, str] = {
    "pays": "pays at once",
    "declines": "no funds, every time",
    "declines:2": "no funds for the first two tries of an invoice, then pays",
    "declines-hard": "the card is stolen; it never pays",
    "asks-3ds": "the payer must confirm first",
    "times-out": "the first call under a key gets no answer and does nothing; the next one pays",
    "times-out-done": "pays, but the answer is lost",
    "pending:2": "pending, and paid after two days",
    "fails-late:3": "pending, and failed after three days",
    "returns:3": "pays at once, and the money goes back after three days",
    "outage": "the gateway is down",
    "wrong-key": "the gateway does not accept our credentials",
}

_SHAPE = re.compile(r"([a-z0-9-]+?)(?::(\d{1,4}))?(?:/.*)?", re.DOTALL)
_DIGITS = re.compile(r"\d(?:[ -]?\d)*")
_PLAIN_DIGITS = re.compile(r"\d+")
_CARD_LENGTHS = range(13, 20)  # ISO/IEC 7812-1


@dataclass(frozen=True, slots=True)
class Pays:
    """Take the money at once; it may go back ``returned_after``."""

    returned_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Declines:
    """Refuse the first ``times`` tries of an invoice, or all if it is None."""

    failure: FailureClass
    reason: str
    times: int | None = None


@dataclass(frozen=True, slots=True)
class LosesRequest:
    """Give no answer to the first call under a key and do nothing; then pay."""


@dataclass(frozen=True, slots=True)
class LosesAnswer:
    """Take the money and give no answer."""


@dataclass(frozen=True, slots=True)
class Waits:
    """Be pending, and turn into ``then`` after a while."""

    then: PaymentState
    after: timedelta


@dataclass(frozen=True, slots=True)
class Broken:
    """Do nothing: the gateway is down, or does not know us."""

    how: Literal["outage", "wrong_key"]


Answer = Pays | Declines | LosesRequest | LosesAnswer | Waits | Broken


def read_token(token: str) -> Answer:
    """Say what charging a token does; what stands after a ``/`` is free.

    Raises Refused for an unknown word, without repeating it: it may be a real gateway's.
    """
    match = _SHAPE.fullmatch(token.strip())
    number = int(match[2]) if match and match[2] else None
    answer = _answer(match[1], number) if match else None
    if answer is None or (number or 0) > NUMBER_AT_MOST:
        known = ", ".join(TOKENS)
        raise Refused(f"this token is unknown here; known are: {known}", FailureClass.HARD)
    return answer


def refuse_card_number(token: str) -> None:
    """Raise Refused if a token looks like a card number, without repeating it."""
    if looks_like_card(token):
        raise Refused(
            "the token looks like a card number, which has no place here; "
            "write the gateway's name for the card",
            FailureClass.HARD,
        )


def looks_like_card(text: str) -> bool:
    """Tell whether a text holds 13 to 19 digits that pass the check of card numbers (Luhn)."""
    spaced = (match[0].replace(" ", "").replace("-", "") for match in _DIGITS.finditer(text))
    plain = _PLAIN_DIGITS.findall(text)
    return any(
        len(digits) in _CARD_LENGTHS and _passes_luhn(digits) for digits in (*spaced, *plain)
    )


def _answer(word: str, number: int | None) -> Answer | None:
    days = timedelta(days=number or 0)
    match word, number:
        case "pays", None:
            return Pays()
        case "declines", _:
            return Declines(FailureClass.SOFT, "not enough money in the account", number)
        case "declines-hard", None:
            return Declines(FailureClass.HARD, "the card was reported stolen")
        case "asks-3ds", None:
            return Declines(FailureClass.ACTION_NEEDED, "the payer must confirm the payment")
        case "times-out", None:
            return LosesRequest()
        case "times-out-done", None:
            return LosesAnswer()
        case "pending", int():
            return Waits("succeeded", days)
        case "fails-late", int():
            return Waits("failed", days)
        case "returns", int():
            return Pays(returned_after=days)
        case "outage", None:
            return Broken("outage")
        case "wrong-key", None:
            return Broken("wrong_key")
    return None


def _passes_luhn(digits: str) -> bool:
    """Check a number as ISO/IEC 7812-1, annex B, says: every second digit from the right twice."""
    doubled = (int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(digits)))
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0
