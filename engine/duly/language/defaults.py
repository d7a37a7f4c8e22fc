"""What a rule does where it says nothing: which messages it sends, and how it catches up."""

from collections.abc import Iterator, Mapping

from duly.action import Letter
from duly.model.ledger import JobClass
from duly.rule import Entry, Step
from duly.template.draft import MessageClass
from duly.trigger import Catch, CatchUp

Classes = Mapping[str, MessageClass]  # of messages, by name, as far as they are known

MOST_AT_ONCE = 12
_DAY_S = 24 * 60 * 60


def letters(entries: tuple[Entry, ...]) -> Iterator[tuple[Step, Letter]]:
    """Yield the steps of a rule that send a message, with what they send."""
    for entry in entries:
        for step in entry.steps:
            if step.action.letter is not None:
                yield step, step.action.letter


def default_catch_up(entries: tuple[Entry, ...], classes: Classes) -> CatchUp:
    """Say what becomes of what an outage delayed.

    Money, books and parcels are done one by one, the oldest first. Offers are left out, advertising
    is a day later no news any more. Other messages go until the date that the trigger counts to.
    """
    actions = [step.action for entry in entries for step in entry.steps]
    if any(action.job_class != JobClass.MESSAGE for action in actions):
        return CatchUp(Catch.EACH, up_to=MOST_AT_ONCE)
    if any(action.name == "offer" for action in actions):
        return CatchUp(Catch.SKIP)
    if _classes_sent(entries, classes) == {"marketing"}:
        return CatchUp(Catch.LATEST, within_s=_DAY_S)
    return CatchUp(Catch.LATEST, until_date=True)


def is_all_service(entries: tuple[Entry, ...], classes: Classes) -> bool:
    """Tell whether all messages are of class service, such as a notice that the law wants."""
    return _classes_sent(entries, classes) == {"service"}


def _classes_sent(entries: tuple[Entry, ...], classes: Classes) -> set[MessageClass | None]:
    return {classes.get(letter.message) for _, letter in letters(entries)}
