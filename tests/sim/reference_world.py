"""What the reference knows of people, subscriptions and invoices, and how facts change it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sim.local_time import Length, clock_shows, later, local_day
from sim.story import (
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
)

AMOUNT = 1000  # of every invoice, in minor units


@dataclass
class Person:
    name: str
    zone: str
    country: str | None
    marketing: bool | None


@dataclass
class Cycle:
    number: int
    start_on: date
    end_on: date
    start_at: datetime
    end_at: datetime
    zone: str
    billable: bool
    settled: bool
    seen: int | None = None  # the tick that saw it first


@dataclass
class Subscription:
    name: str
    person: Person
    zone: str
    status: str
    started_on: date
    every: Length
    term: Length | None
    then: str
    term_ends_on: date | None
    take_over_on: date | None
    ending_on: date | None = None
    ended_on: date | None = None
    paused_on: date | None = None
    told_end: date | None = None  # terms are counted from it, not from the start
    cycles: list[Cycle] = field(default_factory=list)
    dated: int | None = None  # the tick that saw the last change of zone or dates

    @property
    def stops_on(self) -> date | None:
        term = self.term_ends_on if self.then == "ends" else None
        known = [day for day in (self.ending_on, self.ended_on, term) if day is not None]
        return min(known, default=None)

    def boundary(self, number: int) -> date:
        return later(self.started_on, self.every, number)

    def present_cycle(self, today: date) -> Cycle | None:
        found = [one for one in self.cycles if one.start_on <= today < one.end_on]
        return found[0] if found else None


@dataclass
class Attempt:
    number: int
    state: str
    failure: str | None


@dataclass
class Invoice:
    name: str
    subscription: Subscription
    cycle: int
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def is_paid(self) -> bool:
        return any(one.state == "succeeded" for one in self.attempts)


@dataclass
class Event:
    kind: str
    person: Person
    natural_key: str
    at: datetime
    local_on: date
    subscription: Subscription | None = None
    invoice: Invoice | None = None
    attempt: Attempt | None = None
    seen: int | None = None


@dataclass
class World:
    """Hold the state; ``tell`` changes it, or returns False if that cannot be now."""

    people: dict[str, Person] = field(default_factory=dict)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    invoices: dict[str, Invoice] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)

    def tell(self, fact: Fact, at: datetime) -> bool:
        match fact:
            case SignUp():
                return self._sign_up(fact, at)
            case Subscribe():
                return self._subscribe(fact, at)
            case Move(name, zone) if name in self.people:
                return self._move(self.people[name], zone)
            case Consent(name, given) if name in self.people:
                self.people[name].marketing = given
                return True
            case Emigrate(name, country) if name in self.people:
                self.people[name].country = country
                return True
            case ChangeTerm(name, ends_on) if self._is_open(name):
                found = self.subscriptions[name]
                found.term_ends_on, found.then, found.term = ends_on, "ends", None
                found.dated = None
                return True
            case Decide(name) if self._is_open(name):
                return self._decide(self.subscriptions[name], fact, at)
            case Bill(name) if name in self.subscriptions:
                return self._bill(self.subscriptions[name])
            case Collect(name) if name in self.subscriptions:
                return self._collect(self.subscriptions[name], fact.answer, at)
            case _:
                return False

    def _is_open(self, name: str) -> bool:
        return name in self.subscriptions and self.subscriptions[name].status != "ended"

    def _sign_up(self, told: SignUp, at: datetime) -> bool:
        if told.person in self.people:
            return False
        person = Person(told.person, told.zone, told.country, told.marketing)
        self.people[told.person] = person
        history = told.take_over_on is not None and (
            told.signed_up_on is None or told.signed_up_on < told.take_over_on
        )
        if not history:
            today = local_day(told.zone, at)
            self.events.append(Event("signed_up", person, "signup", at, today))
        if told.subscription is not None:
            self._add(told.subscription, person, told.take_over_on, at)
        return True

    def _subscribe(self, told: Subscribe, at: datetime) -> bool:
        if told.person not in self.people or told.subscription.name in self.subscriptions:
            return False
        self._add(told.subscription, self.people[told.person], None, at)
        return True

    def _add(
        self, told: NewSubscription, person: Person, take_over: date | None, at: datetime
    ) -> None:
        running = told.started_on <= local_day(person.zone, at)
        one = Subscription(
            name=told.name,
            person=person,
            zone=person.zone,
            status="active" if running else "pending",
            started_on=told.started_on,
            every=told.every,
            term=told.term,
            then=told.then,
            term_ends_on=_term_end(told, take_over),
            take_over_on=take_over,
        )
        self.subscriptions[told.name] = one
        one.cycles.append(_first_cycle(one))

    def _move(self, person: Person, zone: str) -> bool:
        person.zone = zone
        for one in self.of(person):
            if one.zone != zone:
                one.zone, one.dated = zone, None
        return True

    def of(self, person: Person) -> Iterator[Subscription]:
        """Yield the subscriptions of somebody."""
        return (one for one in self.subscriptions.values() if one.person is person)

    def _decide(self, one: Subscription, fact: Decide, at: datetime) -> bool:
        today = local_day(one.zone, at)
        match fact.what, one.status:
            case "pause", "active":
                one.status, one.paused_on = "paused", today
            case "resume", "paused":
                one.status, one.paused_on = "active", None
            case "end", _:
                self.end(one, today, at)
            case "plan_end", _:
                one.ending_on = today + timedelta(days=fact.in_days)
            case _:
                return False
        return True

    def end(self, one: Subscription, on: date, at: datetime) -> None:
        """End a subscription for good."""
        one.status, one.ended_on = "ended", on
        today = local_day(one.zone, at)
        key = f"end of {one.name}"
        event = Event("subscription_ended", one.person, key, at, today, subscription=one)
        self.events.append(event)

    def _bill(self, one: Subscription) -> bool:
        newest = max(one.cycles, key=lambda cycle: cycle.number)
        billed = [found for found in self.invoices.values() if found.subscription is one]
        if any(found.cycle == newest.number for found in billed):
            return False
        name = f"{one.name}#{len(billed) + 1}"
        self.invoices[name] = Invoice(name, one, newest.number)
        return True

    def _collect(self, one: Subscription, answer: str, at: datetime) -> bool:
        mine = [found for found in self.invoices.values() if found.subscription is one]
        if not mine:
            return False
        newest = mine[-1]
        if answer == "returned":
            return self._bring_back(newest, at)
        if newest.is_paid:
            return False
        state = "succeeded" if answer == "paid" else "failed"
        failure = None if answer == "paid" else answer
        attempt = Attempt(len(newest.attempts) + 1, state, failure)
        newest.attempts.append(attempt)
        if answer == "paid":
            self._tell(newest, "payment_succeeded", f"{newest.name}:{attempt.number}", attempt, at)
            self._tell(newest, "invoice_paid", newest.name, attempt, at)
        elif answer != "technical":
            self._tell(newest, "payment_failed", f"{newest.name}:{attempt.number}", attempt, at)
        return True

    def _bring_back(self, invoice: Invoice, at: datetime) -> bool:
        came = [one for one in invoice.attempts if one.state == "succeeded"]
        if not came:
            return False
        came[-1].state, came[-1].failure = "returned", "soft"
        key = f"{invoice.name}:{came[-1].number}"
        self._tell(invoice, "payment_failed", key, came[-1], at)
        return True

    def _tell(self, invoice: Invoice, kind: str, key: str, attempt: Attempt, at: datetime) -> None:
        one = invoice.subscription
        today = local_day(one.person.zone, at)
        event = Event(kind, one.person, key, at, today, one, invoice, attempt)
        self.events.append(event)

    def roll(self, now: datetime) -> None:
        """Let time pass: cycles follow each other, subscriptions start, renew and end."""
        for one in self.subscriptions.values():
            _roll_cycles(one, now)
            today = local_day(one.zone, now)
            if one.status == "pending" and one.started_on <= today:
                one.status = "active"
            if one.status != "ended":
                self._roll_term(one, today, now)

    def _roll_term(self, one: Subscription, today: date, now: datetime) -> None:
        while one.then != "ends" and one.term_ends_on is not None and one.term_ends_on <= today:
            one.term_ends_on, one.dated = _next_term(one), None
        stops_on = one.stops_on
        if stops_on is not None and stops_on <= today:
            self.end(one, stops_on, now)

    def stamp(self, tick: int) -> None:
        """Mark everything that no tick has seen as seen by this one."""
        for event in self.events:
            event.seen = tick if event.seen is None else event.seen
        for one in self.subscriptions.values():
            one.dated = tick if one.dated is None else one.dated
            for cycle in one.cycles:
                cycle.seen = tick if cycle.seen is None else cycle.seen


def _term_end(told: NewSubscription, take_over: date | None) -> date | None:
    if told.term_ends_on is not None or told.term is None:
        return told.term_ends_on
    number = 1
    if take_over is not None and told.then != "ends":
        while later(told.started_on, told.term, number) <= take_over:
            number += 1
    # A term that has turned monthly in the other system has no end any more.
    over = told.then == "monthly" and number > 1
    return None if over else later(told.started_on, told.term, number)


def _next_term(one: Subscription) -> date | None:
    """Count terms from the start, so that month ends come back; a told end counts from itself."""
    if one.then != "renews" or one.term is None or one.term_ends_on is None:
        return None
    first, number = one.told_end or one.started_on, 0
    while later(first, one.term, number) < one.term_ends_on:
        number += 1
    if later(first, one.term, number) != one.term_ends_on:
        first, number = one.term_ends_on, 0
        one.told_end = first
    return later(first, one.term, number + 1)


def _first_cycle(one: Subscription) -> Cycle:
    """Return the first cycle, or the one that was running when the other system stopped."""
    number, settled = 0, one.take_over_on is not None and one.started_on < one.take_over_on
    if one.take_over_on is not None and settled:
        while one.boundary(number + 1) < one.take_over_on:
            number += 1
    return _cycle(one, number, clock_shows(one.zone, one.boundary(number)), settled=settled)


def _cycle(one: Subscription, number: int, start_at: datetime, *, settled: bool) -> Cycle:
    start_on, end_on = one.boundary(number), one.boundary(number + 1)
    return Cycle(
        number=number,
        start_on=start_on,
        end_on=end_on,
        start_at=start_at,
        end_at=max(start_at, clock_shows(one.zone, end_on)),
        zone=one.zone,
        billable=one.paused_on is None,
        settled=settled,
    )


def _roll_cycles(one: Subscription, now: datetime) -> None:
    newest = max(one.cycles, key=lambda cycle: cycle.number)
    while newest.end_at <= now:
        start_on = one.boundary(newest.number + 1)
        if one.stops_on is not None and start_on >= one.stops_on:
            return
        settled = one.take_over_on is not None and start_on < one.take_over_on
        newest = _cycle(one, newest.number + 1, newest.end_at, settled=settled)
        one.cycles.append(newest)
