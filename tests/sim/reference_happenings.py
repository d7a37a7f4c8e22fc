"""What happened, for one rule and trigger, since that rule last looked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sim.local_time import clock_shows, local_day
from sim.reference_ledger import Looked, Member, Occurrence
from sim.reference_world import Subscription, World
from sim.story import Law, Shop, Told

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Happenings:
    """Look for the happenings of triggers, subject by subject."""

    shop: Shop
    world: World
    members: dict[str, list[Member]]

    def of(self, law: Law, told: Told, looked: Looked, now: datetime) -> Iterator[Occurrence]:
        """Yield what happened, with what its age makes of it."""
        match told.kind:
            case "cycle_due":
                yield from self._cycles_due(law, told, looked, now)
            case "expiry_approaching":
                yield from self._expiries(law, told, looked, now)
            case "enters_segment":
                yield from self._entries(law, told, looked, now)
            case _:
                yield from self._events(law, told, looked, now)

    def _cycles_due(
        self, law: Law, told: Told, looked: Looked, now: datetime
    ) -> Iterator[Occurrence]:
        for one in self.world.subscriptions.values():
            for cycle in one.cycles:
                at = clock_shows(cycle.zone, cycle.start_on, told.at or self.shop.money)
                owed = cycle.billable and not cycle.settled and _is_billed(one, cycle.start_on)
                fresh = at <= looked.until
                is_new = cycle.seen is not None and cycle.seen > looked.tick
                if owed and at <= now and (is_new or not fresh):
                    whose = f"{one.name}:" if law.about == "subscriber" else ""
                    found = Occurrence(
                        told, one.person, f"cycle:{whose}{cycle.number}", at, cycle.start_on,
                        cycle.zone, fresh=fresh, subscription=one, cycle=cycle,
                    )  # fmt: skip
                    today = local_day(cycle.zone, now)
                    same_day = fresh and cycle.start_on == today
                    found.decision = "go" if same_day else _by_age(law, at, now)
                    yield found

    def _expiries(
        self, law: Law, told: Told, looked: Looked, now: datetime
    ) -> Iterator[Occurrence]:
        for one in self.world.subscriptions.values():
            if one.term_ends_on is None or one.then != "ends":
                continue
            for before in told.before:
                local_on = one.term_ends_on - before * DAY
                at = clock_shows(one.zone, local_on, told.at or self.shop.messages)
                fresh = at <= looked.until
                is_new = one.dated is not None and one.dated > looked.tick
                if not _was_running(one, local_on) or _is_history(one, local_on):
                    continue
                if at <= now and (is_new or not fresh):
                    whose = f"{one.name}:" if law.about == "subscriber" else ""
                    found = Occurrence(
                        told, one.person, f"{whose}{one.term_ends_on}:{before}d", at, local_on,
                        one.zone, fresh=fresh, subscription=one,
                    )  # fmt: skip
                    found.decision = _approaching(law, found, one.term_ends_on, now)
                    yield found

    def _entries(self, law: Law, told: Told, looked: Looked, now: datetime) -> Iterator[Occurrence]:
        for stay in self.members.get(told.segment, []):
            at = stay.entered_at + told.stays_for_days * DAY
            if stay.left_at is None and not stay.silent and looked.until < at <= now:
                whose = stay.person.name if stay.subscription is None else stay.subscription.name
                key = f"entered:{told.segment}/{whose}/{stay.entered_at.isoformat()}"
                today = local_day(stay.zone, now)
                yield Occurrence(
                    told, stay.person, key, at, today, stay.zone,
                    _by_age(law, at, now), subscription=stay.subscription,
                )  # fmt: skip

    def _events(self, law: Law, told: Told, looked: Looked, now: datetime) -> Iterator[Occurrence]:
        for event in self.world.events:
            if event.kind != told.kind or event.seen is None or event.seen <= looked.tick:
                continue
            attempt = event.attempt
            if told.attempt is not None and (not attempt or attempt.number != told.attempt):
                continue
            if told.failure and (not attempt or attempt.failure not in told.failure):
                continue
            yield Occurrence(
                told, event.person, event.natural_key, event.at, event.local_on,
                event.person.zone, _by_age(law, event.at, now), subscription=event.subscription,
                invoice=event.invoice, attempt=attempt, event=event,
            )  # fmt: skip


def _by_age(law: Law, at: datetime, now: datetime) -> str:
    policy = law.policy
    if at >= now - HOUR:
        return "go"
    if policy.mode == "skip":
        return "too_late"
    if policy.within_days and at < now - policy.within_days * DAY:
        return "too_late"
    return "late"


def _approaching(law: Law, one: Occurrence, ends_on: date, now: datetime) -> str:
    """Decide a moment before a date: one whose date came late is late itself, if it goes at all."""
    today = local_day(one.zone, now)
    if one.fresh and one.local_on == today:
        return "go"
    if one.fresh and not (law.all_service and ends_on > today):
        return "too_late"
    decision = _by_age(law, one.at, now)
    passed = law.policy.until_date and ends_on <= today
    return "too_late" if decision == "late" and passed else decision


def _was_running(one: Subscription, day: date) -> bool:
    """Tell whether it is going on, or was on a day before it ended."""
    if one.status == "ended":
        return one.ended_on is not None and day < one.ended_on
    return True


def _is_billed(one: Subscription, day: date) -> bool:
    return one.status in ("active", "pending") or (
        one.status == "ended" and one.paused_on is None and _was_running(one, day)
    )


def _is_history(one: Subscription, day: date) -> bool:
    return one.take_over_on is not None and day < one.take_over_on


def name_of(about: str, one: Occurrence) -> str:
    match about:
        case "subscriber":
            return one.person.name
        case "subscription":
            assert one.subscription is not None, "a rule is about what its triggers tell of"
            return one.subscription.name
    assert one.invoice is not None, "a rule is about what its triggers tell of"
    return one.invoice.name
