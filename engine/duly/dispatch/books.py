"""Do the jobs that never leave the database: prepared, applied and ended in one transaction."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from duly.action import Books, Facts, Prepared
from duly.dispatch.changing import apply_all
from duly.dispatch.desk import Item
from duly.dispatch.ending import finish
from duly.dispatch.preparing import ended_by, failed, prepare
from duly.errors import OutsideError
from duly.store.bulk import savepoint
from duly.store.record import Transaction

_log = logging.getLogger(__name__)


def do_books(
    transaction: Transaction, items: Sequence[Item], facts: Mapping[int, Facts], now: datetime
) -> None:
    """Apply what the jobs change, all together; if one cannot be, each on its own."""
    prepared = {item.job.id: prepare(item, facts) for item in items}
    try:
        with savepoint(transaction):
            _apply(transaction, items, prepared, now)
    except OutsideError:
        raise
    except Exception:  # noqa: BLE001 - one of them cannot be applied: find it
        _log.debug("a batch of the books is applied one by one", exc_info=True)
        for item in items:
            prepared[item.job.id] = _apply_alone(transaction, item, prepared, now)
    ended = [ended_by(item, prepared[item.job.id], now) for item in items]
    finish(transaction, [one for one in ended if one is not None], now)


def _apply(
    transaction: Transaction,
    items: Iterable[Item],
    prepared: Mapping[int, Prepared],
    now: datetime,
) -> None:
    asked = [(item, prepared[item.job.id]) for item in items]
    wanted = [(item, books.changes) for item, books in asked if isinstance(books, Books)]
    apply_all(transaction, wanted, now)


def _apply_alone(
    transaction: Transaction, item: Item, prepared: Mapping[int, Prepared], now: datetime
) -> Prepared:
    """Apply one job's changes; returns what it turns out to be."""
    try:
        with savepoint(transaction):
            _apply(transaction, [item], prepared, now)
    except OutsideError:
        raise
    except Exception as error:  # noqa: BLE001 - a bug fails this job alone
        return failed(item, error)
    return prepared[item.job.id]
