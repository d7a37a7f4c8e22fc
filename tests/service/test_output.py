"""What is printed may be cut short, or find no place, and no command comes to harm."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

DULY = (sys.executable, "-m", "duly.cli.main")


def run(
    folder: Path, *arguments: str, stdout: int | None = subprocess.PIPE
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*DULY, *arguments],
        cwd=folder,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        timeout=120,
        check=False,
    )


def run_unread(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command whose output nobody reads any more."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        return run(folder, *arguments, stdout=writing)
    finally:
        os.close(writing)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    assert run(tmp_path, "init", "--pack", "coffee-box", "my-shop").returncode == 0
    return tmp_path / "my-shop"


def test_output_that_nobody_reads_ends_no_command(shop: Path) -> None:
    applied = run_unread(shop, "apply", "--yes")

    assert (applied.returncode, applied.stderr) == (0, "")
    assert "nothing to apply" in run(shop, "apply", "--yes").stdout
    listed = run_unread(shop, "jobs", "--csv")
    assert (listed.returncode, listed.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full device")
def test_output_that_finds_no_place_is_told(shop: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        checked = run(shop, "check", stdout=full.fileno())

    assert (checked.returncode, checked.stderr) == (3, "duly: No space left on device\n")


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("init", "x"), 2, "duly: a pack is missing; there are coffee-box: duly init --pack"),
        (("init", "--pack", "coffee-box", "file"), 2, "duly: file is a file; name a new folder"),
        (("init", "--pack", "coffee-box", "file/x"), 3, "duly: file/x: Not a directory"),
    ],
)
def test_a_place_that_cannot_be_used_is_told(
    tmp_path: Path, arguments: tuple[str, ...], status: int, said: str
) -> None:
    (tmp_path / "file").touch()

    found = run(tmp_path, *arguments)

    assert found.returncode == status
    assert found.stderr.startswith(said)
