"""What may be written in catalog.yaml."""

from dataclasses import replace

from duly.language.settings_shape import CURRENCY
from duly.shape.form import (
    Choice,
    Fields,
    Free,
    ListOf,
    MapOf,
    OneValue,
    Reference,
    Word,
    WordOr,
)
from duly.shape.scalars import day, duration, money, name, percent, text, whole_number, yes_no
from duly.values.country import countries
from duly.values.duration import CALENDAR_UNITS, Unit

COUNTED = (Unit.CYCLE, Unit.PARCEL)  # lengths that a plan's price turns into time
EVERYWHERE = "all"
REASON = "reason"

_RATE = percent("Rate", "The rate, for all days.", "21%")
_RATES = Choice(
    title="Rate",
    about="The rate, or several with their days.",
    one=_RATE,
    many=ListOf(
        title="Rates",
        about="Rates with their days.",
        item=Fields(
            title="Rate",
            about="A rate and the days it counts for; both days are included.",
            required={"rate": percent("Rate", "The rate.", "21%")},
            optional={
                "from": day("From", "The first day.", "2025-08-01"),
                "until": day("Until", "The last day.", "2025-07-31"),
            },
        ),
        at_least=1,
    ),
)
_REASON = text("Reason", "Why nothing is due; invoices need it for 0%.", "VATEX-EU-O")

TAX = Free(
    title="Tax",
    about="A class of tax: for each country a rate, or several with their days.",
    example="RO: 21%",
    editor={"type": "object"},
    forms=("names",),
)


def tax_shape(names: tuple[str, ...]) -> Fields:
    """Return the shape of one class of tax for which these countries are written."""
    known = {name: _RATES for name in names if name in countries()}
    return Fields(
        title="Tax",
        about="A class of tax.",
        optional={**known, EVERYWHERE: _RATES, REASON: _REASON},
        unknown="is not a country (two capital letters), all or reason",
        count="some",
    )


def _reference(title: str, about: str, to: str, unknown: str, example: str) -> Reference:
    return Reference(title=title, about=about, to=to, unknown=unknown, examples=(example,))


_TAX_NAME = _reference("Tax", "A class of taxes:.", "tax", "is not one of the taxes", "standard")
_TAX_OF_PRICE = replace(_TAX_NAME, not_yet=("excluded",))
_PRODUCT_NAME = _reference(
    "Product", "A product of products:.", "product", "is not one of the products", "beans-250"
)

_TITLE: OneValue = text("Name", "The name that customers read.", "Small box", at_most=200)
_NAMES = Choice(
    title="Name",
    about="The name that customers read: one, or one per language.",
    one=_TITLE,
    named=MapOf(
        title="Names",
        about="The name in each language.",
        key=_reference(
            "Language",
            "A language of duly.yaml.",
            "language",
            "is not one of the languages in duly.yaml",
            "ro",
        ),
        value=_TITLE,
    ),
)

_CONTENT = Fields(
    title="Content",
    about="A product of the parcel.",
    required={
        "product": _PRODUCT_NAME,
        "count": whole_number("Count", "How many of it.", "2", at_least=1, at_most=10_000),
    },
    optional={
        "every": duration("Every", "Only in every n-th parcel.", "3 parcels", units=(Unit.PARCEL,))
    },
)

_PRICE = Fields(
    title="Price",
    about="What is paid for each cycle, tax included.",
    required={
        "amount": WordOr(
            title="Amount",
            about="How much, or chosen: each subscription has its own amount.",
            word=Word(
                title="Amount",
                about="Who says how much.",
                one_of=(("chosen", "Each subscription has its own amount."),),
                unknown="is not an amount",
            ),
            other=money("Amount", "How much, tax included.", "89.00 RON"),
        ),
        "every": duration("Every", "How long a cycle is.", "1 month", units=CALENDAR_UNITS),
    },
    optional={
        "at_least": money("At least", "The smallest amount one can choose.", "10.00 RON"),
        "tax": _TAX_OF_PRICE,
        "from": day("From", "The first day on which it is open to new subscriptions."),
        "until": day("Until", "The last day on which it is open to new subscriptions."),
    },
    unknown="is not something a price has",
    not_yet=("once", "lines", "bill", "document"),
)

_PLAN = Fields(
    title="Plan",
    about="Something one can subscribe to.",
    required={
        "name": _NAMES,
        "prices": MapOf(
            title="Prices",
            about="Its price, and those of other times. A price that was used is never changed.",
            key=name("Price", "A name for it.", "box-small-2026"),
            value=_PRICE,
        ),
    },
    optional={
        "term": Fields(
            title="Term",
            about="For how long one is bound.",
            required={
                "length": duration(
                    "Length", "How long.", "6 months", units=(*CALENDAR_UNITS, *COUNTED)
                ),
                "then": Word(
                    title="Then",
                    about="What comes after it.",
                    one_of=(
                        ("ends", "The subscription ends."),
                        ("renews", "Another term begins."),
                        ("monthly", "It goes on and can end with any cycle."),
                    ),
                    unknown="is not something that follows a term",
                ),
            },
        ),
        "parcel": Fields(
            title="Parcel",
            about="What is sent in each cycle.",
            required={
                "items": ListOf(title="Items", about="What is in it.", item=_CONTENT, at_least=1)
            },
            not_yet=("packed_on", "change_until"),
        ),
    },
    unknown="is not something a plan has",
    not_yet=("access", "trial", "own", "family"),
)

CATALOG = Fields(
    title="Catalogue",
    about="What you sell.",
    required={
        "currency": CURRENCY,
        "taxes": MapOf(
            title="Taxes",
            about="Classes of tax with their rates.",
            key=name("Tax", "A name for it.", "standard"),
            value=TAX,
        ),
        "plans": MapOf(
            title="Plans",
            about="What one can subscribe to.",
            key=name("Plan", "A name for it.", "box-small"),
            value=_PLAN,
        ),
    },
    optional={
        "prices_include_tax": yes_no(
            "Prices include tax", "Whether prices are what customers pay.", "true"
        ),
        "products": MapOf(
            title="Products",
            about="What goes into parcels.",
            key=name("Product", "A name for it.", "beans-250"),
            value=Fields(
                title="Product",
                about="A product.",
                required={"name": _NAMES, "tax": _TAX_NAME},
                not_yet=("weight",),
            ),
        ),
    },
    unknown="is not known in catalog.yaml",
    not_yet=("meters", "add_ons", "coupons", "price_changes"),
)
