"""The fields of duly: what conditions and formulas may name, with column and sentence."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    case,
    func,
    literal,
    literal_column,
    select,
)

from duly.condition.catalogue import Catalogue, Family, Field
from duly.condition.own import own_value
from duly.condition.portable import days_between, months_between
from duly.condition.scope import TODAY, Expression, MoneyColumns, Scope
from duly.condition.tree import Call, Condition, FieldRef, InSegment, LongerAgo, Node, Within, walk
from duly.condition.types import Type
from duly.model.business import Business, OwnField
from duly.tables.books import allocation, invoice, invoice_line, payment_attempt
from duly.tables.people import consent, payment_method, subscriber
from duly.tables.subscriptions import cycle, offer, subscription, subscription_line

STATUSES = ("pending", "trialing", "active", "paused", "ended")
FAILURES = ("soft", "hard", "action_needed", "mandate_dead", "fraud")


def field_catalogue(business: Business, plans: Iterable[str] = ()) -> Catalogue:
    """Return the fields that rules of this business may name; ``plans`` are those it sells."""
    fields = [*_SUBSCRIBER, *_money_of(business.currency), *_SUBSCRIPTION, *_INVOICE, *_PAYMENT]
    fields.append(_plan(tuple(plans)))
    fields += [_own_field(own) for own in business.fields]
    topics = {topic: _consent(topic) for topic in ("marketing", *business.topics)}
    consents = Family("consent.", topics.get, tuple(topics))
    return Catalogue({field.name: field for field in fields}, (consents,))


def _column(about: str, name: str) -> Callable[[Scope], Expression]:
    return lambda scope: scope.table(about).c[name]


def _plain(
    about: str, name: str, kind: Type, sentence: str, *, column: str = "", missing: bool = False
) -> Field:
    return Field(
        name=f"{about}.{name}",
        type=kind,
        about=about,
        sentence=sentence,
        expression=_column(about, column or name),
        may_be_missing=missing,
    )


def _derived(
    name: str,
    kind: Type,
    sentence: str,
    expression: Callable[[Scope], Expression],
    *,
    missing: bool = False,
    unit: str = "",
) -> Field:
    return Field(
        name=name,
        type=kind,
        about=name.partition(".")[0],
        sentence=sentence,
        expression=expression,
        unit=unit,
        may_be_missing=missing,
        derived=True,
    )


def _plan(plans: tuple[str, ...]) -> Field:
    return Field(
        name="subscription.plan",
        type=Type.WORD if plans else Type.TEXT,
        about="subscription",
        sentence="The plan's name in the catalogue.",
        expression=_column("subscription", "plan"),
        one_of=plans,
    )


def _own_field(own: OwnField) -> Field:
    kind = Type(own.kind)
    return Field(
        name=f"{own.of_whom}.{own.name}",
        type=kind,
        about=own.of_whom,
        sentence=own.about or "A field of the business's own.",
        expression=lambda scope: own_value(scope.table(own.of_whom).c.own, own.name, kind),
        may_be_missing=kind != Type.TEXTS,
        one_of=own.words,
    )


def _tied(scope: Scope, found: Select[Any]) -> Select[Any]:
    """Tie a select to the rows of the scope; by itself it would only see the next one outside."""
    return found.correlate(*scope.tables.values())


def _consent(topic: str) -> Field:
    def given(scope: Scope) -> ColumnElement[Any]:
        whose = scope.table("subscriber").c.id
        said = (consent.c.subscriber_id == whose) & (consent.c.topic == literal(topic, Text()))
        return _tied(scope, select(consent.c.given).where(said)).scalar_subquery()

    sentence = f"Whether the subscriber agreed to {topic}; missing if nobody asked."
    return Field(
        name=f"consent.{topic}",
        type=Type.YES_NO,
        about="subscriber",
        sentence=sentence,
        expression=given,
        may_be_missing=True,
    )


_SUBSCRIBER = (
    _plain("subscriber", "external_id", Type.TEXT, "The business's own name for the subscriber."),
    _plain("subscriber", "name", Type.TEXT, "Name of the person or company.", missing=True),
    _plain("subscriber", "email", Type.TEXT, "E-mail address.", missing=True),
    _plain("subscriber", "phone", Type.TEXT, "Telephone number.", missing=True),
    _plain("subscriber", "country", Type.TEXT, "Country, two letters.", missing=True),
    _plain("subscriber", "region", Type.TEXT, "Region.", missing=True),
    _plain("subscriber", "language", Type.TEXT, "Language of messages, two letters."),
    _plain("subscriber", "zone", Type.TEXT, "Time zone."),
    _plain("subscriber", "kind", Type.TEXT, "person or company."),
    _plain("subscriber", "signed_up_on", Type.DATE, "Day of the sign-up.", missing=True),
    _derived(
        "subscriber.has_payment_method",
        Type.YES_NO,
        "Whether there is a stored method that can be charged.",
        lambda scope: _methods(scope, payment_method.c.id).exists(),
    ),
    _derived(
        "subscriber.pays_by",
        Type.TEXT,
        "Kind of the stored payment method.",
        lambda scope: _methods(scope, payment_method.c.kind).limit(1).scalar_subquery(),
        missing=True,
    ),
    _derived(
        "subscriber.subscriptions",
        Type.WHOLE,
        "How many subscriptions have not ended.",
        lambda scope: _tied(
            scope,
            select(func.count()).where(
                subscription.c.subscriber_id == scope.table("subscriber").c.id,
                subscription.c.status != literal_column("'ended'"),
            ),
        ).scalar_subquery(),
    ),
    _derived(
        "subscriber.overdue_days",
        Type.WHOLE,
        "Days since the earliest unpaid invoice was due; missing if none is overdue.",
        lambda scope: days_between(_earliest_due(scope), scope.today),
        missing=True,
        unit="days",
    ),
)


def _methods(scope: Scope, column: ColumnElement[Any]) -> Select[Any]:
    """Select the default method that can be charged, by payment_method(subscriber, ...)."""
    methods = select(column).where(
        payment_method.c.subscriber_id == scope.table("subscriber").c.id,
        payment_method.c.is_default,
        payment_method.c.status == literal_column("'active'"),
    )
    return _tied(scope, methods)


def _paid(invoice_id: ColumnElement[Any]) -> ColumnElement[Any]:
    """Add up what was laid to an invoice, by allocation(invoice)."""
    laid = select(func.coalesce(func.sum(allocation.c.amount_minor), 0))
    return laid.where(allocation.c.invoice_id == invoice_id).scalar_subquery()


def _earliest_due(scope: Scope) -> ColumnElement[Any]:
    owed = invoice.alias("owed")
    earliest = select(func.min(owed.c.due_on)).where(
        owed.c.subscriber_id == scope.table("subscriber").c.id,
        owed.c.due_on < scope.today,
        owed.c.gross_minor > _paid(owed.c.id),
    )
    return _tied(scope, earliest).scalar_subquery()


def _money_of(currency: str) -> Iterable[Field]:
    """Make the sums over a subscriber's invoices, in the currency of the business."""

    def in_currency(minor: ColumnElement[Any]) -> MoneyColumns:
        return MoneyColumns(minor, literal(currency, Text()))

    def total_paid(scope: Scope) -> MoneyColumns:
        whose = scope.table("subscriber").c.id
        laid = select(func.coalesce(func.sum(allocation.c.amount_minor), 0)).where(
            allocation.c.subscriber_id == whose, allocation.c.currency == literal(currency, Text())
        )
        return in_currency(_tied(scope, laid).scalar_subquery())

    def open_balance(scope: Scope) -> MoneyColumns:
        owed = invoice.alias("owed_in_all")
        whose = scope.table("subscriber").c.id
        gross = select(func.coalesce(func.sum(owed.c.gross_minor), 0)).where(
            owed.c.subscriber_id == whose, owed.c.currency == literal(currency, Text())
        )
        owing = _tied(scope, gross).scalar_subquery()
        return in_currency(owing - total_paid(scope).minor)

    yield _derived(
        "subscriber.paid_total", Type.MONEY, "All that was paid, less what came back.", total_paid
    )
    yield _derived("subscriber.open_balance", Type.MONEY, "What is still to be paid.", open_balance)


def _present_cycle(scope: Scope, column: str) -> ColumnElement[Any]:
    """Find the cycle that holds today, by cycle(subscription, start_on)."""
    present = cycle.alias("present_cycle")
    found = select(present.c[column]).where(
        present.c.subscription_id == scope.table("subscription").c.id,
        present.c.start_on <= scope.today,
        present.c.end_on > scope.today,
    )
    return _tied(scope, found).limit(1).scalar_subquery()


def _cycle_paid(scope: Scope) -> ColumnElement[Any]:
    billed = invoice.alias("cycle_invoice")
    of_cycle = select(billed.c.id).join(invoice_line, invoice_line.c.invoice_id == billed.c.id)
    paid = of_cycle.where(
        invoice_line.c.cycle_id == _present_cycle(scope, "id"),
        billed.c.gross_minor <= _paid(billed.c.id),
    )
    return _tied(scope, paid).exists()


def _amount(scope: Scope) -> MoneyColumns:
    whose = scope.table("subscription")
    line = subscription_line
    total = select(func.sum(line.c.amount_minor * line.c.quantity))
    mine = total.where(line.c.subscription_id == whose.c.id)
    return MoneyColumns(_tied(scope, mine).scalar_subquery(), whose.c.currency)


def _price(scope: Scope) -> ColumnElement[Any]:
    line = subscription_line
    mine = line.c.subscription_id == scope.table("subscription").c.id
    return _tied(scope, select(line.c.price).where(mine)).limit(1).scalar_subquery()


def _ending_on(scope: Scope) -> ColumnElement[Any]:
    row = scope.table("subscription").c
    term = case((row.term_then == literal_column("'ends'"), row.term_ends_on))
    return func.coalesce(row.ending_on, term)


def _last_offer_on(scope: Scope) -> ColumnElement[Any]:
    mine = offer.c.subscription_id == scope.table("subscription").c.id
    return _tied(scope, select(func.max(offer.c.shown_at)).where(mine)).scalar_subquery()


_SUBSCRIPTION = (
    Field(
        name="subscription.status",
        type=Type.WORD,
        about="subscription",
        sentence="pending, trialing, active, paused or ended.",
        expression=_column("subscription", "status"),
        one_of=STATUSES,
    ),
    _plain("subscription", "started_on", Type.DATE, "First day."),
    _plain("subscription", "interval", Type.TEXT, "Unit of a cycle: month.", column="every_unit"),
    _plain("subscription", "term_ends_on", Type.DATE, "Day on which the term ends.", missing=True),
    _plain("subscription", "end_reason", Type.TEXT, "Why it ended or will end.", missing=True),
    _plain("subscription", "paused_reason", Type.TEXT, "Why it is paused.", missing=True),
    _derived("subscription.price", Type.TEXT, "The price's name.", _price, missing=True),
    _derived("subscription.amount", Type.MONEY, "What is paid for a cycle.", _amount),
    _derived(
        "subscription.cycle",
        Type.WHOLE,
        "Number of the present cycle; the first is 0.",
        lambda scope: _present_cycle(scope, "number"),
        missing=True,
    ),
    _derived(
        "subscription.cycle_starts_on",
        Type.DATE,
        "First day of the present cycle.",
        lambda scope: _present_cycle(scope, "start_on"),
        missing=True,
    ),
    _derived(
        "subscription.cycle_ends_on",
        Type.DATE,
        "First day of the next cycle.",
        lambda scope: _present_cycle(scope, "end_on"),
        missing=True,
    ),
    _derived(
        "subscription.cycle_paid",
        Type.YES_NO,
        "Whether the present cycle's invoice is paid in full.",
        _cycle_paid,
    ),
    _derived(
        "subscription.renews_automatically",
        Type.YES_NO,
        "Whether it goes on by itself when its term ends.",
        lambda scope: and_(
            scope.table("subscription").c.ending_on.is_(None),
            func.coalesce(scope.table("subscription").c.term_then, literal_column("''"))
            != literal_column("'ends'"),
        ),
    ),
    _derived(
        "subscription.ending_on",
        Type.DATE,
        "Day from which it will be over, if that is known.",
        _ending_on,
        missing=True,
    ),
    _derived(
        "subscription.months_active",
        Type.WHOLE,
        "Whole months since the first day.",
        lambda scope: months_between(scope.table("subscription").c.started_on, scope.today),
        unit="months",
    ),
    _derived(
        "subscription.last_offer_at",
        Type.MOMENT,
        "When the last offer was made.",
        _last_offer_on,
        missing=True,
    ),
)


def _open(scope: Scope) -> ColumnElement[Any]:
    row = scope.table("invoice").c
    return row.gross_minor - _paid(row.id)


_INVOICE = (
    _plain("invoice", "number", Type.TEXT, "Its number."),
    _plain("invoice", "issued_on", Type.DATE, "Issue date."),
    _plain("invoice", "due_on", Type.DATE, "Due date."),
    _derived(
        "invoice.total",
        Type.MONEY,
        "Sum with tax.",
        lambda scope: MoneyColumns(
            scope.table("invoice").c.gross_minor, scope.table("invoice").c.currency
        ),
    ),
    _derived(
        "invoice.open_amount",
        Type.MONEY,
        "What is still to be paid of it.",
        lambda scope: MoneyColumns(_open(scope), scope.table("invoice").c.currency),
    ),
    _derived(
        "invoice.is_paid",
        Type.YES_NO,
        "Whether nothing of it is open.",
        lambda scope: _open(scope) <= literal_column("0"),
    ),
    _derived(
        "invoice.overdue_days",
        Type.WHOLE,
        "Days since it was due; missing if it is paid or not overdue.",
        lambda scope: case(
            (
                and_(
                    _open(scope) > literal_column("0"),
                    scope.table("invoice").c.due_on < scope.today,
                ),
                days_between(scope.table("invoice").c.due_on, scope.today),
            )
        ),
        missing=True,
        unit="days",
    ),
    _derived(
        "invoice.attempts",
        Type.WHOLE,
        "How often it was tried to collect it.",
        lambda scope: _tied(
            scope,
            select(func.count()).where(payment_attempt.c.invoice_id == scope.table("invoice").c.id),
        ).scalar_subquery(),
    ),
)

_PAYMENT = (
    _derived(
        "payment.amount",
        Type.MONEY,
        "What was asked for.",
        lambda scope: MoneyColumns(
            scope.table("payment").c.amount_minor, scope.table("payment").c.currency
        ),
    ),
    Field(
        name="payment.failure",
        type=Type.WORD,
        about="payment",
        sentence="Why it was refused: soft, hard, action_needed, mandate_dead or fraud.",
        expression=_column("payment", "failure"),
        may_be_missing=True,
        one_of=FAILURES,
    ),
    _plain("payment", "attempt", Type.WHOLE, "Which try it was.", column="number"),
)


def moves_with_clock(condition: Condition, segments: Mapping[str, Condition]) -> bool:
    """Say whether a condition can change its answer by the passing of days alone."""
    return any(_moves(node, segments) for node in walk(condition))


def _moves(node: Node, segments: Mapping[str, Condition]) -> bool:
    match node:
        case Within() | LongerAgo() | Call(function="days_since" | "months_since"):
            return True
        case FieldRef(field):
            return _asks_for_today(field)
        case InSegment(name):
            return name in segments and moves_with_clock(segments[name], segments)
        case _:
            return False


def _asks_for_today(field: Field) -> bool:
    day: ColumnElement[Any] = literal_column("0")
    rows = {
        "subscriber": subscriber,
        "subscription": subscription,
        "invoice": invoice,
        "payment": payment_attempt,
    }
    scope = Scope(rows, day, day, any_subscription=lambda inside: inside(scope))
    field.expression(scope)
    return TODAY in scope.needed
