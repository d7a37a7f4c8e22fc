"""The kinds of triggers and actions: found by the names of their modules, loaded when asked for."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType, ModuleType
from typing import Any

from duly import actions, triggers
from duly.action import Action
from duly.trigger import Trigger

# What the language plans and this version does not do: refused by name, never ignored.
PLANNED_TRIGGERS = (
    "subscription_started",
    "subscription_paused",
    "subscription_resumed",
    "cancellation_requested",
    "cancellation_withdrawn",
    "withdrawal_requested",
    "plan_changed",
    "quantity_changed",
    "invoice_issued",
    "payment_pending",
    "payment_action_needed",
    "payment_returned",
    "payment_disputed",
    "payment_refunded",
    "payment_method_changed",
    "parcel_due",
    "parcel_sent",
    "parcel_delivered",
    "parcel_returned",
    "parcel_late",
    "access_granted",
    "access_revoked",
    "offer_shown",
    "offer_accepted",
    "offer_declined",
    "offer_expired",
    "message_bounced",
    "link_clicked",
    "unsubscribed",
    "field_changes",
    "event",
    "renewal_approaching",
    "trial_ending",
    "resume_approaching",
    "card_expiring",
    "invoice_due",
    "invoice_overdue",
    "price_change_approaching",
    "terms_change_approaching",
    "anniversary",
    "inactive_for",
    "leaves_segment",
    "usage_reaches",
    "schedule",
)
PLANNED_ACTIONS = (
    "add_item",
    "discount",
    "credit",
    "correct",
    "write_off",
    "refund",
    "change_plan",
    "change_quantity",
    "add_line",
    "remove_line",
    "extend",
    "renew",
    "skip",
    "start",
    "set_field",
    "add_tag",
    "remove_tag",
    "record",
    "task",
    "grant_access",
    "revoke_access",
    "sync_crm",
    "call",
    "report",
)


@cache
def trigger_kinds() -> Mapping[str, type[Trigger]]:
    """Return every trigger kind by its name."""
    return MappingProxyType({kind.name: kind for kind in _kinds(triggers)})


@cache
def action_kinds() -> Mapping[str, type[Action]]:
    """Return every action kind by its name."""
    return MappingProxyType({kind.name: kind for kind in _kinds(actions)})


def _kinds(package: ModuleType) -> Iterator[Any]:
    """Yield what the modules of a package call KIND; modules without one are shared parts."""
    for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda module: module.name):
        kind = getattr(importlib.import_module(f"{package.__name__}.{found.name}"), "KIND", None)
        if kind is not None:
            yield kind
