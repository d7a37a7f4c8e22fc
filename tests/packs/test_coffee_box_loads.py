"""The coffee box is read without a word, and comes to what its README says."""

import pytest

from duly.language.workspace import Outlets, Reading, read_workspace
from duly.messaging.content import business_values, subscriber_values
from duly.model.people import Subscriber
from duly.resources import find
from duly.trigger import Catch
from language_files import workspace

PACK = find("rules") / "coffee-box"
OUTLETS = Outlets(
    channels=frozenset({"email", "sms", "push"}),
    gateways=frozenset({"cards"}),
    carrier=True,
    uses={"csv": {"file": True}, "outbox": {}, "sandbox": {}},
)


def read() -> Reading:
    return read_workspace(workspace(PACK), environment={}, outlets=OUTLETS)


def test_it_has_no_problem() -> None:
    reading = read()

    assert reading.problems == ()
    assert reading.ruleset is not None
    assert reading.settings is not None


def test_its_rules_do_what_the_readme_says() -> None:
    ruleset = read().ruleset
    assert ruleset is not None

    done = {
        name: [step.name for entry in rule.entries for step in entry.steps]
        for name, rule in ruleset.rules.items()
    }
    assert done == {
        "invoice-each-cycle": ["0/invoice", "0/notify/your-invoice", "0/charge"],
        "first-weeks": ["0/notify/welcome", "4/notify/good-cup", "14/notify/stay-close"],
        "ends-soon": ["0/notify/ends-soon"],
        "farewell": ["0/notify/farewell"],
        "offer-larger-box": ["0/offer/larger-box"],
        "ship-when-paid": ["0/ship", "0/notify/box-on-its-way"],
        "payment-rescue": [
            "0/notify/payment-refused",
            "3/charge",
            "7/charge",
            "7/notify/last-warning",
            "14/pause",
            "14/notify/subscription-paused",
            "21/charge",
        ],
        "welcome-back": ["0/resume", "0/notify/welcome-back"],
        "let-go": ["0/cancel", "0/notify/subscription-closed"],
    }


def test_an_outage_loses_no_money_and_makes_no_late_offers() -> None:
    ruleset = read().ruleset
    assert ruleset is not None

    modes = {name: rule.catch_up.mode for name, rule in ruleset.rules.items()}
    assert modes.pop("offer-larger-box") == Catch.SKIP
    messages = ("first-weeks", "ends-soon", "farewell")
    assert {modes.pop(name) for name in messages} == {Catch.LATEST}
    assert set(modes.values()) == {Catch.EACH}


@pytest.mark.parametrize(
    ("language", "name", "greeting"),
    [
        ("ro", "Ana Mureșan", "Bună, Ana!"),
        ("ro", "", "Bună!"),
        ("en", "Emma Brown", "Hello Emma,"),
        ("en", "", "Hello,"),
    ],
)
def test_somebody_without_a_name_is_greeted_all_the_same(
    language: str, name: str, greeting: str
) -> None:
    ruleset = read().ruleset
    assert ruleset is not None
    values = {
        "subscriber": subscriber_values(person(name)),
        "business": business_values(ruleset.business),
    }

    letter = ruleset.messages["good-cup", language].render(values, locale=language)

    assert letter.text.splitlines()[0] == greeting


def person(name: str) -> Subscriber:
    return Subscriber(id=1, external_id="C-1", language="ro", zone="UTC", kind="person", name=name)
