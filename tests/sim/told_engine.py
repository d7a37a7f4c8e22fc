"""The engine, told a story: facts go through the store, and what was decided is read back."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Table, func, select, text, update

from duly import tick
from duly.dispatch.desk import Item
from duly.dispatch.ending import end, finish
from duly.model.books import AttemptState, InvoiceLine
from duly.model.change import (
    EndSubscription,
    IssueInvoice,
    PauseSubscription,
    PlanEnd,
    ResumeSubscription,
    SettleAttempt,
)
from duly.model.enrolment import (
    EnrolledMethod,
    EnrolledSubscriber,
    EnrolledSubscription,
    Enrolment,
)
from duly.model.ledger import JobState
from duly.model.subscription import Status
from duly.selection.live import Live
from duly.store import enrolling, rulesets
from duly.store import facts as store_facts
from duly.store import jobs as store_jobs
from duly.store.applying import apply
from duly.store.bulk import add_many
from duly.store.context import Context
from duly.store.database import Database
from duly.tables import books, ledger, people, subscriptions
from duly.tables.every import schema
from duly.values.duration import Duration, Unit
from duly.values.money import Money, Taxed
from sim.local_time import Length
from sim.story import (
    Apply,
    Bill,
    ChangeTerm,
    Collect,
    Consent,
    Decide,
    Emigrate,
    Fact,
    Move,
    NewSubscription,
    SignUp,
    Subscribe,
    Tick,
    Work,
)
from sim.told_rules import Lives

AMOUNT = Money(1000, "RON")
HOUSE = "the house"  # an invoice needs a firing, and a firing somebody it is for


@dataclass
class ToldEngine:
    """Hold a database with tables; ``lives`` keeps the statements of every book."""

    database: Database
    lives: Lives
    live: Live | None = None
    told: dict[str, SignUp] = field(default_factory=dict)
    house_firing: int = 0

    def clear(self) -> None:
        """Forget everything but the tables."""
        tables = [table.name for table in reversed(schema().sorted_tables)]
        with self.database.write() as connection:
            if self.database.dialect == "postgresql":
                names = ", ".join(f'"{name}"' for name in tables)
                connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
            else:
                for name in tables:
                    connection.execute(text(f'DELETE FROM "{name}"'))
        self.live, self.house_firing = None, 0
        self.told.clear()

    def look(self, told: Tick, at: datetime) -> None:
        """Tick; a failing rule has no statements."""
        assert self.live is not None, "a story begins by putting a book live"
        left = {name: one for name, one in self.live.rules.items() if name not in told.failing}
        report = tick.run(self.database, replace(self.live, rules=left), at)
        live_ones = set(self.live.ruleset.rules)
        assert set(report.failed) == set(told.failing) & live_ones, report

    def welcome(self, people: Sequence[SignUp], at: datetime) -> None:
        """Let people sign up together, or be taken over as of one day."""
        self.told |= {one.person: one for one in people}
        with self.database.write() as connection:
            _enrol(connection, people, Context(at, "import"))

    def tell(self, fact: Fact, at: datetime) -> None:
        """Let something happen that can."""
        context = Context(at, "import")
        with self.database.write() as connection:
            match fact:
                case Apply():
                    self._apply(connection, fact, at)
                case Subscribe(person, subscription):
                    known = replace(self.told[person], take_over_on=None)
                    _enrol(connection, [replace(known, subscription=subscription)], context)
                case Move(person, zone):
                    self._change(connection, person, context, zone=zone)
                case Consent(person, given):
                    self._change(connection, person, context, marketing=given)
                case Emigrate(person, country):
                    self._change(connection, person, context, country=country)
                case ChangeTerm():
                    _change_term(connection, fact)
                case Decide():
                    _decide(connection, fact, context)
                case Bill():
                    self._bill(connection, fact, context)
                case Collect():
                    _collect(connection, fact, context)
                case Work():
                    self._work(connection, fact, at)

    def _apply(self, connection: Connection, fact: Apply, at: datetime) -> None:
        live = self.lives.of(fact.book)
        before = () if self.live is None else tuple(self.live.ruleset.rules)
        number = rulesets.put_live(connection, live.ruleset, {}, before, now=at, actor="test")
        self.live = replace(live, ruleset_id=number)
        if not self.house_firing:
            self.house_firing = _make_house(connection, number, at)

    def _change(self, connection: Connection, person: str, context: Context, **change: Any) -> None:
        self.told[person] = replace(self.told[person], subscription=None, **change)
        _enrol(connection, [self.told[person]], context)

    def _bill(self, connection: Connection, fact: Bill, context: Context) -> None:
        one = _subscription(connection, fact.subscription)
        newest = (
            select(subscriptions.cycle)
            .where(subscriptions.cycle.c.subscription_id == one.id)
            .order_by(subscriptions.cycle.c.number.desc())
            .limit(1)
        )
        cycle = connection.execute(newest).one()
        line = InvoiceLine("cycle", 1, AMOUNT, _taxed(AMOUNT), "std", 0, cycle.id)
        change = IssueInvoice(
            subscriber_id=one.subscriber_id,
            subscription_id=one.id,
            firing_id=self.house_firing,
            natural_key=f"told:{self._count_invoices(connection)}",
            series="invoice",
            counter="invoice",
            starts_at=1,
            number_pattern="{n}",
            issued_on=context.now.date(),
            due_on=context.now.date(),
            tax_on=cycle.start_on,
            total=_taxed(AMOUNT),
            lines=(line,),
            buyer={},
            seller={},
        )
        apply(connection, [change], context)

    def _count_invoices(self, connection: Connection) -> int:
        """Count all invoices: a story may bill one cycle twice."""
        return int(connection.execute(select(func.count(books.invoice.c.id))).scalar_one())

    def _work(self, connection: Connection, fact: Work, at: datetime) -> None:
        assert self.live is not None, "a story begins by putting a book live"
        ready = (
            select(ledger.job.c.id)
            .join(people.subscriber, people.subscriber.c.id == ledger.job.c.subscriber_id)
            .where(people.subscriber.c.external_id == fact.person, ledger.job.c.state == "ready")
        )
        jobs = store_jobs.present(connection, connection.execute(ready).scalars().all())
        firings = store_facts.firings_of(connection, [job.firing_id for job in jobs.values()])
        ended = []
        for job in jobs.values():
            rule = self.live.ruleset.rules.get(firings[job.firing_id].rule)
            step = None if rule is None else rule.step(job.step)
            if rule is not None and step is not None:
                item = Item(job, firings[job.firing_id], rule, step.action)
                ended.append(end(item, JobState(fact.result)))
        finish(connection, ended, at)


def _make_house(connection: Connection, ruleset: int, at: datetime) -> int:
    """Make what invoices need that no rule of the story made; ticks never touch it."""
    values: dict[str, Any] = {"external_id": HOUSE, "language": "ro", "zone": "UTC"}
    values |= {"kind": "person", "origin": "import", "tick": 0}
    (house,) = add_many(connection, people.subscriber, [values])
    row = {"name": HOUSE, "about": "subscriber", "since_at": at, "tick": 0, "looked_until": at}
    (rule,) = add_many(connection, ledger.rule, [row])
    (number,) = add_many(connection, ledger.tick, [{"at": at, "kinds": [], "finished_at": at}])
    firing = {
        "rule_id": rule,
        "subject_id": house,
        "subscriber_id": house,
        "key": "house",
        "trigger": "house",
        "natural_key": "house",
        "at": at,
        "local_on": at.date(),
        "zone": "UTC",
        "started_at": at,
        "tick_id": number,
        "ruleset_id": ruleset,
        "letters": "",
        "late": False,
        "ended": "finished",
    }
    return add_many(connection, ledger.firing, [firing])[0]


def _duration(length: Length | None) -> Duration | None:
    return None if length is None else Duration(length[0], Unit(length[1]))


def _taxed(amount: Money) -> Taxed:
    return Taxed(amount, Money(0, amount.currency), amount)


def _enrol(connection: Connection, people: Sequence[SignUp], context: Context) -> None:
    take_over = enrolling.TakeOver(people[0].take_over_on)
    enrolling.enrol(connection, [_enrolment(one, context) for one in people], take_over, context)


def _enrolment(told: SignUp, context: Context) -> Enrolment:
    subscriber = EnrolledSubscriber(
        told.person,
        "ro",
        told.zone,
        country=told.country or "",
        signed_up_on=told.signed_up_on,
        consents={} if told.marketing is None else {"marketing": told.marketing},
    )
    new = told.subscription
    return Enrolment(
        subscriber,
        None if new is None else _enrolled(new, told, context.now),
        EnrolledMethod("cards", f"pays/{told.person}"),
    )


def _enrolled(new: NewSubscription, told: SignUp, now: datetime) -> EnrolledSubscription:
    running = new.started_on <= now.astimezone(ZoneInfo(told.zone)).date()
    every = _duration(new.every)
    assert every is not None, "a subscription has cycles"
    return EnrolledSubscription(
        external_id=new.name,
        plan="box",
        price="box",
        amount=AMOUNT,
        every=every,
        status=Status.ACTIVE if running else Status.PENDING,
        started_on=new.started_on,
        term=_duration(new.term),
        term_then=new.then,
        term_ends_on=new.term_ends_on,
        settled_until=told.take_over_on,
    )


def _subscription(connection: Connection, name: str) -> Any:
    table = subscriptions.subscription
    return connection.execute(select(table).where(table.c.external_id == name)).one()


def _change_term(connection: Connection, fact: ChangeTerm) -> None:
    table = subscriptions.subscription
    values = {"term_ends_on": fact.ends_on, "term_then": "ends"}
    none = {"term_count": None, "term_unit": None, "tick": None, "dated_tick": None}
    mine = table.c.external_id == fact.subscription
    connection.execute(update(table).where(mine).values(**values, **none))


def _decide(connection: Connection, fact: Decide, context: Context) -> None:
    one = _subscription(connection, fact.subscription)
    today = context.now.astimezone(ZoneInfo(one.zone)).date()
    later = today + timedelta(days=fact.in_days)
    changes = {
        "pause": PauseSubscription(one.id, today, "test"),
        "resume": ResumeSubscription(one.id, today),
        "end": EndSubscription(one.id, today, "test"),
        "plan_end": PlanEnd(one.id, later, "test"),
    }
    apply(connection, [changes[fact.what]], context)


def _collect(connection: Connection, fact: Collect, context: Context) -> None:
    one = _subscription(connection, fact.subscription)
    invoice = _newest(connection, books.invoice, books.invoice.c.subscription_id == one.id)
    attempts = books.payment_attempt
    mine = attempts.c.invoice_id == invoice.id
    if fact.answer == "returned":
        row = _newest(connection, attempts, mine & (attempts.c.state == "succeeded"))
        change = SettleAttempt(row.id, AttemptState.RETURNED, failure="soft")
    else:
        attempt = _add_attempt(connection, invoice, mine, context)
        paid = fact.answer == "paid"
        state = AttemptState.SUCCEEDED if paid else AttemptState.FAILED
        change = SettleAttempt(attempt, state, failure="" if paid else fact.answer)
    apply(connection, [change], context)


def _add_attempt(connection: Connection, invoice: Any, mine: Any, context: Context) -> int:
    number = len(connection.execute(select(books.payment_attempt.c.id).where(mine)).all()) + 1
    method = _newest(
        connection,
        people.payment_method,
        people.payment_method.c.subscriber_id == invoice.subscriber_id,
    )
    values = {
        "subscriber_id": invoice.subscriber_id,
        "invoice_id": invoice.id,
        "payment_method_id": method.id,
        "number": number,
        "effect_key": f"{invoice.id}:{number}",
        "state": "created",
        "amount_minor": AMOUNT.minor,
        "currency": AMOUNT.currency,
        "started_at": context.now,
    }
    return add_many(connection, books.payment_attempt, [values])[0]


def _newest(connection: Connection, table: Table, where: Any) -> Any:
    found = select(table).where(where).order_by(table.c.id.desc()).limit(1)
    return connection.execute(found).one()
