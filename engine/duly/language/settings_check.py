"""What is wrong in duly.yaml between values that are right by themselves."""

from collections.abc import Iterator

from duly.condition.catalogue import Catalogue
from duly.condition.fields import field_catalogue
from duly.language.any_business import ANY_BUSINESS
from duly.language.within import each, part
from duly.shape.quote import quote
from duly.shape.record import Item, Record
from duly.shape.suggest import listed
from duly.values.problem import Problem

# What stands in conditions beside fields, or will.
_WORDS = frozenset({"all_of", "any_of", "any_subscription", "formula", "none_of", "segment"})


def check_settings(record: Record, gateways: frozenset[str] | None) -> Iterator[Problem]:
    """Find contradictions; ``gateways`` are the connectors that can collect money, if known."""
    yield from _repeating_numbers(record)
    known = field_catalogue(ANY_BUSINESS)
    for name, item in each(record, "fields"):
        yield from _field(name, item, known)
    if gateways is not None:
        yield from _payments(record, gateways)


def _repeating_numbers(record: Record) -> Iterator[Problem]:
    for _, item in each(part(record, "invoices"), "series"):
        series = item.as_a(Record)
        is_yearly = series.get_or("restarts", "yearly") == "yearly"
        if is_yearly and "number" in series and "{year" not in series.need("number", str):
            message = "these numbers start again each year without naming it, so they would repeat"
            hint = 'put {year} into them, or add "restarts: never"'
            yield Problem(series.item("number").span, "numbers-repeat", message, hint)


def _field(name: str, item: Item, known: Catalogue) -> Iterator[Problem]:
    own = item.as_a(Record)
    if _is_taken(f"{own.get_or('of_whom', 'subscriber')}.{name}", name, known):
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


def _is_taken(full_name: str, name: str, known: Catalogue) -> bool:
    """Tell whether duly uses a name itself, now or later."""
    ours = {*known.fields, *known.names(), *known.planned}
    owners = {one.partition(".")[0] for one in ours if "." in one}
    return name in _WORDS or name.partition(".")[0] in owners or full_name in ours


def _payments(record: Record, gateways: frozenset[str]) -> Iterator[Problem]:
    for item in record.item("payments").items() if "payments" in record else ():
        name = item.as_a(str)
        if name not in gateways:
            message = f"the connector {quote(name)} cannot collect money"
            hint = "add one that can, such as cards: {use: sandbox}"
            if gateways:
                hint = f"possible here: {listed(sorted(gateways))}"
            yield Problem(item.span, "no-gateway", message, hint)
