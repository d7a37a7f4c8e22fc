"""``duly why``: why a rule did or did not act, from what was stored when it was decided."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import click

from duly.cli.local import say_at, zone_of
from duly.cli.opening import open_workspace
from duly.cli.place import in_folder
from duly.cli.remembered import say_then
from duly.cli.why_not import say_why_not
from duly.cli.wording import (
    Names,
    mentioned_rows,
    say_happening,
    say_outcome,
    say_step,
    say_stopper,
)
from duly.condition.tree import lines
from duly.condition.words import say_lines
from duly.errors import InputError, UsageError
from duly.rule import Rule
from duly.service.workspace import Workspace, read_live
from duly.store import rulesets, telling
from duly.store.reading import Decision, decisions, subscriber_id
from duly.store.record import Transaction

_LETTERS = {"y": "yes    ", "n": "NO     ", "u": "unknown"}


@click.command(epilog="Example: duly why C-001 payment-rescue --on 2027-01-31")
@in_folder
@click.argument("subscriber")
@click.argument("rule_name", metavar="RULE")
@click.option("--on", metavar="DAY", help="Only what was due on this local day.")
def why(folder: Path, subscriber: str, rule_name: str, on: str | None) -> None:
    """Say why RULE did or did not act for SUBSCRIBER."""
    workspace = open_workspace(folder)
    day = _read_day(on) if on else None
    zone = zone_of(workspace)
    with workspace.database.read() as transaction:
        person = subscriber_id(transaction, subscriber)
        if person is None:
            raise InputError(f'there is no subscriber "{subscriber}"')
        found = decisions(transaction, person, rule_name, day)
        names = _names(transaction, found)
        told = []
        if not found:
            rule = _live_rule(workspace, rule_name)
            told.append(f"  {say_why_not(transaction, person, rule, zone, on)}")
    rules = _rules_then(workspace, found)
    for decision in found:
        told += _explain(decision, rules.get(decision.ruleset_id), names, zone)
    when = f" on {on}" if on else ""
    click.echo("\n".join([f"{rule_name} for {subscriber}{when} (times in {zone})", *told]))


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f'"{text}" is no day; write one like 2026-03-01') from error


def _names(transaction: Transaction, found: Sequence[Decision]) -> Names:
    invoices, stays = mentioned_rows(tuple(found))
    return Names(telling.invoice_numbers(transaction, invoices), telling.stays(transaction, stays))


def _live_rule(workspace: Workspace, rule_name: str) -> Rule:
    live = workspace.live()[1].rules
    if rule_name not in live:
        raise InputError(f'there is no rule "{rule_name}"; there are {", ".join(sorted(live))}')
    return live[rule_name]


def _rules_then(workspace: Workspace, found: Sequence[Decision]) -> Mapping[int, Rule]:
    """Return the rule as it was at each decision, by the number of its ruleset."""
    rules: dict[int, Rule] = {}
    with workspace.database.read() as transaction:
        for decision in found:
            number = decision.ruleset_id
            stored = None if number in rules else rulesets.ruleset_by_id(transaction, number)
            rule = read_live(stored.source).rules.get(decision.rule) if stored else None
            if rule is not None:
                rules[number] = rule
    return rules


def _explain(decision: Decision, rule: Rule | None, names: Names, zone: str) -> Iterator[str]:
    yield f"  {decision.local_on}, {say_happening(decision, names)}: {_decided(decision)}"
    if rule is not None:
        yield f"    {rule.span.file}:{rule.span.line}"
        yield from _conditions(decision, rule, zone)
    for job in decision.jobs:
        yield f"    {say_at(job.due_at, zone)}  {say_step(job.step)}: {say_outcome(job)}"
    if decision.stopped_by:
        yield f"    stopped, because {say_stopper(decision.stopped_by)}"


def _decided(decision: Decision) -> str:
    if not decision.reason:
        return "started"
    if decision.reason == "too_late":
        return "did not start, because it was noticed too late"
    if "n" in decision.letters:
        return "did not start, because the condition was not met (see NO)"
    return "did not start, because the condition could not be answered (see unknown)"


def _conditions(decision: Decision, rule: Rule, zone: str) -> Iterator[str]:
    """Write each line of the rule's condition with its answer, and what was known at that time."""
    if rule.only_if is None or not decision.letters:
        return
    facts = dict(decision.facts)
    said = zip(decision.letters, say_lines(rule.only_if), lines(rule.only_if), strict=False)
    for letter, sentence, line in said:
        then = say_then(line, facts, zone)
        is_said = letter == "y" and sentence.endswith(then.removeprefix("it was "))
        more = f"; {then}" if then and not is_said else ""
        yield f"    {_LETTERS[letter]} {sentence}{more}  ({line.span.file}:{line.span.line})"
