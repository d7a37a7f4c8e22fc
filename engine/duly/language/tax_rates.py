"""From the classes of tax of catalog.yaml to rates, each day with one."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction

from duly.catalog import Catalog, Rate, Tax
from duly.language.catalog_shape import EVERYWHERE, REASON, tax_shape
from duly.language.day_ranges import check_ranges, day_range
from duly.language.within import each
from duly.shape.convert import convert
from duly.shape.node import MapNode
from duly.shape.quote import quote
from duly.shape.record import Item, Record
from duly.values.problem import Problem


def read_taxes(record: Record) -> tuple[Mapping[str, Tax], tuple[Problem, ...]]:
    """Read the classes of tax by their names."""
    taxes: dict[str, Tax] = {}
    problems: list[Problem] = []
    for name, item in record:
        tax, told = _tax(name, item)
        problems += told
        if tax is not None:
            taxes[name] = tax
    return taxes, tuple(problems)


def check_taxes(record: Record, catalog: Catalog, country: str, today: date) -> Iterator[Problem]:
    """Refuse a tax of some price that has rates of a country, and none today.

    No invoice could be made. ``record`` is the whole catalogue as it is written.
    """
    used = {price.tax for plan in catalog.plans.values() for price in plan.prices}
    for name, item in each(record, "taxes"):
        if name not in used or name not in catalog.taxes:
            continue
        rates = [rate for rate in catalog.taxes[name].rates if rate.country in ("", country)]
        if rates and not any(rate.counts_in(country, today) for rate in rates):
            message = f"the tax {quote(name)} has no rate for {country} on {today.isoformat()}"
            yield Problem(item.key, "no-rate", message, _missing_rate(rates, today))


def _missing_rate(rates: Sequence[Rate], today: date) -> str:
    """Say which line would close the gap around a day."""
    later = [(rate.since, rate.share) for rate in rates if rate.since and rate.since > today]
    if later:
        since, share = min(later)
        until = (since - timedelta(days=1)).isoformat()
        example = f"{{rate: {float(share * 100):g}%, until: {until}}}"
        return f'add the rate that counts until then, such as "{example}"'
    last = max(rate.until for rate in rates if rate.until is not None)
    since = last + timedelta(days=1)
    return f'take out its last "until:", or add the rate that counts from {since.isoformat()}'


def _tax(name: str, item: Item) -> tuple[Tax | None, tuple[Problem, ...]]:
    node = item.value
    assert isinstance(node, MapNode), "a class of tax is names with values"
    if not node.entries:
        message = f"{quote(name)} has no rates"
        return None, (Problem(item.key, "no-value", message, 'write "RO: 21%" under it'),)
    found, told = convert(node, tax_shape(tuple(entry.key.text for entry in node)))
    if found is None:
        return None, told
    record = found.as_a(Record)
    problems = list(told)
    rates: list[Rate] = []
    for country, written in record:
        if country != REASON:
            place = "" if country == EVERYWHERE else country
            problems += _check_rates(written)
            rates += _rates(place, written)
    # The rates of a country stand before those of all countries: the first that fits counts.
    rates.sort(key=lambda rate: (rate.country == "", rate.country, rate.since or date.min))
    tax = Tax(name, tuple(rates), record.get_or(REASON, ""))
    if not tax.reason and any(rate.share == 0 for rate in rates):
        # EN 16931 wants an exemption reason (VATEX code) wherever a line has the rate 0.
        message = f"{quote(name)} is 0% and does not say why"
        hint = 'add "reason: VATEX-EU-O" to it, or the reason that applies'
        problems.append(Problem(item.key, "no-reason", message, hint))
    return tax, tuple(problems)


def _dated(written: Item) -> tuple[Item, ...]:
    """Return the rates that have days; none if there is one rate for all days."""
    if isinstance(written.value, Fraction):
        return ()
    return tuple(item for item in written.items() if "rate" in item.as_a(Record))


def _rates(country: str, written: Item) -> tuple[Rate, ...]:
    if isinstance(written.value, Fraction):
        return (Rate(country, written.value),)
    ranges = [(day_range(item, ""), item.as_a(Record)) for item in _dated(written)]
    return tuple(
        Rate(country, record.need("rate", Fraction), days.since, days.until)
        for days, record in ranges
    )


def _check_rates(written: Item) -> tuple[Problem, ...]:
    ranges = [
        day_range(item, f"the rate {float(item.as_a(Record).need('rate', Fraction) * 100):g}%")
        for item in _dated(written)
    ]
    return tuple(check_ranges(ranges, without_gaps=True))
