"""What an outbox truly delivered, read from its folder: the judge of tests asks here."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from duly_connectors.outbox.book import BOOK_NAME, Book, Delivery, Kind
from duly_connectors.outbox.names import FOLDERS

_SECONDARY_SUFFIX = ".eml"  # it stands beside the page of a mail


@dataclass(frozen=True, slots=True)
class SentMessage:
    """Hold the facts of one delivered message; ``file`` is the one a person opens."""

    channel: Kind
    to: str = field(repr=False)
    name: str
    subject: str
    message_id: str
    language: str
    at: datetime
    file: Path


@dataclass(frozen=True, slots=True)
class SentParcel:
    """Hold the facts of one parcel; ``items`` counts by product."""

    reference: str
    receiver: str = field(repr=False)
    items: Mapping[str, int]
    tracking: str
    at: datetime
    file: Path


@dataclass(frozen=True, slots=True)
class OutboxWorld:
    """Hold everything delivered, by key; ``strays`` are files that no key accounts for."""

    messages: Mapping[str, SentMessage]
    parcels: Mapping[str, SentParcel]
    strays: tuple[Path, ...]


def world(folder: Path) -> OutboxWorld:
    """Read what was delivered: only a delivery whose file is there counts.

    ``folder`` is the outbox itself. Hidden ``.part`` files are not deliveries.
    """
    if not (folder / BOOK_NAME).exists():
        return OutboxWorld({}, {}, _files(folder))
    there = {each.file: each for each in Book(folder).newest() if (folder / each.file).exists()}
    return OutboxWorld(
        messages={d.key: _message(d, folder) for d in there.values() if d.purpose == "message"},
        parcels={d.key: _parcel(d, folder) for d in there.values() if d.purpose == "parcel"},
        strays=tuple(
            file for file in _files(folder) if file.relative_to(folder).as_posix() not in there
        ),
    )


def _files(folder: Path) -> tuple[Path, ...]:
    found = (file for name in FOLDERS.values() for file in (folder / name).glob("*/*"))
    return tuple(
        sorted(
            file
            for file in found
            if not file.name.startswith(".") and file.suffix != _SECONDARY_SUFFIX
        )
    )


def _message(delivery: Delivery, folder: Path) -> SentMessage:
    return SentMessage(
        channel=delivery.kind,
        to=delivery.addressee,
        name=delivery.name,
        subject=delivery.subject,
        message_id=delivery.detail["message_id"],
        language=delivery.detail["language"],
        at=delivery.at,
        file=folder / delivery.file,
    )


def _parcel(delivery: Delivery, folder: Path) -> SentParcel:
    return SentParcel(
        reference=delivery.name,
        receiver=delivery.addressee,
        items=json.loads(delivery.detail["items"]),
        tracking=delivery.detail["tracking"],
        at=delivery.at,
        file=folder / delivery.file,
    )
