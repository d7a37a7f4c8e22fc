"""How a file that is brought in writes its dates and numbers."""

import re
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from duly.errors import InputError

DecimalSign = Literal[".", ","]
EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)

_PIECE = re.compile(r"DD|MM|YYYY")
_GLUED = re.compile(r"(?:DD|MM|YYYY){2}")
_SIGNS = re.compile(r"[^A-Za-z0-9]*")
_GROUP_SIGNS = "'\u2019 \u00a0\u202f"


@dataclass(frozen=True, slots=True)
class DateForm:
    """Hold how days are written: ``DD.MM.YYYY``; signs stand as they are."""

    written: str
    pattern: re.Pattern[str] = field(repr=False, compare=False)

    @property
    def example(self) -> str:
        """Write the last day of 2026 in this form."""
        return _write(self.written, date(2026, 12, 31))


@dataclass(frozen=True, slots=True)
class FileFormat:
    """Say how the text of a file is to be understood.

    ``number`` and ``date`` raise InputError with a sentence that goes on after the value:
    "is no number; write it like 1234,50".
    """

    separator: str = ","
    decimal: DecimalSign = "."
    dates: DateForm = field(default_factory=lambda: parse_date_form("YYYY-MM-DD"))
    encoding: str = "utf-8"

    def number(self, text: str) -> Fraction:
        """Read a number; thousands may be grouped by the other sign, a space or an apostrophe."""
        found = _number_pattern(self.decimal).fullmatch(text)
        if found is None:
            raise InputError(
                f"is no number; write it like 1234{self.decimal}50{self._other_sign(text)}"
            )
        whole, part = found["whole"], found["part"] or ""
        if found["group"]:
            whole = whole.replace(found["group"], "")
        digits = int(f"{found['sign']}{whole}{part}")
        return Fraction(digits, 10 ** len(part))

    def _other_sign(self, text: str) -> str:
        """Offer the other decimal sign where it would make the text a number."""
        other: DecimalSign = "," if self.decimal == "." else "."
        if _number_pattern(other).fullmatch(text) is None:
            return ""
        return f', or decimal: "{other}" under format if the whole file has it so'

    def date(self, text: str) -> date:
        """Read a day of the years 1900 to 2199."""
        return _read_date(self.dates, text)


def parse_date_form(text: str) -> DateForm:
    """Read a form of dates; raises InputError with what to write."""
    pieces = _PIECE.findall(text)
    if sorted(pieces) != ["DD", "MM", "YYYY"] or not _SIGNS.fullmatch(_PIECE.sub("", text)):
        offered = text.upper()
        fix = offered if offered != text and _is_date_form(offered) else "DD.MM.YYYY"
        raise InputError(f'"{text}" does not say how dates are written; write it like {fix}')
    # Without signs between them, the digits can only be told apart by their number.
    short = r"\d{2}" if _GLUED.search(text) else r"\d{1,2}"
    groups = {
        "DD": rf"(?P<day>{short})",
        "MM": rf"(?P<month>{short})",
        "YYYY": r"(?P<year>\d{4})",
    }
    parts = re.split(r"(DD|MM|YYYY)", text)
    return DateForm(
        text, re.compile("".join(groups.get(part) or re.escape(part) for part in parts), re.ASCII)
    )


def _is_date_form(text: str) -> bool:
    try:
        parse_date_form(text)
    except InputError:
        return False
    return True


def _write(form: str, day: date) -> str:
    parts = {"DD": f"{day.day:02}", "MM": f"{day.month:02}", "YYYY": f"{day.year:04}"}
    return _PIECE.sub(lambda found: parts[found[0]], form)


@lru_cache(maxsize=4096)
def _read_date(form: DateForm, text: str) -> date:
    found = form.pattern.fullmatch(text)
    if found is None:
        raise InputError(f"is no date; write it like {form.example}")
    try:
        day = date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError as error:
        raise InputError(f"is no day of the calendar; write it like {form.example}") from error
    if not EARLIEST <= day <= LATEST:
        raise InputError(
            f"lies outside the years {EARLIEST.year} to {LATEST.year}; write another day"
        )
    return day


@lru_cache(maxsize=2)
def _number_pattern(decimal: DecimalSign) -> re.Pattern[str]:
    other = "," if decimal == "." else "."
    grouped = rf"[1-9]\d{{0,2}}(?:(?P<group>[{other}{_GROUP_SIGNS}])\d{{3}}(?:(?P=group)\d{{3}})*)"
    return re.compile(
        rf"(?P<sign>[+-]?)(?P<whole>{grouped}|\d{{1,15}})"
        rf"(?:{re.escape(decimal)}(?P<part>\d{{1,9}}))?",
        re.ASCII,
    )


HOUSE = FileFormat()  # how the files of a workspace write dates and numbers
