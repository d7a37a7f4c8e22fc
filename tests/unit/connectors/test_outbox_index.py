"""The page that lists an outbox shows every kind, newest first."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import unquote

import pytest

from duly.testing import Clock
from duly_connectors.outbox import Outbox
from outbox_cases import MAIL, SMS, send, ship


def test_the_index_lists_every_kind_newest_first_by_day(outbox: Outbox, clock: Clock) -> None:
    send(outbox, replace(MAIL, subject="First <b>"), "key-1")
    clock.advance(timedelta(hours=1))
    send(outbox, SMS, "key-2")
    clock.advance(timedelta(days=1))
    ship(outbox, key="key-3")

    page = outbox.write_index().read_text(encoding="utf-8")

    places = [
        page.index(text)
        for text in (
            "Monday, 2 March 2026",
            "2 x Cafea boabe 250 g, 1 x Filtre",
            "Sunday, 1 March 2026",
            "Mulțumim, Anna!",
            "First &lt;b&gt;",
        )
    ]
    assert places == sorted(places)
    assert "All 3" in page
    assert "Parcels 1" in page
    assert "Push" not in page.partition("</nav>")[0].partition("<nav")[2]


def test_every_link_of_the_index_leads_to_a_file(outbox: Outbox) -> None:
    send(outbox, replace(SMS, to="+40 712"), "key-1")
    send(outbox, MAIL, "key-2")

    page = outbox.write_index().read_text(encoding="utf-8")

    links = [unquote(piece.partition('"')[0]) for piece in page.split('<a href="')[1:]]
    assert len(links) == 2
    assert all((outbox.folder / link).exists() for link in links)


def test_the_index_of_an_empty_outbox_says_so(outbox: Outbox) -> None:
    assert "Nothing has been sent yet." in outbox.write_index().read_text(encoding="utf-8")


def test_the_index_is_bounded_and_says_what_it_leaves_out(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("duly_connectors.outbox.page.LISTED_AT_MOST", 2)
    for number in range(3):
        send(outbox, key=f"key-{number}")

    page = outbox.write_index().read_text(encoding="utf-8")

    assert "The newest 2 of 3" in page
    assert page.count("<li ") == 2
