"""How values of a business are written: country, zone, addresses, account, numbers of invoices."""

import re
from collections.abc import Callable
from string import Formatter

from duly.errors import InputError
from duly.shape.form import Scalar
from duly.template.filters import is_address
from duly.template.shown import locale_of
from duly.values.country import countries
from duly.values.money import exponent
from duly.values.zone import zone_info

_MAIL = r"[^\s@<>,\"]+@[^\s@<>,\"]+\.[^\s@<>,\"]+"
_ENGLISH = "en"
_WIDTH = re.compile(r"(?:0?[1-9][0-9]?)?")


def country(title: str, about: str) -> Scalar:
    """Describe a country: ``RO``. The value is a str."""
    return _scalar(title, about, "a country", _parse_country, "RO")


def language(title: str, about: str) -> Scalar:
    """Describe a language: ``ro``. The value is a str."""
    return _scalar(title, about, "a language", _parse_language, "ro")


def currency(title: str, about: str) -> Scalar:
    """Describe a currency: ``RON``. The value is a str."""
    return _scalar(title, about, "a currency", _parse_currency, "RON")


def zone(title: str, about: str) -> Scalar:
    """Describe a time zone: ``Europe/Bucharest``. The value is a str."""
    return _scalar(title, about, "a time zone", _parse_zone, "Europe/Bucharest")


def mail_address(title: str, about: str) -> Scalar:
    """Describe a mail address. The value is a str."""
    return _scalar(title, about, "a mail address", _parse_mail, "contact@example.com")


def sender(title: str, about: str) -> Scalar:
    """Describe who mails come from: ``My Shop <hello@example.com>``. The value is a str."""
    return _scalar(title, about, "a sender", _parse_sender, "My Shop <hello@example.com>")


def web_address(title: str, about: str) -> Scalar:
    """Describe the address of a site. The value is a str."""
    return _scalar(title, about, "a web address", _parse_web, "https://shop.example.com")


def iban(title: str, about: str) -> Scalar:
    """Describe a bank account. The value is a str without spaces."""
    return _scalar(title, about, "an IBAN", _parse_iban, "RO49AAAA1B31007593840000")


def tax_number(title: str, about: str) -> Scalar:
    """Describe a tax number, with or without the letters of its country. The value is a str."""
    return _scalar(title, about, "a tax number", _parse_tax_number, "RO18547290")


def number_pattern(title: str, about: str) -> Scalar:
    """Describe how invoices are numbered: ``CAF{year}-{n:05}``. The value is a str."""
    noun = "the form of a number"
    return _scalar(title, about, noun, _parse_number_pattern, "CAF{year}-{n:05}")


def _scalar(
    title: str, about: str, noun: str, parse: Callable[[str], object], *examples: str
) -> Scalar:
    code = f"not-{noun.replace(' ', '-').lower()}"
    editor: dict[str, object] = {"type": "string"}
    return Scalar(
        title=title,
        about=about,
        noun=noun,
        code=code,
        parse=parse,
        examples=examples,
        editor=editor,
    )


def _parse_country(written: str) -> str:
    if written not in countries():
        near = {"UK": "GB"}.get(written.upper(), written.upper())
        fix = near if near in countries() else "its two capital letters, such as RO"
        raise InputError(f'"{written}" is not a country; write {fix}')
    return written


def _parse_language(written: str) -> str:
    if not _is_language(written):
        near = re.split("[-_]", written.lower(), maxsplit=1)[0]
        fix = near if _is_language(near) else "its two small letters, such as ro"
        raise InputError(f'"{written}" is not a language; write {fix}')
    return written


def _is_language(code: str) -> bool:
    """Tell whether dates and amounts can be written in a language; an unknown one gives English."""
    is_code = re.fullmatch("[a-z]{2}", code) is not None
    return is_code and (code == _ENGLISH or locale_of(code, _ENGLISH).language != _ENGLISH)


def _parse_currency(written: str) -> str:
    exponent(written)
    return written


def _parse_zone(written: str) -> str:
    zone_info(written)
    return written


def _parse_mail(written: str) -> str:
    if not re.fullmatch(_MAIL, written):
        raise InputError(f'"{written}" is not a mail address; write one such as shop@example.com')
    return written


def _parse_sender(written: str) -> str:
    if not re.fullmatch(rf"{_MAIL}|[^<>@\"]+ <{_MAIL}>", written):
        raise InputError(f'"{written}" is not a sender; write it like My Shop <hello@example.com>')
    return written


def _parse_web(written: str) -> str:
    if not is_address(written) or not written.startswith(("https://", "http://")):
        raise InputError(f'"{written}" is not a web address; write one with https://')
    return written


def _parse_iban(written: str) -> str:
    """Read an account number; with its check digits it is 1 modulo 97 (ISO 13616, ISO 7064)."""
    plain = written.replace(" ", "")
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}", plain):
        raise InputError(f'"{written}" is not an IBAN; write one such as RO49AAAA1B31007593840000')
    digits = "".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])
    if int(digits) % 97 != 1:
        raise InputError(f'"{written}" has a slip in it; compare it with your bank\'s papers')
    return plain


def _parse_tax_number(written: str) -> str:
    if not re.fullmatch(r"[A-Z]{0,2} ?[0-9A-Z+*.\-]{2,16}", written):
        raise InputError(f'"{written}" is not a tax number; write one such as RO18547290')
    return written


def _parse_number_pattern(written: str) -> str:
    """Read the form of a number: only {n} and {year}, each with a width or without."""
    try:
        parts = [part[1:] for part in Formatter().parse(written) if part[1] is not None]
    except ValueError as error:
        raise _bad_pattern(written) from error
    names = {name for name, _, _ in parts}
    plain = all(_WIDTH.fullmatch(width or "") and not turned for _, width, turned in parts)
    if not plain or "n" not in names or not names <= {"n", "year"}:
        raise _bad_pattern(written)
    return written


def _bad_pattern(written: str) -> InputError:
    return InputError(
        f'"{written}" cannot number invoices; write {{n}} for the number and {{year}} for the '
        "year, such as CAF{year}-{n:05}"
    )
