"""Runs a script in a process of its own and kills it, hard, in the middle of its work."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from itertools import islice


def kill_after_lines(script: str, arguments: Sequence[str], *, lines: int) -> list[str]:
    """Run a script, kill it with SIGKILL after it printed so many lines, return all it printed."""
    process = subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    with process:
        assert process.stdout is not None
        printed = list(islice(process.stdout, lines))
        process.send_signal(signal.SIGKILL)
        printed += list(process.stdout)
    return [line.strip() for line in printed if line.endswith("\n")]
