"""The tokens of made-up payment methods say what they are documented to say."""

from datetime import timedelta

import pytest

from duly.connector import FailureClass, Refused
from duly.testing.answers import (
    TOKENS,
    Answer,
    Broken,
    Declines,
    LosesAnswer,
    LosesRequest,
    Pays,
    Waits,
    looks_like_card,
    read_token,
    refuse_card_number,
)

_NO_MONEY = "not enough money in the account"


@pytest.mark.parametrize(
    ("token", "answer"),
    [
        ("pays", Pays()),
        (" pays ", Pays()),  # as copied from a sheet
        ("pays/anna", Pays()),
        ("pays/line one\nline two", Pays()),
        ("declines", Declines(FailureClass.SOFT, _NO_MONEY)),
        ("declines:2/anna", Declines(FailureClass.SOFT, _NO_MONEY, times=2)),
        ("declines:0", Declines(FailureClass.SOFT, _NO_MONEY, times=0)),
        ("declines-hard", Declines(FailureClass.HARD, "the card was reported stolen")),
        (
            "asks-3ds/x",
            Declines(FailureClass.ACTION_NEEDED, "the payer must confirm the payment"),
        ),
        ("times-out", LosesRequest()),
        ("times-out-done", LosesAnswer()),
        ("pending:2", Waits("succeeded", timedelta(days=2))),
        ("fails-late:3", Waits("failed", timedelta(days=3))),
        ("returns:1000", Pays(returned_after=timedelta(days=1000))),
        ("outage", Broken("outage")),
        ("wrong-key", Broken("wrong_key")),
    ],
)
def test_a_token_says_what_happens(token: str, answer: Answer) -> None:
    assert read_token(token) == answer


@pytest.mark.parametrize("token", TOKENS)
def test_every_listed_token_is_understood(token: str) -> None:
    assert read_token(token) == read_token(f"{token}/anna")


@pytest.mark.parametrize(
    "token",
    [
        "",
        "pm_1KxyzSECRET",
        "PAYS",
        "pays:1",  # it takes no number
        "pending",  # it needs one
        "declines:two",
        "declines:",
        "declines:-1",
        "declines:1001",  # more than a number may be
        "/pays",
    ],
)
def test_an_unknown_token_is_refused_for_good_with_the_list_and_without_itself(token: str) -> None:
    with pytest.raises(Refused) as caught:
        read_token(token)

    assert caught.value.failure is FailureClass.HARD
    assert caught.value.message == (
        "this token is unknown here; known are: pays, declines, declines:2, declines-hard, "
        "asks-3ds, times-out, times-out-done, pending:2, fails-late:3, returns:3, outage, wrong-key"
    )


@pytest.mark.parametrize(
    ("text", "is_card"),
    [
        ("4242424242424242", True),
        ("4242 4242 4242 4242", True),
        ("4242-4242-4242-4242", True),
        ("pays/378282246310005", True),  # 15 digits
        ("4222222222222", True),  # 13 digits
        ("6304000000000000000", True),  # 19 digits
        ("card 12 4242424242424242", True),  # digits before it do not hide it
        ("4242424242424241", False),  # the check digit is wrong
        ("424242424242", False),  # 12 digits
        ("42424242424242424242", False),  # 20 digits
        ("declines:2/anna", False),
        ("", False),
    ],
)
def test_a_card_number_is_recognised(text: str, is_card: bool) -> None:
    assert looks_like_card(text) is is_card


def test_a_card_number_is_refused_without_being_repeated() -> None:
    with pytest.raises(Refused) as caught:
        refuse_card_number("pays/4242424242424242")

    assert caught.value.failure is FailureClass.HARD
    assert "4242" not in caught.value.message
    assert "looks like a card number" in caught.value.message
