"""What every part of one look needs: its window, what is new in it, and the local days."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from duly.errors import ClockError, TakenError
from duly.selection.live import Live
from duly.store import recording, rolling
from duly.store.context import Context
from duly.store.database import Database
from duly.store.record import Transaction
from duly.store.recording import RuleState, SegmentState
from duly.store.rolling import Stamp
from duly.store.rolling_cycles import roll_cycles
from duly.tables.rows import value as rows_value
from duly.trigger import TODAY_COLUMNS
from duly.values.zone import local_date

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Look:
    """Hold what every part of one tick needs."""

    database: Database
    live: Live
    stamp: Stamp
    states: Mapping[str, RuleState]  # how far every rule has looked, by name
    zones: tuple[str, ...]
    today: str  # the rows of today's local date in every zone, as statements want them
    top: int  # the highest firing before
    written: int  # the cycles and stamps of the first transaction

    @property
    def now(self) -> datetime:
        """Return the moment of the look."""
        return self.stamp.now

    def rows(self, columns: Sequence[tuple[str, object]], table: Iterable[Any]) -> str:
        """Write rows as statements want them: one parameter, however many there are."""
        return rows_value(self.database.dialect, [title for title, _ in columns], table)


def open_look(database: Database, live: Live, now: datetime) -> Look:
    """Roll what is due by itself, and stamp what is new: the first transaction.

    Raises TakenError if another tick does that at this moment, ClockError if one looked at a later
    moment, and StateError if the rules are no longer live.
    """
    return database.again(lambda transaction: _open_look(transaction, database, live, now))


def _open_look(transaction: Transaction, database: Database, live: Live, now: datetime) -> Look:
    if not rolling.take_turn(transaction):
        raise TakenError("another tick is looking at this moment")
    recording.refuse_older_rules(transaction, live.ruleset_id)
    since = rolling.last_tick_at(transaction)
    if now < since:
        raise ClockError(
            f"the last tick looked at {since.isoformat()}; a tick cannot look at "
            f"{now.isoformat()}, which is before it"
        )
    number = rolling.open_tick(transaction, now)
    zones = rolling.zones_in_use(transaction)
    rolling.roll_states(transaction, zones, now, Context(now, "engine"))
    rolled = roll_cycles(transaction, number, since, now)
    recording.end_removed(transaction, live.ruleset)
    stamp = rolling.stamp(transaction, number, since, now)
    top, states = recording.top_firing(transaction), recording.rule_states(transaction)
    days = [(zone, local_date(zone, now)) for zone in zones]
    today = rows_value(database.dialect, [title for title, _ in TODAY_COLUMNS], days)
    return Look(database, live, stamp, states, zones, today, top, rolled + stamp.written)


def is_idle(look: Look, state: RuleState | SegmentState, kinds: Iterable[str]) -> bool:
    """Tell whether nothing of some kinds was stamped since the watermark."""
    return state.tick == look.stamp.number - 1 and not look.stamp.kinds & set(kinds)


def stamps(look: Look, state: RuleState) -> dict[str, Any]:
    """Bind which stamped rows a rule has not seen yet."""
    return {"rule": state.id, "stamped_after": state.tick, "stamped_to": look.stamp.number}


def attempt(failed: set[str], name: str, part: Callable[..., None], *arguments: Any) -> None:
    """Do a part of what has not failed yet; a failure is logged, and everything else goes on."""
    if name in failed:
        return
    try:
        part(*arguments)
    except Exception:  # noqa: BLE001 - the outermost loop: one bad rule stops no other
        _log.exception("rule or segment failed", extra={"rule": name})
        failed.add(name)
