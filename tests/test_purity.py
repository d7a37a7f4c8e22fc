"""Time, chance and the environment come in as arguments, and only the store commits."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ENGINE = ROOT / "engine" / "duly"

IMPURE = [
    "from datetime import UTC, datetime\n\nX = datetime.now(UTC)\n",
    "import datetime\n\nX = datetime.datetime.utcnow()\n",
    "from datetime import date\n\nX = date.today()\n",
    "import time\n\nX = time.time()\n",
    "from time import time_ns\n\nX = time_ns()\n",
    "import time\n\ntime.sleep(1)\n",
    "import os\n\nX = os.environ\n",
    "from os import getenv\n\nX = getenv\n",
    "import random\n",
    "from random import Random\n",
    "import secrets\n",
    "import os\n\nX = os.urandom(8)\n",
    "import uuid\n\nX = uuid.uuid4()\n",
    "from sqlalchemy import func\n\nX = func.now()\n",
    "import sqlalchemy as sa\n\nX = sa.func.current_timestamp()\n",
]


def lint(text: str, file: str) -> str:
    """Return what the project's own settings say about a file of this name."""
    options = ("--no-cache", "--output-format=concise", f"--stdin-filename={file}")
    found = subprocess.run(
        [sys.executable, "-m", "ruff", "check", *options, "-"],
        cwd=ROOT,
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode in (0, 1), found.stderr
    return found.stdout


@pytest.mark.parametrize("text", IMPURE)
def test_the_core_is_pure(text: str) -> None:
    assert " TID251 " in lint(text, "engine/duly/values/x.py")


@pytest.mark.parametrize("part", ["store", "triggers", "dispatch", "testing"])
def test_no_part_of_the_engine_reads_the_clock(part: str) -> None:
    assert " TID251 " in lint(IMPURE[0], f"engine/duly/{part}/x.py")


@pytest.mark.parametrize(
    "file",
    [
        "engine/duly/cli/x.py",
        "engine/duly/service/x.py",
        "connectors/duly_connectors/x.py",
        "tests/x.py",
    ],
)
def test_the_edges_read_what_they_hand_in(file: str) -> None:
    assert " TID251 " not in lint("".join(IMPURE), file)


def test_a_time_that_was_handed_in_is_pure() -> None:
    text = "from datetime import UTC, datetime\n\nX = datetime(2026, 1, 31, tzinfo=UTC)\n"

    assert " TID251 " not in lint(text, "engine/duly/values/x.py")


# A transaction ends in the store and nowhere else: faults are put in at that one seam, so a commit
# beside it would never be tested against a crash.

ENDS_A_TRANSACTION = {"begin", "commit"}
TRANSACTION_TEXT = re.compile(r"\b(BEGIN|COMMIT|AUTOCOMMIT)\b")


def commits(file: Path) -> list[str]:
    """Return the lines of a file that begin or end a transaction, by call or by text."""
    tree = ast.parse(file.read_bytes())
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=name)) if name in ENDS_A_TRANSACTION:
                found.append(f"{file.name}:{node.lineno}: {name}()")
            case ast.Constant(value=str(text)) if id(node) not in prose:
                words = TRANSACTION_TEXT.findall(text)
                found += [f"{file.name}:{node.lineno}: {word}" for word in words]
    return found


def test_only_the_store_ends_a_transaction() -> None:
    elsewhere = sorted(set(ENGINE.rglob("*.py")) - set((ENGINE / "store").rglob("*.py")))

    assert [found for file in elsewhere for found in commits(file)] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("connection.commit()\n", ["x.py:1: commit()"]),
        ("with engine.begin() as connection:\n    pass\n", ["x.py:1: begin()"]),
        ("run('BEGIN IMMEDIATE')\n", ["x.py:1: BEGIN"]),
        ("run(f'COMMIT {x}')\n", ["x.py:1: COMMIT"]),
        ("make(isolation_level='AUTOCOMMIT')\n", ["x.py:1: AUTOCOMMIT"]),
        ('"""What comes after COMMIT."""\n', []),
        ("say('we commit ourselves to begin on Monday')\n", []),
        ("commit = begin = 3\n", []),
    ],
)
def test_a_transaction_elsewhere_is_found(tmp_path: Path, text: str, found: list[str]) -> None:
    file = tmp_path / "x.py"
    file.write_text(text)

    assert commits(file) == found
