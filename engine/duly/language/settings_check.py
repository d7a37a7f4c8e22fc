"""What is wrong in duly.yaml between values that are right by themselves."""

from collections.abc import Iterator

from duly.condition.fields import field_catalogue
from duly.language.within import each, part
from duly.model.business import Business
from duly.shape.quote import quote
from duly.shape.record import Item, Record
from duly.shape.suggest import listed
from duly.values.problem import Problem

# What the first part of a field's name means to duly, now or later.
_OWNERS = frozenset(
    {
        "consent",
        "event",
        "invoice",
        "offer",
        "parcel",
        "payment",
        "plan",
        "subscriber",
        "subscription",
        "usage",
    }
)
_ANY_BUSINESS = Business(name="", zone="UTC", currency="EUR", languages=("en",))


def check_settings(record: Record, gateways: frozenset[str] | None) -> Iterator[Problem]:
    """Find contradictions; ``gateways`` are the connectors that can collect money, if known."""
    yield from _repeated_languages(record)
    yield from _repeating_numbers(record)
    for name, item in each(record, "fields"):
        yield from _field(name, item)
    if gateways is not None:
        yield from _payments(record, gateways)


def _repeated_languages(record: Record) -> Iterator[Problem]:
    seen: set[str] = set()
    for item in record.item("languages").items() if "languages" in record else ():
        language = item.as_a(str)
        if language in seen:
            message = f"{quote(language)} stands here twice"
            yield Problem(item.span, "written-twice", message, "remove one of them")
        seen.add(language)


def _repeating_numbers(record: Record) -> Iterator[Problem]:
    for _, item in each(part(record, "invoices"), "series"):
        series = item.as_a(Record)
        is_yearly = series.get_or("restarts", "yearly") == "yearly"
        if is_yearly and "number" in series and "{year" not in series.need("number", str):
            message = "these numbers start again each year without naming it, so they would repeat"
            hint = 'put {year} into them, or add "restarts: never"'
            yield Problem(series.item("number").span, "numbers-repeat", message, hint)


def _field(name: str, item: Item) -> Iterator[Problem]:
    own = item.as_a(Record)
    known = field_catalogue(_ANY_BUSINESS).fields
    if (
        name.partition(".")[0] in _OWNERS
        or f"{own.get_or('of_whom', 'subscriber')}.{name}" in known
    ):
        message = f"{quote(name)} is a name that duly uses itself"
        hint = f'choose another one, such as "app.{name.rpartition(".")[2]}"'
        yield Problem(item.key, "taken-name", message, hint)
    is_word = own.get_or("type", "") == "word"
    if is_word and "of" not in own and item.is_whole:
        message = f"{quote(name)} does not say which words it can be"
        yield Problem(item.key, "missing-word", message, 'add "of: [light, dark]"')
    if not is_word and "of" in own and "type" in own:
        message = "only a field of type word has a list of words"
        yield Problem(own.item("of").key, "not-here", message, 'write "type: word", or remove it')


def _payments(record: Record, gateways: frozenset[str]) -> Iterator[Problem]:
    for item in record.item("payments").items() if "payments" in record else ():
        name = item.as_a(str)
        if name not in gateways:
            message = f"the connector {quote(name)} cannot collect money"
            hint = "add one that can, such as cards: {use: sandbox}"
            if gateways:
                hint = f"possible here: {listed(sorted(gateways))}"
            yield Problem(item.span, "no-gateway", message, hint)
