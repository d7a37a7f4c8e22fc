"""The connector itself: a messenger for every channel and a carrier, on the disk."""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Self

from duly.connector import (
    CHANNELS,
    Carrier,
    Channel,
    FailureClass,
    Messenger,
    Misconfigured,
    OutgoingMessage,
    ParcelRequest,
    Place,
    Receipt,
    Refused,
)
from duly_connectors.disk import storing, write_whole
from duly_connectors.outbox.book import Book, Delivery
from duly_connectors.outbox.mail import mime
from duly_connectors.outbox.names import digest, file_name, short_key
from duly_connectors.outbox.page import write_index
from duly_connectors.outbox.view import mail_page, packing_slip, text_slip

_SNIPPET_LENGTH = 160  # of a text without a subject, for the list


@dataclass(frozen=True, slots=True)
class OutboxSettings:
    """Say where the files go."""

    folder: str = field(
        default="outbox",
        metadata={"about": "The folder for the files, beside duly.yaml unless it starts with /."},
    )


class Outbox(Messenger, Carrier):
    """Write mails, SMS, push messages and parcels as files, once per key.

    The order is what makes it safe at any kill: the book is given the file's name first, the file
    is put under that name last. A second sending finds the name, and writes only what is missing.
    """

    Settings: ClassVar[type[Any]] = OutboxSettings
    channels: ClassVar[tuple[Channel, ...]] = CHANNELS
    look_up_delay: ClassVar[timedelta] = timedelta(0)

    def __init__(self, folder: Path, place: Place) -> None:
        """Remember the outbox's folder; it is made with the first delivery."""
        self.folder = folder
        self._now = place.now
        self._opened: Book | None = None

    @classmethod
    def open(cls, settings: OutboxSettings, place: Place) -> Self:
        if not settings.folder.strip() or "\0" in settings.folder:
            raise Misconfigured('the outbox has no folder; write one such as "folder: outbox"')
        return cls(place.folder / settings.folder, place)

    async def send(self, message: OutgoingMessage, key: str) -> Receipt:
        """Write a message's file; the receipt's reference is its name in the outbox."""
        if not message.to.strip():
            raise Refused("there is no address to send to", FailureClass.BAD_ADDRESS)
        with storing(self._title):
            delivery, is_new = self._claim(_of_message(message, key, self._now()))
            if is_new or not self._is_there(delivery):
                self._write_message(delivery, message)
        return _receipt(delivery)

    async def ship(self, request: ParcelRequest, key: str) -> Receipt:
        """Write a packing slip; the receipt's reference is the tracking number."""
        with storing(self._title):
            delivery, is_new = self._claim(_of_parcel(request, key, self._now()))
            if is_new or not self._is_there(delivery):
                tracking = delivery.detail["tracking"]
                slip = packing_slip(request, at=delivery.at, tracking=tracking)
                self._write(delivery.file, slip)
        return _receipt(delivery)

    async def find(self, key: str) -> Receipt | None:
        """Return the receipt of a parcel whose slip is there."""
        if not self.folder.exists():
            return None
        with storing(self._title):
            delivery = self._book().find("parcel", key)
            return _receipt(delivery) if delivery and self._is_there(delivery) else None

    def write_index(self) -> Path:
        """Write the page that lists what is in the outbox, and return where it is."""
        with storing(self._title):
            return write_index(self.folder)

    @property
    def _title(self) -> str:
        return f'the outbox folder "{self.folder.name}"'

    def _book(self) -> Book:
        if self._opened is None or not self._opened.path.exists():  # an owner may empty the folder
            self._opened = Book(self.folder)
        return self._opened

    def _claim(self, delivery: Delivery) -> tuple[Delivery, bool]:
        book = self._book()
        if book.claim(delivery):
            return delivery, True
        return book.find(delivery.purpose, delivery.key) or delivery, False

    def _is_there(self, delivery: Delivery) -> bool:
        return (self.folder / delivery.file).exists()

    def _write_message(self, delivery: Delivery, message: OutgoingMessage) -> None:
        if message.channel != "email":
            self._write(delivery.file, text_slip(message, at=delivery.at))
            return
        eml = str(Path(delivery.file).with_suffix(".eml"))
        self._write(eml, mime(message, at=delivery.at, boundary=digest(delivery.key)[:24]))
        page = mail_page(message, at=delivery.at, eml_name=Path(eml).name)
        self._write(delivery.file, page)

    def _write(self, name: str, content: bytes) -> None:
        path = self.folder / name
        try:
            write_whole(path, content)
        except FileNotFoundError:  # the first of its day
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, content)


def _of_message(message: OutgoingMessage, key: str, at: datetime) -> Delivery:
    kind, name, to = message.channel, message.name, message.to
    return Delivery(
        purpose="message",
        key=key,
        kind=kind,
        file=file_name(kind, at, name=name, addressee=to, key=key),
        at=at,
        name=name,
        addressee=to,
        subject=message.subject or message.text[:_SNIPPET_LENGTH],
        detail={"message_id": message.message_id, "language": message.language},
    )


def _of_parcel(request: ParcelRequest, key: str, at: datetime) -> Delivery:
    name, to = request.reference, request.receiver
    return Delivery(
        purpose="parcel",
        key=key,
        kind="parcel",
        file=file_name("parcel", at, name=name, addressee=to, key=key),
        at=at,
        name=name,
        addressee=to,
        subject=", ".join(f"{one.count} x {one.name}" for one in request.items),
        detail={
            "tracking": f"OB{short_key(key).upper()}",
            "items": json.dumps(_counted(request)),
        },
    )


def _counted(request: ParcelRequest) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for item in request.items:
        counts[item.product] += item.count
    return counts


def _receipt(delivery: Delivery) -> Receipt:
    detail = {"file": delivery.file}
    if delivery.purpose == "message":
        return Receipt(delivery.file, detail)
    tracking = delivery.detail["tracking"]
    return Receipt(tracking, {**detail, "tracking": tracking})
