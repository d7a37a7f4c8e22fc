"""Issue an invoice for the cycle that is due."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self

from duly.action import Action, Books, Facts, Impossible, Nothing, Prepared
from duly.actions.addressing import BY, MESSAGE
from duly.billing.arithmetic import Charge, invoice_lines, invoice_total
from duly.catalog import name_in
from duly.condition.words import Translate, as_written
from duly.errors import InputError
from duly.messaging.policy import spoken
from duly.model.business import Business, Series
from duly.model.change import IssueInvoice
from duly.model.ledger import JobClass
from duly.model.people import Subscriber
from duly.model.subscription import Cycle, Subscription
from duly.shape.form import Fields, Word
from duly.shape.scalars import duration, yes_no
from duly.template.shown import date_text, locale_of
from duly.values.duration import CALENDAR_UNITS, Duration, add
from duly.values.zone import local_date

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Invoice(Action):
    """Issue the invoice now, with the next number, and send it if a message is named."""

    name = "invoice"
    job_class = JobClass.BOOKS
    needs = frozenset({"subscription", "cycle"})
    makes = frozenset({"invoice"})
    example = "invoice: {send_by: email, message: your-invoice}"
    shape = Fields(
        title="Issue the invoice",
        about="Issue the invoice of the cycle, with the next number, and send it.",
        optional={
            "message": MESSAGE,
            "send_by": BY,
            "issue": Word(
                title="Issue",
                about="When the invoice gets its number.",
                one_of=(("now", "At once."),),
                unknown="is not a time to issue an invoice",
                not_yet=("when_paid",),
            ),
            "due_in": duration(
                "Due in",
                "How long the subscriber has to pay; else as duly.yaml says.",
                "14 days",
                units=CALENDAR_UNITS,
            ),
            "skip_zero": yes_no("Skip zero", "Make no invoice if there is nothing to pay.", "true"),
        },
        not_yet=("series",),
        empty_ok=True,
    )

    message: str = ""
    send_by: object = None
    due_in: Duration | None = None
    series: str = "invoice"
    skip_zero: bool = False

    @classmethod
    def load(cls, given: Mapping[str, Any]) -> Self:
        if "send_by" in given and "message" not in given:
            raise InputError("send_by needs a message; add message: your-invoice")
        return cls(
            message=given.get("message", ""),
            send_by=given.get("send_by"),
            due_in=given.get("due_in"),
            skip_zero=given.get("skip_zero", False),
        )

    def describe(self, translate: Translate = as_written) -> str:
        if self.message:
            return translate("issue the invoice and send it")
        return translate("issue the invoice")

    @property
    def mails(self) -> tuple[Mapping[str, Any], ...]:
        return ({"message": self.message, "by": self.send_by},) if self.message else ()

    def prepare(self, facts: Facts) -> Prepared:
        if facts.subscription is None or facts.cycle is None:
            return Impossible("there is no cycle to invoice")
        if facts.cycle_invoiced:
            return Nothing("already invoiced")
        charges = _charges(facts, facts.subscription, facts.cycle)
        lines = invoice_lines(charges)
        total = invoice_total(lines, facts.subscription.currency)
        if self.skip_zero and total.gross.minor == 0:
            return Nothing("nothing to invoice")
        business = facts.shop.business
        issued_on = local_date(business.zone, facts.now)
        series = business.series.get(self.series, Series())
        return Books(
            (
                IssueInvoice(
                    subscriber_id=facts.subscriber.id,
                    subscription_id=facts.subscription.id,
                    firing_id=facts.firing.id,
                    natural_key=f"cycle:{facts.cycle.number}",
                    series=self.series,
                    counter=_counter(self.series, series, issued_on),
                    starts_at=series.starts_at,
                    number_pattern=series.pattern,
                    issued_on=issued_on,
                    due_on=add(issued_on, self.due_in or business.due_in),
                    tax_on=facts.cycle.start_on,
                    total=total,
                    lines=lines,
                    buyer=_buyer(facts.subscriber),
                    seller=_seller(business),
                ),
            ),
            result="invoiced",
        )


def _charges(facts: Facts, subscription: Subscription, cycle: Cycle) -> tuple[Charge, ...]:
    plan = facts.shop.catalog.plan(subscription.plan)
    language = spoken(facts.subscriber.language, facts.shop.business.languages)
    title = name_in(plan.names, language, plan.code)
    locale = locale_of(language, "en")
    first, last = date_text(cycle.start_on, locale), date_text(cycle.end_on - _ONE_DAY, locale)
    country = facts.shop.business.country
    return tuple(
        Charge(
            text=f"{title}, {first} – {last}",
            quantity=line.quantity,
            unit=line.amount,
            tax_class=(tax := facts.shop.catalog.price(line.price).tax),
            rate=facts.shop.catalog.tax(tax).rate_on(country, cycle.start_on),
            cycle_id=cycle.id,
            subscription_line_id=line.id,
        )
        for line in facts.lines
    )


def _counter(name: str, series: Series, issued_on: date) -> str:
    return f"{name}:{issued_on.year}" if series.yearly else name


def _buyer(subscriber: Subscriber) -> Mapping[str, object]:
    return {
        "name": subscriber.name,
        "email": subscriber.email,
        "country": subscriber.country,
        "address": dict(subscriber.address),
    }


def _seller(business: Business) -> Mapping[str, object]:
    return {
        "name": business.legal_name or business.name,
        "tax_id": business.tax_id,
        "registry": business.registry,
        "address": dict(business.address),
    }


KIND: type[Action] = Invoice
