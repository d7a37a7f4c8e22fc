"""Send this cycle's parcel."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self

from duly.action import Action, Ask, Facts, Impossible, Nothing, Prepared, Task, Tools
from duly.catalog import deliverable, name_in, parcel_items
from duly.condition.words import Translate, as_written
from duly.connector import ParcelItem, ParcelRequest
from duly.model.change import Change, NewParcel, SettleParcel
from duly.model.ledger import JobClass
from duly.model.outcome import Done, Failed, NotThere, Outcome
from duly.model.saved import SavedParcel
from duly.shape.form import Fields, Word


@dataclass(frozen=True, slots=True)
class Ship(Action):
    """Hand the parcel to the carrier; once for a cycle."""

    name = "ship"
    job_class = JobClass.DELIVERY
    can_find = True
    needs = frozenset({"subscription"})
    example = "ship: {items: this_parcel}"
    shape = Fields(
        title="Send the parcel",
        about="Hand what the plan puts into this parcel to the carrier, once a cycle.",
        optional={
            "items": Word(
                title="Items",
                about="What goes into it.",
                one_of=(("this_parcel", "What the plan says for this parcel."),),
                unknown="is not something that can be sent",
            )
        },
        not_yet=("to", "on_unknown"),
        empty_ok=True,
    )

    @classmethod
    def load(cls, given: Mapping[str, Any]) -> Self:
        return cls()

    def describe(self, translate: Translate = as_written) -> str:
        return translate("send the parcel")

    def prepare(self, facts: Facts) -> Prepared:
        subscription, shop = facts.subscription, facts.shop
        if subscription is None:
            return Impossible("there is no subscription to send a parcel for")
        plan = shop.catalog.plan(subscription.plan)
        contents = parcel_items(plan, facts.parcels + 1)
        if not contents:
            return Nothing("this plan has no parcel")
        if facts.cycle_shipped:
            return Nothing("this cycle's parcel was sent before")
        address = {**facts.subscriber.address, "country": facts.subscriber.country}
        if not deliverable(address):
            return Impossible("the address lacks a street, a city or a country")
        language = facts.subscriber.language
        items = tuple(
            {
                "product": content.product,
                "name": name_in(
                    shop.catalog.product(content.product).names, language, content.product
                ),
                "count": content.count,
            }
            for content in contents
        )
        row = NewParcel(
            subscription_id=subscription.id,
            cycle_id=facts.cycle.id if facts.cycle else None,
            items=items,
            receiver=facts.subscriber.name,
            address=address,
        )
        return Ask(row, shop.carrier)

    async def perform(self, task: Task, tools: Tools) -> Done:
        parcel = _parcel(task)
        request = ParcelRequest(
            reference=parcel.reference,
            receiver=parcel.receiver,
            address=parcel.address,
            items=tuple(
                ParcelItem(str(item["product"]), str(item["name"]), int(str(item["count"])))
                for item in parcel.items
            ),
        )
        receipt = await tools.carrier(task.connector).ship(request, task.effect_key)
        return Done(receipt.reference, "sent", receipt.detail)

    async def find(self, task: Task, tools: Tools) -> Outcome:
        receipt = await tools.carrier(task.connector).find(task.effect_key)
        return NotThere() if receipt is None else Done(receipt.reference, "sent", receipt.detail)

    def settling_delay(self, task: Task, tools: Tools) -> timedelta:
        return tools.carrier(task.connector).look_up_delay

    def settle(self, task: Task, outcome: Outcome) -> tuple[Change, ...]:
        row = _parcel(task)
        match outcome:
            case Done(reference, _, detail):
                tracking = detail.get("tracking", "")
                return (SettleParcel(row.id, sent=True, reference=reference, tracking=tracking),)
            case Failed():
                return (SettleParcel(row.id, sent=False),)
            case _:
                return ()


def _parcel(task: Task) -> SavedParcel:
    assert isinstance(task.row, SavedParcel), "shipping refers to its parcel"
    return task.row


KIND: type[Action] = Ship
