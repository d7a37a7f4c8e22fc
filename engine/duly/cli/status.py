"""``duly status``: how the engine stands."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from duly.cli.local import say_with_zone, zone_of
from duly.cli.opening import open_workspace
from duly.cli.place import counted, in_folder
from duly.model.ledger import PEOPLE_READ, JobState
from duly.service.workspace import Workspace
from duly.store.holding import Hold, holds_on
from duly.store.reading import Overview, overview
from duly.store.telling import external_ids


@click.command(epilog="Example: duly status --json")
@in_folder
@click.option("--json", "as_json", is_flag=True, help="Write it as JSON.")
def status(folder: Path, *, as_json: bool) -> None:
    """Say what is live, when it last looked, what waits, and what is held."""
    workspace = open_workspace(folder)
    facts = _facts(workspace)
    if as_json:
        click.echo(json.dumps(facts, indent=2, default=str))
        return
    for name, value in facts.items():
        click.echo(f"{name:<15}{value if value not in ('', [], {}) else '-'}")


def _facts(workspace: Workspace) -> dict[str, Any]:
    with workspace.database.read() as transaction:
        view = overview(transaction)
        held = holds_on(transaction)
        people = external_ids(
            transaction, [int(one.name) for one in held if one.what == "subscriber"]
        )
    zone = zone_of(workspace)
    return {
        "live": _live(workspace, zone),
        "draft": _draft(workspace),
        "last look": _last_look(view, zone),
        "subscribers": view.subscribers,
        "subscriptions": _counts(view.subscriptions),
        "jobs": _counts({PEOPLE_READ[JobState(k)]: v for k, v in sorted(view.jobs.items())}),
        "holds": "; ".join(_hold(one, people) for one in held),
    }


def _counts(counts: dict[str, int] | Any) -> str:
    return ", ".join(f"{number:,} {word}" for word, number in counts.items())


def _hold(one: Hold, people: Mapping[int, str]) -> str:
    name = people[int(one.name)] if one.what == "subscriber" else one.name
    return f"{f'{one.what} {name}'.rstrip()}: {one.reason}"


def _live(workspace: Workspace, zone: str) -> str:
    stored = workspace.stored()
    if stored is None:
        return "nothing; run duly apply"
    since = say_with_zone(stored.applied_at, zone)
    return f"number {stored.id} since {since}, {stored.digest[:12]}"


def _draft(workspace: Workspace) -> str:
    if workspace.is_applied():
        return "the same as live"
    errors = sum(problem.severity == "error" for problem in workspace.draft.problems)
    if errors:
        return f"draft differs from live, and has {counted(errors, 'problem')}; run duly check"
    return "draft differs from live; run duly apply"


def _last_look(view: Overview, zone: str) -> str:
    if view.last_tick_at is None:
        return "never; run duly tick"
    cut = " (interrupted)" if view.interrupted else ""
    return f"tick {view.last_tick} at {say_with_zone(view.last_tick_at, zone)}{cut}"
