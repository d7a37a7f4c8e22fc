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
from duly.model.ledger import PEOPLE_READ, JobState
from duly.store.reading import JobLine, job_lines


@click.command()
@in_folder
@click.option("--state", "states", multiple=True, help="Only jobs in this state.")
@click.option("--rule", "rule_name", default="", help="Only jobs of this rule.")
@click.option("--subscriber", "external_id", default="", help="Only jobs for this subscriber.")
@click.option("--limit", default=50, show_default=True, help="How many at most.")
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
    with open_workspace(folder).database.read() as transaction:
        found = job_lines(
            transaction, states=states, rule_name=rule_name, external_id=external_id, limit=limit
        )
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(one) for one in found], indent=2, default=str))
    elif as_csv:
        _write_csv(found)
    else:
        for one in found:
            click.echo(describe_job(one))


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
