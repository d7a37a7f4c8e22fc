"""From one row to what is enrolled."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from duly.catalog import Catalog
from duly.connector import SourceRow
from duly.importing.agreement import Handover, ToldSubscription, agree
from duly.importing.person import read_method, read_own, read_subscriber
from duly.importing.row import BadRowError, RowReading, Sheet
from duly.language.mapping_tree import ImportMapping, SubscriptionMapping
from duly.model.business import Business
from duly.model.enrolment import EnrolledSubscription, Enrolment
from duly.model.subscription import Status
from duly.values.zone import local_date


@dataclass(frozen=True, slots=True)
class Skipped:
    """Mark a row that ``skip_when`` leaves out."""


@dataclass(frozen=True, slots=True)
class RowBook:
    """Know everything that rows are read by."""

    mapping: ImportMapping
    sheet: Sheet
    business: Business
    catalog: Catalog
    now: datetime

    def read(self, row: SourceRow) -> Enrolment | Skipped:
        """Read a row; raises BadRowError with everything that is wrong with it."""
        if row.trouble:
            raise BadRowError(row.trouble)
        reading = RowReading(row, self.sheet)
        skip_when = self.mapping.skip_when
        if skip_when is not None and reading.holds(skip_when):
            return Skipped()
        subscriber = read_subscriber(reading, self.mapping.subscriber, self.business)
        method = read_method(reading, self.mapping.payment_method)
        told = _told(reading, self.mapping.subscription)
        reading.check()
        subscription = None if told is None else self._agreed(told, subscriber.zone)
        return Enrolment(subscriber, subscription, method)

    def _agreed(self, told: ToldSubscription, zone: str) -> EnrolledSubscription:
        handover = Handover(self.mapping.take_over_on, local_date(zone, self.now))
        return agree(told, self.catalog, handover)


def _told(reading: RowReading, mapping: SubscriptionMapping | None) -> ToldSubscription | None:
    if mapping is None:
        return None
    if mapping.amount is None or mapping.or_plan_price:
        amount = reading.get(mapping.amount)
    else:
        amount = reading.need(mapping.amount, Fraction(0))
    status = None if mapping.status is None else reading.need(mapping.status, Status.ACTIVE)
    return ToldSubscription(
        external_id=reading.need(mapping.same, ""),
        plan=reading.need(mapping.plan, ""),
        status=status,
        amount=amount,
        started_on=reading.need(mapping.started_on, reading.sheet.take_over_on),
        paid_until=reading.get(mapping.paid_until),
        ended_on=reading.get(mapping.ended_on),
        own=read_own(reading, mapping.own),
    )
