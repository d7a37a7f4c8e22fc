"""The connectors that ship are found as anyone's are, and need nothing but duly."""

import subprocess
import sys
from importlib.metadata import entry_points

import pytest

from duly.connector import Carrier, Messenger, PaymentGateway, SubscriberSource


@pytest.mark.parametrize(
    ("name", "capabilities"),
    [
        ("csv", {SubscriberSource}),
        ("outbox", {Messenger, Carrier}),
        ("sandbox", {PaymentGateway}),
    ],
)
def test_a_connector_is_found_by_its_entry_point(name: str, capabilities: set[type]) -> None:
    (found,) = entry_points(group="duly.connectors", name=name)

    assert capabilities <= set(found.load().__mro__)


def test_connectors_work_without_the_test_tools() -> None:
    script = (
        "import sys, duly.testing, duly_connectors.csv, duly_connectors.outbox,"
        " duly_connectors.sandbox; sys.exit('pytest' in sys.modules)"
    )

    ended = subprocess.run(
        [sys.executable, "-c", script], env={"PYTHONPATH": ":".join(sys.path)}, check=False
    )

    assert ended.returncode == 0
