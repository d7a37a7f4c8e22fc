"""From what a row says of a subscription to what is agreed: plan, price, term, state."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from duly.catalog import Catalog, Plan, Price, Term
from duly.errors import InputError
from duly.importing.row import BadRowError
from duly.importing.schedule import anchor_for
from duly.language.mapping_readers import in_minor
from duly.model.enrolment import EnrolledSubscription
from duly.model.subscription import Status
from duly.values.duration import Duration, add
from duly.values.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldSubscription:
    """Hold what a row says; the amount is in the currency's main unit, None for the plan's."""

    external_id: str
    plan: str
    status: Status | None
    amount: Fraction | None
    started_on: date
    paid_until: date | None
    ended_on: date | None
    own: Mapping[str, object] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Handover:
    """Say between which days a row is taken over: duly answers from ``on``; ``today`` is local."""

    on: date
    today: date

    def is_to_come(self, day: date) -> bool:
        """Tell whether a day is duly's and has not come yet."""
        return day > self.today and day >= self.on


@dataclass(frozen=True, slots=True)
class _State:
    status: Status
    ended_on: date | None = None
    ending_on: date | None = None


def agree(told: ToldSubscription, catalog: Catalog, handover: Handover) -> EnrolledSubscription:
    """Work out a subscription as it is taken over; raises BadRowError for what contradicts."""
    plan = catalog.plans[told.plan]
    price = _price(plan, told.started_on, handover)
    term = plan.term
    state = _state(told, handover)
    if state.status != Status.ENDED:
        _check_term(told, term, handover)
        _check_paid(told, price.every, handover)
    return EnrolledSubscription(
        external_id=told.external_id,
        plan=plan.code,
        price=price.code,
        amount=_amount(told, plan, price, catalog.currency),
        every=price.every,
        status=state.status,
        started_on=told.started_on,
        term=term.length if term else None,
        term_then=term.then if term else "",
        ended_on=state.ended_on,
        settled_until=_settled_until(told, state, handover),
        anchor_on=_anchor(told, state, price.every),
        ending_on=state.ending_on,
        own=told.own,
    )


def _price(plan: Plan, started_on: date, handover: Handover) -> Price:
    """Take the price that was open on the first day, else the one of the take-over."""
    try:
        return plan.price_on(started_on)
    except InputError:
        pass
    try:
        return plan.price_on(max(started_on, handover.on))
    except InputError as error:
        raise BadRowError(str(error)) from error


def _amount(told: ToldSubscription, plan: Plan, price: Price, currency: str) -> Money:
    if told.amount is None:
        if price.amount is None:
            raise BadRowError(
                f'the plan "{plan.code}" has a price agreed with each subscriber, and this row '
                "has none (amount)"
            )
        return price.amount
    known = price.amount or price.at_least
    amount = in_minor(told.amount, known.currency if known else currency)
    if price.amount is None and price.at_least is not None and amount < price.at_least:
        raise BadRowError(
            f'the amount is {amount}, and the plan "{plan.code}" asks at least {price.at_least}'
        )
    return amount


def _state(told: ToldSubscription, handover: Handover) -> _State:
    """Work out how it stands; an end still to come is planned, one without a day lies before."""
    ended_on = told.ended_on
    if ended_on is not None and ended_on < told.started_on:
        raise BadRowError(f"it ended on {ended_on}, before it started on {told.started_on}")
    if ended_on is None and told.status == Status.ENDED:
        day_before = handover.on - timedelta(days=1)
        return _State(Status.ENDED, max(day_before, told.started_on))
    if ended_on is not None and not handover.is_to_come(ended_on):
        if told.status in (Status.ACTIVE, Status.PAUSED):
            raise BadRowError(f"it is {told.status}, and yet it ended on {ended_on}")
        return _State(Status.ENDED, ended_on)
    status = Status.PAUSED if told.status == Status.PAUSED else Status.ACTIVE
    if status == Status.ACTIVE and handover.is_to_come(told.started_on):
        status = Status.PENDING
    return _State(status, ending_on=ended_on)


def _check_term(told: ToldSubscription, term: Term | None, handover: Handover) -> None:
    if term is None or term.then != "ends":
        return
    end = add(told.started_on, term.length)
    if end <= handover.on:
        raise BadRowError(
            f"its term of {term.length} was over on {end}, and yet it has not ended; "
            "say that it has, or when it started again"
        )


def _check_paid(told: ToldSubscription, every: Duration, handover: Handover) -> None:
    paid_until = told.paid_until
    if paid_until is None:
        return
    if paid_until < told.started_on:
        raise BadRowError(f"it is paid until {paid_until}, before it started on {told.started_on}")
    earliest = add(handover.on, every, -1)
    if paid_until < earliest:
        raise BadRowError(
            f"it is paid until {paid_until}, more than {every} before {handover.on}; "
            "what is open since then belongs to the old system"
        )


def _settled_until(told: ToldSubscription, state: _State, handover: Handover) -> date | None:
    """Return the day before which cycles belong to the old system, None if none do."""
    paid_until = told.paid_until if state.status != Status.ENDED else None
    until = paid_until or handover.on
    return until if told.started_on < until else None


def _anchor(told: ToldSubscription, state: _State, every: Duration) -> date | None:
    if told.paid_until is None or state.status == Status.ENDED:
        return None
    anchor = anchor_for(told.started_on, every, told.paid_until)
    return None if anchor == told.started_on else anchor
