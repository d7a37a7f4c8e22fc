"""A small shop's messages for tests: what they may show, and one reader's values."""

from collections.abc import Mapping
from datetime import date

from duly.template.draft import MessageClass, MessageHeader, MessageSource, check_message
from duly.template.letterhead import Letterhead
from duly.template.message import CompiledMessage, RenderedMessage, compile_message
from duly.template.name import Name
from duly.template.scan import Placed
from duly.values.money import Money
from duly.values.problem import Problem, Span

FILE = "messages/your-invoice.md"
SUBJECT_LINE, BODY_LINE = 2, 5

NAMES: Mapping[str, Name] = {
    "business.web": Name("text"),
    "subscriber.name": Name("text", may_be_missing=True),
    "subscriber.email": Name("text"),
    "subscriber.is_company": Name("yes_no"),
    "subscription.plan": Name("text"),
    "subscription.add_ons": Name("texts"),
    "subscription.cycle": Name("number"),
    "invoice.number": Name("text"),
    "invoice.total": Name("money"),
    "invoice.open_amount": Name("money"),
    "invoice.due_on": Name("date"),
    "invoice.lines": Name(
        "rows",
        fields={
            "text": Name("text"),
            "amount": Name("money"),
            "note": Name("text", may_be_missing=True),
            "parts": Name("rows", fields={"name": Name("text")}),
        },
    ),
    "parcel.tracking": Name("text", may_be_missing=True),
    "parcel.items": Name("rows", may_be_missing=True, fields={"name": Name("text")}),
    "pay_link": Name("link"),
    "unsubscribe_link": Name("link"),
}

VALUES: Mapping[str, object] = {
    "business": {"web": "https://shop.example"},
    "subscriber": {"name": "Ana Țurcanu", "email": "ana@example.test", "is_company": False},
    "subscription": {"plan": "box-small", "add_ons": ["Filters", "Mug"], "cycle": 12},
    "invoice": {
        "number": "CAF2026-00017",
        "total": Money(12400, "RON"),
        "open_amount": Money(12400, "RON"),
        "due_on": date(2026, 1, 15),
        "lines": [
            {"text": "Small box", "amount": Money(8900, "RON"), "parts": [{"name": "Beans"}]},
            {"text": "Extra bag", "amount": Money(3500, "RON"), "note": "new", "parts": []},
        ],
    },
    "pay_link": "https://pay.example/i/17?k=a&l=ro",
    "unsubscribe_link": "https://pay.example/u/1",
}

LETTERHEAD = Letterhead("Cafeaua Noastră", "Cafeaua Noastră SRL", "Str. Horea 10, Cluj-Napoca")


def message(
    body: str,
    *,
    subject: str = "Your invoice",
    message_class: MessageClass = "service",
    language: str = "en",
    preheader: str | None = None,
    sms: str | None = None,
    push: str | None = None,
) -> MessageSource:
    """Return a message as if it had been read from its file."""
    header = MessageHeader(
        subject=Placed(subject, Span(FILE, SUBJECT_LINE, 10)),
        message_class=message_class,
        preheader=_placed(preheader),
        sms=_placed(sms),
        push=_placed(push),
    )
    return MessageSource(header, Placed(body, Span(FILE, BODY_LINE, 1)), language)


def _placed(text: str | None) -> Placed | None:
    return None if text is None else Placed(text, Span(FILE, SUBJECT_LINE + 1, 12))


def problems(body: str) -> tuple[Problem, ...]:
    """Return what is wrong with a body."""
    return check_message(message(body), NAMES)


def compiled(source: MessageSource) -> CompiledMessage:
    """Compile a message of the shop."""
    return compile_message(source, NAMES, LETTERHEAD)


def rendered(
    source: MessageSource | str,
    *,
    values: Mapping[str, object] = VALUES,
    locale: str = "en",
) -> RenderedMessage:
    """Write a message for the one reader."""
    whole = message(source) if isinstance(source, str) else source
    return compiled(whole).render(values, locale=locale)


def sheet(html: str) -> str:
    """Return what stands on the sheet of a mail, without the paper around it."""
    return html.split('class="sheet"', 1)[1].split('class="foot"', 1)[0]
