"""What one look brought, as a line people read."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from duly.cli.place import counted
from duly.connector import FailureClass
from duly.model.ledger import JobState
from duly.store.tally import Standing

_REFUSALS = frozenset(f"declined: {failure}" for failure in FailureClass)
_CHARGED = frozenset(("succeeded", "pending"))
_WAITING = frozenset((JobState.BLOCKED, JobState.READY, JobState.CALLING, JobState.UNKNOWN))
_CHANNELS: Mapping[str, str] = {"email": "mail", "sms": "text", "push": "push message"}
# What is worth a number of its own, by what its job came to.
_RESULTS: Mapping[tuple[str, str], str] = {
    ("ship", "sent"): "parcel",
    ("pause", "paused"): "pause",
    ("resume", "resumed"): "resumption",
    ("cancel", "ended"): "end",
    ("cancel", "end planned"): "planned end",
}


def said(before: Counter[Standing], after: Counter[Standing]) -> str:
    """Say what was done: ``9 invoices, 9 charges (1 refused), 10 mails``."""
    new = after - before
    waiting = _sum(after, lambda one: one.state in _WAITING)
    parts = [*_done(new), *_trouble(new)]
    parts += [f"{waiting:,} still to be done"] if waiting else []
    return ", ".join(parts) or "nothing was due"


def has_sent(before: Counter[Standing], after: Counter[Standing]) -> bool:
    """Tell whether anything left the house."""
    return any(one.channel or one.kind == "ship" for one in after - before)


def _done(new: Counter[Standing]) -> Iterator[str]:
    def done(kind: str, results: frozenset[str]) -> int:
        return _sum(new, lambda one: one.kind == kind and one.result in results)

    if invoices := done("invoice", frozenset(("invoiced",))):
        yield counted(invoices, "invoice")
    refused = done("charge", _REFUSALS)
    if charges := done("charge", _CHARGED) + refused:
        yield counted(charges, "charge") + (f" ({refused:,} refused)" if refused else "")
    for channel, noun in _CHANNELS.items():
        if sent := _sum(new, partial(_went_by, channel)):
            yield counted(sent, noun)
    for (kind, result), noun in _RESULTS.items():
        if number := done(kind, frozenset((result,))):
            yield counted(number, noun)


def _went_by(channel: str, one: Standing) -> bool:
    return one.channel == channel


def _trouble(new: Counter[Standing]) -> Iterator[str]:
    untried = _sum(new, _is_untried)
    if untried:
        yield f"{untried:,} not charged"
    if impossible := _sum(new, lambda one: one.state == JobState.FAILED):
        yield f"{impossible:,} not possible"
    if dead := _sum(new, lambda one: one.state in (JobState.DEAD, JobState.HELD)):
        yield f"{dead:,} for a person to look at"


def _is_untried(one: Standing) -> bool:
    return one.result.startswith("declined: ") and one.result not in _REFUSALS


def _sum(counts: Counter[Standing], is_meant: Callable[[Standing], bool]) -> int:
    return sum(number for one, number in counts.items() if is_meant(one))
