"""The outbox writes each message and parcel once, as files a person can open."""

import asyncio
import os
import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duly.connector import (
    Misconfigured,
    Place,
    Receipt,
    Temporary,
)
from duly.testing import Clock
from duly_connectors.outbox import Outbox, OutboxSettings, OutboxWorld, world
from duly_connectors.outbox.names import tidy
from outbox_cases import MAIL, MARCH_1, PUSH, SMS, send, ship
from process_kill import kill_after_lines


def files(outbox: Outbox) -> list[str]:
    """List what a person sees in the outbox."""
    return sorted(
        path.relative_to(outbox.folder).as_posix()
        for path in outbox.folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    )


def test_a_mail_is_a_page_and_a_mail_file_named_by_time_message_and_addressee(
    outbox: Outbox,
) -> None:
    receipt = send(outbox)

    name = "mails/2026-03-01/060005-your-invoice-anna@example.com-be2974546978"
    assert receipt == Receipt(f"{name}.html", {"file": f"{name}.html"})
    assert files(outbox) == [f"{name}.eml", f"{name}.html"]


def test_an_sms_is_a_text_file(outbox: Outbox) -> None:
    receipt = send(outbox, SMS)

    assert files(outbox) == [
        "sms/2026-03-01/060005-your-invoice-+40712345678-be2974546978.txt",
    ]
    assert (outbox.folder / receipt.reference).read_text(encoding="utf-8-sig") == (
        "To:   +40712345678\nFrom: Cafeaua\nDate: 2026-03-01 06:00 UTC\n\nMulțumim, Anna!\n"
    )


def test_a_push_message_has_its_subject(outbox: Outbox) -> None:
    receipt = send(outbox, PUSH)

    text = (outbox.folder / receipt.reference).read_text(encoding="utf-8-sig")
    assert receipt.reference.startswith("push/2026-03-01/060005-your-invoice-device-7-")
    assert "Subject: Pe drum\n\nMulțumim, Anna!\n" in text


def test_a_parcel_is_a_packing_slip_with_its_tracking_number(outbox: Outbox) -> None:
    receipt = ship(outbox)

    assert receipt.reference == receipt.detail["tracking"] == "OBBE2974546978"
    assert (outbox.folder / receipt.detail["file"]).read_text(encoding="utf-8-sig") == (
        "Parcel:   P-000012\n"
        "Tracking: OBBE2974546978\n"
        "Date:     2026-03-01 06:00 UTC\n"
        "\n"
        "To\n"
        "  Anna Pop\n"
        "  Str. Horea 10\n"
        "  400174 Cluj-Napoca, CJ\n"
        "  RO\n"
        "\n"
        "Items\n"
        "    2 x  Cafea boabe 250 g (beans-250)\n"
        "    1 x  Filtre (filter)\n"
    )


def test_a_second_sending_on_another_day_changes_nothing(outbox: Outbox, clock: Clock) -> None:
    first = send(outbox)
    before = {name: (outbox.folder / name).read_bytes() for name in files(outbox)}
    clock.advance(timedelta(days=3))

    second = send(outbox)

    assert second == first
    assert {name: (outbox.folder / name).read_bytes() for name in files(outbox)} == before


def test_a_sending_cut_off_before_the_page_is_completed_under_the_first_name(
    outbox: Outbox, clock: Clock, place: Place
) -> None:
    receipt = send(outbox)
    page = outbox.folder / receipt.reference
    page.unlink()  # as a kill before the last step would leave it
    assert world(outbox.folder).messages == {}
    clock.advance(timedelta(days=1))

    again = send(Outbox.open(OutboxSettings(), place))

    assert again == receipt
    assert "2026-03-01 06:00 UTC" in page.read_text(encoding="utf-8")
    assert set(world(outbox.folder).messages) == {"key-1"}


def test_a_parcel_cut_off_before_its_slip_is_not_found_and_then_shipped(outbox: Outbox) -> None:
    receipt = ship(outbox)
    (outbox.folder / receipt.detail["file"]).unlink()

    assert asyncio.run(outbox.find("key-1")) is None
    assert ship(outbox) == receipt
    assert asyncio.run(outbox.find("key-1")) == receipt


def test_a_message_and_a_parcel_may_have_the_same_key(outbox: Outbox) -> None:
    send(outbox)
    ship(outbox)

    judged = world(outbox.folder)
    assert set(judged.messages) == set(judged.parcels) == {"key-1"}


def test_a_message_is_no_parcel(outbox: Outbox) -> None:
    send(outbox)

    assert asyncio.run(outbox.find("key-1")) is None


def test_an_outbox_that_was_emptied_while_open_begins_anew(outbox: Outbox) -> None:
    send(outbox)
    shutil.rmtree(outbox.folder)

    send(outbox)
    send(outbox, key="key-2")

    assert set(world(outbox.folder).messages) == {"key-1", "key-2"}


def test_opening_and_looking_up_write_nothing(outbox: Outbox, tmp_path: Path) -> None:
    assert asyncio.run(outbox.find("key-1")) is None
    assert world(outbox.folder) == OutboxWorld({}, {}, ())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("anna@example.com", "anna@example.com"),
        ("+40 712 345 678", "+40-712-345-678"),
        ("Ștefan Țurcanu", "Stefan-Turcanu"),
        ("../../etc/passwd", "etc-passwd"),
        ("..", "unnamed"),
        (".hidden", "hidden"),
        ("a..b", "a.b"),
        ("C:\\Windows\\con", "C-Windows-con"),
        ("a\0b\nc", "a-b-c"),
        ("日本", "unnamed"),
        ("", "unnamed"),
        ("x" * 300, "x" * 48),
        ('<b>"quoted"</b>', "b-quoted-b"),
    ],
)
def test_a_text_in_a_file_name_is_made_harmless(text: str, name: str) -> None:
    assert tidy(text) == name


@given(text=st.text())
def test_no_text_leads_out_of_its_folder(text: str) -> None:
    name = tidy(text)

    assert name == Path(name).name
    assert not name.startswith(".")
    assert 1 <= len(os.fsencode(name)) <= 48


def test_the_world_holds_the_facts_of_what_was_delivered(outbox: Outbox) -> None:
    receipt = send(outbox)
    parcel = ship(outbox, key="key-2")

    judged = world(outbox.folder)

    message = judged.messages["key-1"]
    assert (message.channel, message.to, message.name) == (
        "email",
        "anna@example.com",
        "your-invoice",
    )
    assert (message.subject, message.language) == ("Factura ta – mulțumim", "ro")
    assert (message.message_id, message.at) == ("<3f9c@cafea.example>", MARCH_1)
    assert message.file == outbox.folder / receipt.reference
    assert judged.parcels["key-2"].items == {"beans-250": 2, "filter": 1}
    assert judged.parcels["key-2"].tracking == parcel.reference
    assert judged.parcels["key-2"].reference == "P-000012"


def test_a_file_that_no_key_accounts_for_is_a_stray(outbox: Outbox) -> None:
    receipt = send(outbox)
    page = outbox.folder / receipt.reference
    copy = page.with_name("060006-your-invoice-anna@example.com-0000.html")
    shutil.copy(page, copy)

    assert world(outbox.folder).strays == (copy,)


@pytest.mark.parametrize("folder", ["", "  ", "a\0b"])
def test_an_outbox_without_a_folder_is_refused(place: Place, folder: str) -> None:
    with pytest.raises(Misconfigured, match="folder: outbox"):
        Outbox.open(OutboxSettings(folder), place)


def test_the_folder_may_be_anywhere(place: Place, tmp_path: Path) -> None:
    inside = Outbox.open(OutboxSettings("files/out"), place)
    elsewhere = Outbox.open(OutboxSettings(str(tmp_path / "else")), place)

    assert inside.folder == tmp_path / "files" / "out"
    assert elsewhere.folder == tmp_path / "else"


def test_a_file_in_the_folders_place_is_for_a_person_to_mend(
    outbox: Outbox, tmp_path: Path
) -> None:
    (tmp_path / "outbox").write_text("in the way")

    with pytest.raises(Misconfigured) as caught:
        send(outbox)

    assert caught.value.message == (
        'the outbox folder "outbox" cannot be used: File exists; '
        "name a folder that duly may write to"
    )


def test_a_write_that_fails_is_tried_again_and_delivers_once(outbox: Outbox) -> None:
    send(outbox, key="key-0")

    with _no_file_larger_than(200_000), pytest.raises(Temporary) as caught:
        send(outbox, replace(MAIL, text="x" * 300_000))

    assert caught.value.message == (
        'the outbox folder "outbox" could not be written: File too large'
    )
    assert set(world(outbox.folder).messages) == {"key-0"}
    send(outbox)
    assert set(world(outbox.folder).messages) == {"key-0", "key-1"}


@contextmanager
def _no_file_larger_than(size: int) -> Iterator[None]:
    """Make the operating system refuse larger files, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


_SENDING = """
import asyncio, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from duly.connector import OutgoingMessage, Place
from duly_connectors.outbox import Outbox, OutboxSettings

start = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=int(sys.argv[2]))
outbox = Outbox.open(OutboxSettings(), Place(Path(sys.argv[1]), lambda: start))

def message(n):
    return OutgoingMessage(
        channel="email", to=f"a{n}@example.com", sender="a@b.c", subject=f"Mail {n}",
        text="text", html="<p>text</p>", message_id=f"<{n}@b.c>", name="mail", language="en",
    )

async def send_all():
    for n in range(int(sys.argv[3])):
        await outbox.send(message(n), f"key-{n}")
        print(f"key-{n}", flush=True)

asyncio.run(send_all())
"""


def test_after_a_kill_everything_arrives_once(outbox: Outbox, place: Place) -> None:
    first = kill_after_lines(_SENDING, [str(place.folder), "0", "100000"], lines=150)
    second = kill_after_lines(_SENDING, [str(place.folder), "1", "100000"], lines=200)

    judged = world(outbox.folder)

    assert set(first) | set(second) <= set(judged.messages)
    assert len(judged.messages) <= len(second) + 1
    assert judged.strays == ()
    assert {one.at.day for key, one in judged.messages.items() if key in first} == {1}
