"""The command ``duly``: each subcommand's module is loaded only when it is called."""

import importlib
import sys
from collections.abc import Mapping

import click

from duly.cli.output import drop_output, outlast_readers
from duly.connector import ConnectorFailure
from duly.errors import DulyError, InputError, OutsideError, UsageError
from duly.values.problem import ProblemsError, render

# The command, where it stands, and what the list of commands says of it.
COMMANDS: Mapping[str, tuple[str, str]] = {
    "init": ("duly.cli.init:init", "Make a workspace from a starter pack."),
    "check": ("duly.cli.check:check", "Find every mistake in the files."),
    "apply": ("duly.cli.apply:apply", "Put the files live, after showing what changes."),
    "import": ("duly.cli.importing:import_", "Bring subscribers in from a file."),
    "tick": ("duly.cli.tick:tick", "Look once, and act on it."),
    "status": ("duly.cli.status:status", "Say how the engine stands."),
    "jobs": ("duly.cli.jobs:jobs", "List what was decided to be done."),
    "why": ("duly.cli.why:why", "Say why a rule did or did not act."),
    "hold": ("duly.cli.holds:hold", "Stop a rule, connector, subscriber, class or everything."),
    "release": ("duly.cli.holds:release", "Let go on what is held."),
    "demo": ("duly.cli.demo:demo", "Run a small business for three months, in seconds."),
    "db": ("duly.cli.db:db", "Look after the database."),
    "doctor": ("duly.cli.doctor:doctor", "List what is left to do."),
}

EXIT_INPUT, EXIT_USAGE, EXIT_OUTSIDE = 1, 2, 3


class LazyGroup(click.Group):
    """Know the commands by name, and load one when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])


_EPILOG = """\b
The usual order:
  duly init --pack coffee-box my-shop     make a folder
  duly check                              after each change of a file
  duly apply                              put the files live
  duly import imports/old-shop.yaml       bring subscribers in
  duly tick                               look, and do what is due

\b
Exit status:
  0  done                   2  called wrongly
  1  a mistake in a file    3  something outside is not there, or failed
"""


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=_EPILOG,
)
@click.version_option(package_name="duly", prog_name="duly", message="%(prog)s %(version)s")
def duly() -> None:
    """Run a subscription business by rules its owner can read."""


def main() -> None:
    """Run the command; exit 1 for a mistake in the input, 2 for usage, 3 for something outside."""
    outlast_readers()
    try:
        status = duly(standalone_mode=False)
        sys.stdout.flush()
    except click.Abort:
        click.echo("stopped", err=True)
        sys.exit(EXIT_USAGE)
    except click.ClickException as error:
        error.show()
        sys.exit(EXIT_USAGE)
    except ProblemsError as error:
        for problem in error.problems:
            click.echo(render(problem, ()), err=True)
        sys.exit(EXIT_INPUT)
    except ConnectorFailure as error:
        click.echo(f"duly: {error}", err=True)
        sys.exit(EXIT_OUTSIDE)
    except DulyError as error:
        click.echo(f"duly: {error}", err=True)
        sys.exit(_exit_status(error))
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        click.echo(f"duly: {place}{error.strerror or error}", err=True)
        drop_output()
        sys.exit(EXIT_OUTSIDE)
    # Outside its own mode click returns the status that a command asked for.
    sys.exit(status if isinstance(status, int) else 0)


def _exit_status(error: DulyError) -> int:
    match error:
        case UsageError():
            return EXIT_USAGE
        case OutsideError():
            return EXIT_OUTSIDE
        case InputError():
            return EXIT_INPUT
        case _:
            return EXIT_INPUT


if __name__ == "__main__":
    main()
