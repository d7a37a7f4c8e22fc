"""Apply what became of payment attempts: their state, their money, and what is told of it."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from duly.errors import StateError
from duly.model.books import OPEN_ATTEMPTS, TECHNICAL, AttemptState, move
from duly.model.change import SettleAttempt
from duly.store.bulk import bulk
from duly.store.context import Context
from duly.store.happening import Happening, happen, touch
from duly.store.ids import change_among, rows_among
from duly.store.record import Record
from duly.tables.books import allocation, invoice, payment_attempt
from duly.tables.people import payment_method, subscriber

# A refusal of these classes ends the method: it is never tried again.
DEAD_METHOD = ("hard", "mandate_dead", "fraud")
# What an attempt has been before: an answer that tells of it comes too late to change anything.
_KNOWN_BEFORE: Mapping[AttemptState, tuple[AttemptState, ...]] = {
    AttemptState.CREATED: (),
    AttemptState.UNKNOWN: (),
    AttemptState.PENDING: (AttemptState.UNKNOWN,),
    AttemptState.SUCCEEDED: (AttemptState.UNKNOWN, AttemptState.PENDING),
    AttemptState.FAILED: (AttemptState.UNKNOWN, AttemptState.PENDING),
    AttemptState.RETURNED: (
        AttemptState.UNKNOWN,
        AttemptState.PENDING,
        AttemptState.SUCCEEDED,
    ),
}


_ATTEMPTS = (
    select(
        payment_attempt,
        invoice.c.subscription_id,
        invoice.c.gross_minor,
        subscriber.c.zone,
    )
    .join(invoice, invoice.c.id == payment_attempt.c.invoice_id)
    .join(subscriber, subscriber.c.id == payment_attempt.c.subscriber_id)
    .with_for_update(of=payment_attempt)
)
_ATTEMPT_SETTLED = (
    update(payment_attempt)
    .where(payment_attempt.c.id == bindparam("attempt"))
    .values(
        state=bindparam("new_state"),
        reference=bindparam("name_there"),
        failure=bindparam("why"),
        reason=bindparam("words"),
        settled_at=bindparam("at"),
    )
)
_PAID = select(allocation.c.invoice_id, func.sum(allocation.c.amount_minor).label("paid")).group_by(
    allocation.c.invoice_id
)
_METHOD_DEAD = update(payment_method).values(status="dead")


def settle_attempts(
    connection: Connection, changes: Sequence[SettleAttempt], context: Context
) -> None:
    """Write what became of attempts, lay their money to the invoices, and tell of it.

    Raises StateError if two of the changes are of one attempt: the second would not see the first.
    """
    attempts = _attempts(connection, [change.attempt_id for change in changes])
    if len(attempts) < len(changes):
        raise StateError("a payment attempt cannot change twice at once")
    moved = [
        found
        for change in changes
        if (found := _move(change, attempts[change.attempt_id])) is not None
    ]
    bulk(connection, _ATTEMPT_SETTLED, [_settled(one, context) for one in moved])
    money = [row for one in moved for row in _allocations(one, context)]
    bulk(connection, insert(allocation), money)
    paid = _paid_in_full(connection, [one.row for one in moved])
    told = [happening for one in moved for happening in _attempt_events(one, paid)]
    happen(connection, told, now=context.now, actor=context.actor)
    dead = [one.row.payment_method_id for one in moved if _ends_method(one)]
    change_among(connection, _METHOD_DEAD, payment_method.c.id, dead)
    touch(
        connection,
        subscribers=[row.subscriber_id for row in attempts.values()],
        subscriptions=[row.subscription_id for row in attempts.values()],
    )


def _attempts(connection: Connection, ids: Iterable[int]) -> dict[int, Record]:
    return {row.id: row for row in rows_among(connection, _ATTEMPTS, payment_attempt.c.id, ids)}


@dataclass(frozen=True, slots=True)
class _Moved:
    """Hold an attempt, what changes of it, and its new state.

    ``came_first``: its money comes before it goes back, and nobody had told.
    """

    change: SettleAttempt
    row: Record
    state: AttemptState
    came_first: bool = False


def _move(change: SettleAttempt, row: Record) -> _Moved | None:
    """Say what a change does; None if it was known before."""
    present = AttemptState(row.state)
    if change.state in (present, *_KNOWN_BEFORE[present]):
        return None
    came_first = change.state == AttemptState.RETURNED and present in OPEN_ATTEMPTS
    if came_first:
        present = move(present, AttemptState.SUCCEEDED)
    return _Moved(change, row, move(present, change.state), came_first)


def _settled(one: _Moved, context: Context) -> dict[str, Any]:
    return {
        "attempt": one.row.id,
        "new_state": str(one.state),
        "name_there": one.change.reference or one.row.reference,
        "why": one.change.failure or None,
        "words": one.change.reason or None,
        "at": context.now,
    }


def _allocations(one: _Moved, context: Context) -> Iterator[dict[str, Any]]:
    """Lay the money of an attempt to its invoice, and take it away again when it went back."""
    if one.came_first or one.state == AttemptState.SUCCEEDED:
        yield _allocation(one.row, "payment", one.row.amount_minor, context)
    if one.state == AttemptState.RETURNED:
        yield _allocation(one.row, "return", -one.row.amount_minor, context)


def _allocation(row: Record, kind: str, minor: int, context: Context) -> dict[str, Any]:
    return {
        "subscriber_id": row.subscriber_id,
        "invoice_id": row.invoice_id,
        "payment_attempt_id": row.id,
        "kind": kind,
        "amount_minor": minor,
        "currency": row.currency,
        "at": context.now,
    }


def _paid_in_full(connection: Connection, attempts: Sequence[Record]) -> frozenset[int]:
    """Return which invoices of the attempts are paid now."""
    gross = {row.invoice_id: row.gross_minor for row in attempts}
    rows = rows_among(connection, _PAID, allocation.c.invoice_id, gross)
    return frozenset(row.invoice_id for row in rows if row.paid >= gross[row.invoice_id])


def _attempt_events(one: _Moved, paid: Container[int]) -> Iterator[Happening]:
    row = one.row
    match one.state:
        case AttemptState.SUCCEEDED:
            yield _attempt_event("payment_succeeded", row)
            if row.invoice_id in paid:
                yield _attempt_event("invoice_paid", row, key=str(row.invoice_id))
        case AttemptState.RETURNED:
            yield _attempt_event("payment_failed", row, dedupe=f"returned:{row.id}")
        case AttemptState.FAILED if one.change.failure != TECHNICAL:
            yield _attempt_event("payment_failed", row)
        case _:
            pass


def _ends_method(one: _Moved) -> bool:
    return one.state == AttemptState.FAILED and one.change.failure in DEAD_METHOD


def _attempt_event(kind: str, row: Record, key: str = "", dedupe: str = "") -> Happening:
    natural = key or f"{row.invoice_id}:{row.number}"
    return Happening(
        kind=kind,
        subscriber_id=row.subscriber_id,
        zone=row.zone,
        natural_key=natural,
        dedupe=dedupe or f"{row.invoice_id}:{row.number}",
        subscription_id=row.subscription_id,
        invoice_id=row.invoice_id,
        reference_id=row.id,
    )
