"""Open a workspace from the command line; apart from ``place``, which loads no database."""

import os
from pathlib import Path

from duly.service.folder import Clock, find_folder, read_clock
from duly.service.workspace import Workspace


def open_workspace(folder: Path, clock: Clock = read_clock) -> Workspace:
    """Open the workspace that a folder lies in."""
    return Workspace(find_folder(folder.absolute()), dict(os.environ), clock)
