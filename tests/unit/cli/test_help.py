"""The help shows how things are done."""

import click
import pytest
from click.testing import CliRunner

from duly.cli.init import packs
from duly.cli.main import COMMANDS, duly

SUBCOMMANDS = [("db", "upgrade"), ("db", "rekey")]
SELF_EVIDENT = {"apply"}
SHOWN = [(name,) for name in COMMANDS if name not in SELF_EVIDENT]


@pytest.mark.parametrize("command", [*SHOWN, *SUBCOMMANDS])
def test_every_command_has_an_example_of_itself(command: tuple[str, ...]) -> None:
    said = CliRunner().invoke(duly, [*command, "--help"]).output

    assert f"Example: duly {' '.join(command)}" in said


def test_the_first_page_names_the_usual_order_and_the_exit_statuses() -> None:
    said = CliRunner().invoke(duly, ["--help"]).output

    order = [said.index(f"  duly {name} ") for name in ("check", "apply", "import", "tick")]
    assert order == sorted(order)
    assert "3  something outside" in said


def test_init_names_the_packs() -> None:
    assert ", ".join(packs()) in CliRunner().invoke(duly, ["init", "--help"]).output


def test_every_list_of_commands_is_the_one_that_is_loaded() -> None:
    context = click.Context(duly)

    for name in COMMANDS:
        found = duly.get_command(context, name)
        assert found is not None
        assert found.name == name
