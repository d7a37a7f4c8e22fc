"""What actions that send a message share: writing it, handing it over, and what follows."""

from collections.abc import Callable, Mapping
from typing import Any

from duly.action import Ask, Facts, Impossible, Prepared, Skip, Task, Tools
from duly.catalog import name_in
from duly.connector import CHANNELS, FailureClass, OutgoingMessage
from duly.messaging.content import (
    business_values,
    cycle_values,
    invoice_values,
    subscriber_values,
    subscription_values,
    unsubscribe_link,
)
from duly.messaging.policy import (
    address_of,
    is_suppressed,
    missing_consent,
    pick_language,
)
from duly.model.change import Change, MakeOffer, NewMessage, SettleMessage, Suppress
from duly.model.outcome import Done, Failed, Outcome
from duly.model.saved import SavedMessage
from duly.template.draft import UNSUBSCRIBE_LINK
from duly.template.message import CompiledMessage, RenderedMessage


def _nothing_more(_language: str) -> Mapping[str, Any]:
    return {}


def compose(
    facts: Facts,
    name: str,
    channels: tuple[str, ...],
    extra: Callable[[str], Mapping[str, Any]] = _nothing_more,
    changes: tuple[MakeOffer, ...] = (),
) -> Prepared:
    """Write a message for the first of the channels that reaches the subscriber.

    ``extra`` gives, in a language, values that only this message has. A channel that was refused
    before is passed over.
    """
    template = _template(facts, name)
    if facts.invoice is None and "invoice" in template.names:
        return Skip("condition_false", "there is no invoice")
    header = template.header
    lacking = missing_consent(header.message_class, header.topic, facts.consents)
    if lacking:
        return Skip("condition_false", f"{lacking} is missing")
    channel = _channel(facts, template, channels)
    if channel is None:
        return Impossible(f"no address for {' or '.join(channels)}")
    values = {**_values(facts, template.language), **extra(template.language)}
    rendered = template.render(values, locale=template.language)
    row = _row(facts, name, template, rendered, channel)
    return Ask(row, facts.shop.channels[channel], changes)


def _template(facts: Facts, name: str) -> CompiledMessage:
    messages, business = facts.shop.messages, facts.shop.business
    written = [language for found, language in messages if found == name]
    language = pick_language(facts.subscriber, written, business.languages[0])
    return messages[name, language]


def _channel(facts: Facts, template: CompiledMessage, channels: tuple[str, ...]) -> str | None:
    for channel in channels:
        usable = channel in facts.shop.channels and channel not in facts.tried_channels
        reason = facts.suppressed.get(channel)
        kept_out = reason is not None and is_suppressed(template.header.message_class, reason)
        if usable and not kept_out and address_of(facts.subscriber, channel):
            return channel
    return None


def _values(facts: Facts, language: str) -> Mapping[str, Any]:
    values: dict[str, Any] = {
        "business": business_values(facts.shop.business),
        "subscriber": subscriber_values(facts.subscriber),
        "today": facts.today,
        UNSUBSCRIBE_LINK: unsubscribe_link(facts.shop.business, language),
    }
    if facts.subscription is not None:
        plan = facts.shop.catalog.plan(facts.subscription.plan)
        values["subscription"] = subscription_values(facts.subscription)
        values["plan"] = {"name": name_in(plan.names, language, plan.code)}
    if facts.cycle is not None:
        values["cycle"] = cycle_values(facts.cycle)
    if facts.invoice is not None:
        values["invoice"] = invoice_values(facts.invoice)
    return values


def _row(
    facts: Facts,
    name: str,
    template: CompiledMessage,
    rendered: RenderedMessage,
    channel: str,
) -> NewMessage:
    texts = {"email": rendered.text, "sms": rendered.sms, "push": rendered.push}
    return NewMessage(
        channel=channel,
        name=name,
        language=template.language,
        message_class=template.header.message_class,
        address=address_of(facts.subscriber, channel),
        subject=rendered.subject if channel != "sms" else "",
        text=texts[channel] or rendered.text,
        html=rendered.html if channel == "email" else "",
    )


async def send(task: Task, tools: Tools) -> Done:
    """Hand a written message to its connector."""
    row = saved(task)
    channel = next(known for known in CHANNELS if known == row.channel)
    message = OutgoingMessage(
        channel=channel,
        to=row.address,
        sender=row.sender,
        subject=row.subject,
        text=row.text,
        html=row.html,
        message_id=f"<{task.effect_key}@{row.domain}>",
        name=row.name,
        language=row.language,
    )
    receipt = await tools.messenger(task.connector).send(message, task.effect_key)
    return Done(receipt.reference, "sent")


def settle_message(task: Task, outcome: Outcome) -> tuple[Change, ...]:
    """Say what becomes of a message; an address that does not exist is suppressed."""
    row = saved(task)
    match outcome:
        case Done():
            return (SettleMessage(row.id, sent=True),)
        case Failed(failure=failure):
            bounced = failure == FailureClass.BAD_ADDRESS
            suppress = (Suppress(row.channel, row.address, "bounced"),) if bounced else ()
            return (SettleMessage(row.id, sent=False), *suppress)
        case _:
            return ()


def saved(task: Task) -> SavedMessage:
    """Return the message that a call refers to."""
    assert isinstance(task.row, SavedMessage), "a message job refers to its message"
    return task.row
