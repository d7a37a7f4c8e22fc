"""The live rules: stored by content, put live one after another, read by everyone from here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from duly.rule import RuleSet
from duly.store.bulk import bulk
from duly.store.happening import Entry, note
from duly.tables.ledger import rule, ruleset, segment, tick


@dataclass(frozen=True, slots=True)
class StoredRuleset:
    """Hold an applied ruleset: its number, digest, and source text by file name."""

    id: int
    digest: str
    source: Mapping[str, str]
    applied_at: datetime
    actor: str


def live_ruleset(connection: Connection) -> StoredRuleset | None:
    """Return what is live; None if nothing was ever applied."""
    newest = select(ruleset).order_by(ruleset.c.id.desc()).limit(1)
    row = connection.execute(newest).one_or_none()
    if row is None:
        return None
    return StoredRuleset(row.id, row.digest, row.source, row.applied_at, row.actor)


def put_live(
    connection: Connection,
    live: RuleSet,
    source: Mapping[str, str],
    before: Iterable[str],
    *,
    now: datetime,
    actor: str,
) -> int:
    """Put a ruleset live and return its number.

    ``before`` names the rules that were live and switched on until now; any other counts from this
    moment on, never the past.
    """
    values = {"digest": live.digest, "source": source, "applied_at": now, "actor": actor}
    number = connection.execute(
        insert(ruleset).values(**values).returning(ruleset.c.id)
    ).scalar_one()
    begins = _set_aside(connection, live)
    _begin_rules(connection, live, set(before) - begins, now)
    _forget_segments(connection, live)
    entry = Entry("rules applied", "ruleset", facts={"digest": live.digest})
    note(connection, [entry], now=now, actor=actor)
    return int(number)


def _set_aside(connection: Connection, live: RuleSet) -> set[str]:
    """Rename rules that were about something else, and return their names.

    A rule is what its firings are about. What ran under the old one has no rule any more, and
    ends; its rows are never read as others. It gets its name back when the rule is about that
    again, so that what it has done once is not done twice.
    """
    known = {row.name: row for row in connection.execute(select(rule))}
    changed = {
        name
        for name, one in live.rules.items()
        if name in known and known[name].about != str(one.about)
    }
    for name in sorted(changed):
        _rename(connection, name, _aside(name, known[name].about))
        _rename(connection, _aside(name, str(live.rules[name].about)), name)
    return changed


def _aside(name: str, about: str) -> str:
    return f"{name} (about the {about})"


def _rename(connection: Connection, name: str, new: str) -> None:
    connection.execute(update(rule).where(rule.c.name == name).values(name=new))


def _begin_rules(connection: Connection, live: RuleSet, before: set[str], now: datetime) -> None:
    """Give rules their first watermark; those that were off or gone begin anew."""
    newest = select(tick.c.id, tick.c.at).order_by(tick.c.id.desc()).limit(1)
    last = connection.execute(newest).one_or_none()
    number = 0 if last is None else last.id
    known = set(connection.execute(select(rule.c.name)).scalars())
    rows = [
        {
            "name": name,
            "about": str(live.rules[name].about),
            "since_at": now,
            "tick": number,
            "looked_until": now,
        }
        for name in sorted(live.rules)
        if name not in known
    ]
    bulk(connection, insert(rule), rows)
    back = sorted(known & set(live.rules) - before)
    if back:
        again = update(rule).where(rule.c.name.in_(back))
        connection.execute(again.values(since_at=now, tick=number, looked_until=now))


def _forget_segments(connection: Connection, live: RuleSet) -> None:
    """Let segments that are gone begin anew if they come back: who is in it then did not enter."""
    gone = update(segment).where(segment.c.name.not_in(sorted(live.segments)))
    connection.execute(gone.values(digest=""))


def live_number(connection: Connection) -> int | None:
    """Return the number of what is live; None if nothing was ever applied."""
    number: int | None = connection.execute(select(func.max(ruleset.c.id))).scalar_one()
    return number


def ruleset_by_id(connection: Connection, number: int) -> StoredRuleset | None:
    """Return a ruleset that is or was live."""
    row = connection.execute(select(ruleset).where(ruleset.c.id == number)).one_or_none()
    if row is None:
        return None
    return StoredRuleset(row.id, row.digest, row.source, row.applied_at, row.actor)
