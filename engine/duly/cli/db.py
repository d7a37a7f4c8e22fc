"""``duly db``: look after the database."""

import uuid
from pathlib import Path

import click

from duly.cli.opening import open_workspace
from duly.cli.place import in_folder
from duly.store import holding, installation


@click.group(epilog="Example: duly db upgrade")
def db() -> None:
    """Look after the database."""


@db.command(epilog="Example: duly db upgrade")
@in_folder
def upgrade(folder: Path) -> None:
    """Make the database, or bring it to what this version wants."""
    applied = open_workspace(folder).set_up()
    click.echo("\n".join(applied) or "the database is as this version wants it")


@db.command(epilog="Example: duly db rekey --in a-copy")
@in_folder
def rekey(folder: Path) -> None:
    """Give a copied database an id of its own, and hold its money until you release it.

    Keys that connectors get are made of the id: a copy with the same id would answer for charges
    of the original.
    """
    workspace = open_workspace(folder)
    environment = workspace.settings.business.environment
    with workspace.database.write() as transaction:
        now = workspace.now()
        installation.rekey(
            transaction, uuid.uuid4().hex, environment=environment, now=now, actor="cli"
        )
        holding.place(transaction, "class", "money", "re-keyed copy", now=now, actor="cli")
    click.echo("the database has an id of its own; money is held: duly release --class money")
