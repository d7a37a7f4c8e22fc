"""What may be written in a mapping."""

import codecs
from collections.abc import Collection, Mapping
from functools import partial

from duly.condition.types import Type
from duly.errors import InputError
from duly.language.mapping_format import parse_date_form
from duly.model.business import Business, OwnField
from duly.shape.form import ANY_TEXT, Choice, Fields, Free, MapOf, OneOrMany, Scalar, Shape, Word
from duly.shape.scalars import day, text

ADDRESS = ("street", "city", "region", "postcode", "country")
CONSENT = "consent."
MARKETING = "marketing"  # consent to advertising of any topic

_HEADING = text("Heading", "The heading of a column of the file.", "Name", at_most=200)
_HIDDEN_SIGNS = {"\\t": "\t", "tab": "\t"}

_FORMULA = Free(
    title="Formula",
    about="A calculation with cells; the column Price per Month is row.price_per_month.",
    example="row.price * 12",
    editor={"type": ANY_TEXT},
    forms=("text",),
)
_CONDITION = Free(
    title="Condition",
    about="A comparison with cells; the column Price per Month is row.price_per_month.",
    example="row.state == 'closed'",
    editor={"type": ANY_TEXT},
    forms=("text",),
)
_WORDS = MapOf(
    title="Words",
    about="What stands in the file, and what it stands for. Other words are a mistake of the row.",
    key=Scalar(
        title="Old word",
        about="A word of the file, to the letter.",
        noun="a word",
        code="bad-text",
        parse=str,
        examples=("Yes",),
        editor={"type": ANY_TEXT},
    ),
    value=text("Word", "What it stands for.", "active", at_most=500),
)
_WAYS: Mapping[str, Shape] = {
    "column": _HEADING,
    "words": _WORDS,
    "always": text("Always", "The same for every row.", "RO"),
    "formula": _FORMULA,
    "text": text("Text", "Fixed text with headings in braces.", "{Number}@example.com"),
    "months_ago": text("Months ago", "A column of whole months before the take-over.", "Tenure"),
    "missing": Word(
        title="Missing",
        about="What holds where the cell is empty.",
        one_of=(("plan_price", "The price of the plan."),),
        unknown="cannot stand in for a missing amount",
    ),
}
_TEXT_WAYS = ("column", "words", "always", "formula", "text")
_DAY_WAYS = ("column", "always", "formula", "months_ago")
_NUMBER_WAYS = ("column", "always", "formula")
_AMOUNT_WAYS = (*_NUMBER_WAYS, "missing")


def mapping_shape(business: Business) -> Fields:
    """Return the shape of a mapping file of a business, with its own fields and topics."""
    return Fields(
        title="Import",
        about="How the rows of a file become subscribers. On the right stand headings of the file.",
        required={
            "file": text("File", "The file to read, beside this one.", "old-shop.csv"),
            "each_row": _EACH_ROW,
            "take_over_on": day(
                "Take over on",
                "The first day duly answers for; what lies before belongs to the old system.",
                "2026-12-01",
            ),
            "subscriber": _subscriber(business),
        },
        optional={
            "format": _FORMAT,
            "same_row": _identity("The row's own number; importing it again changes, not doubles."),
            "skip_when": _CONDITION,
            "subscription": _subscription(business),
            "payment_method": _PAYMENT_METHOD,
            "on_bad_row": _ON_BAD_ROW,
        },
        unknown="is not known in a mapping",
    )


def _value(title: str, about: str, ways: Collection[str] = _TEXT_WAYS) -> Choice:
    named = Fields(
        title=title,
        about=about,
        optional={name: _WAYS[name] for name in _WAYS if name in ways},
        unknown="is not a way to take this from the file",
    )
    return Choice(title=title, about=about, one=_HEADING, named=named)


def _identity(about: str) -> Fields:
    return Fields(
        title="The same",
        about=about,
        required={"external_id": _value("Number", about)},
        unknown="is not something a row can be known by",
    )


def _subscriber(business: Business) -> Fields:
    topics = [MARKETING, *(topic for topic in business.topics if topic != MARKETING)]
    known: dict[str, Shape] = {
        "name": _value("Name", "The name of the person or company."),
        "email": _value("Mail address", "Where mails go."),
        "phone": _value("Telephone", "Where text messages go."),
        "push": _value("Push", "The address of the device."),
        "language": _value("Language", "Else the first of duly.yaml."),
        "country": _value("Country", "Two letters."),
        "zone": _value("Zone", "Else the country's, if it has one only, else the business's."),
        "kind": _value("Kind", "person or company; else person."),
        "signed_up_on": _value("Signed up on", "Day of the sign-up.", _DAY_WAYS),
        "address": Fields(
            title="Address",
            about="The postal address.",
            optional={part: _value(part.capitalize(), f"The {part}.") for part in ADDRESS},
            unknown="is not a part of an address",
        ),
        **{f"{CONSENT}{topic}": _CONSENT for topic in topics},
    }
    return Fields(
        title="Subscriber",
        about="Who subscribes and pays.",
        required={"same": _identity("The subscriber's number in the file.")},
        optional={**known, **_own(business, "subscriber"), **known},
        unknown="is neither known of a subscriber nor one of the fields of duly.yaml",
        not_yet=("tags", "birthday", "tax_id"),
    )


def _subscription(business: Business) -> Fields:
    required: dict[str, Shape] = {
        "plan": _value("Plan", "Which plan of catalog.yaml."),
        "started_on": _value("Started on", "The first day.", _DAY_WAYS),
    }
    known: dict[str, Shape] = {
        "status": _value("Status", "active, paused or ended; else active."),
        "amount": _value("Amount", "The price agreed; else the plan's.", _AMOUNT_WAYS),
        "paid_until": _value("Paid until", "The first day that is not paid.", _DAY_WAYS),
        "ended_on": _value(
            "Ended on",
            "The day since which it has ended; else the day before the take-over.",
            _DAY_WAYS,
        ),
    }
    return Fields(
        title="Subscription",
        about="What is subscribed to.",
        required=required,
        optional={**known, **_own(business, "subscription"), **known},
        unknown="is neither known of a subscription nor one of the fields of duly.yaml",
        not_yet=("quantity", "coupon", "trial_ends_on", "term_ends_on", "paused_on"),
    )


def _own(business: Business, whom: str) -> dict[str, Shape]:
    return {field.name: _own_value(field) for field in business.fields if field.of_whom == whom}


def _own_value(field: OwnField) -> Shape:
    ways = {Type.DATE: _DAY_WAYS}.get(Type(field.kind), _TEXT_WAYS)
    return _value(field.name, field.about or "A field of your own.", ways)


def _parse_separator(written: str) -> str:
    sign = _HIDDEN_SIGNS.get(written, written)
    if len(sign) != 1 or sign.isalnum() or sign in '"\r\n\0 ':
        raise InputError(f'"{written}" cannot separate cells; write one sign such as ";", or tab')
    return sign


def _parse_encoding(written: str) -> str:
    try:
        " ".encode(written)  # refuses codecs that are not of text
        return codecs.lookup(written).name
    except (LookupError, ValueError) as error:
        raise InputError(
            f'"{written}" is no encoding; write utf-8, cp1250 (Central Europe) or '
            "cp1252 (Western Europe)"
        ) from error


_scalar = partial(Scalar, editor={"type": "string"})
_FORMAT = Fields(
    title="Format",
    about="How the file is written.",
    optional={
        "separator": _scalar(
            title="Separator",
            about="The sign between two cells; a comma if nothing is said.",
            noun="a sign",
            code="bad-separator",
            parse=_parse_separator,
            examples=(";",),
        ),
        "decimal": Word(
            title="Decimal",
            about="The sign before the decimals of a number; a dot if nothing is said.",
            one_of=((".", "29.85"), (",", "29,85")),
            unknown="is not a decimal sign",
        ),
        "dates": _scalar(
            title="Dates",
            about="How a day is written: DD, MM and YYYY; YYYY-MM-DD if nothing is said.",
            noun="a form of dates",
            code="bad-date-form",
            parse=parse_date_form,
            examples=("DD.MM.YYYY",),
        ),
        "encoding": _scalar(
            title="Encoding",
            about="How the letters are stored; utf-8 if nothing is said.",
            noun="an encoding",
            code="bad-encoding",
            parse=_parse_encoding,
            examples=("utf-8",),
        ),
    },
    unknown="is not something about the form of a file",
)
_EACH_ROW = Word(
    title="Each row",
    about="What one row of the file is.",
    one_of=(
        ("subscription", "A subscription with its subscriber."),
        ("subscriber", "A subscriber alone."),
    ),
    unknown="is not what a row can be",
    not_yet=("usage", "payment_method", "event"),
)
_ON_BAD_ROW = Word(
    title="On a bad row",
    about="What happens with a row that has a mistake; set_aside if nothing is said.",
    one_of=(
        ("set_aside", "It is written to a file with the reason; the others come in."),
        ("stop", "Nothing comes in."),
    ),
    unknown="is not a way to treat a bad row",
)
_CONSENT = Fields(
    title="Consent",
    about="What somebody agreed to hear about.",
    required={
        "column": _HEADING,
        "agreed_when": OneOrMany(
            title="Agreed when",
            about="The words that mean yes. Another word is a no; nothing is neither.",
            item=text("Word", "A word of the column.", "Yes", at_most=200),
        ),
        "given": text("Given", "Where it was said; kept as the proof.", "import of 2026-11-22"),
    },
    unknown="is not something a consent has",
)
_PAYMENT_METHOD = Fields(
    title="Way to pay",
    about="The gateway's name for a card or account; never the number of a card.",
    required={
        "by": _value("By", "The connector of duly.yaml that collects."),
        "token": _value("Token", "The gateway's name for the card or account."),
    },
    optional={
        "when": _CONDITION,
        "kind": _value("Kind", "What it is, such as card or transfer; else other."),
    },
    unknown="is not something a way to pay has",
)
