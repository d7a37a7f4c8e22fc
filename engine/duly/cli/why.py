"""``duly why``: why a rule did or did not act, from what was stored when it was decided."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import click

from duly.cli.jobs import describe_job
from duly.cli.opening import open_workspace
from duly.cli.place import in_folder
from duly.cli.remembered import say_then
from duly.condition.tree import lines
from duly.condition.words import say_lines
from duly.errors import InputError, UsageError
from duly.rule import Rule
from duly.service.workspace import Workspace, read_live
from duly.store import rulesets
from duly.store.reading import Decision, decisions, subscriber_id

_LETTERS = {"y": "yes    ", "n": "NO     ", "u": "unknown"}


@click.command()
@in_folder
@click.argument("subscriber")
@click.argument("rule_name", metavar="RULE")
@click.option("--on", metavar="DAY", help="Only what was due on this local day.")
def why(folder: Path, subscriber: str, rule_name: str, on: str | None) -> None:
    """Say why RULE did or did not act for SUBSCRIBER."""
    workspace = open_workspace(folder)
    day = _read_day(on) if on else None
    with workspace.database.read() as transaction:
        person = subscriber_id(transaction, subscriber)
        if person is None:
            raise InputError(f'there is no subscriber "{subscriber}"')
        found = decisions(transaction, person, rule_name, day)
    when = f" on {on}" if on else ""
    click.echo(f"{rule_name} for {subscriber}{when}")
    if not found:
        click.echo("  " + _never(workspace, rule_name, when))
    rules = _rules_then(workspace, found)
    for decision in found:
        for line in _explain(decision, rules.get(decision.ruleset_id)):
            click.echo(line)


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f'"{text}" is no day; write one like 2026-03-01') from error


def _never(workspace: Workspace, rule_name: str, when: str) -> str:
    """Say why there is no decision at all."""
    live = workspace.live()[1].rules
    if rule_name not in live:
        raise InputError(f'there is no rule "{rule_name}"; there are {", ".join(sorted(live))}')
    rule = live[rule_name]
    if not rule.enabled:
        return "did not start: switched_off (enabled: no)"
    waits = " or ".join(trigger.describe() for trigger in rule.triggers)
    return f"did not start: nothing happened that it waits for{when} ({waits})"


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


def _explain(decision: Decision, rule: Rule | None) -> Iterator[str]:
    due = f"{decision.local_on} ({decision.trigger} {decision.natural_key})"
    yield f"  {due}: {_decided(decision)}"
    if rule is not None:
        yield f"    {rule.span.file}:{rule.span.line}"
        yield from _conditions(decision, rule)
    for job in decision.jobs:
        yield f"    {describe_job(job).strip()}"
    if decision.stopped_by:
        yield f"    stopped by {decision.stopped_by}"


def _decided(decision: Decision) -> str:
    """Say what was decided, with the word that reports count it under."""
    if not decision.reason:
        return "started"
    if decision.reason == "too_late":
        return "did not start, it was noticed too late (too_late)"
    if "n" in decision.letters:
        return "did not start, because of what is marked NO (condition_false)"
    return "did not start, because of what is marked unknown (condition_unknown)"


def _conditions(decision: Decision, rule: Rule) -> Iterator[str]:
    """Write each line of the rule's condition with its answer, and what was known at that time."""
    if rule.only_if is None or not decision.letters:
        return
    facts = dict(decision.facts)
    said = zip(decision.letters, say_lines(rule.only_if), lines(rule.only_if), strict=False)
    for letter, sentence, line in said:
        then = say_then(line, facts)
        is_said = letter == "y" and sentence.endswith(then.removeprefix("it was "))
        more = f"; {then}" if then and not is_said else ""
        yield f"    {_LETTERS[letter]} {sentence}{more}  ({line.span.file}:{line.span.line})"
