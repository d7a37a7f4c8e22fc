"""What is known of subscribers and of the ways they pay."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

Address = Mapping[str, str]  # street, city, region, postcode, country; any may be missing


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Hold one subscriber; ``own`` are the business's own fields by name."""

    id: int
    external_id: str
    language: str
    zone: str
    kind: str
    name: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    push: str = field(default="", repr=False)
    country: str = ""
    region: str = ""
    address: Address = field(default_factory=dict, repr=False)
    signed_up_on: date | None = None
    own: Mapping[str, object] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class PaymentMethod:
    """Hold one stored way to pay."""

    id: int
    subscriber_id: int
    gateway: str
    token: str = field(repr=False)
    kind: str
    status: str
