"""What a delivery looks like to people: a mail under a small bar, a text, a packing slip."""

from collections.abc import Iterator
from datetime import datetime
from html import escape
from urllib.parse import quote

from duly.connector import OutgoingMessage, ParcelRequest
from duly_connectors.outbox.mail import one_line

# Shared by every page of the outbox: colours for light and dark screens, and the type.
PALETTE = """
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif;
  --quiet: #5d6470; --line: #d9dde3; --bar: #f5f6f8; --card: #fff; --link: #0b5cad; }
@media (prefers-color-scheme: dark) { :root {
  --quiet: #a3abb8; --line: #363c47; --bar: #1c2027; --card: #15181d; --link: #7db8f5; } }
"""
_STYLE = """
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; min-height: 100dvh; display: flex; flex-direction: column; }
header { padding: 12px 16px 10px; background: var(--bar); border-bottom: 1px solid var(--line); }
h1 { margin: 0 0 6px; font-size: 17px; line-height: 1.3; overflow-wrap: anywhere; }
dl { margin: 0; display: grid; grid-template-columns: max-content 1fr; gap: 1px 12px;
  font-size: 13px; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
nav { margin-top: 6px; display: flex; flex-wrap: wrap; gap: 0 18px; font-size: 13px; }
a, summary { color: var(--link); text-decoration: none; cursor: pointer; padding: 4px 0; }
details[open] { flex-basis: 100%; }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; }
details pre { max-height: 40vh; overflow: auto; padding: 8px 12px; background: var(--card);
  border: 1px solid var(--line); border-radius: 6px; }
iframe, main { flex: 1; width: 100%; min-height: 60vh; border: 0; }
main { padding: 16px; max-width: 42em; }
"""
HEAD = (
    '<meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<meta http-equiv="Content-Security-Policy" content="script-src \'none\'">'
)
_TEXT = "utf-8-sig"  # without the mark browsers take a text file for Western European
# The mail runs no script and cannot reach this page; its links open beside it.
_SANDBOX = "allow-popups allow-popups-to-escape-sandbox"


def mail_page(message: OutgoingMessage, *, at: datetime, eml_name: str) -> bytes:
    """Show a mail as its addressee would see it, under a bar with its headers."""
    subject = escape(one_line(message.subject)) or "(no subject)"
    rows = (("From", message.sender), ("To", message.to), ("Date", said(at)))
    bar = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in rows)
    plain = f"<pre>{escape(message.text)}</pre>"
    aside = f"<details><summary>Plain text</summary>{plain}</details>" if message.html else ""
    return (
        f'<!doctype html>\n<html lang="{escape(message.language)}">\n<head>{HEAD}'
        f"<title>{subject}</title>\n<style>{PALETTE}{_STYLE}</style></head>\n<body>\n<header>"
        f"<h1>{subject}</h1><dl>{bar}</dl>"
        f'<nav><a href="{quote(eml_name)}" download>Open in a mail program</a>{aside}</nav>'
        f"</header>\n{_frame(message.html) if message.html else f'<main>{plain}</main>'}\n"
        "</body>\n</html>\n"
    ).encode()


def text_slip(message: OutgoingMessage, *, at: datetime) -> bytes:
    """Write an SMS or a push message as text, its headers first."""
    rows = [("To", message.to), ("From", message.sender), ("Date", said(at))]
    rows += [("Subject", message.subject)] if message.subject else []
    return f"{_lines(rows)}\n\n{message.text.strip()}\n".encode(_TEXT)


def packing_slip(request: ParcelRequest, *, at: datetime, tracking: str) -> bytes:
    """Write what a packer needs: whom a parcel goes to and what is in it."""
    head = _lines([("Parcel", request.reference), ("Tracking", tracking), ("Date", said(at))])
    to = "\n".join(f"  {line}" for line in address_lines(request))
    items = "\n".join(f"  {one.count:>3} x  {one.name} ({one.product})" for one in request.items)
    return f"{head}\n\nTo\n{to}\n\nItems\n{items}\n".encode(_TEXT)


def address_lines(request: ParcelRequest) -> Iterator[str]:
    """Yield receiver and address as one writes them on a parcel; parts that are not there go."""
    address = {name: one_line(value) for name, value in request.address.items()}
    city = " ".join(filter(None, (address.get("postcode"), address.get("city"))))
    place = ", ".join(filter(None, (city, address.get("region"))))
    lines = (one_line(request.receiver), address.get("street"), place, address.get("country"))
    return filter(None, lines)


def said(at: datetime) -> str:
    """Write an instant for people; the outbox has no zone of its own and says so."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _lines(rows: list[tuple[str, str]]) -> str:
    width = max(len(name) for name, _ in rows) + 1
    return "\n".join(f"{name + ':':<{width}} {one_line(value)}" for name, value in rows)


def _frame(html: str) -> str:
    opened = html.replace("<head>", '<head><base target="_blank">', 1)
    return f'<iframe title="The mail" sandbox="{_SANDBOX}" srcdoc="{escape(opened)}"></iframe>'
