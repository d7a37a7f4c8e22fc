"""Let subjects enter and leave segments."""

from datetime import datetime

from duly.selection.moments import turned_zones
from duly.selection.segment import ZONE_COLUMNS, SegmentStatements
from duly.store import recording
from duly.store.record import Transaction
from duly.store.recording import SegmentState
from duly.tick.look import Look, attempt, is_idle
from duly.values.zone import Window


def look_at_segments(look: Look) -> tuple[set[str], set[str]]:
    """Let subjects enter and leave; returns the segments that changed and those that failed."""
    changed: set[str] = set()
    failed: set[str] = set()
    for name in sorted(look.live.segments):
        attempt(failed, name, _look_at, look, name, changed)
    return changed, failed


def _look_at(look: Look, name: str, changed: set[str]) -> None:
    statements = look.live.segments[name]
    with look.database.read() as transaction:
        state = recording.segment_state(transaction, name)
    if state and _has_nothing_new(look, statements, state):
        return
    if look.database.again(lambda transaction: _move(transaction, look, statements)):
        changed.add(name)


def _has_nothing_new(look: Look, statements: SegmentStatements, state: SegmentState) -> bool:
    is_narrow = _is_same(statements, state) and not _turned(look, state.looked_until)
    return is_narrow and is_idle(look, state, ("subscriber", "subscription"))


def _is_same(statements: SegmentStatements, state: SegmentState) -> bool:
    return state.digest == statements.segment.digest


def _move(transaction: Transaction, look: Look, statements: SegmentStatements) -> bool:
    """Let subjects enter and leave one segment; tells whether anybody did."""
    segment = statements.segment
    state = recording.open_segment(transaction, segment.name, look.now)
    same_text, turned = _is_same(statements, state), _turned(look, state.looked_until)
    parameters = {
        "segment": state.id,
        "is_silent": not same_text,
        "everybody": not same_text,
        "turned": look.rows(ZONE_COLUMNS, [(zone,) for zone in turned]),
        "now": look.now,
        "today": look.today,
        "stamped_after": state.tick,
        "stamped_to": look.stamp.number,
    }
    moves = statements.changed if same_text and not turned else statements.wide
    has_moved = recording.record_segment(transaction, moves, parameters)
    recording.move_segment(transaction, state.id, segment.digest, look.stamp.number, look.now)
    return has_moved


def _turned(look: Look, since: datetime) -> tuple[str, ...]:
    return turned_zones(look.zones, Window(since, look.now))
