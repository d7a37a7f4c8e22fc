"""From duly.yaml to the business, its connectors and its database."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from duly.language.any_business import ANY_BUSINESS
from duly.language.connector_entries import ConnectorEntry, Environment, read_connectors
from duly.language.settings_check import check_settings
from duly.language.settings_shape import SETTINGS
from duly.language.within import each, names_under, node_under, part
from duly.model.business import Business, Hours, OwnField, Series
from duly.shape.convert import convert
from duly.shape.node import Node
from duly.shape.parsing import TimeRange
from duly.shape.record import Record
from duly.values.duration import Duration
from duly.values.problem import Problem

_NEEDED = ("business", "zone", "languages", "currency")


@dataclass(frozen=True, slots=True)
class Settings:
    """Hold what duly.yaml says; ``database`` is empty if it names none."""

    business: Business
    connectors: Mapping[str, ConnectorEntry]
    database: str = field(repr=False)
    payments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outlets:
    """Say what the connectors of a workspace can do.

    ``channels`` that something sends on, ``gateways`` by their names in duly.yaml, whether there
    is a carrier, and the words that ``use:`` takes, each with its settings: needed or not.
    """

    channels: frozenset[str]
    gateways: frozenset[str]
    carrier: bool
    uses: Mapping[str, Mapping[str, bool]]


@dataclass(frozen=True, slots=True)
class SettingsReading:
    """Hold the settings, None if they have a mistake; ``business`` is as far as it can be known.

    ``is_certain``: all that other files refer to (languages, topics, fields) could be read.
    """

    settings: Settings | None
    business: Business
    problems: tuple[Problem, ...]
    is_certain: bool


def read_settings(
    node: Node | None, *, environment: Mapping[str, str], outlets: Outlets | None
) -> SettingsReading:
    """Read the tree of duly.yaml; None stands for a file that could not be read.

    Without ``outlets`` nothing is asked about connectors: what is live has none.
    """
    if node is None:
        return SettingsReading(None, ANY_BUSINESS, (), is_certain=False)
    vocabulary = {"connector": names_under(node, "connectors")} if outlets else {}
    item, told = convert(node, SETTINGS, vocabulary)
    if item is None:
        return SettingsReading(None, ANY_BUSINESS, told, is_certain=False)
    record = item.as_a(Record)
    filled = Environment(environment)
    uses = outlets.uses if outlets else None
    settings = Settings(
        business=_business(record),
        connectors=read_connectors(each(record, "connectors"), filled, uses),
        database=filled.text(node_under(node, "database")) if "database" in record else "",
        payments=record.many("payments", str),
    )
    contradictions = check_settings(record, outlets.gateways if outlets else None)
    problems = tuple(sorted((*told, *filled.problems, *contradictions)))
    is_right = not any(problem.severity == "error" for problem in problems)
    return SettingsReading(
        settings if is_right else None, settings.business, problems, _is_certain(record)
    )


def _is_certain(record: Record) -> bool:
    there = all(name in record and record.item(name).is_whole for name in _NEEDED)
    groups = [record.item(name) for name in ("messages", "fields") if name in record]
    return there and all(group.is_whole for group in groups)


def _business(record: Record) -> Business:
    """Make the business out of what could be read."""
    who, invoices, messages = (part(record, name) for name in ("business", "invoices", "messages"))
    usual = ANY_BUSINESS
    return Business(
        name=who.get_or("name", ""),
        zone=record.get_or("zone", usual.zone),
        currency=record.get_or("currency", usual.currency),
        languages=record.many("languages", str) or usual.languages,
        environment=record.get_or("environment", usual.environment),
        legal_name=who.get_or("legal_name", ""),
        country=who.get_or("country", ""),
        tax_id=who.get_or("tax_id", ""),
        registry=who.get_or("registry", ""),
        email=who.get_or("email", ""),
        web=record.get_or("web", ""),
        iban=who.get_or("iban", ""),
        bank=who.get_or("bank", ""),
        address={name: item.as_a(str) for name, item in each(who, "address")},
        sender=messages.get_or("from", ""),
        hours=_hours(part(record, "hours")),
        due_in=invoices.get("due_in", Duration) or usual.due_in,
        series=_series(part(invoices, "series"), usual.series),
        fields=_own_fields(record),
        topics={name: item.as_a(str) for name, item in each(messages, "topics")},
        payments=record.many("payments", str),
    )


def _hours(record: Record) -> Hours:
    usual, messages = Hours(), record.get("messages", TimeRange)
    hours = replace(usual, money=record.get_or("money", usual.money))
    if messages is None:
        return hours
    return replace(hours, messages_from=messages.start, messages_to=messages.end)


def _series(record: Record, usual: Mapping[str, Series]) -> Mapping[str, Series]:
    written = {}
    for name, item in record:
        series = item.as_a(Record)
        written[name] = Series(
            pattern=series.get_or("number", Series().pattern),
            yearly=series.get_or("restarts", "yearly") == "yearly",
            starts_at=series.get_or("starts_at", 1),
        )
    return {**usual, **written}


def _own_fields(record: Record) -> tuple[OwnField, ...]:
    fields = ((name, item.as_a(Record)) for name, item in each(record, "fields"))
    return tuple(
        OwnField(
            name=name,
            kind=own.get_or("type", "text"),
            of_whom=own.get_or("of_whom", "subscriber"),
            about=own.get_or("about", ""),
            words=own.many("of", str),
        )
        for name, own in fields
    )
