"""The page that lists an outbox: newest first, grouped by day, every kind."""

from collections.abc import Iterable, Mapping
from datetime import date
from html import escape
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

from duly_connectors.disk import write_whole
from duly_connectors.outbox.book import Book, Delivery, Kind
from duly_connectors.outbox.view import HEAD, PALETTE

# The page stays quick to open; older deliveries are in the folders.
LISTED_AT_MOST = 2_000
_SUBJECT_LENGTH = 160
_INDEX_NAME = "index.html"

# One kind: (the word on the page's filter, the word on a card).
_WORDS: Mapping[Kind, tuple[str, str]] = {
    "email": ("Mails", "Mail"),
    "sms": ("SMS", "SMS"),
    "push": ("Push", "Push"),
    "parcel": ("Parcels", "Parcel"),
}
_STYLE = """
:root { --email: #0b5cad; --sms: #1a7f45; --push: #8a4bb8; --parcel: #a3590b; }
@media (prefers-color-scheme: dark) { :root {
  --email: #7db8f5; --sms: #6fd39a; --push: #cfa3f0; --parcel: #f0b06a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 760px; padding: 20px 16px 48px; background: var(--bar); }
h1 { margin: 0; font-size: 24px; }
h2 { margin: 26px 0 8px; font-size: 14px; font-weight: 600; color: var(--quiet); }
p { margin: 4px 0 14px; color: var(--quiet); font-size: 14px; }
nav { display: flex; flex-wrap: wrap; gap: 8px; }
nav label { padding: 5px 13px; border: 1px solid var(--line); border-radius: 999px;
  background: var(--card); font-size: 14px; cursor: pointer; }
nav input { position: absolute; opacity: 0; }
nav label:has(:checked) { background: var(--link); border-color: var(--link); color: var(--card); }
nav label:has(:focus-visible) { outline: 2px solid var(--link); outline-offset: 2px; }
ul { margin: 0; padding: 0; list-style: none; background: var(--card);
  border: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
li + li { border-top: 1px solid var(--line); }
li a { display: grid; grid-template-columns: 46px 58px minmax(0, 1fr); gap: 1px 10px;
  align-items: baseline; padding: 10px 14px; color: inherit; text-decoration: none; }
li a:hover, li a:focus-visible { background: var(--bar); }
time, .who { color: var(--quiet); font-size: 13px; font-variant-numeric: tabular-nums; }
.kind { font-size: 12px; font-weight: 600; }
.what { font-weight: 500; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.who { grid-column: 3; overflow-wrap: anywhere; }
.email .kind { color: var(--email); } .sms .kind { color: var(--sms); }
.push .kind { color: var(--push); } .parcel .kind { color: var(--parcel); }
@media (max-width: 480px) {
  li a { grid-template-columns: 46px minmax(0, 1fr); }
  .what, .who { grid-column: 1 / -1; }
  .what { white-space: normal; }
}
"""


def write_index(folder: Path) -> Path:
    """Write ``index.html`` for an outbox folder and return its path; the folder may be new."""
    folder.mkdir(parents=True, exist_ok=True)
    book = Book(folder)
    listed = [each for each in book.newest(LISTED_AT_MOST) if (folder / each.file).exists()]
    path = folder / _INDEX_NAME
    write_whole(path, _page(listed, book.counts()).encode())
    return path


def _page(listed: list[Delivery], counts: Mapping[str, int]) -> str:
    days = "\n".join(_day(day, group) for day, group in groupby(listed, lambda one: one.at.date()))
    total = sum(counts.values())
    return (
        f'<!doctype html>\n<html lang="en">\n<head>{HEAD}<title>Outbox</title>\n'
        f"<style>{PALETTE}{_STYLE}{_filter_style()}</style></head>\n<body>\n"
        f"<h1>Outbox</h1>\n<p>{_summary(len(listed), total)}</p>\n"
        f"{_filter(counts, total) if total else ''}\n{days}\n</body>\n</html>\n"
    )


def _summary(listed: int, total: int) -> str:
    if total == 0:
        return "Nothing has been sent yet."
    if total > LISTED_AT_MOST:
        return (
            f"The newest {listed:,} of {total:,}; the others are in the folders beside this page."
        )
    return "What would have left the house; times are UTC."


def _filter(counts: Mapping[str, int], total: int) -> str:
    chips = [f'<label><input type="radio" name="only" checked>All {total:,}</label>']
    chips += [
        f'<label><input type="radio" name="only" id="only-{kind}">{plural} {counts[kind]:,}</label>'
        for kind, (plural, _) in _WORDS.items()
        if counts.get(kind)
    ]
    return f'<nav aria-label="Show only">{"".join(chips)}</nav>'


def _filter_style() -> str:
    rule = (
        "body:has(#only-{0}:checked) li:not(.{0}),"
        " body:has(#only-{0}:checked) section:not(:has(.{0})) {{ display: none; }}\n"
    )
    return "".join(rule.format(kind) for kind in _WORDS)


def _day(day: date, deliveries: Iterable[Delivery]) -> str:
    cards = "\n".join(_card(each) for each in deliveries)
    title = f"{day:%A}, {day.day} {day:%B %Y}"
    return f"<section>\n<h2>{title}</h2>\n<ul>\n{cards}\n</ul>\n</section>"


def _card(each: Delivery) -> str:
    subject = escape(each.subject[:_SUBJECT_LENGTH]) or escape(each.name)
    who = f"{escape(each.addressee)} · {escape(each.name)}"
    return (
        f'<li class="{each.kind}"><a href="{quote(each.file)}">'
        f'<time datetime="{each.at.isoformat()}">{each.at:%H:%M}</time>'
        f'<span class="kind">{_WORDS[each.kind][1]}</span>'
        f'<span class="what">{subject}</span><span class="who">{who}</span></a></li>'
    )
