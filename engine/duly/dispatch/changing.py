"""Apply what answers and actions change, all together where nothing goes wrong."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from duly.dispatch.desk import Call, Item
from duly.errors import OutsideError, StateError
from duly.model.change import Change
from duly.model.ledger import JobClass
from duly.model.outcome import Done, Outcome
from duly.store import holding
from duly.store.applying import apply
from duly.store.bulk import savepoint
from duly.store.record import Transaction

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Told:
    """Hold an answer, and the call that it belongs to."""

    call: Call
    outcome: Outcome

    @property
    def changes(self) -> tuple[Change, ...]:
        """Return what the answer changes."""
        return self.call.item.action.settle(self.call.task, self.outcome)


def apply_all(
    transaction: Transaction, wanted: Sequence[tuple[Item, Sequence[Change]]], now: datetime
) -> None:
    """Apply the changes of many jobs together, those of each rule under its name."""
    together: dict[str, tuple[Item, list[Change]]] = {}
    for item, changes in wanted:
        together.setdefault(item.actor, (item, []))[1].extend(changes)
    for item, changes in together.values():
        apply(transaction, changes, item.context(now))


def change_all(transaction: Transaction, told: Sequence[Told], now: datetime) -> None:
    """Apply what answers change; a late failure never overwrites success.

    Money or a parcel that was taken or sent, and that the books have no place for any more, is an
    incident: it is shown, and its subscriber is held.
    """
    if not told:
        return
    try:
        with savepoint(transaction):
            apply_all(transaction, [(one.call.item, one.changes) for one in told], now)
    except OutsideError:
        raise
    except Exception:  # noqa: BLE001 - one of them cannot be applied: find it
        for one in told:
            _change_alone(transaction, one, now)


def _change_alone(transaction: Transaction, one: Told, now: datetime) -> None:
    try:
        with savepoint(transaction):
            apply_all(transaction, [(one.call.item, one.changes)], now)
    except OutsideError:
        raise
    except StateError as error:
        _log.warning("answer changes nothing: %s", error, extra={"job": one.call.task.job_id})
        _report_done(transaction, one, str(error), now)
    except Exception as error:  # noqa: BLE001 - an odd answer keeps nobody else's from being kept
        _log.exception("answer cannot be applied", extra={"job": one.call.task.job_id})
        _report_done(transaction, one, type(error).__name__, now)


def _report_done(transaction: Transaction, one: Told, what: str, now: datetime) -> None:
    if isinstance(one.outcome, Done):
        report_incident(transaction, one.call, what, now)


def report_incident(transaction: Transaction, call: Call, what: str, now: datetime) -> None:
    """Hold the subscriber for whom something happened outside that the books do not know."""
    if call.item.job.job_class not in (JobClass.MONEY, JobClass.DELIVERY):
        return
    reason = f"job {call.task.job_id} ({call.item.job.step}) had an effect too many: {what}"
    subscriber = str(call.item.job.subscriber_id)
    _log.error("incident: %s", reason, extra={"job": call.task.job_id})
    holding.place(transaction, "subscriber", subscriber, reason, now=now, actor="engine")
