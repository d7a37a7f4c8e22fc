"""What is sold: plans with their prices, terms and parcels, and the taxes on them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import TypeVar

from duly.errors import InputError
from duly.model.people import Address
from duly.values.duration import Duration
from duly.values.money import Money

Names = Mapping[str, str]  # language to text; "" is the text for every language


@dataclass(frozen=True, slots=True)
class Rate:
    """Hold one tax rate of a country; ``since`` and ``until`` are inclusive days or open."""

    country: str
    share: Fraction
    since: date | None = None
    until: date | None = None

    def counts_in(self, country: str, day: date) -> bool:
        """Tell whether it is the rate of a country on a day."""
        return self.country in ("", country) and _is_open(day, self.since, self.until)


@dataclass(frozen=True, slots=True)
class Tax:
    """Hold one class of tax with its dated rates; country "" means everywhere."""

    name: str
    rates: tuple[Rate, ...]
    reason: str = ""

    def rate_on(self, country: str, day: date) -> Fraction:
        """Return the rate of a country on a day; raises InputError if none was given."""
        for rate in self.rates:
            if rate.counts_in(country, day):
                return rate.share
        raise InputError(f'the tax "{self.name}" has no rate for {country} on {day.isoformat()}')


@dataclass(frozen=True, slots=True)
class Product:
    """Hold one product that goes into parcels."""

    code: str
    names: Names


@dataclass(frozen=True, slots=True)
class Content:
    """Count a product in every n-th parcel."""

    product: str
    count: int
    every: int = 1


@dataclass(frozen=True, slots=True)
class Term:
    """Hold how long one is bound, and what follows: ends, renews or monthly."""

    length: Duration
    then: str


@dataclass(frozen=True, slots=True)
class Price:
    """Hold a recurring price, tax included; no amount means that each subscription has its own."""

    code: str
    every: Duration
    tax: str
    amount: Money | None = None
    at_least: Money | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Hold one plan; new subscriptions take the price that is open on their first day."""

    code: str
    names: Names
    prices: tuple[Price, ...]
    term: Term | None = None
    parcel: tuple[Content, ...] = ()

    def price_on(self, day: date) -> Price:
        """Return the price open on a day; raises InputError if there is none."""
        for price in self.prices:
            if _is_open(day, price.since, price.until):
                return price
        raise InputError(f'the plan "{self.code}" has no price on {day.isoformat()}')


@dataclass(frozen=True, slots=True)
class Catalog:
    """Hold everything that is sold."""

    currency: str
    plans: Mapping[str, Plan] = field(default_factory=dict)
    products: Mapping[str, Product] = field(default_factory=dict)
    taxes: Mapping[str, Tax] = field(default_factory=dict)

    def plan(self, code: str) -> Plan:
        """Find a plan; raises InputError for one that is not sold any more."""
        return _found(self.plans, "plan", code)

    def product(self, code: str) -> Product:
        """Find a product; raises InputError for one that is gone."""
        return _found(self.products, "product", code)

    def tax(self, name: str) -> Tax:
        """Find a class of tax; raises InputError for one that is gone."""
        return _found(self.taxes, "tax", name)

    def price(self, code: str) -> Price:
        """Find a price by its name, which is unique over all plans."""
        for plan in self.plans.values():
            for price in plan.prices:
                if price.code == code:
                    return price
        raise InputError(f'the catalogue has no price "{code}" any more; put it back')


_Thing = TypeVar("_Thing")


def _found(things: Mapping[str, _Thing], word: str, code: str) -> _Thing:
    if code not in things:
        raise InputError(f'the catalogue has no {word} "{code}" any more; put it back')
    return things[code]


def _is_open(day: date, since: date | None, until: date | None) -> bool:
    return (since is None or since <= day) and (until is None or day <= until)


def name_in(names: Names, language: str, fallback: str) -> str:
    """Return a name in a language, else in any language, else the fallback."""
    return names.get(language) or names.get("") or next(iter(names.values()), fallback)


def parcel_items(plan: Plan, number: int) -> tuple[Content, ...]:
    """List what is in the n-th parcel of a subscription, counted from 1."""
    return tuple(content for content in plan.parcel if number % content.every == 0)


def deliverable(address: Address) -> bool:
    """Tell whether a parcel can go to an address."""
    return all(address.get(part) for part in ("street", "city", "country"))
