"""Read a text of a rule file as a value of a type."""

from datetime import UTC, datetime
from decimal import Decimal

from duly.condition.types import Plain, Type
from duly.errors import InputError
from duly.shape.parsing import parse_date, parse_number, parse_whole_number, parse_yes_no
from duly.shape.suggest import closest, suggest
from duly.values.money import Money, parse_money

MAX_TEXT = 500
MAX_OPTIONS = 500
_LARGEST = 10**15
_MOST_LISTED = 50  # of a longer list, such as all countries, the first words say nothing


def read_value(
    text: str,
    kind: Type,
    *,
    one_of: tuple[str, ...] = (),
    currencies: tuple[str, ...] = (),
    amount: str = Type.MONEY.example,
) -> Plain:
    """Read a text as a value; raises InputError that says what is wrong with it.

    ``one_of`` closes the set of words, ``currencies`` that of money; empty means open. ``amount``
    is an example of money.
    """
    if len(text) > MAX_TEXT:
        raise InputError(f"a text of {len(text)} characters is too long; {MAX_TEXT} are allowed")
    match kind:
        case Type.TEXT | Type.CELL:
            return text
        case Type.WORD | Type.TEXTS:
            return _word(text, one_of)
        case Type.NUMBER:
            return parse_number(text, at_least=-_LARGEST, at_most=_LARGEST, example=kind.example)
        case Type.WHOLE:
            return parse_whole_number(
                text, at_least=-_LARGEST, at_most=_LARGEST, example=kind.example
            )
        case Type.SHARE:
            return _share(text)
        case Type.MONEY:
            return _money(text, currencies, amount)
        case Type.YES_NO:
            return parse_yes_no(text)
        case Type.DATE:
            return parse_date(text)
        case Type.MOMENT:
            return _moment(text)


def _word(text: str, one_of: tuple[str, ...]) -> str:
    if not one_of or text in one_of:
        return text
    fix = suggest(text, one_of)
    if len(one_of) > _MOST_LISTED and closest(text, one_of) is None:
        fix = f"write it like {one_of[0]}"
    raise InputError(f'"{text}" is not possible here; {fix}')


def _share(text: str) -> Decimal:
    """Read a percentage, whose sign may be left away: 80 means 80 %."""
    bare = text.removesuffix("%").rstrip()
    try:
        return parse_number(bare, at_least=-_LARGEST, at_most=_LARGEST)
    except InputError as error:
        fix = "write a number and %, such as 80%"
        raise InputError(f'"{text}" is not a percentage; {fix}') from error


def _money(text: str, currencies: tuple[str, ...], amount: str) -> Money:
    try:
        money = parse_money(text)
    except InputError as error:
        said = str(error).replace(Type.MONEY.example, amount)
        raise InputError(said) from error
    if currencies and money.currency not in currencies:
        raise InputError(
            f'"{text}" is in {money.currency}, and amounts here are in '
            f'{" or ".join(currencies)}; write one such as "{amount}"'
        )
    return money


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f'"{text}" is not a moment; write it like 2026-03-01T10:00Z') from error
    if moment.tzinfo is None:
        raise InputError(f'"{text}" does not say in which zone; write it like 2026-03-01T10:00Z')
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise InputError(f'"{text}" is beyond the calendar; write another year') from error
