"""``duly jobs``: what was decided to be done, and how it stands."""

import csv
import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from duly.cli.local import say_at, zone_of
from duly.cli.opening import open_workspace
from duly.cli.place import in_folder
from duly.cli.wording import say_outcome, say_step
from duly.errors import InputError
from duly.model.ledger import PEOPLE_READ
from duly.store.reading import JobLine, job_lines, subscriber_id
from duly.store.record import Transaction
from duly.store.recording import rule_states


@click.command(epilog="Example: duly jobs --state waiting --rule payment-rescue")
@in_folder
@click.option(
    "--state",
    "states",
    multiple=True,
    help=f"Only jobs in this state: {', '.join(dict.fromkeys(PEOPLE_READ.values()))}.",
)
@click.option("--rule", "rule_name", default="", help="Only jobs of this rule.")
@click.option("--subscriber", "external_id", default="", help="Only jobs for this subscriber.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=50, show_default=True, help="How many at most."
)
@click.option("--json", "as_json", is_flag=True, help="Write them as JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Write them as CSV.")
def jobs(
    folder: Path,
    states: tuple[str, ...],
    rule_name: str,
    external_id: str,
    limit: int,
    *,
    as_json: bool,
    as_csv: bool,
) -> None:
    """List jobs, newest first."""
    chosen = _states(states)
    workspace = open_workspace(folder)
    with workspace.database.read() as transaction:
        if external_id and subscriber_id(transaction, external_id) is None:
            raise InputError(f'there is no subscriber "{external_id}"')
        if rule_name:
            _check_rule(transaction, rule_name)
        found = job_lines(
            transaction, states=chosen, rule_name=rule_name, external_id=external_id, limit=limit
        )
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(one) for one in found], indent=2, default=str))
    elif as_csv:
        _write_csv(found)
    elif found:
        zone = zone_of(workspace)
        click.echo(f"times in {zone}")
        for one in found:
            click.echo(describe_job(one, zone))


def _states(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the states that are meant: by their names, or by what people read."""
    chosen = []
    for word in words:
        meant = [str(one) for one, read in PEOPLE_READ.items() if word in (str(one), read)]
        if not meant:
            known = ", ".join(dict.fromkeys([*PEOPLE_READ.values(), *map(str, PEOPLE_READ)]))
            raise InputError(f'"{word}" is not a state of a job; there are {known}')
        chosen += meant
    return tuple(chosen)


def _check_rule(transaction: Transaction, name: str) -> None:
    known = sorted(rule_states(transaction))
    if name not in known:
        raise InputError(f'there is no rule "{name}"; there are {", ".join(known)}')


def describe_job(one: JobLine, zone: str) -> str:
    """Write a job on one line."""
    head = f"{one.id:>8}  {say_at(one.due_at, zone)}  {one.subscriber:<16} {one.rule}"
    return f"{head}  {say_step(one.step)}: {say_outcome(one)}"


def _write_csv(found: Sequence[JobLine]) -> None:
    names = [field.name for field in dataclasses.fields(JobLine)]
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([[getattr(one, name) for name in names] for one in found])
