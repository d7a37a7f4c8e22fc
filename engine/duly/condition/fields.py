"""The fields of duly: what conditions and formulas may name, with column and sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Text, literal, select

from duly.condition.catalogue import Catalogue, Family, Field
from duly.condition.field_making import tied
from duly.condition.invoice_fields import INVOICE, PAYMENT
from duly.condition.own import own_value
from duly.condition.planned import PLANNED_FIELDS
from duly.condition.scope import Scope
from duly.condition.subscriber_fields import SUBSCRIBER, sums_in
from duly.condition.subscription_fields import SUBSCRIPTION
from duly.condition.types import Type
from duly.model.business import Business, OwnField
from duly.tables.people import consent
from duly.values.country import countries


@dataclass(frozen=True, slots=True)
class Sold:
    """Name what a business sells, as far as that is known; what is empty is not known."""

    plans: tuple[str, ...] = ()
    prices: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()


def field_catalogue(business: Business, sold: Sold | None = None) -> Catalogue:
    """Return the fields that rules of this business may name.

    Without what it sells, as for the pages that are the same for every business, no list of words
    is closed that differs from one business to the other.
    """
    found = [*SUBSCRIBER, *SUBSCRIPTION, *INVOICE, *PAYMENT]
    found += [_own_field(own) for own in business.fields]
    closed = _closed_words(business, sold)
    currencies = sold.currencies if sold else ()
    fields = [_with_words(_in_currencies(one, business, currencies), closed) for one in found]
    fields += [
        _in_currencies(one, business, (business.currency,)) for one in sums_in(business.currency)
    ]
    topics = {topic: _consent(topic) for topic in ("marketing", *business.topics)}
    consents = Family("consent.", topics.get, tuple(topics))
    return Catalogue({field.name: field for field in fields}, (consents,), PLANNED_FIELDS)


def _closed_words(business: Business, sold: Sold | None) -> Mapping[str, tuple[str, ...]]:
    """Return the words that fields can hold; the business's own country stands first."""
    places = sorted(countries(), key=lambda code: (code != business.country, code))
    everywhere = {"subscriber.country": tuple(places)}
    if sold is None:
        return everywhere
    return {
        **everywhere,
        "subscriber.language": business.languages,
        "subscription.plan": sold.plans,
        "subscription.price": sold.prices,
    }


def _with_words(field: Field, closed: Mapping[str, tuple[str, ...]]) -> Field:
    words = closed.get(field.name, ())
    return replace(field, type=Type.WORD, one_of=words) if words else field


def _in_currencies(field: Field, business: Business, currencies: tuple[str, ...]) -> Field:
    if field.type is not Type.MONEY:
        return field
    return replace(field, currencies=currencies, currency=business.currency)


def _own_field(own: OwnField) -> Field:
    kind = Type(own.kind)
    return Field(
        name=f"{own.of_whom}.{own.name}",
        type=kind,
        about=own.of_whom,
        sentence=own.about or "A field of the business's own.",
        expression=lambda scope: own_value(scope.table(own.of_whom).c.own, own.name, kind),
        may_be_missing=kind != Type.TEXTS,
        one_of=own.words,
    )


def _consent(topic: str) -> Field:
    def given(scope: Scope) -> ColumnElement[Any]:
        whose = scope.table("subscriber").c.id
        said = (consent.c.subscriber_id == whose) & (consent.c.topic == literal(topic, Text()))
        return tied(scope, select(consent.c.given).where(said)).scalar_subquery()

    sentence = f"Whether the subscriber agreed to {topic}; missing if nobody asked."
    return Field(
        name=f"consent.{topic}",
        type=Type.YES_NO,
        about="subscriber",
        sentence=sentence,
        expression=given,
        may_be_missing=True,
    )
