"""What an import or a sign-up says about one subscriber and one subscription."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from duly.model.people import Address
from duly.model.subscription import Status
from duly.values.duration import Duration
from duly.values.money import Money


@dataclass(frozen=True, slots=True)
class EnrolledSubscriber:
    """Hold a subscriber as told; ``consents`` are by topic."""

    external_id: str
    language: str
    zone: str
    kind: str = "person"
    name: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    push: str = field(default="", repr=False)
    country: str = ""
    region: str = ""
    address: Address = field(default_factory=dict, repr=False)
    signed_up_on: date | None = None
    own: Mapping[str, object] = field(default_factory=dict, repr=False)
    consents: Mapping[str, bool] = field(default_factory=dict)
    consent_source: str = ""


@dataclass(frozen=True, slots=True)
class EnrolledSubscription:
    """Hold a subscription as told, at the price agreed.

    ``settled_until``: cycles that start before it were billed elsewhere. ``anchor_on`` is the day
    that cycles are counted from, if it is not the first; ``ending_on`` an end that is decided and
    still to come.
    """

    external_id: str
    plan: str
    price: str
    amount: Money
    every: Duration
    status: Status
    started_on: date
    term: Duration | None = None
    term_then: str = ""
    term_ends_on: date | None = None
    ended_on: date | None = None
    end_reason: str = ""
    settled_until: date | None = None
    anchor_on: date | None = None
    ending_on: date | None = None
    own: Mapping[str, object] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class EnrolledMethod:
    """Hold a stored way to pay as told."""

    gateway: str
    token: str = field(repr=False)
    kind: str = "other"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Hold one row: a subscriber, with or without a subscription and a way to pay."""

    subscriber: EnrolledSubscriber
    subscription: EnrolledSubscription | None = None
    method: EnrolledMethod | None = None
