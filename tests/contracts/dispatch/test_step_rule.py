"""The step rule: who waits for whom, what ends the rest, and what is looked at just before acting."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from duly.actions.charge import Charge
from duly.actions.invoice import Invoice
from duly.actions.notify import Notify
from duly.actions.offer import Offer
from duly.actions.pause import Pause
from duly.actions.ship import Ship
from duly.model.enrolment import Enrolment
from duly.store import enrolling
from duly.store.context import Context
from duly.tables.ledger import firing, message
from duly.tables.people import suppression
from duly.testing import Fault
from duly.connector import Temporary
from duly.triggers.cycle_due import CycleDue
from duly.triggers.invoice_paid import InvoicePaid
from duly.triggers.payment_failed import PaymentFailed
from duly.triggers.signed_up import SignedUp
from duly.values.duration import Duration, Unit
from office import Office
from sim.world import DEAD_PHONE, conditions, on_day, person, rule

OpenOffice = Callable[..., Office]
NOON = timedelta(hours=12)
BEGIN = date(2026, 2, 1)
BILL = rule("bill", CycleDue(), on_day(0, Invoice(), Charge(), Notify("your-invoice")))


def with_email(told: Enrolment, email: str) -> Enrolment:
    from dataclasses import replace

    return replace(told, subscriber=replace(told.subscriber, email=email))
