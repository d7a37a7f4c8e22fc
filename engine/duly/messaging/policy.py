"""Decide whether a message may go, by its class, the addressee's consent and suppression."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from duly.model.people import Subscriber

MessageClass = Literal["transactional", "service", "marketing"]


@dataclass(frozen=True, slots=True)
class Route:
    """Hold the channel a message takes, the address, and the connector that sends it."""

    channel: str
    address: str = field(repr=False)
    connector: str


def address_of(subscriber: Subscriber, channel: str) -> str:
    """Return the address of a channel; empty if there is none."""
    match channel:
        case "email":
            return subscriber.email
        case "sms":
            return subscriber.phone
        case "push":
            return subscriber.push
        case _:
            return ""


def missing_consent(message_class: MessageClass, topic: str, consents: Mapping[str, bool]) -> str:
    """Name the consent that a marketing message lacks; empty if it may go.

    A consent that was never asked for is missing, and so marketing is not sent.
    """
    if message_class != "marketing":
        return ""
    if consents.get("marketing") is not True:
        return "consent.marketing"
    if topic and consents.get(topic) is False:
        return f"consent.{topic}"
    return ""


def is_suppressed(message_class: MessageClass, reason: str) -> bool:
    """Tell whether a suppressed address keeps out a message; who opted out still gets bills."""
    return reason != "opted_out" or message_class == "marketing"


def spoken(language: str, languages: Sequence[str]) -> str:
    """Return a language if the business speaks it, else the business's first."""
    return language if language in languages else languages[0]


def pick_language(subscriber: Subscriber, written: Sequence[str], default: str) -> str:
    """Return the language to write in: the subscriber's, else the business's first."""
    return subscriber.language if subscriber.language in written else default
