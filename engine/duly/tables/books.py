"""Tables of the books: invoices, their lines, payment attempts, allocations, counters."""

from sqlalchemy import Index, Integer, Table, UniqueConstraint

from duly.tables.column import (
    METADATA,
    held,
    identity,
    named,
    optional,
    partial_index,
    personal,
    points,
)
from duly.tables.types import Instant, Json, LocalDate, Minor, Word

counter = Table(
    "counter",
    METADATA,
    named("series", Word, "The series of numbers, such as invoice:2026."),
    held("next", Integer, "The number given next; nothing is ever skipped."),
    comment="Gapless numbers, drawn in the transaction that uses them.",
)

invoice = Table(
    "invoice",
    METADATA,
    identity("The invoice."),
    points("subscriber_id", "subscriber", "Who owes it."),
    points("subscription_id", "subscription", "What it is for."),
    points("firing_id", "firing", "The firing that made it."),
    held("natural_key", Word, "What it bills of the subscription, such as cycle:3."),
    held("status", Word, "issued or void."),
    held("series", Word, "The series of its number."),
    held("number", Word, "Its number, unique in the series."),
    held("issued_on", LocalDate, "Issue date, a local day of the business."),
    held("due_on", LocalDate, "Due date; overdue from the day after."),
    held("tax_on", LocalDate, "Tax date; its rate applies."),
    held("currency", Word, "Currency of all its amounts (ISO 4217)."),
    held("net_minor", Minor, "Sum without tax, in minor units."),
    held("tax_minor", Minor, "Tax, in minor units."),
    held("gross_minor", Minor, "Sum with tax, in minor units."),
    personal("buyer", Json, "Name, address and e-mail of the buyer as they were."),
    held("seller", Json, "Name, address and tax id of the business as they were."),
    UniqueConstraint("series", "number"),
    UniqueConstraint("subscription_id", "natural_key"),
    comment="An issued invoice; it never changes.",
)
Index("ix_invoice_subscriber", invoice.c.subscriber_id)
Index("ix_invoice_firing", invoice.c.firing_id)

invoice_line = Table(
    "invoice_line",
    METADATA,
    identity("The line."),
    points("invoice_id", "invoice", "The invoice it is on."),
    points("cycle_id", "cycle", "The cycle it charges for.", required=False),
    points("subscription_line_id", "subscription_line", "What it charges for.", required=False),
    held("text", Word, "What the buyer reads."),
    held("quantity", Integer, "How many."),
    held("unit_minor", Minor, "Price of one, tax included, in minor units."),
    held("net_minor", Minor, "Without tax, in minor units."),
    held("tax_minor", Minor, "Tax, in minor units."),
    held("gross_minor", Minor, "With tax, in minor units."),
    held("tax_class", Word, "The tax's name in catalog.yaml."),
    held("tax_rate_bp", Integer, "Rate in hundredths of a percent: 2100 is 21 %."),
    UniqueConstraint("cycle_id", "subscription_line_id"),
    comment="One line of an invoice; a cycle's line is billed once.",
)
Index("ix_invoice_line_invoice", invoice_line.c.invoice_id)

payment_attempt = Table(
    "payment_attempt",
    METADATA,
    identity("The attempt."),
    points("subscriber_id", "subscriber", "Who pays."),
    points("invoice_id", "invoice", "What is paid."),
    points("payment_method_id", "payment_method", "With what."),
    held("number", Integer, "Counts the attempts at one invoice from 1."),
    held("effect_key", Word, "The key the gateway gets; never changes."),
    held("state", Word, "created, pending, unknown, succeeded, failed or returned."),
    held("amount_minor", Minor, "Amount asked for, in minor units."),
    held("currency", Word, "Currency of the amount (ISO 4217)."),
    optional("failure", Word, "Class of the refusal: soft, hard, action_needed and so on."),
    optional("reason", Word, "The gateway's sentence."),
    optional("reference", Word, "The gateway's name for it."),
    held("started_at", Instant, "When it was first tried."),
    optional("settled_at", Instant, "When its state was last learnt."),
    UniqueConstraint("invoice_id", "number"),
    UniqueConstraint("effect_key"),
    comment="One try to collect one invoice.",
)
Index("ix_payment_attempt_subscriber", payment_attempt.c.subscriber_id)
partial_index(
    "uq_payment_attempt_open",
    payment_attempt.c.invoice_id,
    where="state IN ('created', 'pending', 'unknown')",
    unique=True,
)

allocation = Table(
    "allocation",
    METADATA,
    identity("The allocation."),
    points("subscriber_id", "subscriber", "Whose money."),
    points("invoice_id", "invoice", "The invoice it goes to."),
    points("payment_attempt_id", "payment_attempt", "The attempt that brought it."),
    held("kind", Word, "payment, or return of one (negative)."),
    held("amount_minor", Minor, "Amount in minor units."),
    held("currency", Word, "Currency of the amount (ISO 4217)."),
    held("at", Instant, "When it was recorded."),
    UniqueConstraint("payment_attempt_id", "kind"),
    comment="Money laid to an invoice; open = gross - allocations.",
)
Index("ix_allocation_invoice", allocation.c.invoice_id)
Index("ix_allocation_subscriber", allocation.c.subscriber_id)
