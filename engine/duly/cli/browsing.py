"""The page on which people look at what the outbox holds."""

from pathlib import Path

from duly.connector import Browsable, ConnectorFailure
from duly.dispatch.desk import Desk


def write_index(desk: Desk) -> Path | None:
    """Write the page of everything sent, if the mails go to where one can look; returns where."""
    name = desk.shop.channels.get("email")
    if name is None:
        return None
    try:
        mailer = desk.tools.messenger(name)
        return mailer.write_index() if isinstance(mailer, Browsable) else None
    except ConnectorFailure:
        return None  # what is wrong with it is told by the jobs that wait for it
