"""What each place of a mapping takes: how a cell's text becomes its value.

Errors are sentences that go on after the value: "is not a time zone; write ...".
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Generic, TypeVar

from duly.condition.own import own_json
from duly.condition.types import Type
from duly.errors import InputError
from duly.language.mapping_cards import has_card_number
from duly.language.mapping_format import HOUSE, FileFormat
from duly.model.business import OwnField
from duly.model.subscription import Status
from duly.shape.parsing import parse_yes_no
from duly.shape.suggest import suggest
from duly.values.country import countries
from duly.values.money import Money, exponent
from duly.values.zone import zone_info

T = TypeVar("T")

LINE_LIMIT = 200  # characters of a name or one part of an address
TEXT_LIMIT = 2000
ID_LIMIT = 200
TOKEN_LIMIT = 200
MAIL_LIMIT = 254  # RFC 5321, section 4.5.3.1.3, without the brackets
KEPT = 1024  # values of cells that a reader remembers
PHONE_DIGITS = range(5, 16)  # E.164 has 15 at most

STATUSES = {"active": Status.ACTIVE, "paused": Status.PAUSED, "ended": Status.ENDED}
KINDS = ("person", "company")

_DIGITS = {"1": "yes", "0": "no"}
_MAIL = re.compile(r"[^\s@<>,;:\"()]+@[^\s@<>,;:\"().]+(?:\.[^\s@<>,;:\"().]+)+")
_PHONE = re.compile(r"\+?[0-9 ().\-/\u00a0]+")
_WORD = re.compile(r"[a-z][a-z0-9_-]{0,63}")


class UnquotedError(InputError):
    """Say what is wrong with a value that must not be repeated."""


@dataclass(frozen=True, slots=True)
class Reader(Generic[T]):
    """Turn text into a value: ``read`` a cell's, ``fixed`` what is written in the mapping itself.

    ``accept`` does it with what a formula of the type ``gives`` gave.
    """

    gives: Type
    read: Callable[[str], T]
    fixed: Callable[[str], T]
    accept: Callable[[object], T]


def make_reader(
    gives: Type,
    read: Callable[[str, FileFormat], T],
    accept: Callable[[object], T],
    form: FileFormat = HOUSE,
) -> Reader[T]:
    """Make a reader for a form of files; most cells of a file hold what one before them held."""
    return Reader(
        gives,
        lru_cache(KEPT)(lambda text: read(text, form)),
        lambda text: read(text, HOUSE),
        accept,
    )


def of_text(check: Callable[[str], T]) -> Reader[T]:
    """Make a reader whose values are text in files and in formulas."""
    return make_reader(Type.TEXT, lambda text, _: check(text), lambda given: check(str(given)))


def line(at_most: int = LINE_LIMIT) -> Reader[str]:
    """Read a text of one line."""

    def check(text: str) -> str:
        return _free_text(" ".join(text.split()), at_most)

    return of_text(check)


def identifier() -> Reader[str]:
    """Read the business's own name for a row."""
    return of_text(lambda text: _bounded(" ".join(text.split()), ID_LIMIT))


def token() -> Reader[str]:
    """Read a gateway's name for a way to pay."""
    return of_text(lambda text: _free_text(text, TOKEN_LIMIT))


def mail() -> Reader[str]:
    """Read a mail address: one @, and a dot behind it."""

    def check(text: str) -> str:
        if not _MAIL.fullmatch(text) or len(text) > MAIL_LIMIT:
            raise InputError("is not a mail address; write one such as ana@example.com")
        return text

    return of_text(check)


def phone() -> Reader[str]:
    """Read a telephone number as it is written."""

    def check(text: str) -> str:
        if not _PHONE.fullmatch(text) or sum(map(str.isdigit, text)) not in PHONE_DIGITS:
            raise InputError("is not a telephone number; write one such as +40 712 345 678")
        return text

    return of_text(check)


def language(known: tuple[str, ...]) -> Reader[str]:
    """Read one of the business's languages: ``ro``, ``RO`` or ``ro-RO``."""

    def check(text: str) -> str:
        short = re.split(r"[-_]", text.lower(), maxsplit=1)[0]
        if short not in known:
            raise InputError(f"is not a language of duly.yaml; write one of {', '.join(known)}")
        return short

    return of_text(check)


def country() -> Reader[str]:
    """Read a country by its two letters."""

    def check(text: str) -> str:
        code = text.upper()
        if code not in countries():
            fix = "GB" if code == "UK" else "two letters, such as RO"
            raise InputError(f"is not a country; write {fix}")
        return code

    return of_text(check)


def zone() -> Reader[str]:
    """Read a time zone."""

    def check(text: str) -> str:
        try:
            return zone_info(text).key
        except InputError as error:
            raise InputError("is" + str(error).partition('" is')[2]) from error

    return of_text(check)


def one_of(words: Collection[str], unknown: str) -> Reader[str]:
    """Read one of some words; ``unknown`` says what another word is not: "is not a plan"."""

    def check(text: str) -> str:
        if text not in words:
            raise InputError(f"{unknown}; {suggest(text, words) or 'none is defined yet'}")
        return text

    return of_text(check)


def status() -> Reader[Status]:
    """Read how a subscription stands."""
    words = one_of(STATUSES, "is not how a subscription stands")
    return of_text(lambda text: STATUSES[words.fixed(text)])


def word() -> Reader[str]:
    """Read a word of the business's own, such as a kind of payment method."""

    def check(text: str) -> str:
        if not _WORD.fullmatch(text):
            fix = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "card"
            raise InputError(f"is not one word in small letters; write for example {fix}")
        return text

    return of_text(check)


def day(form: FileFormat) -> Reader[date]:
    """Read a day."""

    def accept(given: object) -> date:
        assert isinstance(given, date), "the formula was checked to give a date"
        return given

    return make_reader(Type.DATE, lambda text, form: form.date(text), accept, form)


def amount(currency: str, form: FileFormat) -> Reader[Fraction]:
    """Read an amount in the main unit of a currency, whose code may stand with it."""

    def accept(given: object) -> Fraction:
        value = _fraction(given)
        if value < 0:
            raise InputError("is negative; write 0 or more")
        return value

    return make_reader(
        Type.NUMBER, lambda text, form: read_amount(text, currency, form), accept, form
    )


def read_amount(text: str, currency: str, form: FileFormat) -> Fraction:
    """Read an amount in the main unit of a currency, exact to its minor unit."""
    value = form.number(text.removeprefix(currency).removesuffix(currency).strip())
    if value < 0:
        raise InputError("is negative; write 0 or more")
    if not _is_exact(value, currency):
        raise InputError(f"has more decimals than {currency}; write {exponent(currency)} at most")
    return value


def yes_no() -> Reader[bool]:
    """Read yes or no."""
    return make_reader(Type.YES_NO, lambda text, _: read_yes_no(text), bool)


def read_yes_no(text: str) -> bool:
    """Read yes or no, true or false, on or off, 1 or 0, in any case."""
    try:
        return parse_yes_no(_DIGITS.get(text, text))
    except InputError as error:
        fix = "say under words: which of them it stands for"
        raise InputError(f"is neither yes nor no; {fix}") from error


def own(field: OwnField, currency: str, form: FileFormat) -> Reader[object] | None:
    """Read a field of the business's own as it is kept; None for a type that cannot come so."""
    match Type(field.kind):
        case Type.TEXT:
            return _kept(of_text(lambda text: _free_text(text, TEXT_LIMIT)))
        case Type.WORD:
            words = one_of(field.words, f'is not a word of "{field.name}"')
            return _kept(words if field.words else line())
        case Type.NUMBER:
            return _kept_number(Type.NUMBER, form)
        case Type.SHARE:
            return _kept_number(Type.SHARE, form)
        case Type.WHOLE:
            return _kept_number(Type.WHOLE, form)
        case Type.MONEY:
            return _kept_money(currency, form)
        case Type.YES_NO:
            return _kept(yes_no())
        case Type.DATE:
            return _kept(day(form))
        case Type.TEXTS | Type.MOMENT | Type.CELL:
            return None


def _kept(reader: Reader[str] | Reader[bool] | Reader[date]) -> Reader[object]:
    return Reader(
        reader.gives,
        lru_cache(KEPT)(lambda text: own_json(reader.read(text))),
        lambda text: own_json(reader.fixed(text)),
        lambda given: own_json(reader.accept(given)),
    )


def _kept_number(kind: Type, form: FileFormat) -> Reader[object]:
    def keep(value: Fraction) -> object:
        if kind is Type.WHOLE and value.denominator != 1:
            raise InputError("is not a whole number; write it without decimals")
        return value.numerator if value.denominator == 1 else float(value)

    def read(text: str, form: FileFormat) -> object:
        bare = text.removesuffix("%").rstrip() if kind is Type.SHARE else text
        return keep(form.number(bare))

    return make_reader(Type.NUMBER, read, lambda given: keep(_fraction(given)), form)


def _kept_money(currency: str, form: FileFormat) -> Reader[object]:
    reader = amount(currency, form)
    return Reader(
        reader.gives,
        lambda text: own_json(in_minor(reader.read(text), currency)),
        lambda text: own_json(in_minor(reader.fixed(text), currency)),
        lambda given: own_json(in_minor(reader.accept(given), currency)),
    )


def in_minor(value: Fraction, currency: str) -> Money:
    """Turn an amount in the main unit into money, rounded once, half away from zero."""
    unit = Money(10 ** exponent(currency), currency)
    return unit.times(value)


def _is_exact(value: Fraction, currency: str) -> bool:
    return bool((value * 10 ** exponent(currency)).denominator == 1)


def _fraction(given: object) -> Fraction:
    assert isinstance(given, int | Fraction), "the formula was checked to give a number"
    return Fraction(given)


def _free_text(text: str, at_most: int) -> str:
    if has_card_number(text):
        raise UnquotedError(
            "holds what looks like a card number, which duly never stores; leave it out"
        )
    return _bounded(text, at_most)


def _bounded(text: str, at_most: int) -> str:
    if len(text) > at_most:
        raise InputError(f"has {len(text)} characters; write {at_most} at most")
    return text
