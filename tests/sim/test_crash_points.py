"""Whatever fails, at any commit or any call, the promises hold once the business is at rest."""

import random
import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

import duly
from duly.rehearsal import rehearse
from duly.tables.ledger import job
from sim.crash import STEP, STEPS, Laboratory, Run, driver
from sim.faults import Fault, Seams, SeamTools, World
from sim.promises import violations
from sim.world import RULESET, SHOP, START

SEED = 20260201
SHARE = 24  # of all faults, in the short form of the tests
PAIRS = 300  # of faults that strike one after the other, in the long form
PARTS = 8  # so that several processes share the long form
ONE_IN_FULL = 30  # one run of so many goes on to the last day, even when all is as usual

ENGINE = Path(duly.__file__).parent


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "part" in metafunc.fixturenames:
        metafunc.parametrize("part", range(PARTS if metafunc.config.getoption("--all") else 1))


@pytest.fixture(scope="module")
def laboratory() -> Iterator[Laboratory]:
    laboratory = Laboratory()
    yield laboratory
    laboratory.close()


def chosen(laboratory: Laboratory, part: int, *, everything: bool) -> Sequence[Fault]:
    faults = list(laboratory.usual.faults())
    if not everything:
        return random.Random(SEED).sample(faults, SHARE)
    return faults[part::PARTS]


def test_any_fault_leaves_every_promise_kept(
    laboratory: Laboratory, part: int, pytestconfig: pytest.Config
) -> None:
    faults = chosen(laboratory, part, everything=pytestconfig.getoption("--all"))

    broken = {
        fault: told
        for number, fault in enumerate(faults)
        if (told := laboratory.strike(fault, to_the_end=number % ONE_IN_FULL == 0))
    }

    usual = laboratory.usual
    print(f"{len(faults)} faults at {usual.commits} commits and {usual.calls} calls")
    assert usual.commits > 1000
    assert usual.calls > 200
    assert len(faults) > 0
    assert broken == {}


@pytest.mark.all
def test_a_second_crash_while_clearing_up_leaves_every_promise_kept(
    laboratory: Laboratory,
) -> None:
    rnd = random.Random(SEED)
    firsts = [one for one in laboratory.usual.faults() if one.kind.startswith("crash")]
    seconds = [
        Fault(seam, number, kind)
        for seam in ("commit", "call")
        for number in range(1, 9)
        for kind in ("crash before", "crash after")
    ]
    pairs = [(rnd.choice(firsts), rnd.choice(seconds)) for _ in range(PAIRS)]

    broken = {pair: told for pair in pairs if (told := laboratory.strike(*pair))}

    print(f"{len(pairs)} pairs of faults")
    assert broken == {}


def test_the_business_meets_every_step_of_the_pack(laboratory: Laboratory) -> None:
    run = last_day(laboratory)

    with run.database.read() as connection:
        met = {(row.step, row.result) for row in connection.execute(select(job))}

    assert met >= {
        ("0/invoice", "invoiced"),
        ("0/notify/your-invoice", "sent"),
        ("0/charge", "succeeded"),
        ("0/charge", "pending"),
        ("0/charge", "declined: soft"),
        ("0/charge", "declined: hard"),
        ("0/charge", "declined: action_needed"),
        ("0/notify/payment-refused", "sent"),
        ("3/charge", "succeeded"),
        ("7/charge", "declined: no payment method that can be charged"),
        ("7/notify/last-warning", "sent"),
        ("7/notify/last-warning", None),  # stopped: it was paid a moment before
        ("14/pause", "paused"),
        ("14/notify/subscription-paused", "sent"),
        ("21/charge", "succeeded"),
        ("0/resume", "resumed"),
        ("0/notify/welcome-back", "sent"),
        ("0/cancel", "ended"),
        ("0/cancel", "end planned"),
        ("0/notify/subscription-closed", "sent"),
        ("0/ship", "sent"),
        ("0/notify/box-on-its-way", "sent"),
        ("0/notify/welcome", "sent"),
        ("4/notify/good-cup", "sent"),
        ("14/notify/stay-close", "sent"),
        ("0/notify/ends-soon", "sent"),
        ("0/notify/farewell", "sent"),
        ("0/offer/larger-box", "sent"),
    }


def last_day(laboratory: Laboratory) -> Run:
    run = laboratory.from_snapshot(laboratory.usual.snapshots[-1])
    run.step(STEPS - 1)
    return run


def test_looking_again_at_the_same_instant_changes_nothing_outside(
    laboratory: Laboratory,
) -> None:
    run = last_day(laboratory)
    run.look(START + (STEPS - 1) * STEP)
    done = left(run.world)

    run.look(START + (STEPS - 1) * STEP)

    assert left(run.world) == done
    assert violations(run.database, run.world) == []


def left(world: World) -> tuple[int, int, int]:
    return len(world.gateway.charges), len(world.messenger.sent), len(world.carrier.shipped)


def test_a_rehearsal_leaves_ledger_and_world_as_they_were(laboratory: Laboratory) -> None:
    run = laboratory.from_snapshot(laboratory.usual.snapshots[STEPS // 2])
    before, done = driver(run.engine).serialize(), left(run.world)
    now = START + STEPS // 2 * STEP
    made_up = World.at(now)

    tools, clock = SeamTools(made_up, Seams()), made_up.clock
    rehearsal = rehearse(run.database, 1, RULESET, SHOP, tools, clock)  # type: ignore[arg-type]
    turns = rehearsal.run(now + timedelta(days=10))
    rehearsal.close()

    assert turns == 40
    assert left(made_up) > (0, 0, 0)
    assert driver(run.engine).serialize() == before
    assert left(run.world) == done


# What commits, and what hands out connectors, stands in few places: all of it is behind the seams.
SEAMS = (
    (r"\.commit\(", {"store/database.py", "store/bulk.py"}),
    (
        r"tools\.(gateway|messenger|carrier)\(",
        {"actions/charge.py", "actions/outgoing.py", "actions/ship.py", "dispatch/news.py"},
    ),
)


@pytest.mark.parametrize(("pattern", "homes"), SEAMS)
def test_nothing_goes_past_the_seams(pattern: str, homes: set[str]) -> None:
    found = {
        file.relative_to(ENGINE).as_posix()
        for file in ENGINE.rglob("*.py")
        if re.search(pattern, file.read_text())
    }

    # The demo plays the customer, and somebody looks at what was sent.
    assert found - {"cli/demo.py", "cli/browsing.py"} == homes
