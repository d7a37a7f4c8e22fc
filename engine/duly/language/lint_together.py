"""What is wrong with rules beside each other, though each is right by itself."""

from collections.abc import Iterable, Iterator
from datetime import date

from duly.rule import Rule, Step
from duly.shape.quote import quote
from duly.values.problem import Problem

_EACH_CYCLE = "cycle_due"
_ONCE_A_CYCLE = ("invoice", "charge")


def check_rules(rules: Iterable[Rule]) -> Iterator[Problem]:
    """Find rules that do for sure what another one does as well, in the order they are written."""
    billing: dict[str, list[tuple[Rule, Step]]] = {action: [] for action in _ONCE_A_CYCLE}
    for rule in sorted(rules, key=lambda rule: rule.span):
        for step in _each_cycle(rule):
            found = billing[step.action.name]
            first = next((other for other in found if _overlap(rule, other[0])), None)
            if first is not None:
                yield _repeated(rule, step, first[0])
            found.append((rule, step))


def _each_cycle(rule: Rule) -> Iterator[Step]:
    """Yield the first of each step that bills every cycle of everybody, whatever holds for them."""
    starts = any(trigger.name == _EACH_CYCLE for trigger in rule.triggers)
    if not starts or not rule.enabled or rule.only_if is not None:
        return
    seen: set[str] = set()
    for entry in rule.entries:
        for step in entry.steps:
            name = step.action.name
            if name in _ONCE_A_CYCLE and entry.only_if is None and name not in seen:
                seen.add(name)
                yield step


def _overlap(one: Rule, other: Rule) -> bool:
    """Tell whether two rules count on the same day."""
    starts = max(one.active_from or date.min, other.active_from or date.min)
    ends = min(one.active_until or date.max, other.active_until or date.max)
    return starts <= ends


def _repeated(rule: Rule, step: Step, first: Rule) -> Problem:
    does = "invoices" if step.action.name == "invoice" else "charges"
    place = f"line {first.span.line}"
    if first.span.file != rule.span.file:
        place = f"{first.span.file}, {place}"
    message = f"the rule {quote(first.name)} ({place}) {does} each cycle too"
    hint = "keep it in one of them, or give both conditions under only_if"
    return Problem(step.span, "billed-twice", message, hint, "warning")
