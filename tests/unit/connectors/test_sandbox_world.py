"""What the sandbox did outlives its process, and is the same as memory would say."""

import asyncio
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging import charge, find, refused, states
from duly.connector import (
    ConnectorFailure,
    Misconfigured,
    Place,
    Uncertain,
)
from duly.testing import AnsweringGateway, Clock, MemoryGateway, MemoryGatewaySettings
from duly_connectors.sandbox import Sandbox, SandboxSettings, SandboxWorld, world
from process_kill import kill_after_lines

MARCH_1 = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)

DAY = timedelta(days=1)


def test_a_card_number_is_refused_and_leaves_no_trace(sandbox: Sandbox, tmp_path: Path) -> None:
    charge(sandbox, "pays", "key-0")

    refused(sandbox, "pays/4242424242424242", "key-1")

    assert find(sandbox, "key-1") is None
    assert not any(b"4242" in file.read_bytes() for file in (tmp_path / ".duly").iterdir())


def test_a_token_is_not_written_down(sandbox: Sandbox, tmp_path: Path) -> None:
    charge(sandbox, "pays/very-secret", "key-1")

    assert not any(b"very-secret" in file.read_bytes() for file in (tmp_path / ".duly").iterdir())


def test_what_happened_outlives_the_process(sandbox: Sandbox, place: Place, clock: Clock) -> None:
    refused(sandbox, "declines:1", "key-1")
    with pytest.raises(Uncertain):
        charge(sandbox, "times-out", "key-2")
    charge(sandbox, "pending:1", "key-3")
    clock.advance(DAY)
    cursor = asyncio.run(sandbox.news("")).cursor

    anew = Sandbox.open(SandboxSettings(), place)

    assert charge(anew, "declines:1", "key-4").state == "succeeded"
    assert charge(anew, "times-out", "key-2").state == "succeeded"
    assert states(anew, cursor) == []


def test_the_sandbox_is_refused_with_live_money(tmp_path: Path, clock: Clock) -> None:
    with pytest.raises(Misconfigured, match="environment: live"):
        Sandbox.open(SandboxSettings(), Place(tmp_path, clock.now, "live"))


def test_opening_writes_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    assert list(tmp_path.iterdir()) == []


def test_a_workspace_without_a_sandbox_has_an_empty_world(tmp_path: Path) -> None:
    assert world(tmp_path) == SandboxWorld({})
    assert list(tmp_path.iterdir()) == []


def test_the_world_holds_every_charge_and_knows_which_took_money(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    charge(sandbox, "pays", "key-1", invoice="CAF-7")
    refused(sandbox, "declines", "key-2")
    charge(sandbox, "fails-late:1", "key-3")

    judged = world(tmp_path)

    assert set(judged.charges) == {"key-1", "key-2", "key-3"}
    assert set(judged.captured) == {"key-1", "key-3"}
    assert judged.charges["key-1"].invoice == "CAF-7"


def test_a_book_that_is_no_database_is_for_a_person_to_mend(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    (tmp_path / ".duly").mkdir()
    (tmp_path / ".duly" / "sandbox.db").write_bytes(b"no database " * 500)

    with pytest.raises(Misconfigured, match=r"the sandbox's book \.duly/sandbox\.db cannot be"):
        charge(sandbox, "pays", "key-1")


_TOKENS = st.sampled_from(
    (
        *("pays", "declines", "declines:2", "declines-hard", "asks-3ds", "times-out"),
        *("times-out-done", "pending:1", "returns:2", "fails-late:1"),
        *("outage", "wrong-key", "nonsense"),
    )
)


_STEPS = st.lists(
    st.tuples(_TOKENS, st.integers(1, 4), st.integers(1, 2), st.integers(0, 30)), max_size=15
)


@given(steps=_STEPS)
def test_sandbox_and_memory_answer_every_history_alike(
    steps: list[tuple[str, int, int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    clock = Clock(MARCH_1)
    place = Place(tmp_path_factory.mktemp("workspace"), clock.now)
    sandbox = Sandbox.open(SandboxSettings(), place)
    memory = MemoryGateway.open(MemoryGatewaySettings(), place)

    for token, key, invoice, hours in steps:
        clock.advance(timedelta(hours=hours))
        answers = [_outcome(each, token, f"k{key}", f"CAF-{invoice}") for each in (sandbox, memory)]
        assert answers[0] == answers[1]
        assert find(sandbox, f"k{key}") == find(memory, f"k{key}")
        assert asyncio.run(sandbox.news("")) == asyncio.run(memory.news(""))

    assert world(place.folder).charges == memory.charges


def _outcome(gateway: AnsweringGateway, token: str, key: str, invoice: str) -> object:
    try:
        return charge(gateway, token, key, invoice=invoice)
    except ConnectorFailure as failure:
        return type(failure), failure.message


_CHARGING = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from duly.connector import ChargeRequest, Place
from duly.values.money import Money
from duly_connectors.sandbox import Sandbox, SandboxSettings

place = Place(Path(sys.argv[1]), lambda: datetime(2026, 3, 1, tzinfo=UTC))
sandbox = Sandbox.open(SandboxSettings(), place)

async def charge_all():
    for n in range(100_000):
        request = ChargeRequest(Money(100 + n % 50, "RON"), "pays", f"CAF-{n}", "Anna")
        await sandbox.charge(request, f"{sys.argv[2]}{n}")
        print(f"{sys.argv[2]}{n}", flush=True)

asyncio.run(charge_all())
"""


def test_what_was_answered_before_a_kill_is_still_known(place: Place, sandbox: Sandbox) -> None:
    answered = kill_after_lines(_CHARGING, [str(place.folder), "a"], lines=300)

    charges = world(place.folder).charges

    assert len(answered) >= 300
    assert set(answered) <= set(charges)
    assert len(charges) <= len(answered) + 1
    assert charge(sandbox, "pays", "after").state == "succeeded"


def test_two_processes_charge_side_by_side(place: Place) -> None:
    script = _CHARGING.replace("100_000", "200")
    running = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(place.folder), name],
            stdout=subprocess.DEVNULL,
            env={"PYTHONPATH": ":".join(sys.path)},
        )
        for name in ("a", "b")
    ]

    assert [process.wait(timeout=60) for process in running] == [0, 0]
    assert len(world(place.folder).charges) == 400
