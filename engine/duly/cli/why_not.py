"""Say why nothing ever started a rule for somebody."""

from collections.abc import Iterator

from duly.cli.local import say_at
from duly.rule import Rule
from duly.store import telling
from duly.store.record import Transaction
from duly.store.telling import Stay
from duly.trigger import Trigger


def say_why_not(
    transaction: Transaction, person: int, rule: Rule, zone: str, on: str | None
) -> str:
    """Say why there is no decision of a rule about a subscriber, at all or on one day."""
    if not rule.enabled:
        return "did not start: it is switched off (enabled: no)"
    when = f" on {on}" if on else ""
    waits = " or ".join(trigger.describe() for trigger in rule.triggers)
    more = [said for one in rule.triggers for said in _more(transaction, person, one, zone)]
    nothing = f"nothing happened that it waits for{when} ({waits})"
    return f"did not start: {'; '.join([nothing, *more] if on or not more else more)}"


def _more(transaction: Transaction, person: int, trigger: Trigger, zone: str) -> Iterator[str]:
    if trigger.segment is not None:
        stays = telling.stays_of(transaction, person, trigger.segment)
        yield from [_stay(stays[-1], trigger)] if stays else []
    if trigger.name == "payment_failed" and (found := telling.last_untried(transaction, person)):
        yield (
            f"no payment was refused: the charge of {say_at(found.due_at, zone)} was not tried, "
            f"{found.reason}"
        )


def _stay(stay: Stay, trigger: Trigger) -> str:
    name = stay.segment
    if stay.left_on is not None:
        return f"was in {name} from {stay.entered_on}, and left it on {stay.left_on}"
    if stay.silent:
        return (
            f"has been in {name} since {stay.entered_on}, was in it when it was first looked at, "
            "so did not enter"
        )
    waits = trigger.describe() if trigger.is_timed else "from before the rule went live"
    return f"has been in {name} since {stay.entered_on} ({waits})"
