"""``duly why``: why a rule did or did not act, from what was stored when it was decided."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import click

from duly.cli.jobs import describe_job
from duly.cli.place import in_folder, open_workspace
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
    for decision in found:
        for line in _explain(decision, _rule_then(workspace, decision)):
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


def _rule_then(workspace: Workspace, decision: Decision) -> Rule | None:
    """Return the rule as it was when it was decided."""
    with workspace.database.read() as transaction:
        stored = rulesets.ruleset_by_id(transaction, decision.ruleset_id)
    return read_live(stored.source).rules.get(decision.rule) if stored else None


def _explain(decision: Decision, rule: Rule | None) -> Iterator[str]:
    due = f"{decision.local_on} ({decision.trigger} {decision.natural_key})"
    if not decision.reason:
        yield f"  {due}: started"
    elif decision.reason == "too_late":
        yield f"  {due}: did not start: too_late"
    else:
        word = "condition_false" if "n" in decision.letters else "condition_unknown"
        yield f"  {due}: did not start: {word}"
    if rule is not None:
        yield f"    {rule.span.file}:{rule.span.line}"
        yield from _conditions(decision, rule)
    for job in decision.jobs:
        yield f"    {describe_job(job).strip()}"
    if decision.stopped_by:
        yield f"    stopped by {decision.stopped_by}"


def _conditions(decision: Decision, rule: Rule) -> Iterator[str]:
    """Write each line of the rule's condition with how it was answered."""
    if rule.only_if is None or not decision.letters:
        return
    sentences = say_lines(rule.only_if)
    places = lines(rule.only_if)
    for letter, sentence, line in zip(decision.letters, sentences, places, strict=False):
        yield f"    {_LETTERS[letter]} {sentence}  ({line.span.file}:{line.span.line})"
    known = _values(decision)
    if known:
        yield f"    then: {', '.join(known)}"


def _values(decision: Decision) -> Sequence[str]:
    return [
        f"{name} = {'missing' if value is None else value}"
        for name, value in sorted(decision.facts.items())
    ]
