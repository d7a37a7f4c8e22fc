"""The main job from a folder: check, apply, import, tick, and what people see of it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PACK = Path(__file__).resolve().parents[2] / "rules" / "coffee-box"


def duly(folder: Path, *arguments: str, status: int = 0) -> str:
    """Run the command as a person would; returns what it printed."""
    found = subprocess.run(
        [sys.executable, "-m", "duly.cli.main", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert found.returncode == status, found.stdout + found.stderr
    return found.stdout + found.stderr


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "my-shop"
    shutil.copytree(PACK, folder)
    return folder


def test_the_first_evening(shop: Path) -> None:
    assert "all right" in duly(shop, "check")
    assert "new      rule payment-rescue" in duly(shop, "apply", "--yes")
    assert "nothing to apply" in duly(shop, "apply", "--yes")
    assert "would import 7 rows: 7 new" in duly(
        shop, "import", "imports/old-shop.yaml", "--dry-run"
    )
    assert "imported 7 rows: 7 new" in duly(shop, "import", "imports/old-shop.yaml")
    assert "imported 7 rows: 7 the same" in duly(shop, "import", "imports/old-shop.yaml")
    duly(shop, "tick", "--at", "2026-12-31T08:00Z")
    assert "0 jobs" in duly(shop, "tick", "--at", "2026-12-31T08:00Z")
    mails = [path.name for path in (shop / "outbox").rglob("*your-invoice*.html")]
    assert len(mails) == 6, mails
    why = duly(shop, "why", "C-001", "invoice-each-cycle")
    assert "2026-12-31 (cycle_due cycle:11): started" in why
    assert "rules/billing.yaml:" in why


def test_the_clock_never_goes_backwards(shop: Path) -> None:
    duly(shop, "apply", "--yes")
    duly(shop, "tick", "--at", "2027-01-31T08:00Z")

    said = duly(shop, "tick", "--at", "2027-01-30T08:00Z", status=1)

    assert "which is before it" in said


def test_the_clock_of_a_live_business_is_not_moved(shop: Path) -> None:
    settings = shop / "duly.yaml"
    text = settings.read_text(encoding="utf-8").replace("environment: test", "environment: live")
    settings.write_text(text, encoding="utf-8")

    said = duly(shop, "tick", "--at", "2027-01-30T08:00Z", status=2)

    assert "environment: test only" in said


def test_a_bad_draft_changes_nothing_and_status_says_so(shop: Path) -> None:
    duly(shop, "apply", "--yes")
    rules = shop / "rules" / "rescue.yaml"
    text = rules.read_text(encoding="utf-8")
    rules.write_text(text.replace("payment_failed:", "payment_faild:"), encoding="utf-8")

    said = duly(shop, "apply", "--yes", status=1)

    assert 'did you mean "payment_failed"?' in said
    assert "what is live stays as it is" in said
    assert duly(shop, "check", status=1).count("[unknown-word]") == 1
    status = json.loads(duly(shop, "status", "--json"))
    assert status["live"].startswith("number 1 ")
    assert status["draft"] == "draft differs from live, and has 1 problem; run duly check"


def test_a_hold_stops_a_rule_until_it_is_released(shop: Path) -> None:
    duly(shop, "apply", "--yes")
    duly(shop, "import", "imports/old-shop.yaml")
    duly(shop, "hold", "--rule", "invoice-each-cycle", "--reason", "prices are wrong")

    duly(shop, "tick", "--at", "2026-12-31T08:00Z")

    assert "prices are wrong" in duly(shop, "status")
    assert "invoiced" not in duly(shop, "jobs")
    duly(shop, "release", "--rule", "invoice-each-cycle")
    duly(shop, "tick", "--at", "2026-12-31T08:05Z")
    assert "invoiced" in duly(shop, "jobs", "--limit", "200")
    assert "nothing was held there" in duly(shop, "release", "--everything", status=1)


def test_a_copied_database_gets_an_id_of_its_own_and_holds_its_money(shop: Path) -> None:
    duly(shop, "apply", "--yes")

    assert "money is held" in duly(shop, "db", "rekey")

    assert "class money: re-keyed copy" in duly(shop, "status")


def test_a_rule_nobody_has_is_named(shop: Path) -> None:
    duly(shop, "apply", "--yes")
    duly(shop, "import", "imports/old-shop.yaml")

    said = duly(shop, "why", "C-001", "payment-rescu", status=1)

    assert 'there is no rule "payment-rescu"' in said
    assert "payment-rescue" in said


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("--help",), 0, "Commands:"),
        (("init", "--pack", "tea", "x"), 1, "there are coffee-box"),
        (("check", "--in", "/"), 2, "there is no duly.yaml here"),
        (("frobnicate",), 2, "No such command"),
    ],
)
def test_wrong_calls_say_what_to_do(
    tmp_path: Path, arguments: tuple[str, ...], status: int, said: str
) -> None:
    assert said in duly(tmp_path, *arguments, status=status)
