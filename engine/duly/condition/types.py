"""The types of values that fields hold and conditions compare."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from duly.values.money import Money, exponent

Plain = str | bool | int | Decimal | Money | date | datetime


class Type(StrEnum):
    """Name what a field holds; all but ``cell`` are also the words of ``type:`` in duly.yaml."""

    TEXT = "text"
    WORD = "word"  # one of a closed set, if the field lists it
    TEXTS = "texts"  # a list of words, such as tags; empty rather than missing
    NUMBER = "number"
    WHOLE = "whole"
    SHARE = "share"  # a percent number: 80 means 80 %
    MONEY = "money"
    YES_NO = "yes_no"
    DATE = "date"  # a local date
    MOMENT = "moment"  # an instant, UTC
    CELL = "cell"  # of an imported file: read as what the formula uses it for

    @property
    def is_number(self) -> bool:
        """Say whether one can calculate with it as with a number."""
        return self in (Type.NUMBER, Type.WHOLE, Type.SHARE)

    @property
    def is_text(self) -> bool:
        """Say whether it is one text."""
        return self in (Type.TEXT, Type.WORD)

    @property
    def has_order(self) -> bool:
        """Say whether more and less mean something; text is ordered byte by byte."""
        return self not in (Type.WORD, Type.TEXTS, Type.YES_NO)

    @property
    def holds(self) -> str:
        """Say for people what a field of this type holds."""
        return _HOLDS[self]

    @property
    def example(self) -> str:
        """Show how a value is written in a rule file."""
        return _EXAMPLES[self]


def example_amount(currency: str) -> str:
    """Write an amount of a currency as one would in a rule file: ``5.00 RON``."""
    return str(Money(5 * 10 ** exponent(currency), currency))


_HOLDS = {
    Type.TEXT: "text",
    Type.WORD: "a word",
    Type.TEXTS: "a list of words",
    Type.NUMBER: "a number",
    Type.WHOLE: "a whole number",
    Type.SHARE: "a percentage",
    Type.MONEY: "money",
    Type.YES_NO: "yes or no",
    Type.DATE: "a date",
    Type.MOMENT: "a moment",
    Type.CELL: "a cell of the file",
}
_EXAMPLES = {
    Type.TEXT: "Cluj-Napoca",
    Type.WORD: "basic",
    Type.TEXTS: "vip",
    Type.NUMBER: "2.5",
    Type.WHOLE: "3",
    Type.SHARE: "80%",
    Type.MONEY: "5.00 EUR",
    Type.YES_NO: "yes",
    Type.DATE: "2026-03-01",
    Type.MOMENT: "2026-03-01T10:00Z",
    Type.CELL: "row.price",
}
