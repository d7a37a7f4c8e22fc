"""The customers of the telephone company as their file has them, read without the engine."""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sim.local_time import later

ROOT = Path(__file__).resolve().parent.parent.parent
CUSTOMERS = ROOT / "../shared/data/telco-customer-churn.csv"
TAKE_OVER = date(2026, 1, 31)
MONTH = (1, "month")
# Which zone a price in cents belongs to, by what it leaves over 13.
ZONES = (
    "America/Los_Angeles",
    "America/St_Johns",
    "America/Havana",
    "America/Santiago",
    "Europe/Bucharest",
    "Africa/Cairo",
    "Asia/Tehran",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
)

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Customer:
    """Hold what is known of one who has not left; ``ends_on`` is the first day without."""

    name: str
    minor: int
    pays_by: str
    zone: str
    started_on: date
    ends_on: date | None
    has_bare_fiber: bool
    has_internet: bool


@dataclass(frozen=True, slots=True)
class Base:
    """Name one way to bring the file in: its mapping, and what it makes of a row."""

    name: str
    mapping: str
    zone: Callable[[Row], str]
    started_on: Callable[[Row], date]


def cents(row: Row) -> int:
    """Return the price of a month."""
    return round(float(row["MonthlyCharges"]) * 100)


def _counted_back(row: Row) -> date:
    return later(TAKE_OVER, MONTH, -int(row["tenure"]))


def _spread(row: Row) -> date:
    first = later(date(2026, 1, 1), MONTH, -int(row["tenure"]))
    return first + timedelta(days=cents(row) % 31)


AS_TOLD = Base("as told", "customers.yaml", lambda _: "America/New_York", _counted_back)
SPREAD = Base("spread", "spread.yaml", lambda row: ZONES[cents(row) % 13], _spread)


def rows_of(path: Path) -> list[dict[str, str]]:
    """Read the rows of a file with headings."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def customers_of(base: Base, path: Path) -> tuple[Customer, ...]:
    """Read those who have not left."""
    return tuple(_customer(base, row) for row in rows_of(path) if row["Churn"] == "No")


def _customer(base: Base, row: Row) -> Customer:
    started_on = base.started_on(row)
    ends = row["Contract"] == "One year"  # which our catalogue lets end after 73 months
    return Customer(
        name=row["customerID"],
        minor=cents(row),
        pays_by=row["PaymentMethod"],
        zone=base.zone(row),
        started_on=started_on,
        ends_on=later(started_on, MONTH, 73) if ends else None,
        has_bare_fiber=row["InternetService"] == "Fiber optic" and row["OnlineSecurity"] == "No",
        has_internet=row["InternetService"] != "No",
    )
