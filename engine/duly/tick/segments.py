"""Let subjects enter and leave segments."""

from datetime import datetime

from duly.selection.moments import turned_zones
from duly.selection.segment import ZONE_COLUMNS
from duly.store import recording
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
    same_text = state is not None and state.digest == statements.segment.digest
    turned = () if state is None else _turned(look, state.looked_until)
    is_narrow = same_text and not turned
    if state and is_narrow and is_idle(look, state, ("subscriber", "subscription")):
        return
    with look.database.write() as transaction:
        state = state or recording.open_segment(transaction, name, look.now)
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
        moves = statements.changed if is_narrow else statements.wide
        if recording.record_segment(transaction, moves, parameters):
            changed.add(name)
        digest = statements.segment.digest
        recording.move_segment(transaction, state.id, digest, look.stamp.number, look.now)


def _turned(look: Look, since: datetime) -> tuple[str, ...]:
    return turned_zones(look.zones, Window(since, look.now))
