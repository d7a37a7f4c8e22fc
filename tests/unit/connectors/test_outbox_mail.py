"""A mail in the outbox is a true mail, and a page that shows it safely."""

import email
import email.policy
from dataclasses import replace
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duly.connector import (
    Place,
    Receipt,
)
from duly_connectors.outbox import Outbox, OutboxSettings
from duly_connectors.outbox.mail import one_line
from outbox_cases import MAIL, MARCH_1, send


def read_mail(outbox: Outbox, receipt: Receipt) -> EmailMessage:
    path = (outbox.folder / receipt.reference).with_suffix(".eml")
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert [part.defects for part in message.walk()] == [[]] * len(list(message.walk()))
    return message


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert isinstance(part, EmailMessage)
    text: str = part.get_content()
    return text.replace("\r\n", "\n")


class Frames(HTMLParser):
    """Collects what the frames of a page hold, as a browser reads it."""

    def __init__(self) -> None:
        super().__init__()
        self.attributes: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "iframe":
            self.attributes.append(dict(attrs))


def framed(outbox: Outbox, receipt: Receipt) -> dict[str, str | None]:
    parser = Frames()
    parser.feed((outbox.folder / receipt.reference).read_text(encoding="utf-8"))
    (attributes,) = parser.attributes
    return attributes


def test_the_mail_file_is_a_true_mail(outbox: Outbox) -> None:
    mail = read_mail(outbox, send(outbox))

    assert mail["From"] == "Cafeaua Noastră <salut@cafea.example>"
    assert mail["To"] == "anna@example.com"
    assert mail["Subject"] == "Factura ta – mulțumim"
    assert mail["Date"].datetime == MARCH_1.replace(microsecond=0)
    assert mail["Message-ID"] == "<3f9c@cafea.example>"
    assert mail["List-Unsubscribe"] == "<https://cafea.example/u/3f9c>"
    assert mail.get_content_type() == "multipart/alternative"
    assert body(mail, "plain") == MAIL.text
    assert body(mail, "html") == MAIL.html


@pytest.mark.parametrize(
    ("sender", "written"),
    [
        ("salut@cafea.example", "From: salut@cafea.example"),
        ("Cafea, SRL <salut@cafea.example>", 'From: "Cafea, SRL" <salut@cafea.example>'),
        ('"Cafea, SRL" <salut@cafea.example>', 'From: "Cafea, SRL" <salut@cafea.example>'),
        ("salut@cafeá.example", "From: salut@cafeá.example"),  # RFC 6532
        ("Cafea <salut@cafeá.example>", "From: Cafea <salut@cafeá.example>"),
        ("nobody", "From: nobody"),
        ("<<>>", "From: <<>>"),  # what is no address is shown as it is
    ],
)
def test_a_sender_is_written_as_an_address(outbox: Outbox, sender: str, written: str) -> None:
    receipt = send(outbox, replace(MAIL, sender=sender))

    raw = (outbox.folder / receipt.reference).with_suffix(".eml").read_text(encoding="utf-8")
    assert raw.splitlines()[0] == written


def test_a_mail_without_html_has_one_plain_part(outbox: Outbox) -> None:
    receipt = send(outbox, replace(MAIL, html=""))

    mail = read_mail(outbox, receipt)
    assert mail.get_content_type() == "text/plain"
    assert body(mail, "plain") == MAIL.text
    assert "Mulțumim, Anna!" in (outbox.folder / receipt.reference).read_text(encoding="utf-8")


def test_lines_of_the_mail_file_are_as_short_as_mail_servers_want(outbox: Outbox) -> None:
    receipt = send(outbox, replace(MAIL, subject="mulțumim " * 60, text="ă" * 5000))

    raw = (outbox.folder / receipt.reference).with_suffix(".eml").read_bytes()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 78
    assert b"\n" not in raw.replace(b"\r\n", b"")


@given(text=st.text(), subject=st.text(), html=st.text(min_size=1))
def test_any_text_comes_back_from_the_mail_file(
    text: str, subject: str, html: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = Place(tmp_path_factory.mktemp("workspace"), lambda: MARCH_1)
    text, subject, html = (each.encode(errors="replace").decode() for each in (text, subject, html))
    outbox = Outbox.open(OutboxSettings(), place)

    mail = read_mail(outbox, send(outbox, replace(MAIL, text=text, subject=subject, html=html)))

    assert body(mail, "plain") == _lines_as_mail_has_them(text)
    assert body(mail, "html") == _lines_as_mail_has_them(html)
    assert mail["Subject"].split() == one_line(subject).split()


def _lines_as_mail_has_them(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def test_a_line_break_in_a_header_adds_no_header(outbox: Outbox) -> None:
    hostile = replace(MAIL, subject="Hi\r\nBcc: all@example.com", to="anna@example.com\nCc: b@c.d")

    mail = read_mail(outbox, send(outbox, hostile))

    assert mail["Bcc"] is None
    assert mail["Cc"] is None
    assert mail["Subject"] == "Hi Bcc: all@example.com"


def test_own_headers_cannot_be_written_twice(outbox: Outbox) -> None:
    message = replace(MAIL, headers={"subject": "other", "Content-Type": "text/evil", "X-A": "b"})

    mail = read_mail(outbox, send(outbox, message))

    assert mail.get_all("Subject") == ["Factura ta – mulțumim"]
    assert mail.get_all("Content-Type") == [mail["Content-Type"]]
    assert mail["X-A"] == "b"


def test_the_page_holds_the_mail_as_it_is_but_for_where_links_open(outbox: Outbox) -> None:
    frame = framed(outbox, send(outbox))

    assert frame["srcdoc"] == MAIL.html.replace("<head>", '<head><base target="_blank">')
    assert frame["sandbox"] == "allow-popups allow-popups-to-escape-sandbox"


def test_a_mail_cannot_break_out_of_its_frame(outbox: Outbox) -> None:
    hostile = "<p title='\"></iframe><script>alert(1)</script>'>&quot;&lt;</p>"

    receipt = send(outbox, replace(MAIL, html=hostile, subject="<script>", sender='"<b>" <a@b.c>'))

    page = (outbox.folder / receipt.reference).read_text(encoding="utf-8")
    assert framed(outbox, receipt)["srcdoc"] == hostile
    assert "<script" not in page
    assert "<b>" not in page


def test_the_page_shows_who_what_and_when(outbox: Outbox) -> None:
    page = (outbox.folder / send(outbox).reference).read_text(encoding="utf-8")

    assert "<h1>Factura ta – mulțumim</h1>" in page
    assert "<dd>Cafeaua Noastră &lt;salut@cafea.example&gt;</dd>" in page
    assert "<dd>anna@example.com</dd>" in page
    assert "<dd>2026-03-01 06:00 UTC</dd>" in page
