"""``duly doctor``: what is left to do before the business can run."""

from collections.abc import Iterator
from pathlib import Path

import click

from duly.cli.opening import open_workspace
from duly.cli.place import counted, in_folder
from duly.service.connectors import outlets
from duly.service.workspace import Workspace
from duly.store import schema
from duly.store.reading import overview


@click.command(epilog="Example: duly doctor")
@in_folder
def doctor(folder: Path) -> None:
    """List what is done and what is left, each with its one command."""
    for done, what, command in _findings(open_workspace(folder)):
        click.echo(f"[{'x' if done else ' '}] {what}" + ("" if done else f"   {command}"))


def _findings(workspace: Workspace) -> Iterator[tuple[bool, str, str]]:
    errors = sum(problem.severity == "error" for problem in workspace.draft.problems)
    said = "the files are right" if not errors else f"{counted(errors, 'problem')} in the files"
    yield not errors, said, "duly check"
    if workspace.draft.settings is None:
        return
    business = workspace.settings.business
    seller = bool(business.legal_name and business.tax_id and business.address)
    yield seller, "seller's data for invoices", "edit business: in duly.yaml"
    able = outlets(workspace.wiring.connectors)
    yield "email" in able.channels, "a connector that sends mail", "add one to duly.yaml"
    yield bool(able.gateways), "a connector that collects money", "add one to duly.yaml"
    current = schema.is_current(workspace.any_database)
    yield current, "the database", "duly db upgrade"
    if not current:
        return
    yield workspace.is_applied(), "the files are live", "duly apply"
    with workspace.database.read() as transaction:
        view = overview(transaction)
    yield view.subscribers > 0, "subscribers", "duly import imports/….yaml --dry-run"
    yield view.last_tick is not None, "the engine has looked", "duly tick"
