"""Look again at messages that were written for an earlier try and may have to go another way."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum, auto

from duly.action import Ask, Facts
from duly.dispatch.changing import Told, change_all
from duly.dispatch.desk import Call, Desk, Item
from duly.dispatch.ending import Ended, end
from duly.dispatch.items import make_task, rows_of
from duly.dispatch.preparing import ended_by, prepare
from duly.dispatch.recheck import take_back
from duly.model.books import TECHNICAL
from duly.model.change import NewMessage
from duly.model.ledger import JobState
from duly.model.outcome import Failed
from duly.model.saved import SavedMessage, SavedRow
from duly.retry import send_again
from duly.store import calls as store_calls
from duly.store.record import Transaction


class Way(Enum):
    """Say how a message that was written before goes now."""

    AS_WRITTEN = auto()
    ANEW = auto()


def look_at_written(
    transaction: Transaction,
    desk: Desk,
    items: Sequence[Item],
    facts: Mapping[int, Facts],
    now: datetime,
) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """Return what is asked as it was written, and what has to be written anew.

    Consent or the address may be gone since; then the job ends. What may have left already goes no
    other way, and after a while no second time.
    """
    ids = [item.job.id for item in items]
    rows, unclear = rows_of(transaction, desk, ids), store_calls.unclear_since(transaction, ids)
    decided = {
        item.job.id: _decide(item, rows[item.job.id], facts, unclear.get(item.job.id), now)
        for item in items
    }
    over = [one for one in decided.values() if isinstance(one, Ended)]
    take_back(transaction, desk, over, now)
    kept = tuple(item for item in items if decided[item.job.id] == Way.AS_WRITTEN)
    anew = tuple(item for item in items if decided[item.job.id] == Way.ANEW)
    closed = Failed("it goes another way", TECHNICAL)
    told = [Told(Call(item, make_task(item, rows[item.job.id])), closed) for item in anew]
    change_all(transaction, told, now)
    return kept, anew


def _decide(
    item: Item, row: SavedRow, facts: Mapping[int, Facts], since: datetime | None, now: datetime
) -> Way | Ended:
    """Decide about one job, of which some call is unclear ``since`` then."""
    if not isinstance(row, SavedMessage):
        return Way.AS_WRITTEN
    prepared = prepare(item, facts)
    match prepared:
        case Ask(row=NewMessage(channel=row.channel)):
            way = Way.AS_WRITTEN
        case _:
            way = Way.ANEW
    if since is not None and (way == Way.ANEW or not send_again(row.channel, since, now)):
        return end(item, JobState.DONE, note="unclear", result="assumed")
    return ended_by(item, prepared, now) or way
