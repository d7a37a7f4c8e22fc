"""Stories for exactness trials: what a business wrote, what happened, and when the engine looked.

All of it is plain data: the engine and the reference each read it in their own way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sim.local_time import Length

Given = Mapping[str, Any]  # a condition as a rule file has it, every value a text


@dataclass(frozen=True, slots=True)
class Told:
    """Be a trigger as a rule file has it; ``once_per`` a word or a number of days."""

    kind: str
    once_per: str | int = "occurrence"
    before: tuple[int, ...] = ()
    at: time | None = None
    attempt: int | None = None
    failure: tuple[str, ...] = ()
    segment: str = ""
    stays_for_days: int = 0


@dataclass(frozen=True, slots=True)
class Day:
    """Be a day of a timeline, or what is done at once; steps as ``notify/hello`` or ``charge``."""

    steps: tuple[str, ...]
    day: int = 0
    after_hours: int = 0
    only_if: Given | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """Be what is done after an outage."""

    mode: str = "each"
    up_to: int = 0
    within_days: int = 0
    until_date: bool = False


@dataclass(frozen=True, slots=True)
class Law:
    """Be a rule: ``about`` subscriber, subscription or invoice."""

    name: str
    about: str
    triggers: tuple[Told, ...]
    days: tuple[Day, ...]
    policy: Policy = Policy()
    only_if: Given | None = None
    stop_when: tuple[str, ...] = ()
    active_from: date | None = None
    active_until: date | None = None
    all_service: bool = False

    @property
    def is_timeline(self) -> bool:
        """Tell whether something is decided later than the start, or apart from it."""
        first = self.days[0]
        apart = first.day > 0 or first.after_hours > 0 or first.only_if is not None
        return len(self.days) > 1 or apart


@dataclass(frozen=True, slots=True)
class Group:
    """Be a segment; a new ``text`` is a new version of it."""

    name: str
    about: str
    members: Given
    text: str


@dataclass(frozen=True, slots=True)
class Book:
    """Be everything that is live together."""

    laws: tuple[Law, ...]
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True, slots=True)
class Shop:
    """Be the business: its zone, and the local hours of money and messages."""

    zone: str = "Europe/Bucharest"
    money: time = time(6)
    messages: time = time(9)


@dataclass(frozen=True, slots=True)
class NewSubscription:
    """Be a subscription as it is told; it starts now, in the past or in the future."""

    name: str
    started_on: date
    every: Length = (1, "month")
    term: Length | None = None
    then: str = ""
    term_ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class SignUp:
    """Tell of somebody; what is older than ``take_over_on`` belongs to the system before."""

    person: str
    zone: str
    subscription: NewSubscription | None = None
    country: str | None = None
    marketing: bool | None = None
    signed_up_on: date | None = None
    take_over_on: date | None = None


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Tell of a further subscription of somebody known."""

    person: str
    subscription: NewSubscription


@dataclass(frozen=True, slots=True)
class Move:
    """Tell of another zone."""

    person: str
    zone: str


@dataclass(frozen=True, slots=True)
class Consent:
    """Say yes or no to marketing."""

    person: str
    given: bool


@dataclass(frozen=True, slots=True)
class Emigrate:
    """Live in another country, in the same zone."""

    person: str
    country: str


@dataclass(frozen=True, slots=True)
class ChangeTerm:
    """Let a term end on another day, or never."""

    subscription: str
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Decide:
    """Decide about a subscription: pause, resume, end; ``plan_end`` counts days from today."""

    subscription: str
    what: str
    in_days: int = 0


@dataclass(frozen=True, slots=True)
class Bill:
    """Issue an invoice for the newest cycle that has none."""

    subscription: str


@dataclass(frozen=True, slots=True)
class Collect:
    """Try the newest invoice: paid, soft, hard or technical; or bring the last payment back."""

    subscription: str
    answer: str


@dataclass(frozen=True, slots=True)
class Work:
    """Let every ready job of a subscriber come to an end: done, failed or skipped."""

    person: str
    result: str


@dataclass(frozen=True, slots=True)
class Apply:
    """Put a book live."""

    book: Book


@dataclass(frozen=True, slots=True)
class Tick:
    """Look; some rules fail in it."""

    failing: tuple[str, ...] = ()


Fact = (
    SignUp
    | Subscribe
    | Move
    | Consent
    | Emigrate
    | ChangeTerm
    | Decide
    | Bill
    | Collect
    | Work
    | Apply
)


@dataclass(frozen=True, slots=True)
class Story:
    """Be a business and what happened to it, in the order of time."""

    shop: Shop
    events: tuple[tuple[datetime, Fact | Tick], ...]
