"""Shapes of a small rule language, for the tests of the reader."""

from duly.shape.form import (
    Choice,
    Fields,
    Free,
    ListOf,
    MapOf,
    OneOrMany,
    Reference,
    Shared,
    Word,
    WordOr,
)
from duly.shape.scalars import (
    day,
    duration,
    money,
    name,
    number,
    percent,
    text,
    time_of_day,
    time_range,
    whole_number,
    yes_no,
)
from duly.values.duration import Unit

MESSAGE = Reference(
    title="Message",
    about="The message to send.",
    to="message",
    unknown="is not a message of this business",
    examples=("your-invoice",),
)
CHANNEL = Word(
    title="Channel",
    about="The way a message goes.",
    one_of=(("email", "By e-mail."), ("sms", "By text message."), ("push", "To the app.")),
    unknown="is not a way to send a message",
    not_yet=("letter",),
)
BY = Choice(
    title="By",
    about="One channel, several, or the first that works.",
    one=CHANNEL,
    many=ListOf(title="Channels", about="All of these channels.", item=CHANNEL, at_least=1),
    named=Fields(
        title="First of",
        about="The first channel that works.",
        required={
            "first_of": ListOf(title="First of", about="Channels in order.", item=CHANNEL),
        },
    ),
)
STEP = Fields(
    title="Step",
    about="One action.",
    optional={
        "notify": Fields(
            title="Notify",
            about="Send a message.",
            required={"message": MESSAGE},
            optional={"by": BY},
        ),
        "resume": Fields(title="Resume", about="Go on after a pause.", empty_ok=True),
        "invoice": Fields(
            title="Invoice",
            about="Make an invoice.",
            optional={
                "issue": Word(
                    title="Issue",
                    about="When it gets its number.",
                    one_of=(("now", "At once."),),
                    not_yet=("when_paid",),
                ),
                "due_in": duration("Due in", "Time to pay.", "5 days", units=(Unit.DAY,)),
            },
            not_yet=("series",),
            empty_ok=True,
        ),
        "credit": Fields(
            title="Credit",
            about="Give money back on account.",
            required={"amount": money("Amount", "How much.")},
        ),
    },
    unknown="is not something a rule can do",
    count="one",
)
STEPS = Shared(
    name="steps",
    shape=ListOf(title="Do", about="Actions in order.", item=STEP, at_least=1),
)
DAYS = (Unit.DAY, Unit.WEEK)
WHEN = Fields(
    title="When",
    about="Any of these.",
    optional={
        "cycle_due": Fields(
            title="Cycle due",
            about="A new cycle starts.",
            optional={
                "final": yes_no("Final", "Only the last one, or never."),
                "at": time_of_day("At", "The time of day."),
            },
            empty_ok=True,
        ),
        "expiry_approaching": OneOrMany(
            title="Expiry approaching",
            about="A term ends soon.",
            item=Fields(
                title="Expiry approaching",
                about="A term ends soon.",
                required={
                    "before": OneOrMany(
                        title="Before",
                        about="How long before.",
                        item=duration("Before", "How long before.", "14 days", units=DAYS),
                    ),
                },
            ),
        ),
    },
    unknown="is not something a rule can wait for",
    not_yet=("field_changes",),
    count="some",
)
RULE = Fields(
    title="Rule",
    about="When something happens, do something.",
    required={"when": WHEN},
    optional={
        "about": text("About", "One sentence for people.", "Send the invoice."),
        "only_if": Free(
            title="Only if",
            about="Conditions, all of them.",
            example="subscription.status: active",
            editor={"$ref": "#/definitions/condition"},
            forms=("names",),
        ),
        "do": STEPS,
        "timeline": ListOf(
            title="Timeline",
            about="What happens on which day.",
            item=Fields(
                title="Day",
                about="One day.",
                required={"day": whole_number("Day", "Days since the start.", "3"), "do": STEPS},
            ),
        ),
        "once_per": WordOr(
            title="Once per",
            about="How often at most.",
            word=Word(
                title="Once per",
                about="How often at most.",
                one_of=(("cycle", "Once a cycle."), ("ever", "Once in a life.")),
                unknown="is not something a rule can be limited by",
            ),
            other=duration("Once per", "A length of time.", "90 days", units=DAYS),
        ),
        "send_between": time_range("Send between", "Hours for messages."),
        "active_from": day("Active from", "The first day."),
        "hold_out": percent("Hold out", "Share that gets nothing.", "10%"),
        "enabled": yes_no("Enabled", "Whether it runs."),
        "weight": number("Weight", "What it counts.", "1.5"),
    },
    unknown="is not something a rule has",
)
RULES = Fields(
    title="Rules",
    about="The rules of a business.",
    required={
        "rules": MapOf(
            title="Rules",
            about="Each under a name of its own.",
            key=name("Rule", "The id of a rule."),
            value=RULE,
        ),
    },
    unknown="is not known at the top of a rule file",
)

GOOD = """\
# Rules of a small shop.
rules:
  invoice-each-cycle:
    about: "Send the invoice: the day a cycle starts."
    when:
      cycle_due: {final: no, at: 09:00}
    only_if:
      subscription.status: [active, paused]
      any_of:
        - country: {not: [RO, DE]}
        - app.score: {at_least: 3}
    do:
      - invoice:
      - notify: {message: your-invoice, by: {first_of: [sms, email]}}
      - credit: {amount: 5.00 EUR}
    once_per: cycle
    send_between: 09:00-20:00

  010:
    when: {expiry_approaching: [{before: 14 days}, {before: [1 week, 3 days]}]}
    timeline:
      - day: 0
        do: [{notify: {message: '1984', by: [email, push]}}]
      - day: 3
        do:
          - resume:
    once_per: 90 days
    active_from: 2026-09-01
    hold_out: 10%
    enabled: off
    weight: 1.5
"""
