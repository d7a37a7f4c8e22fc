"""``duly tick`` goes by the real clock, unless a test moves it."""

import pytest
from click.testing import CliRunner

from duly.cli import tick as command
from duly.errors import UsageError
from duly.service.folder import read_clock

Clocks = list[object]


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    """Collect the clocks that workspaces are opened with; none is opened."""
    seen: Clocks = []

    def refuse(_: object, clock: object) -> None:
        seen.append(clock)
        raise UsageError("no workspace")

    monkeypatch.setattr(command, "open_workspace", refuse)
    return seen


def test_work_goes_by_the_real_clock_however_long_a_turn_takes(clocks: Clocks) -> None:
    CliRunner().invoke(command.tick, [])

    assert clocks == [read_clock]


def test_a_moved_clock_is_not_the_real_one(clocks: Clocks) -> None:
    CliRunner().invoke(command.tick, ["--at", "2027-01-31T08:00Z"])

    assert clocks != [read_clock]
    assert len(clocks) == 1
