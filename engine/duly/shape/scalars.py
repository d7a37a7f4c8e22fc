"""Ready-made shapes of single values: text, numbers, dates, amounts, lengths of time."""

from functools import partial

from duly.shape import parsing
from duly.shape.form import ANY_TEXT, Scalar
from duly.values.duration import Unit, parse_duration

TEXT_LIMIT = 2000
NUMBER_LIMIT = 1_000_000_000


def text(title: str, about: str, *examples: str, at_most: int = TEXT_LIMIT) -> Scalar:
    """Describe a text; ``at_most`` counts characters. The value is a str."""
    return Scalar(
        title=title,
        about=about,
        noun="a text",
        code="bad-text",
        parse=partial(parsing.parse_text, at_most=at_most),
        examples=examples or ("some text",),
        editor={"type": ANY_TEXT, "minLength": 1, "maxLength": at_most},
    )


def name(title: str, about: str, *examples: str) -> Scalar:
    """Describe an id of letters, digits and dashes, such as a rule's. The value is a str."""
    form = _form(parsing.NAME, "letters, digits and dashes")
    return Scalar(
        title=title,
        about=about,
        noun="a name",
        code="bad-name",
        parse=parsing.parse_name,
        examples=examples or ("welcome-back",),
        editor={**form, "type": ANY_TEXT, "maxLength": parsing.NAME_LIMIT},
    )


def field_name(title: str, about: str, *examples: str) -> Scalar:
    """Describe the name of a field: ``phone``, ``app.first_login``. The value is a str."""
    form = _form(parsing.FIELD, "small letters, digits, underscores and dots")
    return Scalar(
        title=title,
        about=about,
        noun="the name of a field",
        code="bad-name",
        parse=parsing.parse_field_name,
        examples=examples or ("app.first_login",),
        editor={**form, "maxLength": parsing.NAME_LIMIT},
    )


def yes_no(title: str, about: str, *examples: str) -> Scalar:
    """Describe yes or no, true or false, on or off, in any case. The value is a bool."""
    return Scalar(
        title=title,
        about=about,
        noun="yes or no",
        code="not-yes-or-no",
        parse=parsing.parse_yes_no,
        examples=examples or ("yes",),
        editor={
            "type": ["boolean", "string"],
            "enum": [True, False, *parsing.YES, *parsing.NO],
            "enumDescriptions": [
                "Yes.",
                "No.",
                *("Yes." for _ in parsing.YES),
                *("No." for _ in parsing.NO),
            ],
        },
    )


def whole_number(
    title: str, about: str, *examples: str, at_least: int = 0, at_most: int = NUMBER_LIMIT
) -> Scalar:
    """Describe a whole number, both ends included. The value is an int."""
    return Scalar(
        title=title,
        about=about,
        noun="a whole number",
        code="not-a-number",
        parse=partial(parsing.parse_whole_number, at_least=at_least, at_most=at_most),
        examples=examples or (str(max(at_least, 1)),),
        editor={"type": "integer", "minimum": at_least, "maximum": at_most},
    )


def number(
    title: str, about: str, *examples: str, at_least: int = 0, at_most: int = NUMBER_LIMIT
) -> Scalar:
    """Describe a number with or without decimals, both ends included. The value is a Decimal."""
    return Scalar(
        title=title,
        about=about,
        noun="a number",
        code="not-a-number",
        parse=partial(parsing.parse_number, at_least=at_least, at_most=at_most),
        examples=examples or (str(max(at_least, 1)),),
        editor={"type": "number", "minimum": at_least, "maximum": at_most},
    )


def percent(
    title: str, about: str, *examples: str, at_least: int = 0, at_most: int = 100
) -> Scalar:
    """Describe a share such as ``20%``; the ends are percent. The value is Fraction(1, 5)."""
    return Scalar(
        title=title,
        about=about,
        noun="a percentage",
        code="not-a-percentage",
        parse=partial(parsing.parse_percent, at_least=at_least, at_most=at_most),
        examples=examples or ("20%",),
        editor=_form(parsing.PERCENT, "a percentage, such as 20%"),
    )


def day(title: str, about: str, *examples: str) -> Scalar:
    """Describe a date ``YYYY-MM-DD``. The value is a datetime.date."""
    return Scalar(
        title=title,
        about=about,
        noun="a date",
        code="not-a-date",
        parse=parsing.parse_date,
        examples=examples or ("2026-09-01",),
        editor=_form(parsing.DATE, "a date, such as 2026-09-01"),
    )


def time_of_day(title: str, about: str, *examples: str) -> Scalar:
    """Describe a time ``HH:MM``. The value is a datetime.time."""
    return Scalar(
        title=title,
        about=about,
        noun="a time of day",
        code="not-a-time",
        parse=parsing.parse_time,
        examples=examples or ("09:00",),
        editor=_form(parsing.TIME, "a time, such as 09:00"),
    )


def time_range(title: str, about: str, *examples: str) -> Scalar:
    """Describe hours of one day: ``09:00-20:00``. The value is a TimeRange."""
    return Scalar(
        title=title,
        about=about,
        noun="a stretch of hours",
        code="not-a-time",
        parse=parsing.parse_time_range,
        examples=examples or ("09:00-20:00",),
        editor=_form(parsing.TIME_RANGE, "hours, such as 09:00-20:00"),
    )


def duration(title: str, about: str, *examples: str, units: tuple[Unit, ...]) -> Scalar:
    """Describe a length in some units: ``14 days``, ``3 cycles``. The value is a Duration."""
    words = "|".join(str(unit) for unit in units)
    return Scalar(
        title=title,
        about=about,
        noun="a length of time",
        code="not-a-length",
        parse=partial(parse_duration, units=units),
        examples=examples or (f"3 {units[0]}s",),
        editor=_form(rf"[0-9]{{1,5}}\s+(?:{words})s?", f"a length, such as 3 {units[0]}s"),
    )


def money(title: str, about: str, *examples: str) -> Scalar:
    """Describe an amount that is not negative: ``5.00 EUR``. The value is Money."""
    return Scalar(
        title=title,
        about=about,
        noun="an amount of money",
        code="not-an-amount",
        parse=parsing.parse_amount,
        examples=examples or ("5.00 EUR",),
        editor=_form(r"[0-9]{1,12}(?:\.[0-9]{1,4})?\s+[A-Z]{3}", "an amount, such as 5.00 EUR"),
    )


def _form(pattern: str, words: str) -> dict[str, object]:
    return {
        "type": "string",
        "pattern": f"^(?:{pattern})$",
        "patternErrorMessage": f"write {words}",
    }
