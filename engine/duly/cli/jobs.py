"""``duly jobs``: what was decided to be done, and how it stands."""

import csv
import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from duly.cli.opening import open_workspace
from duly.cli.place import in_folder
from duly.errors import InputError
from duly.model.ledger import PEOPLE_READ, JobState
from duly.store.reading import JobLine, job_lines, subscriber_id
from duly.store.record import Transaction
from duly.store.recording import rule_states


@click.command()
@in_folder
@click.option("--state", "states", multiple=True, help="Only jobs in this state.")
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
    with open_workspace(folder).database.read() as transaction:
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
    else:
        for one in found:
            click.echo(describe_job(one))


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


def describe_job(one: JobLine) -> str:
    """Write a job on one line."""
    word = PEOPLE_READ[JobState(one.state)]
    why = ": ".join(part for part in (one.result, one.note) if part)
    head = f"{one.id:>8}  {one.due_at:%Y-%m-%d %H:%M}  {one.subscriber:<16} {one.rule}"
    return f"{head} {one.step}: {word}{f' ({why})' if why else ''}"


def _write_csv(found: Sequence[JobLine]) -> None:
    names = [field.name for field in dataclasses.fields(JobLine)]
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([[getattr(one, name) for name in names] for one in found])
