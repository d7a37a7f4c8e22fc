"""Places and connectors for the tests of what ships with duly."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from duly.connector import Place
from duly.testing import AnsweringGateway, Clock, MemoryGateway, MemoryGatewaySettings
from duly_connectors.outbox import Outbox, OutboxSettings
from duly_connectors.sandbox import Sandbox, SandboxSettings


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 3, 1, 6, 0, 5, tzinfo=UTC))


@pytest.fixture
def place(tmp_path: Path, clock: Clock) -> Place:
    return Place(tmp_path, clock.now)


@pytest.fixture
def outbox(place: Place) -> Outbox:
    return Outbox.open(OutboxSettings(), place)


@pytest.fixture
def sandbox(place: Place) -> Sandbox:
    return Sandbox.open(SandboxSettings(), place)


@pytest.fixture(params=["sandbox", "memory"])
def gateway(request: pytest.FixtureRequest, place: Place) -> AnsweringGateway:
    if request.param == "sandbox":
        return Sandbox.open(SandboxSettings(), place)
    return MemoryGateway.open(MemoryGatewaySettings(), place)
