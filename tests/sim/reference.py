"""A slow, naive reading of the design: it walks rule by rule, subject by subject, day by day."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from sim.local_time import clock_shows, local_day
from sim.reference_conditions import Reader, Subject
from sim.reference_happenings import DAY, HOUR, Happenings, name_of
from sim.reference_ledger import (
    Firing,
    Job,
    Looked,
    Member,
    Miss,
    Occurrence,
    finish,
    first_steps,
    step_names,
    steps_behind,
)
from sim.reference_world import Event, Person, Subscription, World
from sim.story import Apply, Book, Day, Fact, Given, Law, Shop, Work

# Kinds whose happenings can come again: a row moves to a zone where the hour is still ahead.
CALENDARS = ("cycle_due", "expiry_approaching")


@dataclass
class Reference:
    """Hold the world, what is live, and everything that was decided."""

    shop: Shop
    world: World = field(default_factory=World)
    book: Book = field(default_factory=lambda: Book(()))
    number: int = 0
    looked: dict[str, Looked] = field(default_factory=dict)
    firings: dict[tuple[str, str, str], Firing] = field(default_factory=dict)
    misses: dict[tuple[str, str, str, str], Miss] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    members: dict[str, list[Member]] = field(default_factory=dict)

    @property
    def reader(self) -> Reader:
        return Reader({group.name: group.members for group in self.book.groups})

    def tell(self, fact: Fact, at: datetime) -> bool:
        """Let something happen; False if it cannot."""
        match fact:
            case Apply(book):
                return self._apply(book, at)
            case Work():
                return self._work(fact, at)
            case _:
                return self.world.tell(fact, at)

    def _apply(self, book: Book, at: datetime) -> bool:
        before = {law.name for law in self.book.laws}
        for law in book.laws:
            if law.name not in before:
                self.looked[law.name] = Looked(at, self.number, at)
        self.book = book
        return True

    def tick(self, now: datetime, failing: tuple[str, ...] = ()) -> None:
        """Look once; the failing rules record nothing and are behind afterwards."""
        self.number += 1
        self.world.roll(now)
        live = {law.name for law in self.book.laws}
        for firing in self._open():
            if firing.law.name not in live:
                firing.ended = "rule_removed"
        self.world.stamp(self.number)
        laws = sorted(self.book.laws, key=lambda law: law.name)
        for law in laws:
            self._stop(law)
        for law in laws:
            self._days(law, now)
        for group in self.book.groups:
            self._segment(group.name, now)
        for law in laws:
            if law.name not in failing:
                self._start(law, now)
                self._stop(law)
                self.looked[law.name].tick, self.looked[law.name].until = self.number, now

    # Stops.

    def _open(self) -> Iterator[Firing]:
        return (firing for firing in self.firings.values() if firing.ended is None)

    def _stop(self, law: Law) -> None:
        for firing in self._open():
            if firing.law.name == law.name and any(
                event.kind in law.stop_when
                and event.seen is not None
                and event.at >= firing.occurrence.at
                and event is not firing.occurrence.event
                and _concerns(event, firing)
                for event in self.world.events
            ):
                firing.ended = "stopped"

    # Days of timelines.

    def _days(self, law: Law, now: datetime) -> None:
        if not law.is_timeline:
            return
        for firing in list(self._open()):
            if firing.law.name == law.name:
                for position, day in enumerate(law.days):
                    begins_at_once = position == 0 and day.day == 0 and not day.after_hours
                    if not begins_at_once and self._comes(firing, day) <= now:
                        self._begin(firing, day, now)

    def _comes(self, firing: Firing, day: Day) -> datetime:
        if day.after_hours:
            return firing.started_at + day.after_hours * HOUR
        assert firing.started_on is not None, "a timeline has a local start"
        message = day.steps[0].startswith("notify")
        hour = self.shop.messages if message else self.shop.money
        zone = firing.occurrence.zone
        return clock_shows(zone, firing.started_on + day.day * DAY, hour)

    def _begin(self, firing: Firing, day: Day, now: datetime) -> None:
        zone, first = firing.occurrence.zone, step_names(day)[0]
        today = local_day(zone, now)
        if any(job.step == first for job in firing.jobs):
            return
        if any(job.blocks for job in firing.jobs):
            return
        if day.day > 0 and any(local_day(zone, job.made_at) == today for job in firing.jobs):
            return
        if day.only_if is None or self._holds(firing, day.only_if, today):
            firing.jobs += [Job(step, "ready", now) for step in first_steps(step_names(day))]
        else:
            firing.jobs.append(Job(first, "skipped", now))
            finish(firing)

    def _holds(self, firing: Firing, given: Given, today: date) -> bool:
        subject = self._subject(firing.law.about, firing.occurrence, today)
        return self.reader.truth(given, subject) is True

    def _work(self, fact: Work, at: datetime) -> bool:
        """End the ready jobs of somebody; what waited for them begins."""
        live = {law.name for law in self.book.laws}
        done = [
            (firing, job)
            for firing in self.firings.values()
            if firing.occurrence.person.name == fact.person and firing.law.name in live
            for job in firing.jobs
            if job.state == "ready"
        ]
        for firing, job in done:
            job.state = fact.result
            if fact.result == "done" and firing.ended in (None, "finished"):
                for step in steps_behind(firing.law, job.step):
                    if all(other.step != step for other in firing.jobs):
                        firing.jobs.append(Job(step, "ready", at))
        for firing, job in done:
            if fact.result == "failed" and not job.is_message and firing.ended is None:
                firing.ended = "failed"
        for firing, _ in done:
            finish(firing)
        return bool(done)

    # Segments.

    def _segment(self, name: str, now: datetime) -> None:
        group = next(one for one in self.book.groups if one.name == name)
        silent = self.texts.get(name) != group.text
        self.texts[name] = group.text
        stays = self.members.setdefault(name, [])
        for person, one, zone in self._candidates(group.about):
            subject = Subject(self.world, local_day(zone, now), person, one)
            belongs = self.reader.truth(group.members, subject) is True
            mine = [
                stay
                for stay in stays
                if stay.left_at is None and (stay.person, stay.subscription) == (person, one)
            ]
            if belongs and not mine:
                stays.append(Member(person, one, zone, now, silent))
            elif mine and not belongs:
                mine[0].left_at = now

    def _candidates(self, about: str) -> Iterator[tuple[Person, Subscription | None, str]]:
        if about == "subscriber":
            for person in self.world.people.values():
                yield person, None, person.zone
        else:
            for one in self.world.subscriptions.values():
                yield one.person, one, one.zone

    # Starts.

    def _start(self, law: Law, now: datetime) -> None:
        new: list[Firing] = []
        looked, happenings = self.looked[law.name], Happenings(self.shop, self.world, self.members)
        for told in law.triggers:
            found = [one for one in happenings.of(law, told, looked, now) if self._counts(law, one)]
            if law.policy.mode == "latest":
                self._keep_latest(law, found)
            found = [one for one in found if not self._is_decided(law, one)]
            found.sort(key=lambda one: one.at)
            held = [one for one in found if self._misses(law, one, now)]
            for one in found:
                if one.decision == "too_late":
                    self._miss(law, one, Miss("too_late", "", one.at, one.local_on))
                elif one not in held:
                    new += self._fire(law, one, now)
        for firing in new:
            older = [
                other
                for other in new
                if other.subject == firing.subject and other.occurrence.at < firing.occurrence.at
            ]
            self._first_jobs(firing, len(older), now)

    def _misses(self, law: Law, one: Occurrence, now: datetime) -> bool:
        """Tell whether the condition does not hold; that is a near miss, the first of its key."""
        if one.decision == "too_late" or law.only_if is None:
            return False
        asked = self._subject(law.about, one, local_day(one.zone, now))
        if self.reader.truth(law.only_if, asked) is True:
            return False
        letters = self.reader.letters(law.only_if, asked)
        self._miss(law, one, Miss("condition", letters, one.at, one.local_on))
        return True

    def _miss(self, law: Law, one: Occurrence, miss: Miss) -> None:
        key = (law.name, name_of(law.about, one), one.trigger.kind, one.natural_key)
        self.misses.setdefault(key, miss)

    def _fire(self, law: Law, one: Occurrence, now: datetime) -> list[Firing]:
        """Make a firing, unless it was made before."""
        subject, key = name_of(law.about, one), self._key(law, one)
        if (law.name, subject, key) in self.firings or self._fired_lately(law, subject, one, now):
            return []
        asked = self._subject(law.about, one, local_day(one.zone, now))
        letters = "" if law.only_if is None else self.reader.letters(law.only_if, asked)
        firing = Firing(
            law=law,
            subject=subject,
            key=key,
            occurrence=one,
            started_at=now,
            started_on=local_day(one.zone, now) if law.is_timeline else None,
            letters=letters,
            ended=None if law.is_timeline or law.stop_when else "finished",
        )
        self.firings[law.name, subject, key] = firing
        return [firing]

    def _fired_lately(self, law: Law, subject: str, one: Occurrence, now: datetime) -> bool:
        days = one.trigger.once_per
        return isinstance(days, int) and any(
            firing.started_at > now - days * DAY
            for (name, whom, _), firing in self.firings.items()
            if name == law.name and whom == subject
        )

    def _first_jobs(self, firing: Firing, older: int, now: datetime) -> None:
        law, first = firing.law, firing.law.days[0]
        if first.day > 0 or first.after_hours:
            return
        today = local_day(firing.occurrence.zone, now)
        if first.only_if is not None and not self._holds(firing, first.only_if, today):
            firing.jobs.append(Job(step_names(first)[0], "skipped", now))
            finish(firing)
            return
        limit = law.policy.up_to if law.policy.mode == "each" else 0
        state = "held" if limit and firing.late and older >= limit else "ready"
        firing.jobs += [Job(step, state, now) for step in first_steps(step_names(first))]

    def _is_decided(self, law: Law, one: Occurrence) -> bool:
        """Tell whether a moment came before, for this rule: only a calendar can bring it again."""
        subject, kind = name_of(law.about, one), one.trigger.kind
        if kind not in CALENDARS:
            return False
        return (law.name, subject, kind, one.natural_key) in self.misses or any(
            firing.occurrence.trigger.kind == kind
            and firing.occurrence.natural_key == one.natural_key
            for (name, whom, _), firing in self.firings.items()
            if (name, whom) == (law.name, subject)
        )

    def _keep_latest(self, law: Law, found: list[Occurrence]) -> None:
        """Let only the newest happening of a subject be late; calendars alone repeat themselves."""
        for one in found:
            newer = [
                other
                for other in found
                if other.decision != "too_late"
                and name_of(law.about, other) == name_of(law.about, one)
                and other.at > one.at
            ]
            if one.decision == "late" and newer and one.trigger.kind in CALENDARS:
                one.decision = "dropped"
        for one in found:
            one.decision = "too_late" if one.decision == "dropped" else one.decision

    def _counts(self, law: Law, one: Occurrence) -> bool:
        if law.active_from is None:
            if not one.fresh and one.at < self.looked[law.name].since_at:
                return False
        elif one.at < clock_shows(self.shop.zone, law.active_from):
            return False
        last = law.active_until
        return last is None or one.at < clock_shows(self.shop.zone, last + DAY)

    # Keys and subjects.

    def _key(self, law: Law, one: Occurrence) -> str:
        plain = f"{one.trigger.kind}:{one.natural_key}"
        match one.trigger.once_per:
            case "ever":
                return "ever"
            case "calendar_year":
                return f"year:{one.local_on.year}"
            case "cycle":
                return self._cycle_key(law, one) or plain
            case "invoice":
                return f"invoice:{one.invoice.name}" if one.invoice else plain
            case _:
                return plain

    def _cycle_key(self, law: Law, one: Occurrence) -> str | None:
        if one.cycle is not None:
            return one.natural_key
        if one.invoice is not None:
            whose = f"{one.invoice.subscription.name}:" if law.about == "subscriber" else ""
            return f"cycle:{whose}{one.invoice.cycle}"
        if law.about != "subscription" or one.subscription is None:
            return None
        begun = [
            cycle.number for cycle in one.subscription.cycles if cycle.start_on <= one.local_on
        ]
        return f"cycle:{max(begun)}" if begun else None

    def _subject(self, about: str, one: Occurrence, today: date) -> Subject:
        return Subject(
            self.world,
            today,
            one.person,
            None if about == "subscriber" else one.subscription,
            one.invoice if about == "invoice" else None,
            one.attempt,
        )


def _concerns(event: Event, firing: Firing) -> bool:
    """Tell whether an event is about the same row as a firing, or ends what its invoice is for."""
    one = firing.occurrence
    match firing.law.about:
        case "subscriber":
            return event.person is one.person
        case "subscription":
            return event.subscription is one.subscription and event.subscription is not None
    ends = event.kind == "subscription_ended" and event.subscription is one.subscription
    return ends or event.invoice is one.invoice
