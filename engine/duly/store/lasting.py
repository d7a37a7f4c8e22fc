"""Name what jobs act for by what a restored backup has too: ids are given anew, names are not."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select

from duly.language.kinds import trigger_kinds
from duly.model.about import About
from duly.model.ledger import Firing
from duly.store.ids import rows_among
from duly.tables.books import invoice
from duly.tables.ledger import segment, segment_member
from duly.tables.people import subscriber
from duly.tables.subscriptions import subscription, subscription_change
from duly.trigger import Mention

_EARLIER_CHANGE = subscription_change.alias("earlier_change")
_EARLIER_MEMBER = segment_member.alias("earlier_member")


def _change_number() -> ColumnElement[Any]:
    """Count the changes of one kind, by the index subscription_change(subscription)."""
    table, earlier = subscription_change, _EARLIER_CHANGE
    same = and_(
        earlier.c.subscription_id == table.c.subscription_id,
        earlier.c.kind == table.c.kind,
        earlier.c.id <= table.c.id,
    )
    return select(func.count()).where(same).scalar_subquery()


def _enterings(*, of_subject: bool) -> Select[Any]:
    """Count how often somebody entered, by the index segment_member(subscriber, segment)."""
    table, earlier = segment_member, _EARLIER_MEMBER
    same = and_(
        earlier.c.subscriber_id == table.c.subscriber_id,
        earlier.c.segment_id == table.c.segment_id,
        earlier.c.id <= table.c.id,
    )
    if of_subject:
        same = and_(same, earlier.c.subject_id == table.c.subject_id)
    number = select(func.count()).where(same).scalar_subquery()
    return select(table.c.id, number, segment.c.name).join(
        segment, segment.c.id == table.c.segment_id
    )


# What finds the names of rows of a sort: the id, and the parts of the name.
_OF_SUBSCRIPTION = subscription.c.external_id
_NAMED: Mapping[str, tuple[Select[Any], ColumnElement[Any]]] = {
    "subscriber": (select(subscriber.c.id, subscriber.c.external_id), subscriber.c.id),
    "subscription": (select(subscription.c.id, _OF_SUBSCRIPTION), subscription.c.id),
    "invoice": (
        select(invoice.c.id, invoice.c.natural_key, _OF_SUBSCRIPTION).join(
            subscription, subscription.c.id == invoice.c.subscription_id
        ),
        invoice.c.id,
    ),
    "change": (
        select(subscription_change.c.id, _change_number(), _OF_SUBSCRIPTION).join(
            subscription, subscription.c.id == subscription_change.c.subscription_id
        ),
        subscription_change.c.id,
    ),
    "entering": (_enterings(of_subject=True), segment_member.c.id),
    # Also where several subscriptions of a payer enter, and the rule is about the payer.
    "entering of a subscriber": (_enterings(of_subject=False), segment_member.c.id),
}
# What a rule is done once per may mention a row too, whatever started it.
_ONCE_PER = (Mention(r"invoice:(\d+)", "invoice"), Mention(r"cycle:(\d+):\d+", "subscription"))


@dataclass(frozen=True, slots=True)
class Lasting:
    """Hold the lasting names of a firing's subject and of what it is done once per."""

    subject: str
    occurrence: str


class _Row(NamedTuple):
    sort: str
    id: int


class _Said(NamedTuple):
    before: str
    row: _Row
    after: str


def lasting_names(connection: Connection, firings: Iterable[Firing]) -> Mapping[int, Lasting]:
    """Name the subjects and occurrences of firings, by firing."""
    found = {one.id: one for one in firings}
    subjects = {one.id: _Row(str(one.about), one.subject_id) for one in found.values()}
    mentions = {one.id: said for one in found.values() if (said := _mention(one)) is not None}
    wanted = {*subjects.values(), *(said.row for said in mentions.values())}
    names = _names(connection, wanted)
    return {
        one.id: Lasting(names[subjects[one.id]], _occurrence(one, mentions.get(one.id), names))
        for one in found.values()
    }


def _mention(one: Firing) -> _Said | None:
    """Find the row that a key mentions by its id; most keys mention none."""
    for start, mention in _mentions(one):
        match = re.compile(mention.pattern).fullmatch(one.key, start)
        if match is not None:
            is_of_person = mention.sort == "entering" and one.about == About.SUBSCRIBER
            sort = "entering of a subscriber" if is_of_person else mention.sort
            row = _Row(sort, int(match[1]))
            return _Said(one.key[: match.start(1)], row, one.key[match.end(1) :])
    return None


def _mentions(one: Firing) -> Iterator[tuple[int, Mention]]:
    """Yield what a key may mention, each with the place from which on it is written."""
    kind, own = trigger_kinds().get(one.trigger), f"{one.trigger}:"
    if kind is not None and kind.mention is not None and one.key.startswith(own):
        yield len(own), kind.mention
    yield from ((0, mention) for mention in _ONCE_PER)


def _occurrence(one: Firing, said: _Said | None, names: Mapping[_Row, str]) -> str:
    return one.key if said is None else f"{said.before}{names[said.row]}{said.after}"


def _names(connection: Connection, wanted: Iterable[_Row]) -> Mapping[_Row, str]:
    rows = tuple(wanted)
    return {
        _Row(sort, found[0]): " of ".join(str(part) for part in found[1:])
        for sort, (statement, key) in _NAMED.items()
        for found in rows_among(
            connection, statement, key, [row.id for row in rows if row.sort == sort]
        )
    }
