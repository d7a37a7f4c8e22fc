"""Read a mapping: from a file of the workspace to what an import follows."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from duly.catalog import Catalog
from duly.condition.types import Type
from duly.language import mapping_readers as readers
from duly.language.mapping_format import DateForm, FileFormat
from duly.language.mapping_readers import Reader
from duly.language.mapping_shape import ADDRESS, CONSENT, mapping_shape
from duly.language.mapping_source import SourceReader
from duly.language.mapping_tree import (
    Always,
    Consent,
    ImportMapping,
    MethodMapping,
    Source,
    SubscriberMapping,
    SubscriptionMapping,
)
from duly.language.source import parse
from duly.model.business import Business
from duly.shape.convert import convert
from duly.shape.node import MapNode
from duly.shape.quote import quote
from duly.shape.record import Item, Record
from duly.shape.suggest import closest, suggest
from duly.values.problem import Problem

T = TypeVar("T")


def read_mapping(
    data: bytes, file: str, *, business: Business, catalog: Catalog, gateways: Collection[str]
) -> tuple[ImportMapping | None, tuple[Problem, ...]]:
    """Read a mapping file, with the problems in the order of their places; None if there are any.

    Whether the headings exist is asked with ``check_headings`` once the file to import is open.
    """
    node, problems = parse(data, file)
    if node is None:
        return None, problems
    item, more = convert(node, mapping_shape(business))
    problems += more
    if item is None:
        return None, tuple(sorted(problems))
    record = item.as_a(Record)
    sources = SourceReader()
    form = _format(record.get("format", Record))
    written = {entry.key.text for entry in node} if isinstance(node, MapNode) else set()
    maker = _Maker(business, catalog, tuple(sorted(gateways)), form, sources)
    mapping = maker.mapping(record, written)
    problems = tuple(sorted({*problems, *sources.problems}))
    return (None if problems else mapping), problems


@dataclass(frozen=True, slots=True)
class _Maker:
    """Know what names stand for in this business."""

    business: Business
    catalog: Catalog
    gateways: tuple[str, ...]
    form: FileFormat
    sources: SourceReader

    def mapping(self, record: Record, written: Collection[str]) -> ImportMapping | None:
        """Make the mapping; None if something it needs is missing or wrong, which is told.

        ``written`` are all names at the top of the file, also of what cannot be used.
        """
        self._check_parts(record, written)
        skip_when = self.sources.formula(record, "skip_when", Type.YES_NO)
        subscriber = _part(record, "subscriber", self._subscriber)
        subscription = self._subscription(record)
        method = _part(record, "payment_method", self._method)
        take_over_on = record.get("take_over_on", date)
        if subscriber is None or take_over_on is None:
            return None
        made = ImportMapping(
            file=record.get_or("file", ""),
            format=self.form,
            take_over_on=take_over_on,
            on_bad_row="stop" if record.get("on_bad_row", str) == "stop" else "set_aside",
            skip_when=skip_when,
            subscriber=subscriber,
            subscription=subscription,
            payment_method=method,
        )
        return replace(
            made, columns=tuple(self.sources.columns), formulas=tuple(self.sources.formulas)
        )

    def _check_parts(self, record: Record, written: Collection[str]) -> None:
        """Ask for the parts that a row of this sort has, and for no others."""
        each_row = record.get("each_row", str)
        for name, fix in (
            ("subscription", 'add "subscription:" with plan and started_on'),
            ("same_row", 'add "same_row: {external_id: ...}" with the heading of its number'),
        ):
            if each_row == "subscription" and name not in written:
                message = f'a file with a subscription in each row needs "{name}"'
                self.sources.tell(record.item("each_row").span, "missing-word", message, fix)
            if each_row == "subscriber" and name in record:
                message = f'"{name}" is about subscriptions, and each row is a subscriber'
                hint = "leave it out, or write each_row: subscription"
                self.sources.tell(record.item(name).key, "wrong-place", message, hint)

    def _subscriber(self, item: Item) -> SubscriberMapping | None:
        record = item.as_a(Record)
        same = self._same(record, "same")
        address = _part(record, "address", lambda one: self._address(one.as_a(Record)))
        if "country" in record and "country" in (record.get("address", Record) or ()):
            span = record.need("address", Record).item("country").key
            message = '"country" stands here and under subscriber'
            self.sources.tell(span, "one-each", message, "leave one of them")
        consents, source = self._consents(record)
        texts = self._each(record, self._subscriber_texts())
        signed_up_on = self.sources.source(record, "signed_up_on", readers.day(self.form))
        own = self._own(record, "subscriber")
        if same is None:
            return None
        return SubscriberMapping(
            same=same,
            texts=texts,
            address=address or {},
            signed_up_on=signed_up_on,
            consents=consents,
            consent_source=source,
            own=own,
        )

    def _subscriber_texts(self) -> Mapping[str, Reader[str]]:
        return {
            "name": readers.line(),
            "email": readers.mail(),
            "phone": readers.phone(),
            "push": readers.token(),
            "language": readers.language(self.business.languages),
            "country": readers.country(),
            "zone": readers.zone(),
            "kind": readers.one_of(readers.KINDS, "is neither person nor company"),
        }

    def _address(self, record: Record) -> Mapping[str, Source[str]]:
        country = readers.country()
        parts = {part: country if part == "country" else readers.line() for part in ADDRESS}
        return self._each(record, parts)

    def _consents(self, record: Record) -> tuple[tuple[Consent, ...], str]:
        """Read what people agreed to; one file says in one place where that was said."""
        found = []
        given: list[str] = []
        for name, item in record:
            if not name.startswith(CONSENT) or not item.is_whole:
                continue
            one = item.as_a(Record)
            agreed = frozenset(word.strip() for word in one.many("agreed_when", str))
            found.append(
                Consent(name.removeprefix(CONSENT), self.sources.column(one.item("column")), agreed)
            )
            given.append(one.need("given", str))
            if given[0] != given[-1]:
                message = f'"{name}" was given elsewhere than the consents above it'
                hint = f"write the same under every consent: {quote(given[0])}"
                self.sources.tell(one.item("given").span, "one-each", message, hint)
        return tuple(found), next(iter(given), "")

    def _subscription(self, record: Record) -> SubscriptionMapping | None:
        part = record.get("subscription", Record)
        same = self._same(record, "same_row")
        if part is None:
            return None
        take = self.sources
        plans = readers.one_of(tuple(self.catalog.plans), "is not a plan")
        plan = take.source(part, "plan", plans)
        status = take.source(part, "status", readers.status())
        amount = take.source(part, "amount", readers.amount(self.catalog.currency, self.form))
        started_on = take.source(part, "started_on", readers.day(self.form))
        paid_until = take.source(part, "paid_until", readers.day(self.form))
        ended_on = take.source(part, "ended_on", readers.day(self.form))
        own = self._own(part, "subscription")
        if same is None or plan is None or started_on is None:
            return None
        return SubscriptionMapping(
            same=same,
            plan=plan,
            status=status,
            amount=amount,
            or_plan_price=_may_be_missing(part),
            started_on=started_on,
            paid_until=paid_until,
            ended_on=ended_on,
            own=own,
        )

    def _same(self, record: Record, name: str) -> Source[str] | None:
        part = record.get(name, Record)
        return (
            None if part is None else self.sources.source(part, "external_id", readers.identifier())
        )

    def _own(self, record: Record, whom: str) -> Mapping[str, Source[object]]:
        found: dict[str, Source[object]] = {}
        for field in self.business.fields:
            if field.of_whom != whom or field.name not in record:
                continue
            reader = readers.own(field, self.catalog.currency, self.form)
            if reader is None:
                message = f'"{field.name}" is a list of words, which cannot be brought in yet'
                self.sources.tell(
                    record.item(field.name).key, "not-there-yet", message, "leave it out"
                )
                continue
            source = self.sources.source(record, field.name, reader)
            if source is not None:
                found[field.name] = source
        return found

    def _method(self, item: Item) -> MethodMapping | None:
        record = item.as_a(Record)
        when = self.sources.formula(record, "when", Type.YES_NO)
        by = self._gateway(record)
        token = self.sources.source(record, "token", readers.token())
        kind = self.sources.source(record, "kind", readers.word())
        if by is None or token is None:
            return None
        return MethodMapping(when=when, by=by, token=token, kind=kind)

    def _gateway(self, record: Record) -> Source[str] | None:
        """Read who collects: here a plain word is a connector, and ``column:`` names a heading."""
        item = record.entries.get("by")
        if item is None or not isinstance(item.value, str):
            reader = readers.one_of(self.gateways, "is not a connector that collects money")
            return self.sources.source(record, "by", reader)
        if item.value in self.gateways:
            return Always(item.value)
        hint = suggest(item.value, self.gateways) or "duly.yaml has none"
        if closest(item.value, self.gateways) is None:
            hint += f"; for a heading write {{column: {item.value}}}"
        message = f"{quote(item.value)} is not a connector that collects money"
        self.sources.tell(item.span, "unknown-word", message, hint)
        return None

    def _each(self, record: Record, wanted: Mapping[str, Reader[T]]) -> Mapping[str, Source[T]]:
        found = {name: self.sources.source(record, name, one) for name, one in wanted.items()}
        return {name: source for name, source in found.items() if source is not None}


def _part(record: Record, name: str, read: Callable[[Item], T]) -> T | None:
    return read(record.item(name)) if name in record else None


def _may_be_missing(record: Record) -> bool:
    item = record.entries.get("amount")
    return item is None or (isinstance(item.value, Record) and "missing" in item.value)


def _format(record: Record | None) -> FileFormat:
    made = FileFormat()
    if record is None:
        return made
    return FileFormat(
        separator=record.get_or("separator", made.separator),
        decimal="," if record.get("decimal", str) == "," else ".",
        dates=record.get("dates", DateForm) or made.dates,
        encoding=record.get_or("encoding", made.encoding),
    )
