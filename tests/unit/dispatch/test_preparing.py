"""What a job becomes that cannot be prepared: what people can mend is waited for."""

from dataclasses import replace
from datetime import timedelta

from action_cases import FACTS, NOW, SHOP
from duly.action import Impossible, Waits
from duly.actions.invoice import Invoice
from duly.dispatch.desk import Item
from duly.dispatch.preparing import ended_by, prepare
from duly.model.ledger import JobState
from duly.triggers.cycle_due import CycleDue
from sim.world import on_day, rule

INVOICE = Invoice()
ITEM = Item(FACTS.job, FACTS.firing, rule("bill", CycleDue(), on_day(0, INVOICE)), INVOICE)
NOT_INVOICED = replace(FACTS, cycle_invoiced=False)


def test_a_plan_that_the_catalogue_lost_is_waited_for() -> None:
    shop = replace(SHOP, catalog=replace(SHOP.catalog, plans={}))

    prepared = prepare(ITEM, {ITEM.job.id: replace(NOT_INVOICED, shop=shop)})
    ended = ended_by(ITEM, prepared, NOW)

    assert prepared == Waits('the catalogue has no plan "small" any more; put it back')
    assert ended is not None
    assert ended.ending.state == JobState.READY
    assert ended.ending.due_at == NOW + timedelta(minutes=5)


def test_a_bug_of_a_kind_fails_its_job_alone() -> None:
    broken = replace(NOT_INVOICED, lines=None)  # type: ignore[arg-type]

    prepared = prepare(ITEM, {ITEM.job.id: broken})

    assert prepared == Impossible("invoice failed: TypeError")
