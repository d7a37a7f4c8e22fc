"""From what a row says of a subscriber and a way to pay to what is stored of them."""

from collections.abc import Mapping
from datetime import date

from duly.importing.row import RowReading
from duly.language.mapping_tree import Consent, MethodMapping, Source, SubscriberMapping
from duly.model.business import Business
from duly.model.enrolment import EnrolledMethod, EnrolledSubscriber
from duly.values.country import only_zone

_KIND = "other"  # of a way to pay, where nothing is said


def read_subscriber(
    reading: RowReading, mapping: SubscriberMapping, business: Business
) -> EnrolledSubscriber:
    """Read the subscriber of a row."""
    texts = {name: reading.get(source) or "" for name, source in mapping.texts.items()}
    address = {part: reading.get(source) or "" for part, source in mapping.address.items()}
    in_address = address.pop("country", "")
    country = texts.get("country") or in_address
    signed_up_on: date | None = reading.get(mapping.signed_up_on)
    return EnrolledSubscriber(
        external_id=reading.need(mapping.same, ""),
        language=texts.get("language") or business.languages[0],
        zone=texts.get("zone") or _zone_of(country, business),
        kind=texts.get("kind") or "person",
        name=texts.get("name", ""),
        email=texts.get("email", ""),
        phone=texts.get("phone", ""),
        push=texts.get("push", ""),
        country=country,
        region=address.get("region", ""),
        address={part: text for part, text in address.items() if text},
        signed_up_on=signed_up_on,
        own=read_own(reading, mapping.own),
        consents=_consents(reading, mapping.consents),
        consent_source=mapping.consent_source,
    )


def read_own(reading: RowReading, sources: Mapping[str, Source[object]]) -> Mapping[str, object]:
    """Read the business's own fields that a row has."""
    values = {name: reading.get(source) for name, source in sources.items()}
    return {name: value for name, value in values.items() if value is not None}


def read_method(reading: RowReading, mapping: MethodMapping | None) -> EnrolledMethod | None:
    """Read the way to pay of a row; None if it has no token, or is not one that ``when`` means."""
    if mapping is None or (mapping.when is not None and not reading.holds(mapping.when)):
        return None
    token = reading.get(mapping.token)
    if not token:
        return None
    kind = reading.get(mapping.kind) or _KIND
    return EnrolledMethod(reading.need(mapping.by, ""), token, kind)


def _consents(reading: RowReading, consents: tuple[Consent, ...]) -> Mapping[str, bool]:
    """Read what somebody agreed to; an empty cell says neither yes nor no."""
    cells = {consent: reading.cell(consent.column) for consent in consents}
    return {consent.topic: text in consent.agreed_when for consent, text in cells.items() if text}


def _zone_of(country: str, business: Business) -> str:
    """Return the only zone of a foreign country, else the business's."""
    if country in ("", business.country):
        return business.zone
    return only_zone(country) or business.zone
