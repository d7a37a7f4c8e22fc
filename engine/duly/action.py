"""The contract of an action kind: what it prepares, what it reaches, what an answer changes.

``prepare`` is pure: it turns the facts of a job into changes of the books, or into the row that a
connector will be asked about. ``perform`` reaches outside and is the only part that may. ``settle``
is pure again: it turns the outcome into changes.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Literal, Protocol, Self

from duly.catalog import Catalog
from duly.condition.words import Translate, as_written
from duly.connector import Carrier, Messenger, PaymentGateway
from duly.model.books import Attempt, Invoice
from duly.model.business import Business
from duly.model.change import Change, MakeOffer, NewRow
from duly.model.ledger import Firing, Job, JobClass
from duly.model.outcome import Done, Outcome
from duly.model.people import PaymentMethod, Subscriber
from duly.model.saved import SavedRow
from duly.model.subscription import Cycle, Line, Subscription
from duly.shape.form import Fields
from duly.template.message import CompiledMessage
from duly.template.name import Name

# How often an attempt may be declined, tried, and for how long: over all rules, for one invoice.
MAX_DECLINES = 7
MAX_TRIES = 20
MAX_DAYS = 60


@dataclass(frozen=True, slots=True)
class Shop:
    """Hold what is the same for every job: the business, what it sells, its words, its outlets.

    ``messages`` are by name and language; ``channels`` name the connector of each channel,
    ``gateways`` the connectors that collect money, ``carrier`` the one that brings parcels.
    """

    business: Business
    catalog: Catalog
    messages: Mapping[tuple[str, str], CompiledMessage]
    channels: Mapping[str, str]
    gateways: tuple[str, ...] = ()
    carrier: str = ""
    installation: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Hold everything a job may need, loaded for a whole batch in a few statements.

    ``today`` is the subscriber's local day, ``invoice`` the one the job is about (the trigger's,
    else one that an earlier step made), ``cycle`` the trigger's, else the present one.
    """

    shop: Shop
    job: Job
    firing: Firing
    now: datetime
    today: date
    subscriber: Subscriber
    subscription: Subscription | None = None
    lines: tuple[Line, ...] = ()
    cycle: Cycle | None = None
    invoice: Invoice | None = None
    open_invoices: tuple[Invoice, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    method: PaymentMethod | None = None
    consents: Mapping[str, bool] = field(default_factory=dict)
    suppressed: Mapping[str, str] = field(default_factory=dict)  # channel to reason
    parcels: int = 0
    cycle_shipped: bool = False
    cycle_invoiced: bool = False
    tried_channels: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Books:
    """Ask the store to change the books, in the transaction of the claim."""

    changes: tuple[Change, ...]
    result: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask a connector about a row that is written now; ``changes`` are applied with it."""

    row: NewRow
    connector: str
    changes: tuple[MakeOffer, ...] = ()


@dataclass(frozen=True, slots=True)
class Nothing:
    """Report that there is nothing to do, which is done."""

    result: str


@dataclass(frozen=True, slots=True)
class Impossible:
    """Report that it cannot be done; the steps behind it end."""

    reason: str


@dataclass(frozen=True, slots=True)
class Waits:
    """Report that somebody has to mend the catalogue, the settings or a message first."""

    reason: str


@dataclass(frozen=True, slots=True)
class Skip:
    """Report that it shall not be done now any more; ``word`` is one that people read."""

    word: Literal["condition_false", "stopped", "capped", "too_late"]
    reason: str


Prepared = Books | Ask | Nothing | Impossible | Waits | Skip


@dataclass(frozen=True, slots=True)
class Task:
    """Hold one call to be made: the saved row, and the key that never changes."""

    job_id: int
    fence: int
    kind: str
    connector: str
    effect_key: str
    row: SavedRow


class Tools(Protocol):
    """Give out connectors by the names they have in duly.yaml; a wrong name is Misconfigured."""

    def messenger(self, name: str) -> Messenger: ...

    def gateway(self, name: str) -> PaymentGateway: ...

    def carrier(self, name: str) -> Carrier: ...


# What to do with a call whose effect is unclear and cannot be looked up.
Doubt = Literal["hold", "assume"]


@dataclass(frozen=True, slots=True)
class Letter:
    """Say which message an action writes, and by which channels, the first that works.

    ``names`` are values that only this message has.
    """

    message: str
    by: tuple[str, ...]
    names: Mapping[str, Name] = field(default_factory=dict)


class Action(ABC):
    """Be one thing a rule can do; subclasses are frozen dataclasses of parameters.

    ``shape`` says what may be written under its name. ``needs`` are the rows that must be there for
    it (subscription, invoice), ``makes`` those that it leaves for the steps behind it.
    """

    name: ClassVar[str]
    job_class: ClassVar[JobClass]
    shape: ClassVar[Fields]
    example: ClassVar[str]
    needs: ClassVar[frozenset[str]] = frozenset()
    makes: ClassVar[frozenset[str]] = frozenset()
    doubt: ClassVar[Doubt] = "hold"
    refusal_is_answer: ClassVar[bool] = False
    can_find: ClassVar[bool] = False

    @classmethod
    @abstractmethod
    def load(cls, given: Mapping[str, Any]) -> Self:
        """Make the kind from converted parameters; raises InputError for what contradicts."""

    @abstractmethod
    def describe(self, translate: Translate = as_written) -> str:
        """Say in one sentence part what it does: "charge the saved method"."""

    @abstractmethod
    def prepare(self, facts: Facts) -> Prepared:
        """Decide from the facts what is to be done; the same facts give the same answer."""

    @property
    def step(self) -> str:
        """Name it inside its day: ``charge``, or ``notify/last-warning``."""
        return self.name

    async def perform(self, task: Task, tools: Tools) -> Done:
        """Reach outside, once per key; raises what the connector raises."""
        raise AssertionError(f"{self.name} reaches nothing outside: {task.job_id}, {tools}")

    async def find(self, task: Task, tools: Tools) -> Outcome:
        """Ask what became of the key, for kinds that can."""
        raise AssertionError(f"{self.name} cannot ask: {task.job_id}, {tools}")

    def settling_delay(self, task: Task, tools: Tools) -> timedelta:
        """Return how long after a call "not found" may still turn into "found"."""
        return timedelta(0)

    def has_another_way(self, task: Task) -> bool:
        """Tell whether a refused call can be made in another way, such as another channel."""
        return False

    def settle(self, task: Task, outcome: Outcome) -> tuple[Change, ...]:
        """Say what an outcome changes."""
        return ()

    @property
    def letter(self) -> Letter | None:
        """Say what it writes, for kinds that write a message."""
        return None

    @property
    def mails(self) -> tuple[Mapping[str, Any], ...]:
        """Return the parameters of notify steps that follow at once."""
        return ()
