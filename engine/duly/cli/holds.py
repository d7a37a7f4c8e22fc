"""``duly hold`` and ``duly release``: stop something at once, and let it go on."""

from pathlib import Path

import click

from duly.cli.opening import open_workspace
from duly.cli.place import Command, in_folder
from duly.errors import InputError, UsageError
from duly.model.ledger import JobClass
from duly.service.workspace import Workspace
from duly.store import holding
from duly.store.reading import subscriber_id
from duly.store.record import Transaction


def named(command: Command) -> Command:
    """Give a command the options that say what is meant."""
    for option in (
        click.option("--everything", is_flag=True, help="Everything."),
        click.option("--class", "job_class", help="A class: books, money, delivery, message."),
        click.option("--subscriber", help="A subscriber, by the business's own name."),
        click.option("--connector", help="A connector of duly.yaml."),
        click.option("--rule", help="A rule."),
    ):
        command = option(command)
    return command


@click.command(epilog="Example: duly hold --rule payment-rescue --reason 'the prices are wrong'")
@in_folder
@named
@click.option("--reason", required=True, help="Why, for the people who will ask.")
def hold(
    folder: Path,
    reason: str,
    rule: str | None,
    connector: str | None,
    subscriber: str | None,
    job_class: str | None,
    *,
    everything: bool,
) -> None:
    """Stop a rule, a connector, a subscriber, a class of jobs, or everything."""
    workspace = open_workspace(folder)
    with workspace.database.write() as transaction:
        what, name = _named(
            workspace, transaction, rule, connector, subscriber, job_class, everything=everything
        )
        holding.place(transaction, what, name, reason, now=workspace.now(), actor="cli")
    click.echo(f"held: {what} {subscriber or name}".rstrip())


@click.command(epilog="Example: duly release --rule payment-rescue")
@in_folder
@named
def release(
    folder: Path,
    rule: str | None,
    connector: str | None,
    subscriber: str | None,
    job_class: str | None,
    *,
    everything: bool,
) -> None:
    """Let go on what was held."""
    workspace = open_workspace(folder)
    with workspace.database.write() as transaction:
        what, name = _named(
            workspace, transaction, rule, connector, subscriber, job_class, everything=everything
        )
        count = holding.release(transaction, what, name, now=workspace.now(), actor="cli")
    if not count:
        raise InputError(f"nothing was held there: {what} {subscriber or name}".rstrip())
    click.echo(f"released: {what} {subscriber or name}".rstrip())


def _named(
    workspace: Workspace,
    transaction: Transaction,
    rule: str | None,
    connector: str | None,
    subscriber: str | None,
    job_class: str | None,
    *,
    everything: bool,
) -> tuple[str, str]:
    """Return what is meant, after looking whether there is such a thing."""
    given = {"rule": rule, "connector": connector, "subscriber": subscriber, "class": job_class}
    chosen = [(what, name) for what, name in given.items() if name]
    chosen += [("everything", "")] if everything else []
    if len(chosen) != 1:
        raise UsageError("name one of --rule, --connector, --subscriber, --class, --everything")
    what, name = chosen[0]
    if what == "subscriber":
        found = subscriber_id(transaction, name)
        if found is None:
            raise InputError(f'there is no subscriber "{name}"')
        return what, str(found)
    known = {
        "rule": lambda: list(workspace.live()[1].rules),
        "connector": lambda: list(workspace.wiring.connectors),
        "class": lambda: [str(one) for one in JobClass],
        "everything": lambda: [""],
    }[what]()
    held = {hold.name for hold in holding.holds_on(transaction) if hold.what == what}
    if name not in known and name not in held:
        raise InputError(f'there is no {what} "{name}"; there are {", ".join(known)}')
    return what, name
