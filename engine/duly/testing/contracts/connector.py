"""What every connector promises, whatever it does."""

import asyncio
import dataclasses
import re
from collections.abc import Coroutine, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

import pytest

from duly.connector import (
    Connector,
    ConnectorFailure,
    Misconfigured,
    Place,
    Refused,
    Temporary,
    Uncertain,
)
from duly.testing.fakes import Clock

Counterpart = Literal["away", "refusing", "silent", "not_knowing_us"]

# How the counterpart behaves, and what a connector must make of it.
FAILURES: dict[Counterpart, type[ConnectorFailure]] = {
    "away": Temporary,  # no connection, too many requests, an error of its own without effect
    "refusing": Refused,  # a definite no
    "silent": Uncertain,  # the request was sent, no answer came
    "not_knowing_us": Misconfigured,  # a wrong key or account
}
AT_ONCE = 50

_SECRET_NAME = re.compile(r"key|secret|password|token|credential", re.IGNORECASE)
_Result = TypeVar("_Result")


class ConnectorContract:
    """Hold a connector to what all promise.

    ``secrets`` are values in the settings that nobody may read in a ``repr`` or a failure.
    """

    secrets: tuple[str, ...] = ()
    started_at = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)

    def open_connector(self, place: Place) -> Any:
        """Open the connector under test; tests call it again to open it a second time."""
        raise NotImplementedError(
            "say how the connector is opened: def open_connector(self, place)"
        )

    def become(self, connector: Any, counterpart: Counterpart) -> None:
        """Make the counterpart behave so for the next call, and well again after it.

        Say ``pytest.skip("...")`` with the reason for what it cannot be made to do.
        """
        del connector
        pytest.skip(f"nobody has said how the counterpart becomes {counterpart}: override become()")

    @pytest.fixture
    def clock(self) -> Clock:
        """Give a clock that stands still."""
        return Clock(self.started_at)

    @pytest.fixture
    def place(self, tmp_path: Path, clock: Clock) -> Place:
        """Give an empty workspace."""
        return Place(folder=tmp_path, now=clock.now)

    @pytest.fixture
    def connector(self, place: Place) -> Any:
        """Give the connector under test."""
        return self.open_connector(place)

    def test_it_inherits_its_capability(self, connector: Any) -> None:
        assert Connector in type(connector).__mro__

    def test_its_settings_are_a_frozen_dataclass(self, connector: Any) -> None:
        settings = type(connector).Settings

        assert dataclasses.is_dataclass(settings)
        assert getattr(settings, "__dataclass_params__").frozen  # noqa: B009 - typeshed hides it

    def test_every_setting_has_a_sentence_for_people(self, connector: Any) -> None:
        for setting in dataclasses.fields(type(connector).Settings):
            about = setting.metadata.get("about", "")

            assert about.strip().endswith("."), f'the setting "{setting.name}" says nothing'

    def test_a_setting_that_sounds_secret_is_not_shown(self, connector: Any) -> None:
        for setting in dataclasses.fields(type(connector).Settings):
            if _SECRET_NAME.search(setting.name):
                assert not setting.repr, f'declare "{setting.name}" with field(repr=False)'

    def test_no_secret_is_in_its_repr(self, connector: Any) -> None:
        assert_without(repr(connector), self.secrets)


def run(call: Coroutine[Any, Any, _Result]) -> _Result:
    """Run one asynchronous call from a plain test."""
    return asyncio.run(call)


def run_all(calls: Iterable[Coroutine[Any, Any, _Result]]) -> list[_Result]:
    """Run asynchronous calls all at once, and return their results in order."""

    async def together() -> list[_Result]:
        return await asyncio.gather(*calls)

    return asyncio.run(together())


def failure_of(call: Coroutine[Any, Any, object]) -> ConnectorFailure:
    """Return the failure that a call raises."""
    with pytest.raises(ConnectorFailure) as caught:
        run(call)
    return caught.value


def assert_readable(failure: ConnectorFailure, secrets: Iterable[str]) -> None:
    """Check that a failure's message is a sentence for people, without secrets."""
    assert failure.message.strip(), "the failure says nothing"
    assert "\n" not in failure.message, "the failure's message is more than one sentence"
    assert_without(failure.message, secrets)


def assert_without(text: str, secrets: Iterable[str]) -> None:
    """Check that no secret stands in a text, without showing it if one does."""
    count = sum(secret in text for secret in secrets if secret)
    assert count == 0, f"{count} secrets stand in a text that people read"
