"""Tables of people: subscribers, consents, suppressed addresses, payment methods."""

from sqlalchemy import Boolean, Index, Integer, PrimaryKeyConstraint, Table, UniqueConstraint

from duly.tables.column import (
    METADATA,
    held,
    identity,
    named,
    optional,
    partial_index,
    personal,
    points,
)
from duly.tables.types import Instant, Json, LocalDate, Word

subscriber = Table(
    "subscriber",
    METADATA,
    identity("The subscriber."),
    held("external_id", Word, "The business's own name for the subscriber; unique."),
    personal("name", Word, "Name of the person or company."),
    personal("email", Word, "E-mail address."),
    personal("phone", Word, "Telephone number, for SMS."),
    personal("push", Word, "Address of the subscriber's device, for push."),
    optional("country", Word, "Country by ISO 3166, two letters."),
    optional("region", Word, "Region, as the business names it."),
    held("language", Word, "Language of messages, two letters."),
    held("zone", Word, "IANA zone; local days are counted in it."),
    held("kind", Word, "person or company."),
    personal("address", Json, "Postal address: street, city, region, postcode."),
    optional("signed_up_on", LocalDate, "Local date of the sign-up."),
    personal("own", Json, "The business's own fields, as declared in duly.yaml."),
    held("origin", Word, "own, or import for what happened before the take-over."),
    optional("tick", Integer, "Tick that saw the last change; empty: changed, not yet seen."),
    UniqueConstraint("external_id"),
    comment="A person or company that subscribes, and pays unless somebody else does.",
)
Index("ix_subscriber_tick", subscriber.c.tick)
partial_index("ix_subscriber_changed", subscriber.c.id, where="tick IS NULL")

zone = Table(
    "zone",
    METADATA,
    named("name", Word, "IANA zone."),
    comment="Every zone that was ever in use, so that a tick need not look for them.",
)

consent = Table(
    "consent",
    METADATA,
    points("subscriber_id", "subscriber", "Whose consent."),
    held("topic", Word, "marketing, or a topic of duly.yaml."),
    held("given", Boolean, "Yes or no; a missing row is neither."),
    held("at", Instant, "When it was said."),
    held("source", Word, "Where it was said, such as import of 2026-11-22."),
    PrimaryKeyConstraint("subscriber_id", "topic"),
    comment="What a subscriber agreed to hear about.",
)

suppression = Table(
    "suppression",
    METADATA,
    identity("The entry."),
    held("channel", Word, "email, sms or push."),
    personal("address", Word, "The address that may not be written to."),
    held("reason", Word, "bounced, complained, opted_out or manual."),
    held("at", Instant, "Since when."),
    UniqueConstraint("channel", "address"),
    comment="Addresses that get nothing, whatever a rule says.",
)

payment_method = Table(
    "payment_method",
    METADATA,
    identity("The payment method."),
    points("subscriber_id", "subscriber", "Who pays with it."),
    held("gateway", Word, "Name of the connector in duly.yaml."),
    held("token", Word, "The gateway's name for it; never a card number."),
    held("kind", Word, "card, debit, transfer or other, as the business calls it."),
    held("is_default", Boolean, "Whether charges use this one."),
    held("status", Word, "active, or dead after a hard decline."),
    held("made_at", Instant, "When it was stored."),
    UniqueConstraint("subscriber_id", "gateway", "token"),
    comment="A stored way to pay: gateway and token only.",
)
