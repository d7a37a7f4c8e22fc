"""What may be written in the files of rules/, composed from the kinds."""

import re
from functools import cache

from duly.action import Action
from duly.errors import InputError
from duly.language.kinds import (
    PLANNED_ACTIONS,
    PLANNED_TRIGGERS,
    action_kinds,
    trigger_kinds,
)
from duly.shape.form import Fields, Free, ListOf, MapOf, OneOrMany, Scalar, Shared, Word, WordOr
from duly.shape.scalars import day, duration, name, text, whole_number, yes_no
from duly.trigger import Catch, CatchUp, Trigger
from duly.values.duration import CALENDAR_UNITS, Unit, parse_duration

MAX_DAY = 3650
MAX_HOURS = 48
MAX_AT_ONCE = 1000
_EACH = re.compile(r"each(?:,\s*up\s+to\s+([0-9]{1,4}))?")
_LATEST = re.compile(r"latest(?:\s+within\s+(.+))?")


def parse_catch_up(written: str) -> CatchUp:
    """Read what happens to what an outage delayed: ``each, up to 12``, ``latest``, ``skip``."""
    each, latest = _EACH.fullmatch(written), _LATEST.fullmatch(written)
    if each and 1 <= int(each[1] or 1) <= MAX_AT_ONCE:
        return CatchUp(Catch.EACH, up_to=int(each[1] or 0))
    if latest:
        units = (Unit.HOUR, Unit.DAY, Unit.WEEK)
        within = parse_duration(latest[1], units).as_timedelta() if latest[1] else None
        return CatchUp(Catch.LATEST, within_s=int(within.total_seconds()) if within else 0)
    if written == "skip":
        return CatchUp(Catch.SKIP)
    raise InputError(
        f'"{written}" says nothing about what an outage delayed; write one of: each, '
        "each, up to 12, latest, latest within 1 day, skip"
    )


def parse_hours(written: str) -> object:
    """Read a length of at most two days, in hours."""
    length = parse_duration(written, (Unit.HOUR,))
    if length.count > MAX_HOURS:
        raise InputError(f'"{written}" is too long; write a day instead, such as "day: 3"')
    return length


CONDITIONS = Free(
    title="Only if",
    about="Conditions; all of them have to be true.",
    example="subscription.status: active",
    editor={"$ref": "#/definitions/condition"},
    forms=("names",),
)


@cache
def steps_shape() -> Shared:
    """Return the shape of a list of actions."""
    return Shared(
        name="steps",
        shape=ListOf(
            title="Do",
            about="Actions, in order.",
            item=Fields(
                title="Action",
                about="One action.",
                optional={kind.name: kind.shape for kind in _actions()},
                unknown="is not something a rule can do",
                not_yet=PLANNED_ACTIONS,
                count="one",
            ),
            at_least=1,
        ),
    )


def _actions() -> list[type[Action]]:
    """Return the action kinds; examples begin with the ones that most rules need."""
    kinds = action_kinds()
    first = [kinds[name] for name in ("notify", "invoice", "charge")]
    return [*first, *(kind for kind in kinds.values() if kind not in first)]


@cache
def rules_shape() -> Fields:
    """Return the shape of a file of rules."""
    return Fields(
        title="Rules",
        about="What happens by itself in your business.",
        optional={
            "rules": MapOf(
                title="Rules",
                about="Each rule under a name of its own; its history hangs on the name.",
                key=name("Rule", "The name of a rule.", "welcome-back"),
                value=_rule(),
                empty_ok=True,
            ),
            "segments": MapOf(
                title="Segments",
                about="Sets of subscribers or subscriptions that rules can name.",
                key=name("Segment", "The name of a segment.", "nearly-full"),
                value=_segment(),
                empty_ok=True,
            ),
        },
        unknown="is not known at the top of a file of rules",
        not_yet=("defaults",),
        empty_ok=True,
    )


def _rule() -> Fields:
    return Fields(
        title="Rule",
        about="When something happens, only if conditions hold, do something.",
        required={"when": _when()},
        optional={
            "about": text("About", "One sentence for people.", "Say hello to somebody new."),
            "only_if": CONDITIONS,
            "do": steps_shape(),
            "timeline": _timeline(),
            "stop_when": _stop_when(),
            "once_per": _once_per(),
            "catch_up": _catch_up(),
            "active_from": day("Active from", "The first day of the business it counts."),
            "active_until": day("Active until", "The last day of the business it counts."),
            "enabled": yes_no("Enabled", "Whether the rule is switched on.", "no"),
        },
        unknown="is not something a rule has",
        not_yet=(
            "send_between",
            "no_more_than",
            "at_most",
            "importance",
            "hold_out",
            "renamed_from",
            "use",
            "with",
        ),
    )


def _when() -> Fields:
    return Fields(
        title="When",
        about="What starts the rule: any of these.",
        optional={kind.name: _repeatable(kind) for kind in trigger_kinds().values()},
        unknown="is not something a rule can wait for",
        not_yet=PLANNED_TRIGGERS,
        count="some",
    )


def _repeatable(kind: type[Trigger]) -> OneOrMany:
    return OneOrMany(title=kind.shape.title, about=kind.shape.about, item=kind.shape)


def _stop_when() -> Fields:
    """Only events stop a rule, and as yet whatever their parameters would say."""
    return Fields(
        title="Stop when",
        about="What ends the rule for somebody before its last day: any of these.",
        optional={
            kind.name: Fields(
                title=kind.shape.title,
                about=kind.shape.about,
                unknown="is not known here",
                not_yet=tuple(kind.shape.shapes),
                empty_ok=True,
            )
            for kind in trigger_kinds().values()
            if kind.is_event
        },
        unknown="is not something that can stop a rule",
        not_yet=PLANNED_TRIGGERS,
        count="some",
    )


def _timeline() -> ListOf:
    return ListOf(
        title="Timeline",
        about="What is done on which day, in order; days count from the start.",
        item=Fields(
            title="Day",
            about="One day, or some hours after the start.",
            required={"do": steps_shape()},
            optional={
                "day": whole_number(
                    "Day", "Days since the start; 0 is at once.", "3", at_most=MAX_DAY
                ),
                "after": Scalar(
                    title="After",
                    about="Hours since the start, at most 48.",
                    noun="a number of hours",
                    code="not-a-length",
                    parse=parse_hours,
                    examples=("2 hours",),
                    editor={"type": "string"},
                ),
                "only_if": CONDITIONS,
            },
            unknown="is not known in a timeline",
        ),
        at_least=1,
    )


def _once_per() -> WordOr:
    return WordOr(
        title="Once per",
        about="How often the rule takes hold of one subject at most.",
        word=Word(
            title="Once per",
            about="How often at most.",
            one_of=(
                ("occurrence", "Each time it happens."),
                ("cycle", "Once in each cycle."),
                ("invoice", "Once for each invoice."),
                ("calendar_year", "Once from January to December."),
                ("ever", "Once and never again."),
            ),
            unknown="is not something a rule can be limited by",
            not_yet=("year",),
        ),
        other=duration("Once per", "Not again for this long.", "90 days", units=CALENDAR_UNITS),
    )


def _catch_up() -> Scalar:
    return Scalar(
        title="Catch up",
        about="What becomes of what could not be done while duly stood still.",
        noun="a way to catch up",
        code="bad-catch-up",
        parse=parse_catch_up,
        examples=("each, up to 12", "latest within 1 day", "skip"),
        editor={"type": "string"},
    )


def _segment() -> Fields:
    return Fields(
        title="Segment",
        about="A set of subscribers, or of subscriptions.",
        required={"members": CONDITIONS},
        optional={"about": text("About", "One sentence for people.", "Nearly out of space.")},
        unknown="is not something a segment has",
    )
