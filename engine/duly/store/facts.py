"""Load the facts of a batch of jobs: a few statements for all of them, never one by one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from duly.action import Facts, Shop
from duly.language.kinds import trigger_kinds
from duly.model.about import About
from duly.model.books import Attempt, Invoice
from duly.model.ledger import Firing, Job, JobClass, JobState
from duly.model.people import PaymentMethod, Subscriber
from duly.model.subscription import Cycle, Line, Subscription
from duly.store import facts_rows
from duly.store.ids import rows_among
from duly.store.record import Record
from duly.tables.books import invoice, invoice_line
from duly.tables.ledger import event, firing, rule
from duly.tables.subscriptions import cycle
from duly.values.zone import local_date

_FIRINGS = select(firing, rule.c.name.label("rule_name"), rule.c.about).join(
    rule, rule.c.id == firing.c.rule_id
)
_EVENTS = select(event.c.id, event.c.subscription_id, event.c.invoice_id)
_MADE_INVOICES = select(invoice.c.firing_id, func.max(invoice.c.id).label("id")).group_by(
    invoice.c.firing_id
)
_BILLED_SUBSCRIPTIONS = select(invoice.c.id, invoice.c.subscription_id)
_BILLED_CYCLES = (
    select(invoice_line.c.invoice_id, func.min(invoice_line.c.cycle_id).label("id"))
    .where(invoice_line.c.cycle_id.is_not(None))
    .group_by(invoice_line.c.invoice_id)
)
_LATER = cycle.alias("later_cycle")
_NEWEST_CYCLES = select(cycle.c.subscription_id, cycle.c.id).where(
    ~select(_LATER.c.id)
    .where(_LATER.c.subscription_id == cycle.c.subscription_id, _LATER.c.number > cycle.c.number)
    .exists()
)


def read_job(row: Record) -> Job:
    """Make a job from its row."""
    return Job(
        id=row.id,
        firing_id=row.firing_id,
        subscriber_id=row.subscriber_id,
        step=row.step,
        kind=row.kind,
        job_class=JobClass(row.job_class),
        state=JobState(row.state),
        due_at=row.due_at,
        made_at=row.made_at,
        tries=row.tries,
        fence=row.fence,
        effect_key=row.effect_key or "",
        connector=row.connector or "",
        note=row.note or "",
        result=row.result or "",
    )


def firings_of(connection: Connection, ids: Iterable[int]) -> Mapping[int, Firing]:
    """Load firings with their rule's name and what it is about, by id."""
    return {row.id: _firing(row) for row in rows_among(connection, _FIRINGS, firing.c.id, ids)}


def _firing(row: Record) -> Firing:
    return Firing(
        id=row.id,
        rule=row.rule_name,
        about=About(row.about),
        subject_id=row.subject_id,
        subscriber_id=row.subscriber_id,
        key=row.key,
        trigger=row.trigger,
        at=row.at,
        local_on=row.local_on,
        zone=row.zone,
        reference_id=row.reference_id,
        started_at=row.started_at,
        started_on=row.started_on,
        late=row.late,
        ended=row.ended or "",
    )


@dataclass(frozen=True, slots=True)
class _Targets:
    """Hold for each job which rows it is about; None where it is about none."""

    subscription: Mapping[int, int]
    cycle: Mapping[int, int]
    invoice: Mapping[int, int]


def load_facts(
    connection: Connection,
    jobs: Sequence[Job],
    firings: Mapping[int, Firing],
    shop: Shop,
    now: datetime,
) -> Mapping[int, Facts]:
    """Load what every job of a batch may need, by job."""
    found = {job.id: firings[job.firing_id] for job in jobs}
    targets = _targets(connection, found)
    people = facts_rows.subscribers(connection, [job.subscriber_id for job in jobs])
    its_subscriptions, its_cycles = targets.subscription.values(), targets.cycle.values()
    loaded = _Loaded(
        subscriptions=facts_rows.subscriptions(connection, its_subscriptions),
        lines=facts_rows.lines(connection, its_subscriptions),
        cycles=facts_rows.cycles(connection, its_cycles),
        invoices=facts_rows.invoices(connection, targets.invoice.values()),
        attempts=facts_rows.attempts(connection, targets.invoice.values()),
        methods=facts_rows.methods(connection, people),
        consents=facts_rows.consents(connection, people),
        suppressed=facts_rows.suppressed(connection, people.values()),
        parcels=facts_rows.parcel_counts(connection, its_subscriptions),
        shipped=facts_rows.shipped_cycles(connection, its_cycles),
        invoiced=facts_rows.invoiced_cycles(connection, its_cycles),
        tried=facts_rows.tried_channels(connection, [job.id for job in jobs if job.tries]),
    )
    return {
        job.id: _facts(job, found[job.id], people[job.subscriber_id], targets, loaded, shop, now)
        for job in jobs
    }


@dataclass(frozen=True, slots=True)
class _Loaded:
    subscriptions: Mapping[int, Subscription]
    lines: Mapping[int, tuple[Line, ...]]
    cycles: Mapping[int, Cycle]
    invoices: Mapping[int, Invoice]
    attempts: Mapping[int, tuple[Attempt, ...]]
    methods: Mapping[int, PaymentMethod]
    consents: Mapping[int, Mapping[str, bool]]
    suppressed: Mapping[tuple[str, str], str]
    parcels: Mapping[int, int]
    shipped: frozenset[int]
    invoiced: frozenset[int]
    tried: Mapping[int, frozenset[str]]


def _facts(
    job: Job,
    found: Firing,
    person: Subscriber,
    targets: _Targets,
    loaded: _Loaded,
    shop: Shop,
    now: datetime,
) -> Facts:
    subscription_id = targets.subscription.get(job.id, 0)
    cycle_id = targets.cycle.get(job.id, 0)
    invoice_id = targets.invoice.get(job.id, 0)
    addresses = {"email": person.email, "sms": person.phone, "push": person.push}
    return Facts(
        shop=shop,
        job=job,
        firing=found,
        now=now,
        today=local_date(person.zone, now),
        subscriber=person,
        subscription=loaded.subscriptions.get(subscription_id),
        lines=loaded.lines.get(subscription_id, ()),
        cycle=loaded.cycles.get(cycle_id),
        invoice=loaded.invoices.get(invoice_id),
        attempts=loaded.attempts.get(invoice_id, ()),
        method=loaded.methods.get(person.id),
        consents=loaded.consents.get(person.id, {}),
        suppressed={
            channel: loaded.suppressed[channel, address]
            for channel, address in addresses.items()
            if (channel, address) in loaded.suppressed
        },
        parcels=loaded.parcels.get(subscription_id, 0),
        cycle_shipped=cycle_id in loaded.shipped,
        cycle_invoiced=cycle_id in loaded.invoiced,
        tried_channels=loaded.tried.get(job.id, frozenset()),
    )


def _targets(connection: Connection, found: Mapping[int, Firing]) -> _Targets:
    """Find out which subscription, cycle and invoice each job is about.

    The invoice is the trigger's, else the one an earlier step made.
    """
    by_id = {one.id: one for one in found.values()}
    events = _events(connection, by_id.values())
    made = _made_invoices(connection, by_id)
    invoices: dict[int, int] = {}
    subscriptions: dict[int, int] = {}
    for one in by_id.values():
        told = events.get(one.reference_id or 0) if _is_event(one) else None
        if one.about == About.INVOICE:
            invoices[one.id] = one.subject_id
        elif told is not None and told.invoice_id is not None:
            invoices[one.id] = told.invoice_id
        elif one.id in made:
            invoices[one.id] = made[one.id]
        if one.about == About.SUBSCRIPTION:
            subscriptions[one.id] = one.subject_id
        elif told is not None and told.subscription_id is not None:
            subscriptions[one.id] = told.subscription_id
    subscriptions |= _subscriptions_of(connection, invoices, subscriptions)
    cycles = _cycle_targets(connection, by_id.values(), invoices, subscriptions)
    return _Targets(
        subscription=_by_job(found, subscriptions),
        cycle=_by_job(found, cycles),
        invoice=_by_job(found, invoices),
    )


def _by_job(found: Mapping[int, Firing], by_firing: Mapping[int, int]) -> Mapping[int, int]:
    return {job_id: by_firing[one.id] for job_id, one in found.items() if one.id in by_firing}


def _brings(one: Firing) -> frozenset[str]:
    """Return what the firing's trigger brought, whatever the live rule waits for now."""
    kind = trigger_kinds().get(one.trigger)
    return kind.brings if kind is not None else frozenset()


def _events(connection: Connection, firings: Iterable[Firing]) -> Mapping[int, Record]:
    """Load the events that brought firings; calendar kinds and segments bring none."""
    ids = [one.reference_id for one in firings if one.reference_id is not None and _is_event(one)]
    return {row.id: row for row in rows_among(connection, _EVENTS, event.c.id, ids)}


def _is_event(one: Firing) -> bool:
    kind = trigger_kinds().get(one.trigger)
    return kind is not None and kind.is_event


def _made_invoices(connection: Connection, firings: Iterable[int]) -> Mapping[int, int]:
    rows = rows_among(connection, _MADE_INVOICES, invoice.c.firing_id, firings)
    return {row.firing_id: row.id for row in rows}


def _subscriptions_of(
    connection: Connection, invoices: Mapping[int, int], known: Mapping[int, int]
) -> Mapping[int, int]:
    """Find the subscriptions of invoices, where the firing named none itself."""
    wanted = {one: found for one, found in invoices.items() if one not in known}
    rows = rows_among(connection, _BILLED_SUBSCRIPTIONS, invoice.c.id, wanted.values())
    of_invoice = {row.id: row.subscription_id for row in rows}
    return {one: of_invoice[found] for one, found in wanted.items()}


def _cycle_targets(
    connection: Connection,
    firings: Iterable[Firing],
    invoices: Mapping[int, int],
    subscriptions: Mapping[int, int],
) -> Mapping[int, int]:
    """Find the cycle of each firing: the trigger's, the invoice's, else the newest begun."""
    cycles: dict[int, int] = {}
    billed = _billed_cycles(connection, invoices.values())
    for one in firings:
        if "cycle" in _brings(one) and one.reference_id is not None:
            cycles[one.id] = one.reference_id
        elif one.id in invoices and invoices[one.id] in billed:
            cycles[one.id] = billed[invoices[one.id]]
    left = {one: found for one, found in subscriptions.items() if one not in cycles}
    newest = _newest_cycles(connection, left.values())
    return cycles | {one: newest[found] for one, found in left.items() if found in newest}


def _billed_cycles(connection: Connection, invoices: Iterable[int]) -> Mapping[int, int]:
    rows = rows_among(connection, _BILLED_CYCLES, invoice_line.c.invoice_id, invoices)
    return {row.invoice_id: row.id for row in rows}


def _newest_cycles(connection: Connection, subscriptions: Iterable[int]) -> Mapping[int, int]:
    rows = rows_among(connection, _NEWEST_CYCLES, cycle.c.subscription_id, subscriptions)
    return {row.subscription_id: row.id for row in rows}
