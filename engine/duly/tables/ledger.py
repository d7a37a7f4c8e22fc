"""Tables of the engine: events, rules, firings, jobs, calls, segments, holds, ticks."""

from sqlalchemy import Boolean, Index, Integer, Table, UniqueConstraint

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
from duly.tables.types import Id, Instant, Json, LocalDate, Word

installation = Table(
    "installation",
    METADATA,
    identity("Always 1."),
    held("name", Word, "The installation id: part of every key, copied with a backup."),
    held("environment", Word, "test or live."),
    held("made_at", Instant, "When the database was made or re-keyed."),
    comment="Which installation this database belongs to; one row.",
)

ruleset = Table(
    "ruleset",
    METADATA,
    identity("Counts what was applied; the highest is live."),
    held("digest", Word, "Digest of the source text."),
    held("source", Json, "File name to text: rules, catalogue, messages, settings."),
    held("applied_at", Instant, "When it went live."),
    held("actor", Word, "Who applied it."),
    comment="The live rules and all that were live before.",
)

rule = Table(
    "rule",
    METADATA,
    identity("The rule."),
    held("name", Word, "Its id in the rule file."),
    held("about", Word, "What its firings are about: subscriber, subscription or invoice."),
    held("since_at", Instant, "When it was first applied; nothing older starts it."),
    held("tick", Integer, "Watermark: stamps up to this tick were looked at."),
    held("looked_until", Instant, "Watermark: moments up to this instant were looked at."),
    UniqueConstraint("name"),
    comment="How far each rule has looked.",
)

tick = Table(
    "tick",
    METADATA,
    identity("The tick's number."),
    held("at", Instant, "The instant it looked at."),
    held("kinds", Json, "Kinds of what it stamped."),
    optional("finished_at", Instant, "When its last rule was recorded; empty: interrupted."),
    comment="Each look of the engine at the world.",
)

event = Table(
    "event",
    METADATA,
    identity("The event."),
    held("kind", Word, "What happened, such as payment_failed."),
    points("subscriber_id", "subscriber", "To whom."),
    points("subscription_id", "subscription", "To which subscription.", required=False),
    points("invoice_id", "invoice", "To which invoice.", required=False),
    optional("reference_id", Id, "The row it tells of: an attempt, a change, an offer."),
    held("natural_key", Word, "What makes it one of its kind."),
    held("dedupe", Word, "Stored once per value."),
    held("at", Instant, "When duly learnt of it."),
    held("local_on", LocalDate, "Local day of the subscriber then."),
    held("origin", Word, "own, or import: no rule sees imported history."),
    held("actor", Word, "Who: rule:ID, import, gateway or cli."),
    held("facts", Json, "Ids and declared fields only."),
    optional("tick", Integer, "Tick that saw it; empty: pending."),
    UniqueConstraint("dedupe"),
    comment="Something that happened; never changed.",
)
Index("ix_event_tick_kind", event.c.tick, event.c.kind)
Index("ix_event_subscriber", event.c.subscriber_id, event.c.kind)
partial_index("ix_event_pending", event.c.id, where="tick IS NULL")

firing = Table(
    "firing",
    METADATA,
    identity("The firing."),
    points("rule_id", "rule", "The rule that took hold."),
    held("subject_id", Id, "The row the rule is about."),
    points("subscriber_id", "subscriber", "For whom."),
    held("key", Word, "The occurrence key under once_per."),
    held("trigger", Word, "The trigger kind."),
    held("natural_key", Word, "The trigger's own key of the happening."),
    held("at", Instant, "When it was due."),
    held("local_on", LocalDate, "Local day it was due."),
    held("zone", Word, "Zone it is counted in."),
    optional("reference_id", Id, "The row that brought it: a cycle, an event, a membership."),
    held("started_at", Instant, "The tick that recorded it; hours of a timeline count from here."),
    optional("started_on", LocalDate, "Local day of the start, if the rule has a timeline."),
    points("tick_id", "tick", "The tick that recorded it."),
    points("ruleset_id", "ruleset", "The rules it was decided by."),
    held("letters", Word, "One letter per condition: y, n or u."),
    optional("facts", Json, "Values of the fields that the rule names."),
    held("late", Boolean, "Whether it was decided more than an hour after it was due."),
    optional("stalled_at", Instant, "Since when a day of its timeline waits for the day before."),
    optional("ended", Word, "finished, stopped, failed or rule_removed; empty: days are to come."),
    optional("stopped_by", Id, "The event that stopped it."),
    UniqueConstraint("rule_id", "subject_id", "key"),
    comment="A rule took hold for a subject; once per occurrence.",
)
partial_index(
    "ix_firing_open_started",
    firing.c.rule_id,
    firing.c.zone,
    firing.c.started_on,
    where="ended IS NULL",
)
partial_index(
    "ix_firing_open_subject", firing.c.rule_id, firing.c.subject_id, where="ended IS NULL"
)
partial_index(
    "ix_firing_open_subscriber", firing.c.subscriber_id, firing.c.rule_id, where="ended IS NULL"
)
partial_index("ix_firing_stalled", firing.c.rule_id, where="stalled_at IS NOT NULL")

near_miss = Table(
    "near_miss",
    METADATA,
    named("rule_id", Id, "The rule that did not take hold."),
    named("subject_id", Id, "The row the rule is about."),
    named("trigger", Word, "The trigger kind."),
    named("natural_key", Word, "The trigger's own key of the happening."),
    points("subscriber_id", "subscriber", "For whom."),
    held("at", Instant, "When it was due."),
    held("local_on", LocalDate, "Local day it was due."),
    held("reason", Word, "condition, too_late."),
    held("tick_id", Id, "The tick that decided."),
    held("ruleset_id", Id, "The rules it was decided by."),
    held("letters", Word, "One letter per condition: y, n or u."),
    optional("facts", Json, "Values of the fields that the rule names."),
    sqlite_with_rowid=False,
    comment="The trigger happened and the rule did not take hold; once per happening.",
)

job = Table(
    "job",
    METADATA,
    identity("The job; a smaller id is older."),
    points("firing_id", "firing", "The firing it belongs to."),
    points("subscriber_id", "subscriber", "For whom; money is in one lane per subscriber."),
    held("step", Word, "day/kind/name in the rule."),
    held("kind", Word, "The action kind."),
    held("job_class", Word, "books, money, delivery or message."),
    held("state", Word, "blocked, ready, held, calling, unknown, done, failed, dead, skipped."),
    held("due_at", Instant, "Not before."),
    held("made_at", Instant, "When it was decided."),
    held("tries", Integer, "How often it was tried."),
    held("fence", Integer, "Counts the claims; only the newest may write."),
    optional("lease_until", Instant, "A claim older than this has lost its worker."),
    optional("effect_key", Word, "The key the connector gets; the same for ever."),
    optional("connector", Word, "The connector that acts."),
    optional("note", Word, "Why it is in this state, for people."),
    optional("result", Word, "What became of it: the state of money, a reference."),
    optional("ended_at", Instant, "When it reached an end."),
    UniqueConstraint("firing_id", "step"),
    comment="One action of a firing.",
)
_MONEY_OPEN = "job_class = 'money' AND state IN ('blocked', 'ready', 'held', 'calling', 'unknown')"
_MONEY_OUT = "job_class = 'money' AND state IN ('calling', 'unknown')"
_OUT = "state IN ('calling', 'unknown')"
partial_index("ix_job_ready", job.c.job_class, job.c.due_at, job.c.id, where="state = 'ready'")
partial_index("ix_job_lane", job.c.subscriber_id, job.c.id, where=_MONEY_OPEN)
partial_index("uq_job_lane_out", job.c.subscriber_id, where=_MONEY_OUT, unique=True)
partial_index("ix_job_out", job.c.lease_until, where=_OUT)

call = Table(
    "call",
    METADATA,
    identity("The call."),
    points("job_id", "job", "The job it tries."),
    held("number", Integer, "Counts the calls of a job from 1."),
    held("fence", Integer, "The claim it belongs to."),
    held("request", Json, "What will be asked, by rows: saved before the first try."),
    held("started_at", Instant, "When it was claimed."),
    optional("ended_at", Instant, "When the answer was stored; empty: none came."),
    optional("outcome", Word, "done, retry, failed, unknown or late."),
    optional("reference", Word, "The other side's name for the effect."),
    optional("note", Word, "The other side's sentence."),
    UniqueConstraint("job_id", "number"),
    comment="One try of a job at the outside world.",
)

message = Table(
    "message",
    METADATA,
    identity("The message."),
    points("subscriber_id", "subscriber", "To whom."),
    points("job_id", "job", "The job that sends it."),
    held("channel", Word, "email, sms or push."),
    held("name", Word, "The message's file in messages/, without ending."),
    held("language", Word, "Language it was written in."),
    held("message_class", Word, "transactional, service or marketing."),
    held("status", Word, "written, sent or failed."),
    personal("address", Word, "Where to."),
    personal("subject", Word, "Subject, if it has one."),
    personal("text", Word, "The plain text."),
    personal("html", Word, "The page, for e-mail."),
    optional("sent_at", Instant, "When it was handed over."),
    UniqueConstraint("job_id", "channel"),
    comment="A message as it was written.",
)
Index("ix_message_subscriber", message.c.subscriber_id)

segment = Table(
    "segment",
    METADATA,
    identity("The segment."),
    held("name", Word, "Its id in the rule file."),
    held("digest", Word, "Digest of its text; a new text fills it silently."),
    held("tick", Integer, "Watermark: stamps up to this tick were looked at."),
    held("looked_until", Instant, "Watermark: local midnights up to this instant were looked at."),
    UniqueConstraint("name"),
    comment="How far each segment has looked.",
)

segment_member = Table(
    "segment_member",
    METADATA,
    identity("The entering; the key of what rules do about it."),
    points("segment_id", "segment", "The segment."),
    held("subject_id", Id, "The subscriber or subscription that is in it."),
    points("subscriber_id", "subscriber", "For whom."),
    held("zone", Word, "The subscriber's zone at the entering."),
    held("entered_at", Instant, "The tick that saw it enter."),
    held("silent", Boolean, "Whether it was there when the segment was first looked at."),
    optional("left_at", Instant, "The tick that saw it leave; empty: still in."),
    comment="Who is, and was, in a segment.",
)
_IN = "left_at IS NULL"
partial_index(
    "uq_segment_member_in",
    segment_member.c.segment_id,
    segment_member.c.subject_id,
    where=_IN,
    unique=True,
)
Index("ix_segment_member_entered", segment_member.c.segment_id, segment_member.c.entered_at)
Index("ix_segment_member_subscriber", segment_member.c.subscriber_id, segment_member.c.segment_id)

hold = Table(
    "hold",
    METADATA,
    identity("The hold."),
    held("what", Word, "rule, connector, subscriber, class or everything."),
    held("name", Word, "Which one; empty for everything."),
    held("reason", Word, "Why, for people."),
    held("placed_at", Instant, "Since when."),
    held("actor", Word, "Who placed it."),
    optional("released_at", Instant, "When it was released; empty: still on."),
    optional("released_by", Word, "Who released it."),
    comment="What may not act now.",
)

connector_state = Table(
    "connector_state",
    METADATA,
    named("connector", Word, "Name of the connector in duly.yaml."),
    held("cursor", Word, "Where reading its news goes on."),
    comment="What is remembered of each connector.",
)

audit = Table(
    "audit",
    METADATA,
    identity("The entry."),
    held("at", Instant, "When."),
    held("actor", Word, "Who: rule:ID, import or cli."),
    held("what", Word, "What was done, in words."),
    optional("row_table", Word, "The table of the row it was done to."),
    optional("row_id", Id, "The row it was done to."),
    held("facts", Json, "Old and new values; of personal fields the names only."),
    comment="Who changed what.",
)
