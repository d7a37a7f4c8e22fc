"""The books of a story as the engine wants them: checked rules with their statements."""

from dataclasses import dataclass, field

from condition_world import given_of
from duly.action import Action
from duly.actions.charge import Charge
from duly.actions.invoice import Invoice
from duly.actions.notify import Notify
from duly.catalog import Catalog
from duly.condition.fields import field_catalogue
from duly.condition.parse import parse_condition
from duly.condition.tree import Condition
from duly.model.about import About
from duly.model.business import Business, Hours
from duly.rule import Entry, Rule, RuleSet, Segment, Step
from duly.selection.live import Live, make_live
from duly.tables.rows import DialectName
from duly.trigger import Catch, CatchUp, Trigger
from duly.triggers.cycle_due import CycleDue
from duly.triggers.enters_segment import EntersSegment
from duly.triggers.expiry_approaching import ExpiryApproaching
from duly.triggers.invoice_paid import InvoicePaid
from duly.triggers.payment_failed import PaymentFailed
from duly.triggers.payment_succeeded import PaymentSucceeded
from duly.triggers.signed_up import SignedUp
from duly.triggers.subscription_ended import SubscriptionEnded
from duly.values.duration import Duration, Unit
from duly.values.problem import Span
from sim.reference_ledger import step_names
from sim.story import Book, Day, Given, Group, Law, Policy, Shop, Told

_PLACE = Span("rules.yaml", 1, 1)


@dataclass
class Lives:
    """Make the statements of a book once, for one kind of database and one shop."""

    dialect: DialectName
    shop: Shop
    made: dict[int, tuple[Book, Live]] = field(default_factory=dict)

    def of(self, book: Book) -> Live:
        """Return a book with its statements."""
        if id(book) not in self.made:
            self.made[id(book)] = book, make_live(0, _ruleset(book, self.shop), self.dialect)
        return self.made[id(book)][1]


def _ruleset(book: Book, shop: Shop) -> RuleSet:
    business = Business("Shop", shop.zone, "RON", ("ro",), hours=Hours(shop.money, shop.messages))
    segments = {group.name: _segment(group, book, business) for group in book.groups}
    rules = {law.name: _rule(law, book, business) for law in book.laws}
    return RuleSet("digest", business, Catalog("RON", {}, {}, {}), rules, segments)


def _segment(group: Group, book: Book, business: Business) -> Segment:
    members = _condition(group.members, book, business)
    return Segment(group.name, About(group.about), members, group.text)


def _rule(law: Law, book: Book, business: Business) -> Rule:
    return Rule(
        name=law.name,
        about=About(law.about),
        triggers=tuple(_trigger(told, book) for told in law.triggers),
        entries=tuple(_entry(day, book, business) for day in law.days),
        once_per=tuple(_once_per(told) for told in law.triggers),
        catch_up=_catch_up(law.policy),
        span=_PLACE,
        only_if=None if law.only_if is None else _condition(law.only_if, book, business),
        stop_when=tuple(_trigger(Told(kind), book) for kind in law.stop_when),
        active_from=law.active_from,
        active_until=law.active_until,
        all_service=law.all_service,
    )


def _once_per(told: Told) -> str | Duration:
    if isinstance(told.once_per, int):
        return Duration(told.once_per, Unit.DAY)
    return told.once_per


def _catch_up(policy: Policy) -> CatchUp:
    within_s = policy.within_days * 24 * 60 * 60
    return CatchUp(Catch(policy.mode), policy.up_to, within_s, policy.until_date)


def _condition(given: Given, book: Book, business: Business) -> Condition:
    names = [group.name for group in book.groups]
    condition, problems = parse_condition(given_of(given), field_catalogue(business), names)
    assert condition is not None, problems
    return condition


def _entry(day: Day, book: Book, business: Business) -> Entry:
    steps = tuple(
        Step(name, _action(step), _PLACE)
        for name, step in zip(step_names(day), day.steps, strict=True)
    )
    after = Duration(day.after_hours, Unit.HOUR) if day.after_hours else None
    only_if = None if day.only_if is None else _condition(day.only_if, book, business)
    return Entry(steps, day.day, after, only_if)


def _action(step: str) -> Action:
    kind, _, message = step.partition("/")
    match kind:
        case "notify":
            return Notify(message)
        case "charge":
            return Charge()
        case _:
            return Invoice()


def _trigger(told: Told, book: Book) -> Trigger:
    match told.kind:
        case "cycle_due":
            return CycleDue(told.at)
        case "expiry_approaching":
            return ExpiryApproaching(tuple(Duration(n, Unit.DAY) for n in told.before), told.at)
        case "payment_failed":
            return PaymentFailed(attempt=told.attempt, failure=told.failure)
        case "enters_segment":
            about = next(group.about for group in book.groups if group.name == told.segment)
            stay = Duration(told.stays_for_days, Unit.DAY) if told.stays_for_days else None
            return EntersSegment(told.segment, stay, About(about))
    plain = (InvoicePaid, PaymentSucceeded, SignedUp, SubscriptionEnded)
    return next(kind for kind in plain if kind.name == told.kind)()
