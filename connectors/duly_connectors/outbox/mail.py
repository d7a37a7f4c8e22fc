"""An e-mail as true MIME: what a mail program opens.

The words of the standards (RFC 2045, 2047, 5322) are encoded by the library; the parts are joined
here, since ``EmailMessage`` takes two milliseconds a mail and a run may write a hundred thousand.
"""

import binascii
import re
from collections.abc import Iterator
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr
from functools import lru_cache

from duly.connector import OutgoingMessage

_LINE_LENGTH = 78  # RFC 5322, 2.1.1
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
# A name may hold commas here, which the library would take for the end of an address.
_NAMED_ADDRESS = re.compile(r'"?([^"]*?)"?\s*<([^<>]+)>')
_OWN_HEADERS = {"from", "to", "subject", "date", "message-id", "mime-version"}


def mime(message: OutgoingMessage, *, at: datetime, boundary: str) -> bytes:
    """Write a mail as bytes with CRLF line ends; ``boundary`` is a word of letters and digits.

    Quoted-printable text holds no ``=`` before an ``_``, so a boundary that starts with ``=_``
    never occurs in it (RFC 2045, 6.7).
    """
    head = "\r\n".join(_headers(message, at))
    if not message.html:
        return f"{head}\r\n".encode() + _part("plain", message.text)
    mark = f"=_{boundary}"
    kind = f'Content-Type: multipart/alternative; boundary="{mark}"'
    parts = (_part("plain", message.text), _part("html", message.html))
    opened = b"".join(b"--%s\r\n%s\r\n" % (mark.encode(), part) for part in parts)
    return f"{head}\r\n{kind}\r\n\r\n".encode() + opened + f"--{mark}--\r\n".encode()


def one_line(text: str) -> str:
    """Take line breaks and other control characters out of a text: a header has one line."""
    return _CONTROL.sub(" ", text).strip()


def _headers(message: OutgoingMessage, at: datetime) -> Iterator[str]:
    yield f"From: {_address(message.sender)}"
    yield f"To: {_address(message.to)}"
    yield f"Subject: {_encoded('Subject', message.subject)}"
    yield f"Date: {format_datetime(at)}"
    yield f"Message-ID: <{one_line(message.message_id).strip('<>')}>"
    for name, value in message.headers.items():
        if name.lower() not in _OWN_HEADERS and not name.lower().startswith("content-"):
            yield f"{one_line(name)}: {_encoded(name, value)}"
    yield "MIME-Version: 1.0"


@lru_cache(maxsize=1024)
def _encoded(name: str, value: str) -> str:
    plain = one_line(value)
    if plain.isascii() and len(name) + len(plain) + 2 <= _LINE_LENGTH:
        return plain
    charset = None if plain.isascii() else "utf-8"
    header = Header(plain, charset, maxlinelen=_LINE_LENGTH, header_name=name)
    return header.encode(linesep="\r\n")


@lru_cache(maxsize=1024)
def _address(text: str) -> str:
    plain = one_line(text)
    match = _NAMED_ADDRESS.fullmatch(plain)
    if match is None:
        return plain
    name, address = match.groups()
    if address.isascii():
        return formataddr((name, address))
    return f"{_encoded('To', name)} <{address}>"  # RFC 6532: addresses may be UTF-8


def _part(kind: str, text: str) -> bytes:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    body = binascii.b2a_qp(lines.encode(), istext=True).replace(b"\n", b"\r\n")
    return (
        b'Content-Type: text/%s; charset="utf-8"\r\n'
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n%s" % (kind.encode(), body)
    )
