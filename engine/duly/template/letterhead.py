"""Puts the words of a message on the business's paper: the theme around them, styles inlined."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jinja2
from css_inline import CSSInliner
from markupsafe import Markup

from duly.errors import InputError
from duly.template.colour import check_colour, ink_on, readable_on
from duly.template.filters import is_address
from duly.template.language import translator
from duly.template.scan import find_private

_THEME = Path(__file__).resolve().parent / "theme"
# The grounds of mail.css and screens.css that coloured words stand on.
_PAGE, _SHEET, _DARK_PAGE, _DARK_SHEET = "#f4f4f1", "#ffffff", "#161615", "#20201e"


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Hold what every message of a business shows of it.

    ``business`` is its name for customers; ``legal_name`` and ``address`` (one line) stand at the
    foot; ``accent`` is ``#rrggbb``; ``web`` its site or empty. Raises InputError for a colour or
    an address that cannot be used.
    """

    business: str
    legal_name: str
    address: str = ""
    accent: str = "#2f5d50"
    web: str = ""

    def __post_init__(self) -> None:
        check_colour(self.accent)
        for text in (self.business, self.legal_name, self.address, self.web):
            private = find_private(text)
            if private is not None:
                raise InputError(f'"{text}" holds the character U+{ord(private):04X}; delete it')
        if self.web and not is_address(self.web):
            raise InputError(f'"{self.web}" is not a web address; write one with https://')


@dataclass(frozen=True, slots=True)
class Page:
    """Hold what is special to a message; all texts may hold tags as characters.

    ``unsubscribe`` is the address of the link at the foot, empty where there is none.
    """

    language: str
    title: str
    preheader: str
    body: Markup
    unsubscribe: str


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_THEME), autoescape=True, undefined=jinja2.StrictUndefined
    )


@cache
def _inliner() -> CSSInliner:
    return CSSInliner(load_remote_stylesheets=False, keep_style_tags=False)


def on_paper(page: Page, letterhead: Letterhead) -> str:
    """Return the whole HTML of a message; tags between blocks are still comments."""
    accent = letterhead.accent
    html = (
        _templates()
        .get_template("mail.html")
        .render(
            language=page.language,
            title=page.title,
            preheader=page.preheader,
            body=page.body,
            letterhead=letterhead,
            reason=_reason(page, letterhead),
            unsubscribe=page.unsubscribe,
            unsubscribe_words=translator(page.language)("Unsubscribe"),
            accent=accent,
            ink=ink_on(accent),
            accent_on_page=readable_on(_PAGE, accent),
            accent_on_sheet=readable_on(_SHEET, accent),
            accent_on_dark_page=readable_on(_DARK_PAGE, accent),
            accent_on_dark_sheet=readable_on(_DARK_SHEET, accent),
        )
    )
    return _inliner().inline(html)


def plain_foot(page: Page, letterhead: Letterhead) -> str:
    """Return the foot of the plain part."""
    lines = [_reason(page, letterhead)]
    if page.unsubscribe:
        lines.append(f"{translator(page.language)('Unsubscribe')}: {page.unsubscribe}")
    lines += ["", letterhead.legal_name, letterhead.address]
    return "\n".join(lines)


def _reason(page: Page, letterhead: Letterhead) -> str:
    say: Callable[[str], str] = translator(page.language)
    sentence = (
        say("You receive this message because you agreed to news from {business}.")
        if page.unsubscribe
        else say("This message is about your subscription with {business}.")
    )
    return sentence.format(business=letterhead.business)
