"""Look once: roll, stamp, stop, timelines, segments, rules.

Each part is a transaction of its own; a rule that fails is behind by some ticks, nobody else is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from duly.selection.live import Live
from duly.store import recording
from duly.store.counting import MANY, recount
from duly.store.database import Database
from duly.store.record import Transaction
from duly.tick.firings import start_rule
from duly.tick.look import Look, attempt, open_look
from duly.tick.segments import look_at_segments
from duly.tick.timelines import continue_rule, stop_rule


@dataclass(frozen=True, slots=True)
class TickReport:
    """Say what a tick was: its number, and the rules that failed in it."""

    number: int
    failed: tuple[str, ...]


def run(database: Database, live: Live, now: datetime) -> TickReport:
    """Look once; raises StateError if it is not to look now, or not with these rules."""
    look = open_look(database, live, now)
    with database.read() as transaction:
        stalled = recording.stalled_rules(transaction)
    rules = recording.rules_of(live.ruleset, look.states)
    failed: set[str] = set()
    for rule, state in rules:
        attempt(failed, rule.name, stop_rule, look, rule, state)
    for rule, state in rules:
        attempt(failed, rule.name, continue_rule, look, rule, state, stalled)
    entered, unseen = look_at_segments(look)
    for rule, state in rules:
        attempt(failed, rule.name, start_rule, look, rule, state, entered)
    looked = [state.id for rule, state in rules if rule.name not in failed]
    seen = live.segments.keys() - unseen
    database.again(lambda transaction: _close(transaction, look, looked, seen))
    return TickReport(look.stamp.number, tuple(sorted(failed)))


def _close(
    transaction: Transaction, look: Look, rules: Iterable[int], segments: Iterable[str]
) -> None:
    recording.close_tick(transaction, look.stamp.number, look.now, rules, segments)
    if look.written + recording.top_firing(transaction) - look.top > MANY:
        recount(transaction)
