"""What may be written in duly.yaml."""

from duly.language.business_values import (
    country,
    currency,
    iban,
    language,
    mail_address,
    number_pattern,
    sender,
    tax_number,
    web_address,
    zone,
)
from duly.shape.form import Choice, Fields, Free, ListOf, MapOf, Reference, Word
from duly.shape.scalars import (
    duration,
    field_name,
    name,
    text,
    time_of_day,
    time_range,
    whole_number,
)
from duly.values.duration import CALENDAR_UNITS

CURRENCY = currency("Currency", "Its three capital letters.")
_COUNTRY = country("Country", "Its two capital letters.")

_ADDRESS = Fields(
    title="Address",
    about="Where the business is; it stands on invoices and at the foot of mails.",
    optional={
        "street": text("Street", "Street and number.", "Str. Horea 10", at_most=200),
        "city": text("City", "The town.", "Cluj-Napoca", at_most=100),
        "region": text("Region", "The county or state.", "CJ", at_most=100),
        "postcode": text("Postcode", "The postcode; in quotes if it starts with 0.", "400174"),
        "country": _COUNTRY,
    },
    unknown="is not a part of an address",
)

_BUSINESS = Fields(
    title="Business",
    about="Who sells. It stands on invoices and mails.",
    required={
        "name": text("Name", "The name customers know.", "Cafeaua Noastră", at_most=100),
        "country": _COUNTRY,
    },
    optional={
        "legal_name": text("Legal name", "The name in the register.", "Cafeaua Noastră SRL"),
        "tax_id": tax_number(
            "Tax number", "With the letters of the country if registered for VAT."
        ),
        "registry": text("Registry", "The number in the register of companies.", "J12/345/2019"),
        "address": _ADDRESS,
        "iban": iban("IBAN", "The account for transfers."),
        "bank": text("Bank", "The bank of that account.", "Banca Exemplu", at_most=100),
        "email": mail_address("Mail address", "Where customers reach you."),
    },
    unknown="is not something a business has",
    not_yet=("share_capital", "vat"),
)

_SERIES = Fields(
    title="Series",
    about="How invoices are numbered, without gaps.",
    required={
        "number": number_pattern(
            "Number",
            "The form of a number: {year} is the year, {n:05} the count with five digits.",
        )
    },
    optional={
        "restarts": Word(
            title="Restarts",
            about="When the count starts again.",
            one_of=(("yearly", "Each year."), ("never", "Never.")),
            unknown="is not a time at which numbers start again",
        ),
        "starts_at": whole_number("Starts at", "The first number.", "1", at_least=1),
    },
)

_INVOICES = Fields(
    title="Invoices",
    about="How invoices are made.",
    optional={
        "issue": Word(
            title="Issue",
            about="When an invoice gets its number.",
            one_of=(("now", "At once."),),
            unknown="is not a time to issue an invoice",
            not_yet=("when_paid",),
        ),
        "due_in": duration(
            "Due in", "How long customers have to pay.", "14 days", units=CALENDAR_UNITS
        ),
        "series": Fields(
            title="Series",
            about="The series of numbers.",
            optional={"invoice": _SERIES},
            unknown="is not a series of numbers",
            not_yet=("credit", "receipt"),
        ),
    },
    unknown="is not something one can set for invoices",
)

_MESSAGES = Fields(
    title="Messages",
    about="How messages are sent.",
    optional={
        "from": sender("From", "Who mails come from."),
        "topics": MapOf(
            title="Topics",
            about="What people can agree to hear about, each with the words they read.",
            key=name("Topic", "A word for it.", "news"),
            value=text("Words", "What subscribers read.", "Noutăți", at_most=100),
        ),
    },
    unknown="is not something one can set for messages",
    not_yet=("no_more_than", "send_between"),
)

TYPES_OF_FIELDS = {
    "text": "Any text.",
    "word": "One of a few words; name them under of:.",
    "texts": "A list of words.",
    "number": "A number, with decimals or without.",
    "whole": "A whole number.",
    "share": "A percentage.",
    "money": "An amount of money.",
    "yes_no": "Yes or no.",
    "date": "A day.",
}

_FIELD = Fields(
    title="Field",
    about="Something you know about your subscribers that duly does not know by itself.",
    required={
        "type": Word(
            title="Type",
            about="What it holds.",
            one_of=tuple(TYPES_OF_FIELDS.items()),
            unknown="is not a type of field",
        )
    },
    optional={
        "of": ListOf(
            title="Of",
            about="The words it can be, for the type word.",
            item=text("Word", "One of the words.", "light", at_most=100),
            at_least=1,
        ),
        "of_whom": Word(
            title="Of whom",
            about="Who has it; else the subscriber.",
            one_of=(("subscriber", "Who pays."), ("subscription", "Each subscription.")),
            unknown="has no fields of its own",
        ),
        "about": text("About", "A sentence about it.", "How many cups a day they drink."),
    },
    unknown="is not something a field has",
)

CONNECTORS = Free(
    title="Connector",
    about="What to use for it, and its settings; ${NAME} takes a secret from the environment.",
    example="{use: outbox}",
    editor={
        "type": "object",
        "required": ["use"],
        "properties": {"use": {"type": "string", "description": "The connector to use."}},
    },
    forms=("names",),
)


def connector_shape(names: tuple[str, ...]) -> Fields:
    """Return the shape of one connector whose settings have these names."""
    value = text("Setting", "A setting of the connector.", "smtp.example")
    setting = Choice(
        title="Setting",
        about="A setting of the connector.",
        one=value,
        many=ListOf(title="Setting", about="Several values.", item=value, may_repeat=True),
    )
    return Fields(
        title="Connector",
        about="What to use for it, and its settings.",
        required={"use": text("Use", "The connector to use.", "outbox", at_most=64)},
        optional={name: setting for name in names if name != "use"},
    )


SETTINGS = Fields(
    title="Settings",
    about="Who you are and how you work.",
    required={
        "business": _BUSINESS,
        "zone": zone("Zone", "The time zone of the business."),
        "languages": ListOf(
            title="Languages",
            about="Languages of your messages; the first is used when nothing else is known.",
            item=language("Language", "Its two small letters."),
            at_least=1,
        ),
        "currency": CURRENCY,
    },
    optional={
        "environment": Word(
            title="Environment",
            about="Whether this is for trying out or for real.",
            one_of=(("test", "For trying out."), ("live", "Real money and real mail.")),
            unknown="is not an environment",
        ),
        "web": web_address("Web", "Your site."),
        "database": text(
            "Database", "Its address; without it duly.db beside this file.", "${DULY_DATABASE}"
        ),
        "hours": Fields(
            title="Hours",
            about="At which local hours of the subscriber things happen.",
            optional={
                "money": time_of_day("Money", "When invoices are made and charged.", "06:00"),
                "messages": time_range("Messages", "When messages go out.", "09:00-20:00"),
            },
            unknown="is nothing that has hours",
        ),
        "invoices": _INVOICES,
        "messages": _MESSAGES,
        "fields": MapOf(
            title="Fields",
            about="Fields of your own.",
            key=field_name("Field", "The name of the field.", "app.first_login"),
            value=_FIELD,
        ),
        "connectors": MapOf(
            title="Connectors",
            about="What reaches the outside: mail, cards, parcels. The names are yours.",
            key=name("Connector", "A name of your own.", "cards"),
            value=CONNECTORS,
        ),
        "payments": ListOf(
            title="Payments",
            about="Connectors that collect money, in the order they are offered.",
            item=Reference(
                title="Payment",
                about="A connector of this file.",
                to="connector",
                unknown="is not one of the connectors",
                examples=("cards",),
            ),
        ),
    },
    unknown="is not known in duly.yaml",
    not_yet=("portal", "limits", "alerts", "keep"),
)
