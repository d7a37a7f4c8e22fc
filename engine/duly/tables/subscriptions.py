"""Tables of subscriptions: what is subscribed, its lines, changes, cycles, parcels and offers."""

from sqlalchemy import Boolean, Index, Integer, Table, UniqueConstraint

from duly.tables.column import METADATA, held, identity, optional, partial_index, personal, points
from duly.tables.types import Instant, Json, LocalDate, Minor, Word

subscription = Table(
    "subscription",
    METADATA,
    identity("The subscription."),
    held("external_id", Word, "The business's own name for the subscription; unique."),
    points("subscriber_id", "subscriber", "The payer."),
    held("plan", Word, "The plan's name in catalog.yaml."),
    held("status", Word, "pending, trialing, active, paused or ended."),
    held("started_on", LocalDate, "First local day."),
    held("anchor_on", LocalDate, "Local day that all cycle boundaries are counted from."),
    held("every_count", Integer, "Length of a cycle: how many units."),
    held("every_unit", Word, "Length of a cycle: day, week, month, quarter, half-year or year."),
    held("zone", Word, "The payer's zone, copied so that dates can be found by zone."),
    held("currency", Word, "Currency of everything about this subscription (ISO 4217)."),
    optional("term_ends_on", LocalDate, "Local day on which the term ends, exclusive."),
    optional("term_then", Word, "What follows the term: ends, renews or monthly."),
    optional("term_count", Integer, "Length of a term: how many units."),
    optional("term_unit", Word, "Length of a term: day, week, month, quarter, half-year or year."),
    optional("term_anchor_on", LocalDate, "Day that terms are counted from, if an end was told."),
    optional("ending_on", LocalDate, "Local day of an end already decided, exclusive."),
    optional("ended_on", LocalDate, "Local day since which it has ended."),
    optional("end_reason", Word, "Why it ended."),
    optional("paused_on", LocalDate, "Local day since which it is paused."),
    optional("paused_reason", Word, "Why it is paused."),
    optional("take_over_on", LocalDate, "First day duly answers for, if imported."),
    optional("settled_until", LocalDate, "Cycles starting before this day were billed elsewhere."),
    personal("own", Json, "The business's own fields, as declared in duly.yaml."),
    held("origin", Word, "own, or import for what happened before the take-over."),
    optional("tick", Integer, "Tick that saw the last change; empty: changed, not yet seen."),
    optional("dated_tick", Integer, "Tick that saw its zone or term change; empty: not yet."),
    UniqueConstraint("external_id"),
    comment="One thing somebody subscribes to.",
)
Index("ix_subscription_subscriber", subscription.c.subscriber_id)
Index("ix_subscription_tick", subscription.c.tick)
partial_index("ix_subscription_changed", subscription.c.id, where="tick IS NULL")
partial_index(
    "ix_subscription_zone_term_ends",
    subscription.c.zone,
    subscription.c.term_ends_on,
    where="term_ends_on IS NOT NULL AND status != 'ended'",
)
partial_index(
    "ix_subscription_zone_ending",
    subscription.c.zone,
    subscription.c.ending_on,
    where="ending_on IS NOT NULL AND status != 'ended'",
)

subscription_line = Table(
    "subscription_line",
    METADATA,
    identity("The line."),
    points("subscription_id", "subscription", "The subscription it belongs to."),
    held("line", Word, "Name of the line; base is the plan's recurring price."),
    held("price", Word, "The price's name in catalog.yaml."),
    held("quantity", Integer, "How many."),
    held("amount_minor", Minor, "Price of one for a cycle, in minor units."),
    held("currency", Word, "Currency of the amount (ISO 4217)."),
    UniqueConstraint("subscription_id", "line"),
    comment="What one pays for on a subscription, at the price agreed.",
)

subscription_change = Table(
    "subscription_change",
    METADATA,
    identity("The change; the key of what rules do about it."),
    points("subscription_id", "subscription", "What changed."),
    points("subscriber_id", "subscriber", "The payer."),
    held("kind", Word, "started, paused, resumed, ended or cancellation_requested."),
    held("effective_on", LocalDate, "Local day it takes effect."),
    held("at", Instant, "When it was recorded."),
    held("actor", Word, "Who: rule:ID, import or cli."),
    optional("reason", Word, "Why."),
    comment="Every change of a subscription's state, in order.",
)
Index("ix_subscription_change_subscription", subscription_change.c.subscription_id)

cycle = Table(
    "cycle",
    METADATA,
    identity("The cycle."),
    points("subscription_id", "subscription", "Whose cycle."),
    points("subscriber_id", "subscriber", "The payer."),
    held("number", Integer, "The k of the boundary: anchor + k intervals."),
    held("start_on", LocalDate, "First local day, inclusive."),
    held("end_on", LocalDate, "Last local day, exclusive."),
    held("start_at", Instant, "Instant of its first local midnight, inclusive."),
    held("end_at", Instant, "Instant of the next cycle's first midnight, exclusive."),
    held("zone", Word, "Zone it was counted in."),
    held("billable", Boolean, "No while paused: nothing is owed for it."),
    held("settled_elsewhere", Boolean, "Yes if the system before duly billed it."),
    optional("tick", Integer, "Tick that saw it; empty: written, not yet seen."),
    UniqueConstraint("subscription_id", "number"),
    UniqueConstraint("subscription_id", "start_on"),
    comment="One interval that is paid for: [start, end).",
)
Index("ix_cycle_zone_start", cycle.c.zone, cycle.c.start_on)
Index("ix_cycle_tick", cycle.c.tick, cycle.c.zone, cycle.c.start_on)
Index("ix_cycle_end", cycle.c.end_at)
partial_index("ix_cycle_pending", cycle.c.id, where="tick IS NULL")
partial_index(
    "ix_subscription_zone_pending",
    subscription.c.zone,
    subscription.c.started_on,
    where="status = 'pending'",
)

parcel = Table(
    "parcel",
    METADATA,
    identity("The parcel."),
    points("subscriber_id", "subscriber", "The payer."),
    points("subscription_id", "subscription", "What it belongs to."),
    points("cycle_id", "cycle", "The cycle it is the parcel of.", required=False),
    points("firing_id", "firing", "The firing that sent it."),
    held("number", Integer, "Counts the parcels of a subscription from 1."),
    held("status", Word, "packing, sent, or failed."),
    held("items", Json, "What is in it: product, name, count."),
    personal("receiver", Word, "Who gets it."),
    personal("address", Json, "Where to: street, city, region, postcode, country."),
    optional("tracking", Word, "The carrier's number."),
    optional("reference", Word, "The carrier's name for it."),
    optional("sent_on", LocalDate, "Local day it was handed over."),
    UniqueConstraint("subscription_id", "number"),
    comment="A parcel for one cycle.",
)
Index("ix_parcel_subscription", parcel.c.subscription_id)
partial_index("uq_parcel_cycle", parcel.c.cycle_id, where="status != 'failed'", unique=True)

offer = Table(
    "offer",
    METADATA,
    identity("The offer."),
    points("subscriber_id", "subscriber", "Who may take it."),
    points("subscription_id", "subscription", "What it would change.", required=False),
    points("firing_id", "firing", "The firing that made it."),
    held("step", Word, "The step of the rule that made it; a timeline may make several."),
    held("status", Word, "shown or expired."),
    held("gives", Json, "What accepting does: plan, discount, for."),
    held("shown_at", Instant, "When it was made."),
    held("expires_at", Instant, "First instant at which it can no longer be taken."),
    UniqueConstraint("firing_id", "step"),
    comment="Something better, offered to one subscriber for some days.",
)
partial_index("ix_offer_open", offer.c.expires_at, where="status = 'shown'")
Index("ix_offer_subscriber", offer.c.subscriber_id)
