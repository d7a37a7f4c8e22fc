"""The engine's words as people read them: steps, what became of jobs, what happened."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from duly.connector import FailureClass
from duly.language.kinds import trigger_kinds
from duly.model.ledger import PEOPLE_READ, JobState
from duly.store.reading import Decision, JobLine
from duly.store.telling import Stay

_RESULTS: Mapping[str, str] = {
    "succeeded": "paid",
    "pending": "under way",
    "assumed": "taken for sent",
}
_NOTES: Mapping[str, str] = {
    "condition_false": "the condition was not met",
    "too_late": "it was too late",
    "stopped": "the rule was stopped",
    "capped": "enough was sent",
}
_STOPPERS: Mapping[str, str] = {
    "invoice_paid": "the invoice was paid",
    "payment_succeeded": "a payment came in",
    "payment_failed": "a payment was refused",
    "subscription_ended": "the subscription ended",
    "subscription_paused": "the subscription was paused",
    "subscription_resumed": "the subscription went on",
}


@dataclass(frozen=True, slots=True)
class Names:
    """Hold what people call the rows that decisions were about, by the ids of the rows."""

    invoices: Mapping[int, str]
    stays: Mapping[int, Stay]


def say_step(step: str) -> str:
    """Write the name of a step: ``day 0: message your-invoice``, ``after 2 hours: ship``."""
    when, _, what = step.partition("/")
    kind, _, name = what.partition("/")
    hours = when.removesuffix("h")
    moment = f"day {when}" if hours == when else f"after {hours} hour{'' if hours == '1' else 's'}"
    word = "message" if kind == "notify" else kind
    return f"{moment}: {' '.join(filter(None, (word, *name.split('/'))))}"


def say_outcome(one: JobLine) -> str:
    """Write how a job stands and why: ``done (refused: not enough money in the account)``."""
    said = _result(one.result, one.note)
    return f"{PEOPLE_READ[JobState(one.state)]}{f' ({said})' if said else ''}"


def _result(result: str, note: str) -> str:
    word, _, reason = result.partition(": ")
    if word == "declined":
        is_refusal = reason in frozenset(FailureClass)
        return f"refused: {note or reason}" if is_refusal else f"not charged: {reason}"
    return ": ".join(filter(None, (_RESULTS.get(result, result), _note(note))))


def _note(note: str) -> str:
    word, colon, rest = note.partition(": ")
    return f"{_NOTES.get(word, word)}{colon}{rest}"


def say_stopper(event: str) -> str:
    """Write what stopped a rule."""
    return _STOPPERS.get(event, event.replace("_", " "))


def say_happening(decision: Decision, names: Names) -> str:
    """Write what a decision was about: ``cycle 11 began``, ``invoice CAF2026-00001 was paid``."""
    match decision.trigger, decision.natural_key.split(":"):
        case "cycle_due", [*_, number]:
            return f"cycle {number} began"
        case "payment_failed", [invoice, number]:
            return f"the payment of {_invoice(invoice, names)} was refused, try {number}"
        case "payment_succeeded", [invoice, number]:
            return f"the payment of {_invoice(invoice, names)} came in, try {number}"
        case "invoice_paid", [invoice]:
            return f"{_invoice(invoice, names)} was paid"
        case "expiry_approaching", [*_, day, days]:
            return f"{days.removesuffix('d')} days before the term ends on {day}"
        case "enters_segment", [_, member] if int(member) in names.stays:
            stay = names.stays[int(member)]
            return f"in {stay.segment} since {stay.entered_on}"
        case "signed_up", _:
            return "signed up"
        case kind, _:
            return say_stopper(kind)


def _invoice(row: str, names: Names) -> str:
    return f"invoice {names.invoices.get(int(row), row)}"


def mentioned_rows(found: tuple[Decision, ...]) -> tuple[frozenset[int], frozenset[int]]:
    """Return the ids of the invoices and of the stays in segments that decisions were about."""
    rows: dict[str, set[int]] = {"invoice": set(), "entering": set()}
    for one in found:
        kind = trigger_kinds().get(one.trigger)
        if kind is not None and kind.mention is not None and kind.mention.sort in rows:
            match = re.fullmatch(kind.mention.pattern, one.natural_key)
            if match is not None:
                rows[kind.mention.sort].add(int(match[1]))
    return frozenset(rows["invoice"]), frozenset(rows["entering"])
