"""What may stand after ``|`` in a message, as authors see it and as Jinja runs it."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import quote

from babel import Locale
from jinja2 import Undefined, pass_context
from jinja2.runtime import Context

from duly.errors import InputError
from duly.template.name import Kind
from duly.template.shown import date_text, money_text, number_text, printable, shown
from duly.values.money import Money

LOCALE = "_locale"

_ADDRESS = re.compile(r"(?:https?://|mailto:|tel:)[^\s<>\"]+")


@dataclass(frozen=True, slots=True)
class Filter:
    """Say what a filter takes and gives; ``gives`` None is the kind it took.

    ``least`` and ``most`` count what stands in its brackets.
    """

    takes: frozenset[Kind]
    gives: Kind | None
    example: str
    least: int = 0
    most: int = 0


_TEXTS: frozenset[Kind] = frozenset({"text", "link"})
_ANY: frozenset[Kind] = frozenset({"text", "number", "date", "money", "link"})

FILTERS: Mapping[str, Filter] = {
    "money": Filter(frozenset({"money"}), "text", "invoice.total | money"),
    "date": Filter(frozenset({"date"}), "text", "invoice.due_on | date"),
    "number": Filter(frozenset({"number"}), "text", "usage.calls | number"),
    "upper": Filter(_TEXTS, "text", "subscription.plan | upper"),
    "lower": Filter(_TEXTS, "text", "subscription.plan | lower"),
    "capitalize": Filter(_TEXTS, "text", "subscription.plan | capitalize"),
    "default": Filter(_ANY, None, 'subscriber.name | default("friend")', least=1, most=1),
    "length": Filter(frozenset({"rows", "texts"}), "number", "invoice.lines | length"),
    "join": Filter(frozenset({"texts"}), "text", 'subscription.add_ons | join(", ")', most=1),
}


def is_address(text: str) -> bool:
    """Say whether a mail may link to this text: a whole web, mail or telephone address."""
    return _ADDRESS.fullmatch(text) is not None


def implementations() -> Mapping[str, Callable[..., object]]:
    """Return what Jinja runs; missing values pass through until a ``default`` ends them."""
    return {
        "money": _money,
        "date": _date,
        "number": _number,
        "upper": _on_text(str.upper),
        "lower": _on_text(str.lower),
        "capitalize": _on_text(lambda text: text[:1].upper() + text[1:]),
        "default": lambda value, other: other if isinstance(value, Undefined) else value,
        "length": lambda value: value if isinstance(value, Undefined) else len(value),
        "join": _join,
    }


def hidden_implementations() -> Mapping[str, Callable[..., object]]:
    """Return the filters that only the compiler writes."""
    return {"_address": _whole_address, "_in_address": _in_address, "_given": _given}


def locale_in(context: Context) -> Locale:
    """Return the locale this message is being written in."""
    locale = context[LOCALE]
    if not isinstance(locale, Locale):
        raise TypeError(f"{locale!r} is no locale")
    return locale


@pass_context
def _money(context: Context, value: object) -> object:
    return money_text(value, locale_in(context)) if isinstance(value, Money) else _left(value)


@pass_context
def _date(context: Context, value: object) -> object:
    return date_text(value, locale_in(context)) if isinstance(value, date) else _left(value)


@pass_context
def _number(context: Context, value: object) -> object:
    if isinstance(value, int | float | Decimal):
        return number_text(value, locale_in(context))
    return _left(value)


def _on_text(change: Callable[[str], str]) -> Callable[[object], object]:
    def apply(value: object) -> object:
        return change(printable(value)) if isinstance(value, str) else _left(value)

    return apply


@pass_context
def _join(context: Context, value: Iterable[object], separator: str = ", ") -> object:
    if isinstance(value, Undefined):
        return value
    return separator.join(shown(item, locale_in(context)) for item in value)


def _left(value: object) -> object:
    if isinstance(value, Undefined):
        return value
    raise TypeError(f"{type(value).__name__} cannot be changed this way")


def _whole_address(value: object) -> object:
    if isinstance(value, Undefined):
        return value
    text = printable(str(value))
    if not is_address(text):
        raise InputError("a link of the message is not a whole address such as https://…")
    return text


@pass_context
def _in_address(context: Context, value: object) -> object:
    if isinstance(value, Undefined):
        return value
    return quote(shown(value, locale_in(context)), safe="@")


def _given(value: object) -> bool:
    """Say whether an ``if`` holds: nothing, no, zero and empty do not."""
    if isinstance(value, Undefined):
        return False
    return value.minor != 0 if isinstance(value, Money) else bool(value)
