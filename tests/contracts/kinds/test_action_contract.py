"""What every kind of action keeps when it acts: it repeats itself, and writes plain rows first."""

import dataclasses
import json
from datetime import date, datetime
from typing import Any

import pytest

from action_cases import (
    FACTS,
    SAVED_ATTEMPT,
    SAVED_MESSAGE,
    SAVED_PARCEL,
    facts,
    subscribed,
    task,
    written_to,
)
from duly.action import Action, Ask, Books, Facts, Impossible, Nothing, Skip
from duly.actions.cancel import Cancel
from duly.actions.charge import Charge
from duly.actions.invoice import Invoice
from duly.actions.notify import Notify
from duly.actions.offer import Offer
from duly.actions.pause import Pause
from duly.actions.resume import Resume
from duly.actions.ship import Ship
from duly.language.kinds import action_kinds
from duly.model.change import Change, NewAttempt, NewMessage, NewParcel
from duly.model.ledger import JobClass
from duly.model.outcome import Done, Failed, NotThere, Outcome, Retry, Unknown, Wait
from duly.model.saved import SavedRow
from duly.model.subscription import Status
from duly.values.duration import Duration, Unit

KINDS = action_kinds()
# One action of every kind; a kind without one fails the first test.
ACTIONS: dict[str, Action] = {
    "cancel": Cancel("now", "unpaid"),
    "charge": Charge(),
    "invoice": Invoice(),
    "notify": Notify("welcome"),
    "offer": Offer("larger-box", {"plan": "gift"}, Duration(10, Unit.DAY)),
    "pause": Pause("unpaid"),
    "resume": Resume(),
    "ship": Ship(),
}
OUTGOING = [one for one in ACTIONS.values() if one.job_class != JobClass.BOOKS]
ROWS: dict[str, SavedRow] = {
    "charge": SAVED_ATTEMPT,
    "notify": SAVED_MESSAGE,
    "offer": SAVED_MESSAGE,
    "ship": SAVED_PARCEL,
}
# Facts under which kinds come to different ends: nothing is there, nothing is due, all is well.
SITUATIONS: list[Facts] = [
    FACTS,
    facts(consents={"marketing": True}),
    facts(subscription=None, cycle=None, invoice=None, method=None, lines=()),
    facts(cycle_invoiced=True, cycle_shipped=True),
    subscribed(status=Status.PAUSED),
    subscribed(status=Status.ENDED),
    written_to(email="", phone="", address={}),
]
OUTCOMES: list[Outcome] = [
    Done("r", "succeeded"),
    Done("r", "pending"),
    Failed("no", "soft"),
    Failed("no such address", "bad_address"),
    Retry("later"),
    Unknown("no answer"),
    Wait("wrong key"),
    NotThere(),
]
PLAIN = (str, int, bool, type(None))


def every(actions: Any) -> Any:
    return pytest.mark.parametrize("action", actions, ids=lambda one: one.name)


def test_every_kind_is_asked() -> None:
    assert set(ACTIONS) == set(KINDS)
    assert set(ROWS) == {one.name for one in OUTGOING}


@every(ACTIONS.values())
@pytest.mark.parametrize("given", SITUATIONS, ids=range(len(SITUATIONS)))
def test_the_same_facts_prepare_the_same(action: Action, given: Facts) -> None:
    assert action.prepare(given) == action.prepare(given)


@every(ACTIONS.values())
@pytest.mark.parametrize("given", SITUATIONS, ids=range(len(SITUATIONS)))
def test_a_kind_prepares_what_its_class_may(action: Action, given: Facts) -> None:
    prepared = action.prepare(given)

    without_effect = (Nothing, Impossible, Skip)
    effect = Books if action.job_class == JobClass.BOOKS else Ask
    assert isinstance(prepared, (*without_effect, effect))


@every(ACTIONS.values())
def test_every_kind_has_an_effect_in_some_situation(action: Action) -> None:
    effects = [one for one in map(action.prepare, SITUATIONS) if isinstance(one, Ask | Books)]

    assert effects


@every(OUTGOING)
@pytest.mark.parametrize("given", SITUATIONS, ids=range(len(SITUATIONS)))
def test_what_is_written_before_the_call_is_plain(action: Action, given: Facts) -> None:
    prepared = action.prepare(given)
    if not isinstance(prepared, Ask):
        return

    assert isinstance(prepared.row, NewMessage | NewAttempt | NewParcel)
    written = dataclasses.asdict(prepared.row)
    assert json.loads(json.dumps(written)) == _with_lists(written)


def _with_lists(value: Any) -> Any:
    """Turn tuples into lists, as JSON does."""
    if isinstance(value, dict):
        return {name: _with_lists(one) for name, one in value.items()}
    return [_with_lists(one) for one in value] if isinstance(value, tuple) else value


@every(OUTGOING)
@pytest.mark.parametrize("outcome", OUTCOMES, ids=str)
def test_the_same_answer_settles_the_same_and_changes_are_data(
    action: Action, outcome: Outcome
) -> None:
    called = task(ROWS[action.name], action.name)
    told = Done("r", "sent") if action.name != "charge" and isinstance(outcome, Done) else outcome

    changes = action.settle(called, told)

    assert changes == action.settle(called, told)
    assert all(isinstance(change, Change) for change in changes)
    assert all(
        _is_plain(getattr(change, field.name))
        for change in changes
        for field in dataclasses.fields(change)
    )


def _is_plain(value: object) -> bool:
    return isinstance(value, (*PLAIN, date, datetime))


@every(OUTGOING)
def test_a_doubt_is_settled_by_asking_or_by_the_kinds_own_word(action: Action) -> None:
    assert action.can_find or action.doubt == "assume"


@every(ACTIONS.values())
def test_a_kind_of_the_books_reaches_nothing_outside(action: Action) -> None:
    if action.job_class == JobClass.BOOKS:
        assert type(action).perform is Action.perform
        assert type(action).find is Action.find
    else:
        assert type(action).perform is not Action.perform
        assert (type(action).find is not Action.find) is action.can_find
