"""Whom messages go to, by which way, and what an answer changes: notify and offer."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from action_cases import FACTS, SAVED_MESSAGE, SHOP, facts, task, written_to
from duly.action import Action, Ask, Facts, Impossible, Prepared, Skip
from duly.actions.notify import Notify
from duly.actions.offer import Offer
from duly.errors import InputError
from duly.model.change import Change, MakeOffer, NewMessage, SettleMessage, Suppress
from duly.model.outcome import Done, Failed, NotThere, Outcome, Retry, Unknown, Wait
from duly.template.draft import MessageHeader, MessageSource
from duly.template.letterhead import Letterhead
from duly.template.message import compile_message
from duly.template.name import Name
from duly.template.scan import Placed
from duly.testing import MemoryMessenger
from duly.values.duration import Duration, Unit
from duly.values.problem import Span

SPAN = Span("bill.md", 1, 1)
WELCOME = Notify("welcome")
WARNING = Notify("last-warning", ("sms", "email"))
SELL = Offer("larger-box", {"plan": "gift"}, Duration(10, Unit.DAY))
BOTH = {"marketing": True}


def asked(prepared: Prepared) -> NewMessage:
    assert isinstance(prepared, Ask)
    assert isinstance(prepared.row, NewMessage)
    return prepared.row


def test_a_message_is_written_for_its_reader() -> None:
    prepared = WELCOME.prepare(FACTS)

    row = asked(prepared)
    assert (row.channel, row.address, row.subject) == ("email", "ana@example.test", "About welcome")
    assert (row.name, row.language, row.message_class) == ("welcome", "en", "service")
    assert "welcome, Ana." in row.text
    assert "welcome, Ana." in row.html
    assert isinstance(prepared, Ask)
    assert (prepared.connector, prepared.changes) == ("mail", ())


def test_a_text_message_has_its_own_words_and_no_subject() -> None:
    row = asked(WARNING.prepare(FACTS))

    assert (row.channel, row.address) == ("sms", "+40711111111")
    assert (row.subject, row.text, row.html) == ("", "last-warning, Ana", "")


NO_TEXTS = replace(SHOP, channels={"email": "mail"})


@pytest.mark.parametrize(
    ("given", "channel"),
    [
        (FACTS, "sms"),
        (written_to(phone=""), "email"),
        (facts(tried_channels=frozenset({"sms"})), "email"),
        (facts(suppressed={"sms": "bounced"}), "email"),
        (facts(suppressed={"sms": "opted_out"}), "sms"),  # who opted out still gets this
        (facts(shop=NO_TEXTS), "email"),  # nobody sends text messages here
    ],
)
def test_the_first_channel_that_reaches_the_subscriber_is_taken(given: Facts, channel: str) -> None:
    assert asked(WARNING.prepare(given)).channel == channel


@pytest.mark.parametrize(
    ("action", "given", "prepared"),
    [
        (WARNING, written_to(phone="", email=""), Impossible("no address for sms or email")),
        (WELCOME, written_to(email=""), Impossible("no address for email")),
        (WELCOME, facts(suppressed={"email": "complained"}), Impossible("no address for email")),
        (SELL, FACTS, Skip("condition_false", "consent.marketing is missing")),
        (
            SELL,
            facts(consents={"marketing": False}),
            Skip("condition_false", "consent.marketing is missing"),
        ),
        (
            SELL,
            facts(consents=BOTH, suppressed={"email": "opted_out"}),
            Impossible("no address for email"),
        ),
    ],
)
def test_what_may_not_or_cannot_be_written_is_not(
    action: Action, given: Facts, prepared: Prepared
) -> None:
    assert action.prepare(given) == prepared


def test_a_message_in_no_language_of_the_reader_is_written_in_the_first_of_the_business() -> None:
    assert asked(WELCOME.prepare(written_to(language="hu"))).language == "en"


def test_an_offer_is_stored_with_its_message_and_open_until_its_last_day_ends() -> None:
    # The 11th and ten days more: midnight after the 21st in Bucharest is 22:00 UTC.
    prepared = SELL.prepare(facts(consents=BOTH))

    assert isinstance(prepared, Ask)
    assert prepared.changes == (
        MakeOffer(1, 2, 6, "0/charge", {"plan": "gift"}, datetime(2026, 2, 21, 22, tzinfo=UTC)),
    )
    assert asked(prepared).name == "larger-box"


SENT = (SettleMessage(9, sent=True),)
NOT_SENT = (SettleMessage(9, sent=False),)


@pytest.mark.parametrize("action", [WELCOME, SELL])
@pytest.mark.parametrize(
    ("outcome", "changes"),
    [
        (Done("r", "sent"), SENT),
        (Done("", "assumed"), SENT),
        (Failed("mailbox full", "soft"), NOT_SENT),
        (
            Failed("no such mailbox", "bad_address"),
            (*NOT_SENT, Suppress("email", "ana@example.test", "bounced")),
        ),
        (Failed("tried 20 times", "technical"), NOT_SENT),
        (Unknown("no answer"), ()),
        (Retry("later"), ()),
        (Wait("wrong password"), ()),
        (NotThere(), ()),
    ],
)
def test_an_answer_settles_the_message(
    action: Action, outcome: Outcome, changes: tuple[Change, ...]
) -> None:
    assert action.settle(task(SAVED_MESSAGE), outcome) == changes


@pytest.mark.parametrize(
    ("channel", "by", "another"),
    [
        ("sms", ("sms", "email"), True),
        ("email", ("sms", "email"), False),
        ("email", ("email",), False),
    ],
)
def test_a_refused_message_has_another_way_until_the_last(
    channel: str, by: tuple[str, ...], another: bool
) -> None:
    called = task(replace(SAVED_MESSAGE, channel=channel))

    assert Notify("welcome", by).has_another_way(called) is another
    assert replace(SELL, by=by).has_another_way(called) is another


@pytest.mark.parametrize(
    ("action", "step"),
    [
        (WELCOME, "notify/welcome"),
        (Notify("welcome", ("sms",), copy=True), "notify/welcome/sms"),
        (SELL, "offer/larger-box"),
    ],
)
def test_a_step_is_named_after_its_message(action: Action, step: str) -> None:
    assert action.step == step


class _Tools:
    def __init__(self) -> None:
        self.mail = MemoryMessenger()

    def messenger(self, name: str) -> MemoryMessenger:
        return self.mail


def test_what_was_saved_is_what_is_sent() -> None:
    tools = _Tools()

    done = asyncio.run(WELCOME.perform(task(SAVED_MESSAGE), tools))  # type: ignore[arg-type]

    (message,) = tools.mail.sent.values()
    assert (message.to, message.subject, message.text) == ("ana@example.test", "Welcome", "Hello")
    assert message.message_id == "<key@cafea.example>"
    assert done == Done("message-key", "sent")


def test_a_message_about_an_invoice_is_not_sent_where_none_was_issued() -> None:
    header = MessageHeader(Placed("Your invoice", SPAN), "transactional")
    body = Placed("Number {{ invoice.number }}.", SPAN)
    names = {"invoice.number": Name("text")}
    message = compile_message(MessageSource(header, body, "en"), names, Letterhead("C", "C"))
    shop = replace(SHOP, messages={("bill", "en"): message})

    prepared = Notify("bill").prepare(replace(FACTS, shop=shop, invoice=None))

    assert prepared == Skip("condition_false", "there is no invoice")


@pytest.mark.parametrize("by", [("email", "email"), {"first_of": ("sms", "sms")}])
def test_a_channel_is_named_once(by: object) -> None:
    with pytest.raises(InputError, match="by names a channel twice"):
        Notify.load({"message": "welcome", "by": by})
