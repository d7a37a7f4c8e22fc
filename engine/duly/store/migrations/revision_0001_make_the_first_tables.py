"""Make the first tables."""

import sqlalchemy as sa
from alembic import op

from duly.store.downgrade import downgrade as downgrade
from duly.tables.types import Id, Instant, Json, LocalDate, Minor, Word

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first tables."""
    _audit()
    _connector_state()
    _counter()
    _hold()
    _installation()
    _rule()
    _ruleset()
    _segment()
    _subscriber()
    _suppression()
    _tick()
    _zone()
    _consent()
    _firing()
    _near_miss()
    _payment_method()
    _segment_member()
    _subscription()
    _cycle()
    _invoice()
    _job()
    _offer()
    _subscription_change()
    _subscription_line()
    _call()
    _event()
    _invoice_line()
    _message()
    _parcel()
    _payment_attempt()
    _allocation()


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", Id, autoincrement=True, nullable=False, comment="The entry."),
        sa.Column("at", Instant, nullable=False, comment="When."),
        sa.Column("actor", Word, nullable=False, comment="Who: rule:ID, import or cli."),
        sa.Column("what", Word, nullable=False, comment="What was done, in words."),
        sa.Column("row_table", Word, nullable=True, comment="The table of the row it was done to."),
        sa.Column("row_id", Id, nullable=True, comment="The row it was done to."),
        sa.Column(
            "facts",
            Json,
            nullable=False,
            comment="Old and new values; of personal fields the names only.",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        comment="Who changed what.",
    )


def _connector_state() -> None:
    op.create_table(
        "connector_state",
        sa.Column("connector", Word, nullable=False, comment="Name of the connector in duly.yaml."),
        sa.Column("cursor", Word, nullable=False, comment="Where reading its news goes on."),
        sa.PrimaryKeyConstraint("connector", name="pk_connector_state"),
        comment="What is remembered of each connector.",
    )


def _counter() -> None:
    op.create_table(
        "counter",
        sa.Column(
            "series", Word, nullable=False, comment="The series of numbers, such as invoice:2026."
        ),
        sa.Column(
            "next",
            sa.Integer(),
            nullable=False,
            comment="The number given next; nothing is ever skipped.",
        ),
        sa.PrimaryKeyConstraint("series", name="pk_counter"),
        comment="Gapless numbers, drawn in the transaction that uses them.",
    )


def _hold() -> None:
    op.create_table(
        "hold",
        sa.Column("id", Id, autoincrement=True, nullable=False, comment="The hold."),
        sa.Column(
            "what",
            Word,
            nullable=False,
            comment="rule, connector, subscriber, class or everything.",
        ),
        sa.Column("name", Word, nullable=False, comment="Which one; empty for everything."),
        sa.Column("reason", Word, nullable=False, comment="Why, for people."),
        sa.Column("placed_at", Instant, nullable=False, comment="Since when."),
        sa.Column("actor", Word, nullable=False, comment="Who placed it."),
        sa.Column(
            "released_at", Instant, nullable=True, comment="When it was released; empty: still on."
        ),
        sa.Column("released_by", Word, nullable=True, comment="Who released it."),
        sa.PrimaryKeyConstraint("id", name="pk_hold"),
        comment="What may not act now.",
    )


def _installation() -> None:
    op.create_table(
        "installation",
        sa.Column("id", Id, autoincrement=True, nullable=False, comment="Always 1."),
        sa.Column(
            "name",
            Word,
            nullable=False,
            comment="The installation id: part of every key, copied with a backup.",
        ),
        sa.Column("environment", Word, nullable=False, comment="test or live."),
        sa.Column(
            "made_at", Instant, nullable=False, comment="When the database was made or re-keyed."
        ),
        sa.PrimaryKeyConstraint("id", name="pk_installation"),
        comment="Which installation this database belongs to; one row.",
    )


def _rule() -> None:
    op.create_table(
        "rule",
        sa.Column("id", Id, autoincrement=True, nullable=False, comment="The rule."),
        sa.Column("name", Word, nullable=False, comment="Its id in the rule file."),
        sa.Column(
            "about",
            Word,
            nullable=False,
            comment="What its firings are about: subscriber, subscription or invoice.",
        ),
        sa.Column(
            "since_at",
            Instant,
            nullable=False,
            comment="When it was first applied; nothing older starts it.",
        ),
        sa.Column(
            "tick",
            sa.Integer(),
            nullable=False,
            comment="Watermark: stamps up to this tick were looked at.",
        ),
        sa.Column(
            "looked_until",
            Instant,
            nullable=False,
            comment="Watermark: moments up to this instant were looked at.",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_rule"),
        sa.UniqueConstraint("name", name="uq_rule_name"),
        comment="How far each rule has looked.",
    )


def _ruleset() -> None:
    op.create_table(
        "ruleset",
        sa.Column(
            "id",
            Id,
            autoincrement=True,
            nullable=False,
            comment="Counts what was applied; the highest is live.",
        ),
        sa.Column("digest", Word, nullable=False, comment="Digest of the source text."),
        sa.Column(
            "source",
            Json,
            nullable=False,
            comment="File name to text: rules, catalogue, messages, settings.",
        ),
        sa.Column("applied_at", Instant, nullable=False, comment="When it went live."),
        sa.Column("actor", Word, nullable=False, comment="Who applied it."),
        sa.PrimaryKeyConstraint("id", name="pk_ruleset"),
        comment="The live rules and all that were live before.",
    )


def _segment() -> None:
    op.create_table(
        "segment",
        sa.Column("id", Id, autoincrement=True, nullable=False, comment="The segment."),
        sa.Column("name", Word, nullable=False, comment="Its id in the rule file."),
        sa.Column(
            "digest",
            Word,
            nullable=False,
            comment="Digest of its text; a new text fills it silently.",
        ),
        sa.Column(
            "tick",
            sa.Integer(),
            nullable=False,
            comment="Watermark: stamps up to this tick were looked at.",
        ),
        sa.Column(
            "looked_until",
            Instant,
            nullable=False,
            comment="Watermark: local midnights up to this instant were looked at.",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_segment"),
        sa.UniqueConstraint("name", name="uq_segment_name"),
        comment="How far each segment has looked.",
    )


def _subscriber() -> None:
    op.create_table(
        "subscriber",
        sa.Column("id", Id, autoincrement=True, nullable=False, comment="The subscriber."),
        sa.Column(
            "external_id",
            Word,
            nullable=False,
            comment="The business's own name for the subscriber; unique.",
        ),
        sa.Column("name", Word, nullable=True, comment="Name of the person or company."),
        sa.Column("email", Word, nullable=True, comment="E-mail address."),
        sa.Column("phone", Word, nullable=True, comment="Telephone number, for SMS."),
        sa.Column(
            "push", Word, nullable=True, comment="Address of the subscriber's device, for push."
        ),
        sa.Column("country", Word, nullable=True, comment="Country by ISO 3166, two letters."),
        sa.Column("region", Word, nullable=True, comment="Region, as the business names it."),
        sa.Column("language", Word, nullable=False, comment="Language of messages, two letters."),
        sa.Column("zone", Word, nullable=False, comment="IANA zone; local days are counted in it."),
        sa.Column("kind", Word, nullable=False, comment="person or company."),
        sa.Column(
            "address",
            Json,
            nullable=True,
            comment="Postal address: street, city, region, postcode.",
        ),
        sa.Column("signed_up_on", LocalDate, nullable=True, comment="Local date of the sign-up."),
        sa.Column(
            "own",
            Json,
            nullable=True,
            comment="The business's own fields, as declared in duly.yaml.",
        ),
        sa.Column(
            "origin",
            Word,
            nullable=False,
            comment="own, or import for what happened before the take-over.",
        ),
        sa.Column(
            "tick",
            sa.Integer(),
            nullable=True,
            comment="Tick that saw the last change; empty: changed, not yet seen.",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_subscriber"),
        sa.UniqueConstraint("external_id", name="uq_subscriber_external_id"),
        comment="A person or company that subscribes, and pays unless somebody else does.",
    )
    op.create_index(
        "ix_subscriber_changed",
        "subscriber",
        ["id"],
        sqlite_where=sa.text("tick IS NULL"),
        postgresql_where=sa.text("tick IS NULL"),
    )
    op.create_index("ix_subscriber_tick", "subscriber", ["tick"])


def _suppression() -> None:
    op.create_table(
        "suppression",
        sa.Column("id", Id, autoincrement=True, nullable=False, comment="The entry."),
        sa.Column("channel", Word, nullable=False, comment="email, sms or push."),
        sa.Column(
            "address", Word, nullable=True, comment="The address that may not be written to."
        ),
        sa.Column(
            "reason", Word, nullable=False, comment="bounced, complained, opted_out or manual."
        ),
        sa.Column("at", Instant, nullable=False, comment="Since when."),
        sa.PrimaryKeyConstraint("id", name="pk_suppression"),
        sa.UniqueConstraint("channel", "address", name="uq_suppression_channel_address"),
        comment="Addresses that get nothing, whatever a rule says.",
    )


def _tick() -> None:
    op.create_table(
        "tick",
        sa.Column("id", Id, autoincrement=True, nullable=False, comment="The tick's number."),
        sa.Column("at", Instant, nullable=False, comment="The instant it looked at."),
        sa.Column("kinds", Json, nullable=False, comment="Kinds of what it stamped."),
        sa.Column(
            "finished_at",
            Instant,
            nullable=True,
            comment="When its last rule was recorded; empty: interrupted.",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_tick"),
        comment="Each look of the engine at the world.",
    )


def _zone() -> None:
    op.create_table(
        "zone",
        sa.Column("name", Word, nullable=False, comment="IANA zone."),
        sa.PrimaryKeyConstraint("name", name="pk_zone"),
        comment="Every zone that was ever in use, so that a tick need not look for them.",
    )


def _consent() -> None:
    op.create_table(
        "consent",
        sa.Column("subscriber_id", Id, nullable=False, comment="Whose consent."),
        sa.Column("topic", Word, nullable=False, comment="marketing, or a topic of duly.yaml."),
        sa.Column(
            "given", sa.Boolean(), nullable=False, comment="Yes or no; a missing row is neither."
        ),
        sa.Column("at", Instant, nullable=False, comment="When it was said."),
        sa.Column(
            "source",
            Word,
            nullable=False,
            comment="Where it was said, such as import of 2026-11-22.",
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name="fk_consent_subscriber_id"
        ),
        sa.PrimaryKeyConstraint("subscriber_id", "topic", name="pk_consent"),
        comment="What a subscriber agreed to hear about.",
    )


def _firing() -> None:
    op.create_table(
        "firing",
        sa.Column("id", Id, autoincrement=True, nullable=False, comment="The firing."),
        sa.Column("rule_id", Id, nullable=False, comment="The rule that took hold."),
        sa.Column("subject_id", Id, nullable=False, comment="The row the rule is about."),
        sa.Column("subscriber_id", Id, nullable=False, comment="For whom."),
        sa.Column("key", Word, nullable=False, comment="The occurrence key under once_per."),
        sa.Column("trigger", Word, nullable=False, comment="The trigger kind."),
        sa.Column(
            "natural_key", Word, nullable=False, comment="The trigger's own key of the happening."
        ),
        sa.Column("at", Instant, nullable=False, comment="When it was due."),
        sa.Column("local_on", LocalDate, nullable=False, comment="Local day it was due."),
        sa.Column("zone", Word, nullable=False, comment="Zone it is counted in."),
        sa.Column(
            "reference_id",
            Id,
            nullable=True,
            comment="The row that brought it: a cycle, an event, a membership.",
        ),
        sa.Column(
            "started_at",
            Instant,
            nullable=False,
            comment="The tick that recorded it; hours of a timeline count from here.",
        ),
        sa.Column(
            "started_on",
            LocalDate,
            nullable=True,
            comment="Local day of the start, if the rule has a timeline.",
        ),
        sa.Column("tick_id", Id, nullable=False, comment="The tick that recorded it."),
        sa.Column("ruleset_id", Id, nullable=False, comment="The rules it was decided by."),
        sa.Column("letters", Word, nullable=False, comment="One letter per condition: y, n or u."),
        sa.Column(
            "facts", Json, nullable=True, comment="Values of the fields that the rule names."
        ),
        sa.Column(
            "late",
            sa.Boolean(),
            nullable=False,
            comment="Whether it was decided more than an hour after it was due.",
        ),
        sa.Column(
            "stalled_at",
            Instant,
            nullable=True,
            comment="Since when a day of its timeline waits for the day before.",
        ),
        sa.Column(
            "ended",
            Word,
            nullable=True,
            comment="finished, stopped, failed or rule_removed; empty: days are to come.",
        ),
        sa.Column("stopped_by", Id, nullable=True, comment="The event that stopped it."),
        sa.ForeignKeyConstraint(["rule_id"], ["rule.id"], name="fk_firing_rule_id"),
        sa.ForeignKeyConstraint(["ruleset_id"], ["ruleset.id"], name="fk_firing_ruleset_id"),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name="fk_firing_subscriber_id"
        ),
        sa.ForeignKeyConstraint(["tick_id"], ["tick.id"], name="fk_firing_tick_id"),
        sa.PrimaryKeyConstraint("id", name="pk_firing"),
        sa.UniqueConstraint(
            "rule_id", "subject_id", "key", name="uq_firing_rule_id_subject_id_key"
        ),
        comment="A rule took hold for a subject; once per occurrence.",
    )
    op.create_index(
        "ix_firing_open_started",
        "firing",
        ["rule_id", "zone", "started_on"],
        sqlite_where=sa.text("ended IS NULL"),
        postgresql_where=sa.text("ended IS NULL"),
    )
    op.create_index(
        "ix_firing_open_subject",
        "firing",
        ["rule_id", "subject_id"],
        sqlite_where=sa.text("ended IS NULL"),
        postgresql_where=sa.text("ended IS NULL"),
    )
    op.create_index(
        "ix_firing_open_subscriber",
        "firing",
        ["subscriber_id", "rule_id"],
        sqlite_where=sa.text("ended IS NULL"),
        postgresql_where=sa.text("ended IS NULL"),
    )
    op.create_index(
        "ix_firing_stalled",
        "firing",
        ["rule_id"],
        sqlite_where=sa.text("stalled_at IS NOT NULL"),
        postgresql_where=sa.text("stalled_at IS NOT NULL"),
    )


def _near_miss() -> None:
    op.create_table(
        "near_miss",
        sa.Column("rule_id", Id, nullable=False, comment="The rule that did not take hold."),
        sa.Column("subject_id", Id, nullable=False, comment="The row the rule is about."),
        sa.Column("trigger", Word, nullable=False, comment="The trigger kind."),
        sa.Column(
            "natural_key", Word, nullable=False, comment="The trigger's own key of the happening."
        ),
        sa.Column("subscriber_id", Id, nullable=False, comment="For whom."),
        sa.Column("at", Instant, nullable=False, comment="When it was due."),
        sa.Column("local_on", LocalDate, nullable=False, comment="Local day it was due."),
        sa.Column("reason", Word, nullable=False, comment="condition, too_late."),
        sa.Column("tick_id", Id, nullable=False, comment="The tick that decided."),
        sa.Column("ruleset_id", Id, nullable=False, comment="The rules it was decided by."),
        sa.Column("letters", Word, nullable=False, comment="One letter per condition: y, n or u."),
        sa.Column(
            "facts", Json, nullable=True, comment="Values of the fields that the rule names."
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name="fk_near_miss_subscriber_id"
        ),
        sa.PrimaryKeyConstraint(
            "rule_id", "subject_id", "trigger", "natural_key", name="pk_near_miss"
        ),
        comment="The trigger happened and the rule did not take hold; once per happening.",
        sqlite_with_rowid=False,
    )


def _payment_method() -> None:
    op.create_table(
        "payment_method",
        sa.Column("id", Id, autoincrement=True, nullable=False, comment="The payment method."),
        sa.Column("subscriber_id", Id, nullable=False, comment="Who pays with it."),
        sa.Column("gateway", Word, nullable=False, comment="Name of the connector in duly.yaml."),
        sa.Column(
            "token", Word, nullable=False, comment="The gateway's name for it; never a card number."
        ),
        sa.Column(
            "kind",
            Word,
            nullable=False,
            comment="card, debit, transfer or other, as the business calls it.",
        ),
        sa.Column(
            "is_default", sa.Boolean(), nullable=False, comment="Whether charges use this one."
        ),
        sa.Column("status", Word, nullable=False, comment="active, or dead after a hard decline."),
        sa.Column("made_at", Instant, nullable=False, comment="When it was stored."),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name="fk_payment_method_subscriber_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_payment_method"),
        sa.UniqueConstraint(
            "subscriber_id",
            "gateway",
            "token",
            name="uq_payment_method_subscriber_id_gateway_token",
        ),
        comment="A stored way to pay: gateway and token only.",
    )


def _segment_member() -> None:
    op.create_table(
        "segment_member",
        sa.Column(
            "id",
            Id,
            autoincrement=True,
            nullable=False,
            comment="The entering; the key of what rules do about it.",
        ),
        sa.Column("segment_id", Id, nullable=False, comment="The segment."),
        sa.Column(
            "subject_id",
            Id,
            nullable=False,
            comment="The subscriber or subscription that is in it.",
        ),
        sa.Column("subscriber_id", Id, nullable=False, comment="For whom."),
        sa.Column("zone", Word, nullable=False, comment="The subscriber's zone at the entering."),
        sa.Column("entered_at", Instant, nullable=False, comment="The tick that saw it enter."),
        sa.Column(
            "silent",
            sa.Boolean(),
            nullable=False,
            comment="Whether it was there when the segment was first looked at.",
        ),
        sa.Column(
            "left_at",
            Instant,
            nullable=True,
            comment="The tick that saw it leave; empty: still in.",
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["segment.id"], name="fk_segment_member_segment_id"
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name="fk_segment_member_subscriber_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_segment_member"),
        comment="Who is, and was, in a segment.",
    )
    op.create_index("ix_segment_member_entered", "segment_member", ["segment_id", "entered_at"])
    op.create_index(
        "ix_segment_member_subscriber", "segment_member", ["subscriber_id", "segment_id"]
    )
    op.create_index(
        "uq_segment_member_in",
        "segment_member",
        ["segment_id", "subject_id"],
        unique=True,
        sqlite_where=sa.text("left_at IS NULL"),
        postgresql_where=sa.text("left_at IS NULL"),
    )


def _subscription() -> None:
    op.create_table(
        "subscription",
        sa.Column("id", Id, autoincrement=True, nullable=False, comment="The subscription."),
        sa.Column(
            "external_id",
            Word,
            nullable=False,
            comment="The business's own name for the subscription; unique.",
        ),
        sa.Column("subscriber_id", Id, nullable=False, comment="The payer."),
        sa.Column("plan", Word, nullable=False, comment="The plan's name in catalog.yaml."),
        sa.Column(
            "status", Word, nullable=False, comment="pending, trialing, active, paused or ended."
        ),
        sa.Column("started_on", LocalDate, nullable=False, comment="First local day."),
        sa.Column(
            "anchor_on",
            LocalDate,
            nullable=False,
            comment="Local day that all cycle boundaries are counted from.",
        ),
        sa.Column(
            "every_count",
            sa.Integer(),
            nullable=False,
            comment="Length of a cycle: how many units.",
        ),
        sa.Column(
            "every_unit",
            Word,
            nullable=False,
            comment="Length of a cycle: day, week, month, quarter, half-year or year.",
        ),
        sa.Column(
            "zone",
            Word,
            nullable=False,
            comment="The payer's zone, copied so that dates can be found by zone.",
        ),
        sa.Column(
            "currency",
            Word,
            nullable=False,
            comment="Currency of everything about this subscription (ISO 4217).",
        ),
        sa.Column(
            "term_ends_on",
            LocalDate,
            nullable=True,
            comment="Local day on which the term ends, exclusive.",
        ),
        sa.Column(
            "term_then",
            Word,
            nullable=True,
            comment="What follows the term: ends, renews or monthly.",
        ),
        sa.Column(
            "term_count", sa.Integer(), nullable=True, comment="Length of a term: how many units."
        ),
        sa.Column(
            "term_unit",
            Word,
            nullable=True,
            comment="Length of a term: day, week, month, quarter, half-year or year.",
        ),
        sa.Column(
            "term_anchor_on",
            LocalDate,
            nullable=True,
            comment="Day that terms are counted from, if an end was told.",
        ),
        sa.Column(
            "ending_on",
            LocalDate,
            nullable=True,
            comment="Local day of an end already decided, exclusive.",
        ),
        sa.Column(
            "ended_on", LocalDate, nullable=True, comment="Local day since which it has ended."
        ),
        sa.Column("end_reason", Word, nullable=True, comment="Why it ended."),
        sa.Column(
            "paused_on", LocalDate, nullable=True, comment="Local day since which it is paused."
        ),
        sa.Column("paused_reason", Word, nullable=True, comment="Why it is paused."),
        sa.Column(
            "take_over_on",
            LocalDate,
            nullable=True,
            comment="First day duly answers for, if imported.",
        ),
        sa.Column(
            "settled_until",
            LocalDate,
            nullable=True,
            comment="Cycles starting before this day were billed elsewhere.",
        ),
        sa.Column(
            "own",
            Json,
            nullable=True,
            comment="The business's own fields, as declared in duly.yaml.",
        ),
        sa.Column(
            "origin",
            Word,
            nullable=False,
            comment="own, or import for what happened before the take-over.",
        ),
        sa.Column(
            "tick",
            sa.Integer(),
            nullable=True,
            comment="Tick that saw the last change; empty: changed, not yet seen.",
        ),
        sa.Column(
            "dated_tick",
            sa.Integer(),
            nullable=True,
            comment="Tick that saw its zone or term change; empty: not yet.",
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name="fk_subscription_subscriber_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_subscription"),
        sa.UniqueConstraint("external_id", name="uq_subscription_external_id"),
        comment="One thing somebody subscribes to.",
    )
    op.create_index(
        "ix_subscription_changed",
        "subscription",
        ["id"],
        sqlite_where=sa.text("tick IS NULL"),
        postgresql_where=sa.text("tick IS NULL"),
    )
    op.create_index("ix_subscription_subscriber", "subscription", ["subscriber_id"])
    op.create_index("ix_subscription_tick", "subscription", ["tick"])
    op.create_index(
        "ix_subscription_zone_ending",
        "subscription",
        ["zone", "ending_on"],
        sqlite_where=sa.text("ending_on IS NOT NULL AND status != 'ended'"),
        postgresql_where=sa.text("ending_on IS NOT NULL AND status != 'ended'"),
    )
    op.create_index(
        "ix_subscription_zone_pending",
        "subscription",
        ["zone", "started_on"],
        sqlite_where=sa.text("status = 'pending'"),
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index(
        "ix_subscription_zone_term_ends",
        "subscription",
        ["zone", "term_ends_on"],
        sqlite_where=sa.text("term_ends_on IS NOT NULL AND status != 'ended'"),
        postgresql_where=sa.text("term_ends_on IS NOT NULL AND status != 'ended'"),
    )


def _cycle() -> None:
    op.create_table(
        "cycle",
        sa.Column("id", Id, autoincrement=True, nullable=False, comment="The cycle."),
        sa.Column("subscription_id", Id, nullable=False, comment="Whose cycle."),
        sa.Column("subscriber_id", Id, nullable=False, comment="The payer."),
        sa.Column(
            "number",
            sa.Integer(),
            nullable=False,
            comment="The k of the boundary: anchor + k intervals.",
        ),
        sa.Column("start_on", LocalDate, nullable=False, comment="First local day, inclusive."),
        sa.Column("end_on", LocalDate, nullable=False, comment="Last local day, exclusive."),
        sa.Column(
            "start_at",
            Instant,
            nullable=False,
            comment="Instant of its first local midnight, inclusive.",
        ),
        sa.Column(
            "end_at",
            Instant,
            nullable=False,
            comment="Instant of the next cycle's first midnight, exclusive.",
        ),
        sa.Column("zone", Word, nullable=False, comment="Zone it was counted in."),
        sa.Column(
            "billable",
            sa.Boolean(),
            nullable=False,
            comment="No while paused: nothing is owed for it.",
        ),
        sa.Column(
            "settled_elsewhere",
            sa.Boolean(),
            nullable=False,
            comment="Yes if the system before duly billed it.",
        ),
        sa.Column(
            "tick",
            sa.Integer(),
            nullable=True,
            comment="Tick that saw it; empty: written, not yet seen.",
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name="fk_cycle_subscriber_id"
        ),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscription.id"], name="fk_cycle_subscription_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_cycle"),
        sa.UniqueConstraint("subscription_id", "number", name="uq_cycle_subscription_id_number"),
        sa.UniqueConstraint(
            "subscription_id", "start_on", name="uq_cycle_subscription_id_start_on"
        ),
        comment="One interval that is paid for: [start, end).",
    )
    op.create_index("ix_cycle_end", "cycle", ["end_at"])
    op.create_index(
        "ix_cycle_pending",
        "cycle",
        ["id"],
        sqlite_where=sa.text("tick IS NULL"),
        postgresql_where=sa.text("tick IS NULL"),
    )
    op.create_index("ix_cycle_tick", "cycle", ["tick", "zone", "start_on"])
    op.create_index("ix_cycle_zone_start", "cycle", ["zone", "start_on"])


def _invoice() -> None:
    op.create_table(
        "invoice",
        sa.Column("id", Id, autoincrement=True, nullable=False, comment="The invoice."),
        sa.Column("subscriber_id", Id, nullable=False, comment="Who owes it."),
        sa.Column("subscription_id", Id, nullable=False, comment="What it is for."),
        sa.Column("firing_id", Id, nullable=False, comment="The firing that made it."),
        sa.Column(
            "natural_key",
            Word,
            nullable=False,
            comment="What it bills of the subscription, such as cycle:3.",
        ),
        sa.Column("status", Word, nullable=False, comment="issued or void."),
        sa.Column("series", Word, nullable=False, comment="The series of its number."),
        sa.Column("number", Word, nullable=False, comment="Its number, unique in the series."),
        sa.Column(
            "issued_on",
            LocalDate,
            nullable=False,
            comment="Issue date, a local day of the business.",
        ),
        sa.Column(
            "due_on", LocalDate, nullable=False, comment="Due date; overdue from the day after."
        ),
        sa.Column("tax_on", LocalDate, nullable=False, comment="Tax date; its rate applies."),
        sa.Column(
            "currency", Word, nullable=False, comment="Currency of all its amounts (ISO 4217)."
        ),
        sa.Column("net_minor", Minor, nullable=False, comment="Sum without tax, in minor units."),
        sa.Column("tax_minor", Minor, nullable=False, comment="Tax, in minor units."),
        sa.Column("gross_minor", Minor, nullable=False, comment="Sum with tax, in minor units."),
        sa.Column(
            "buyer",
            Json,
            nullable=True,
            comment="Name, address and e-mail of the buyer as they were.",
        ),
        sa.Column(
            "seller",
            Json,
            nullable=False,
            comment="Name, address and tax id of the business as they were.",
        ),
        sa.ForeignKeyConstraint(["firing_id"], ["firing.id"], name="fk_invoice_firing_id"),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name="fk_invoice_subscriber_id"
        ),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscription.id"], name="fk_invoice_subscription_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_invoice"),
        sa.UniqueConstraint("series", "number", name="uq_invoice_series_number"),
        sa.UniqueConstraint(
            "subscription_id", "natural_key", name="uq_invoice_subscription_id_natural_key"
        ),
        comment="An issued invoice; it never changes.",
    )
    op.create_index("ix_invoice_firing", "invoice", ["firing_id"])
    op.create_index("ix_invoice_subscriber", "invoice", ["subscriber_id"])


def _job() -> None:
    op.create_table(
        "job",
        sa.Column(
            "id", Id, autoincrement=True, nullable=False, comment="The job; a smaller id is older."
        ),
        sa.Column("firing_id", Id, nullable=False, comment="The firing it belongs to."),
        sa.Column(
            "subscriber_id",
            Id,
            nullable=False,
            comment="For whom; money is in one lane per subscriber.",
        ),
        sa.Column("step", Word, nullable=False, comment="day/kind/name in the rule."),
        sa.Column("kind", Word, nullable=False, comment="The action kind."),
        sa.Column("job_class", Word, nullable=False, comment="books, money, delivery or message."),
        sa.Column(
            "state",
            Word,
            nullable=False,
            comment="blocked, ready, held, calling, unknown, done, failed, dead, skipped.",
        ),
        sa.Column("due_at", Instant, nullable=False, comment="Not before."),
        sa.Column("made_at", Instant, nullable=False, comment="When it was decided."),
        sa.Column("tries", sa.Integer(), nullable=False, comment="How often it was tried."),
        sa.Column(
            "fence",
            sa.Integer(),
            nullable=False,
            comment="Counts the claims; only the newest may write.",
        ),
        sa.Column(
            "lease_until",
            Instant,
            nullable=True,
            comment="A claim older than this has lost its worker.",
        ),
        sa.Column(
            "effect_key",
            Word,
            nullable=True,
            comment="The key the connector gets; the same for ever.",
        ),
        sa.Column("connector", Word, nullable=True, comment="The connector that acts."),
        sa.Column("note", Word, nullable=True, comment="Why it is in this state, for people."),
        sa.Column(
            "result",
            Word,
            nullable=True,
            comment="What became of it: the state of money, a reference.",
        ),
        sa.Column("ended_at", Instant, nullable=True, comment="When it reached an end."),
        sa.ForeignKeyConstraint(["firing_id"], ["firing.id"], name="fk_job_firing_id"),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscriber.id"], name="fk_job_subscriber_id"),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
        sa.UniqueConstraint("firing_id", "step", name="uq_job_firing_id_step"),
        comment="One action of a firing.",
    )
    op.create_index(
        "ix_job_lane",
        "job",
        ["subscriber_id", "id"],
        sqlite_where=sa.text(
            "job_class = 'money' AND state IN ('blocked', 'ready', 'held', 'calling', 'unknown')"
        ),
        postgresql_where=sa.text(
            "job_class = 'money' AND state IN ('blocked', 'ready', 'held', 'calling', 'unknown')"
        ),
    )
    op.create_index(
        "ix_job_out",
        "job",
        ["lease_until"],
        sqlite_where=sa.text("state IN ('calling', 'unknown')"),
        postgresql_where=sa.text("state IN ('calling', 'unknown')"),
    )
    op.create_index(
        "ix_job_ready",
        "job",
        ["job_class", "due_at", "id"],
        sqlite_where=sa.text("state = 'ready'"),
        postgresql_where=sa.text("state = 'ready'"),
    )
    op.create_index(
        "uq_job_lane_out",
        "job",
        ["subscriber_id"],
        unique=True,
        sqlite_where=sa.text("job_class = 'money' AND state IN ('calling', 'unknown')"),
        postgresql_where=sa.text("job_class = 'money' AND state IN ('calling', 'unknown')"),
    )


def _offer() -> None:
    op.create_table(
        "offer",
        sa.Column("id", Id, autoincrement=True, nullable=False, comment="The offer."),
        sa.Column("subscriber_id", Id, nullable=False, comment="Who may take it."),
        sa.Column("subscription_id", Id, nullable=True, comment="What it would change."),
        sa.Column("firing_id", Id, nullable=False, comment="The firing that made it."),
        sa.Column(
            "step",
            Word,
            nullable=False,
            comment="The step of the rule that made it; a timeline may make several.",
        ),
        sa.Column("status", Word, nullable=False, comment="shown or expired."),
        sa.Column(
            "gives", Json, nullable=False, comment="What accepting does: plan, discount, for."
        ),
        sa.Column("shown_at", Instant, nullable=False, comment="When it was made."),
        sa.Column(
            "expires_at",
            Instant,
            nullable=False,
            comment="First instant at which it can no longer be taken.",
        ),
        sa.ForeignKeyConstraint(["firing_id"], ["firing.id"], name="fk_offer_firing_id"),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name="fk_offer_subscriber_id"
        ),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscription.id"], name="fk_offer_subscription_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_offer"),
        sa.UniqueConstraint("firing_id", "step", name="uq_offer_firing_id_step"),
        comment="Something better, offered to one subscriber for some days.",
    )
    op.create_index(
        "ix_offer_open",
        "offer",
        ["expires_at"],
        sqlite_where=sa.text("status = 'shown'"),
        postgresql_where=sa.text("status = 'shown'"),
    )
    op.create_index("ix_offer_subscriber", "offer", ["subscriber_id"])


def _subscription_change() -> None:
    op.create_table(
        "subscription_change",
        sa.Column(
            "id",
            Id,
            autoincrement=True,
            nullable=False,
            comment="The change; the key of what rules do about it.",
        ),
        sa.Column("subscription_id", Id, nullable=False, comment="What changed."),
        sa.Column("subscriber_id", Id, nullable=False, comment="The payer."),
        sa.Column(
            "kind",
            Word,
            nullable=False,
            comment="started, paused, resumed, ended or cancellation_requested.",
        ),
        sa.Column("effective_on", LocalDate, nullable=False, comment="Local day it takes effect."),
        sa.Column("at", Instant, nullable=False, comment="When it was recorded."),
        sa.Column("actor", Word, nullable=False, comment="Who: rule:ID, import or cli."),
        sa.Column("reason", Word, nullable=True, comment="Why."),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name="fk_subscription_change_subscriber_id"
        ),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscription.id"], name="fk_subscription_change_subscription_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_subscription_change"),
        comment="Every change of a subscription's state, in order.",
    )
    op.create_index(
        "ix_subscription_change_subscription", "subscription_change", ["subscription_id"]
    )


def _subscription_line() -> None:
    op.create_table(
        "subscription_line",
        sa.Column("id", Id, autoincrement=True, nullable=False, comment="The line."),
        sa.Column("subscription_id", Id, nullable=False, comment="The subscription it belongs to."),
        sa.Column(
            "line",
            Word,
            nullable=False,
            comment="Name of the line; base is the plan's recurring price.",
        ),
        sa.Column("price", Word, nullable=False, comment="The price's name in catalog.yaml."),
        sa.Column("quantity", sa.Integer(), nullable=False, comment="How many."),
        sa.Column(
            "amount_minor",
            Minor,
            nullable=False,
            comment="Price of one for a cycle, in minor units.",
        ),
        sa.Column("currency", Word, nullable=False, comment="Currency of the amount (ISO 4217)."),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscription.id"], name="fk_subscription_line_subscription_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_subscription_line"),
        sa.UniqueConstraint(
            "subscription_id", "line", name="uq_subscription_line_subscription_id_line"
        ),
        comment="What one pays for on a subscription, at the price agreed.",
    )


def _call() -> None:
    op.create_table(
        "call",
        sa.Column("id", Id, autoincrement=True, nullable=False, comment="The call."),
        sa.Column("job_id", Id, nullable=False, comment="The job it tries."),
        sa.Column(
            "number", sa.Integer(), nullable=False, comment="Counts the calls of a job from 1."
        ),
        sa.Column("fence", sa.Integer(), nullable=False, comment="The claim it belongs to."),
        sa.Column(
            "request",
            Json,
            nullable=False,
            comment="What will be asked, by rows: saved before the first try.",
        ),
        sa.Column("started_at", Instant, nullable=False, comment="When it was claimed."),
        sa.Column(
            "ended_at",
            Instant,
            nullable=True,
            comment="When the answer was stored; empty: none came.",
        ),
        sa.Column("outcome", Word, nullable=True, comment="done, retry, failed, unknown or late."),
        sa.Column(
            "reference", Word, nullable=True, comment="The other side's name for the effect."
        ),
        sa.Column("note", Word, nullable=True, comment="The other side's sentence."),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name="fk_call_job_id"),
        sa.PrimaryKeyConstraint("id", name="pk_call"),
        sa.UniqueConstraint("job_id", "number", name="uq_call_job_id_number"),
        comment="One try of a job at the outside world.",
    )


def _event() -> None:
    op.create_table(
        "event",
        sa.Column("id", Id, autoincrement=True, nullable=False, comment="The event."),
        sa.Column("kind", Word, nullable=False, comment="What happened, such as payment_failed."),
        sa.Column("subscriber_id", Id, nullable=False, comment="To whom."),
        sa.Column("subscription_id", Id, nullable=True, comment="To which subscription."),
        sa.Column("invoice_id", Id, nullable=True, comment="To which invoice."),
        sa.Column(
            "reference_id",
            Id,
            nullable=True,
            comment="The row it tells of: an attempt, a change, an offer.",
        ),
        sa.Column("natural_key", Word, nullable=False, comment="What makes it one of its kind."),
        sa.Column("dedupe", Word, nullable=False, comment="Stored once per value."),
        sa.Column("at", Instant, nullable=False, comment="When duly learnt of it."),
        sa.Column(
            "local_on", LocalDate, nullable=False, comment="Local day of the subscriber then."
        ),
        sa.Column(
            "origin", Word, nullable=False, comment="own, or import: no rule sees imported history."
        ),
        sa.Column("actor", Word, nullable=False, comment="Who: rule:ID, import, gateway or cli."),
        sa.Column("facts", Json, nullable=False, comment="Ids and declared fields only."),
        sa.Column("tick", sa.Integer(), nullable=True, comment="Tick that saw it; empty: pending."),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name="fk_event_invoice_id"),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name="fk_event_subscriber_id"
        ),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscription.id"], name="fk_event_subscription_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
        sa.UniqueConstraint("dedupe", name="uq_event_dedupe"),
        comment="Something that happened; never changed.",
    )
    op.create_index(
        "ix_event_pending",
        "event",
        ["id"],
        sqlite_where=sa.text("tick IS NULL"),
        postgresql_where=sa.text("tick IS NULL"),
    )
    op.create_index("ix_event_subscriber", "event", ["subscriber_id", "kind"])
    op.create_index("ix_event_tick_kind", "event", ["tick", "kind"])


def _invoice_line() -> None:
    op.create_table(
        "invoice_line",
        sa.Column("id", Id, autoincrement=True, nullable=False, comment="The line."),
        sa.Column("invoice_id", Id, nullable=False, comment="The invoice it is on."),
        sa.Column("cycle_id", Id, nullable=True, comment="The cycle it charges for."),
        sa.Column("subscription_line_id", Id, nullable=True, comment="What it charges for."),
        sa.Column("text", Word, nullable=False, comment="What the buyer reads."),
        sa.Column("quantity", sa.Integer(), nullable=False, comment="How many."),
        sa.Column(
            "unit_minor",
            Minor,
            nullable=False,
            comment="Price of one, tax included, in minor units.",
        ),
        sa.Column("net_minor", Minor, nullable=False, comment="Without tax, in minor units."),
        sa.Column("tax_minor", Minor, nullable=False, comment="Tax, in minor units."),
        sa.Column("gross_minor", Minor, nullable=False, comment="With tax, in minor units."),
        sa.Column("tax_class", Word, nullable=False, comment="The tax's name in catalog.yaml."),
        sa.Column(
            "tax_rate_bp",
            sa.Integer(),
            nullable=False,
            comment="Rate in hundredths of a percent: 2100 is 21 %.",
        ),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name="fk_invoice_line_cycle_id"),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name="fk_invoice_line_invoice_id"),
        sa.ForeignKeyConstraint(
            ["subscription_line_id"],
            ["subscription_line.id"],
            name="fk_invoice_line_subscription_line_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_invoice_line"),
        sa.UniqueConstraint(
            "cycle_id", "subscription_line_id", name="uq_invoice_line_cycle_id_subscription_line_id"
        ),
        comment="One line of an invoice; a cycle's line is billed once.",
    )
    op.create_index("ix_invoice_line_invoice", "invoice_line", ["invoice_id"])


def _message() -> None:
    op.create_table(
        "message",
        sa.Column("id", Id, autoincrement=True, nullable=False, comment="The message."),
        sa.Column("subscriber_id", Id, nullable=False, comment="To whom."),
        sa.Column("job_id", Id, nullable=False, comment="The job that sends it."),
        sa.Column("channel", Word, nullable=False, comment="email, sms or push."),
        sa.Column(
            "name", Word, nullable=False, comment="The message's file in messages/, without ending."
        ),
        sa.Column("language", Word, nullable=False, comment="Language it was written in."),
        sa.Column(
            "message_class", Word, nullable=False, comment="transactional, service or marketing."
        ),
        sa.Column("status", Word, nullable=False, comment="written, sent or failed."),
        sa.Column("address", Word, nullable=True, comment="Where to."),
        sa.Column("subject", Word, nullable=True, comment="Subject, if it has one."),
        sa.Column("text", Word, nullable=True, comment="The plain text."),
        sa.Column("html", Word, nullable=True, comment="The page, for e-mail."),
        sa.Column("sent_at", Instant, nullable=True, comment="When it was handed over."),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name="fk_message_job_id"),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name="fk_message_subscriber_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.UniqueConstraint("job_id", "channel", name="uq_message_job_id_channel"),
        comment="A message as it was written.",
    )
    op.create_index("ix_message_subscriber", "message", ["subscriber_id"])


def _parcel() -> None:
    op.create_table(
        "parcel",
        sa.Column("id", Id, autoincrement=True, nullable=False, comment="The parcel."),
        sa.Column("subscriber_id", Id, nullable=False, comment="The payer."),
        sa.Column("subscription_id", Id, nullable=False, comment="What it belongs to."),
        sa.Column("cycle_id", Id, nullable=True, comment="The cycle it is the parcel of."),
        sa.Column("firing_id", Id, nullable=False, comment="The firing that sent it."),
        sa.Column(
            "number",
            sa.Integer(),
            nullable=False,
            comment="Counts the parcels of a subscription from 1.",
        ),
        sa.Column("status", Word, nullable=False, comment="packing, sent, or failed."),
        sa.Column("items", Json, nullable=False, comment="What is in it: product, name, count."),
        sa.Column("receiver", Word, nullable=True, comment="Who gets it."),
        sa.Column(
            "address",
            Json,
            nullable=True,
            comment="Where to: street, city, region, postcode, country.",
        ),
        sa.Column("tracking", Word, nullable=True, comment="The carrier's number."),
        sa.Column("reference", Word, nullable=True, comment="The carrier's name for it."),
        sa.Column("sent_on", LocalDate, nullable=True, comment="Local day it was handed over."),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name="fk_parcel_cycle_id"),
        sa.ForeignKeyConstraint(["firing_id"], ["firing.id"], name="fk_parcel_firing_id"),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name="fk_parcel_subscriber_id"
        ),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscription.id"], name="fk_parcel_subscription_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_parcel"),
        sa.UniqueConstraint("subscription_id", "number", name="uq_parcel_subscription_id_number"),
        comment="A parcel for one cycle.",
    )
    op.create_index("ix_parcel_subscription", "parcel", ["subscription_id"])
    op.create_index(
        "uq_parcel_cycle",
        "parcel",
        ["cycle_id"],
        unique=True,
        sqlite_where=sa.text("status != 'failed'"),
        postgresql_where=sa.text("status != 'failed'"),
    )


def _payment_attempt() -> None:
    op.create_table(
        "payment_attempt",
        sa.Column("id", Id, autoincrement=True, nullable=False, comment="The attempt."),
        sa.Column("subscriber_id", Id, nullable=False, comment="Who pays."),
        sa.Column("invoice_id", Id, nullable=False, comment="What is paid."),
        sa.Column("payment_method_id", Id, nullable=False, comment="With what."),
        sa.Column(
            "number",
            sa.Integer(),
            nullable=False,
            comment="Counts the attempts at one invoice from 1.",
        ),
        sa.Column(
            "effect_key", Word, nullable=False, comment="The key the gateway gets; never changes."
        ),
        sa.Column(
            "state",
            Word,
            nullable=False,
            comment="created, pending, unknown, succeeded, failed or returned.",
        ),
        sa.Column(
            "amount_minor", Minor, nullable=False, comment="Amount asked for, in minor units."
        ),
        sa.Column("currency", Word, nullable=False, comment="Currency of the amount (ISO 4217)."),
        sa.Column(
            "failure",
            Word,
            nullable=True,
            comment="Class of the refusal: soft, hard, action_needed and so on.",
        ),
        sa.Column("reason", Word, nullable=True, comment="The gateway's sentence."),
        sa.Column("reference", Word, nullable=True, comment="The gateway's name for it."),
        sa.Column("started_at", Instant, nullable=False, comment="When it was first tried."),
        sa.Column("settled_at", Instant, nullable=True, comment="When its state was last learnt."),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoice.id"], name="fk_payment_attempt_invoice_id"
        ),
        sa.ForeignKeyConstraint(
            ["payment_method_id"],
            ["payment_method.id"],
            name="fk_payment_attempt_payment_method_id",
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name="fk_payment_attempt_subscriber_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_payment_attempt"),
        sa.UniqueConstraint("effect_key", name="uq_payment_attempt_effect_key"),
        sa.UniqueConstraint("invoice_id", "number", name="uq_payment_attempt_invoice_id_number"),
        comment="One try to collect one invoice.",
    )
    op.create_index("ix_payment_attempt_subscriber", "payment_attempt", ["subscriber_id"])
    op.create_index(
        "uq_payment_attempt_open",
        "payment_attempt",
        ["invoice_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('created', 'pending', 'unknown')"),
        postgresql_where=sa.text("state IN ('created', 'pending', 'unknown')"),
    )


def _allocation() -> None:
    op.create_table(
        "allocation",
        sa.Column("id", Id, autoincrement=True, nullable=False, comment="The allocation."),
        sa.Column("subscriber_id", Id, nullable=False, comment="Whose money."),
        sa.Column("invoice_id", Id, nullable=False, comment="The invoice it goes to."),
        sa.Column("payment_attempt_id", Id, nullable=False, comment="The attempt that brought it."),
        sa.Column("kind", Word, nullable=False, comment="payment, or return of one (negative)."),
        sa.Column("amount_minor", Minor, nullable=False, comment="Amount in minor units."),
        sa.Column("currency", Word, nullable=False, comment="Currency of the amount (ISO 4217)."),
        sa.Column("at", Instant, nullable=False, comment="When it was recorded."),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name="fk_allocation_invoice_id"),
        sa.ForeignKeyConstraint(
            ["payment_attempt_id"], ["payment_attempt.id"], name="fk_allocation_payment_attempt_id"
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name="fk_allocation_subscriber_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_allocation"),
        sa.UniqueConstraint(
            "payment_attempt_id", "kind", name="uq_allocation_payment_attempt_id_kind"
        ),
        comment="Money laid to an invoice; open = gross - allocations.",
    )
    op.create_index("ix_allocation_invoice", "allocation", ["invoice_id"])
    op.create_index("ix_allocation_subscriber", "allocation", ["subscriber_id"])
