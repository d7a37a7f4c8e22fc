"""A rule as one sentence for people."""

from duly.condition.words import Translate, as_written, say_lines
from duly.rule import Entry, Rule
from duly.values.duration import Duration


def sentence(rule: Rule, translate: Translate = as_written) -> str:
    """Say what a rule does: "When …, and if …: first …, then …"; ``translate`` gets patterns."""
    when = translate(" or ").join(trigger.describe(translate) for trigger in rule.triggers)
    parts = [translate("When {events}").format(events=when)]
    if rule.only_if is not None:
        conditions = translate(" and ").join(say_lines(rule.only_if, translate))
        parts.append(translate(", only if {conditions}").format(conditions=conditions))
    parts.append(": ")
    parts.append("; ".join(_entry(rule, entry, translate) for entry in rule.entries))
    parts.append(".")
    if rule.stop_when:
        stops = translate(" or ").join(trigger.describe(translate) for trigger in rule.stop_when)
        parts.append(" " + translate("It stops when {events}.").format(events=stops))
    limits = _limits(rule, translate)
    return "".join(parts) + (f" {limits}" if limits else "")


def _entry(rule: Rule, entry: Entry, translate: Translate) -> str:
    doing = translate(", then ").join(step.action.describe(translate) for step in entry.steps)
    if entry.only_if is not None:
        conditions = translate(" and ").join(say_lines(entry.only_if, translate))
        pattern = translate("{actions} (only if {conditions})")
        doing = pattern.format(actions=doing, conditions=conditions)
    if not rule.is_timeline:
        return doing
    if entry.after is not None:
        pattern = translate("after {length} {actions}")
        return pattern.format(length=entry.after, actions=doing)
    if entry.day == 0:
        return translate("at once {actions}").format(actions=doing)
    return translate("on day {day} {actions}").format(day=entry.day, actions=doing)


def _limits(rule: Rule, translate: Translate) -> str:
    """Say a limit that was written; the usual one of a trigger goes without saying."""
    usual = tuple(trigger.default_once_per for trigger in rule.triggers)
    if rule.once_per == usual:
        return ""
    match rule.once_per[0]:
        case Duration() as length:
            return translate("At most once in {length}.").format(length=length)
        case "cycle":
            return translate("At most once a cycle.")
        case "invoice":
            return translate("At most once for an invoice.")
        case "calendar_year":
            return translate("At most once a calendar year.")
        case "ever":
            return translate("At most once ever.")
        case _:
            return translate("Each time it happens.")
