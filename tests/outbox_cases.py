"""Messages and parcels that the tests of the outbox send, and how they send them."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

from duly.connector import OutgoingMessage, ParcelItem, ParcelRequest, Receipt
from duly_connectors.outbox import Outbox

MARCH_1 = datetime(2026, 3, 1, 6, 0, 5, tzinfo=UTC)
MAIL = OutgoingMessage(
    channel="email",
    to="anna@example.com",
    sender="Cafeaua Noastră <salut@cafea.example>",
    subject="Factura ta – mulțumim",
    text="Mulțumim, Anna!\n",
    html="<html><head><style>h1 { color: red }</style></head><body><h1>Mulțumim</h1></body></html>",
    message_id="<3f9c@cafea.example>",
    name="your-invoice",
    language="ro",
    headers={"List-Unsubscribe": "<https://cafea.example/u/3f9c>"},
)
SMS = replace(MAIL, channel="sms", to="+40712345678", sender="Cafeaua", subject="", html="")
PUSH = replace(SMS, channel="push", to="device-7", subject="Pe drum")
PARCEL = ParcelRequest(
    reference="P-000012",
    receiver="Anna Pop",
    address={
        "street": "Str. Horea 10",
        "city": "Cluj-Napoca",
        "region": "CJ",
        "postcode": "400174",
        "country": "RO",
    },
    items=(ParcelItem("beans-250", "Cafea boabe 250 g", 2), ParcelItem("filter", "Filtre", 1)),
)


def send(outbox: Outbox, message: OutgoingMessage = MAIL, key: str = "key-1") -> Receipt:
    return asyncio.run(outbox.send(message, key))


def ship(outbox: Outbox, parcel: ParcelRequest = PARCEL, key: str = "key-1") -> Receipt:
    return asyncio.run(outbox.ship(parcel, key))
