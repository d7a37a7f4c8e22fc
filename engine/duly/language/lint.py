"""What is wrong with a rule as a whole: steps that cannot work, money mistakes, silence."""

from collections.abc import Iterator

from duly.actions.cancel import Cancel
from duly.language.defaults import letters
from duly.language.settings import Outlets
from duly.model.about import About, reaches
from duly.model.ledger import JobClass
from duly.rule import Rule, Step
from duly.shape.quote import quote
from duly.shape.record import Item, Record
from duly.shape.suggest import listed
from duly.values.problem import Problem, Span


def check_rule(rule: Rule, record: Record, outlets: Outlets | None) -> Iterator[Problem]:
    """Find what is wrong with a rule whose parts are right; ``record`` is what was written."""
    yield from _mixed_triggers(rule, record.item("when"))
    yield from _limits(rule, record)
    yield from _needs(rule)
    yield from _pay_then_deliver(rule)
    yield from _after_the_end(rule)
    yield from _useless_stops(rule, record)
    if outlets is not None:
        yield from _without_outlet(rule, outlets)


def brought(rule: Rule) -> frozenset[str]:
    """Return the rows that are there whatever started the rule."""
    rows = {str(owner) for owner in reaches(rule.about)}
    always = [trigger.brings for trigger in rule.triggers]
    return frozenset(rows).union(frozenset.intersection(*always))


def _mixed_triggers(rule: Rule, when: Item) -> Iterator[Problem]:
    """Tell what a rule is about whose triggers are about different things."""
    record = when.as_a(Record)
    for trigger in rule.triggers:
        if trigger.subject == rule.about:
            continue
        key = record.item(trigger.name).key
        if "cycle" in trigger.brings:
            message = (
                f"{quote(trigger.name)} is about one subscription, another trigger of this rule "
                "about all that somebody has"
            )
            hint = f"make a rule of its own for {trigger.name}"
            yield Problem(key, "mixed-triggers", message, hint)
        else:
            message = (
                f"{quote(trigger.name)} is about the {trigger.subject}, but this rule is about "
                f"the {rule.about}, as another of its triggers is"
            )
            hint = f"make two rules if it shall be about the {trigger.subject}"
            yield Problem(key, "mixed-triggers", message, hint, "warning")


def _limits(rule: Rule, record: Record) -> Iterator[Problem]:
    """Refuse a limit by something that is not there."""
    if "once_per" not in record:
        return
    span = record.item("once_per").span
    word = rule.once_per[0]
    if word == "cycle" and rule.about == About.SUBSCRIBER:
        message = "this rule is about a subscriber, who has no one cycle"
        yield Problem(span, "out-of-reach", message, 'write a length of time, such as "30 days"')
    if word == "invoice" and "invoice" not in brought(rule):
        message = "this rule is not about an invoice"
        hint = 'write "cycle", or a length of time such as "30 days"'
        yield Problem(span, "out-of-reach", message, hint)


def _needs(rule: Rule) -> Iterator[Problem]:
    """Refuse a step that lacks the row it works on."""
    there = set(brought(rule))
    for step in _steps(rule):
        for row in sorted(step.action.needs - there):
            yield _lacking(rule, step, row)
        there |= step.action.makes


def _lacking(rule: Rule, step: Step, row: str) -> Problem:
    kind = quote(step.action.name)
    if row == "invoice":
        message = f"{kind} does not know which invoice is meant"
        hint = 'put "invoice:" before it, or start the rule with payment_failed'
        return Problem(step.span, "no-invoice", message, hint)
    message = f"{kind} needs one {row}, and this rule is about a {rule.about}"
    hint = "start the rule with something that is about a subscription, such as cycle_due"
    return Problem(step.span, f"no-{row}", message, hint)


def _pay_then_deliver(rule: Rule) -> Iterator[Problem]:
    """Refuse a delivery behind a charge: money from a bank is certain only days later."""
    for entry in rule.entries:
        charged = False
        for step in entry.steps:
            if charged and step.action.job_class == JobClass.DELIVERY:
                message = f"{quote(step.action.name)} would not wait for the money of the charge"
                hint = 'put it into a rule of its own, with "when: {payment_succeeded: }"'
                yield Problem(step.span, "pay-then-deliver", message, hint)
            charged = charged or step.action.job_class == JobClass.MONEY


def _after_the_end(rule: Rule) -> Iterator[Problem]:
    """Warn of what comes after the rule has ended the subscription for sure."""
    end: Step | None = None
    is_stopped = any(trigger.name == "subscription_ended" for trigger in rule.stop_when)
    for entry in rule.entries:
        if end is not None and is_stopped and entry.steps:
            message = (
                f"this is never reached: {_cancel(end)} ends the subscription, which stops the rule"
            )
            hint = "move it above that, or take subscription_ended out of stop_when"
            yield Problem(entry.steps[0].span, "never-reached", message, hint, "warning")
            return
        for step in entry.steps:
            if end is not None and step.action.name == "charge":
                message = f"the subscription is over by then: {_cancel(end)} has ended it"
                hint = "charge before that, or not at all"
                yield Problem(step.span, "charge-after-cancel", message, hint, "warning")
            if _ends_now(step) and entry.only_if is None:
                end = step


def _cancel(step: Step) -> str:
    return f"{quote(step.action.name)} in line {step.span.line}"


def _ends_now(step: Step) -> bool:
    return isinstance(step.action, Cancel) and step.action.at == "now"


def _useless_stops(rule: Rule, record: Record) -> Iterator[Problem]:
    """Warn of an event that cannot stop anything: it is about nobody's subscription."""
    for trigger in rule.stop_when:
        if trigger.about == About.SUBSCRIBER and rule.about != About.SUBSCRIBER:
            key = record.need("stop_when", Record).item(trigger.name).key
            message = f"{quote(trigger.name)} never stops a rule that is about the {rule.about}"
            yield Problem(key, "stops-nothing", message, "remove it", "warning")


def _without_outlet(rule: Rule, outlets: Outlets) -> Iterator[Problem]:
    """Refuse a step that no connector can carry out."""
    for step in _steps(rule):
        match step.action.job_class:
            case JobClass.MONEY if not outlets.gateways:
                yield _no_connector(step.span, "collects money", "cards: {use: sandbox}")
            case JobClass.DELIVERY if not outlets.carrier:
                yield _no_connector(step.span, "sends parcels", "courier: {use: outbox}")
    for step, letter in letters(rule.entries):
        lacking = [channel for channel in letter.by if channel not in outlets.channels]
        if lacking:
            does = f"sends by {listed(lacking)}"
            yield _no_connector(step.span, does, f"{lacking[0]}: {{use: outbox}}")


def _no_connector(span: Span, does: str, example: str) -> Problem:
    hint = f'add one under connectors: in duly.yaml, such as "{example}"'
    return Problem(span, "no-connector", f"no connector {does}", hint)


def _steps(rule: Rule) -> Iterator[Step]:
    for entry in rule.entries:
        yield from entry.steps
