"""The main job from a folder: check, apply, import, tick, and what people see of it."""

import json
import shlex
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
    """Make a workspace of the pack in which nothing is live yet."""
    folder = tmp_path / "my-shop"
    shutil.copytree(PACK, folder)
    return folder


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("applied") / "my-shop"
    shutil.copytree(PACK, folder)
    duly(folder, "apply", "--yes")
    return folder


@pytest.fixture
def live(applied: Path, tmp_path: Path) -> Path:
    """Make a workspace of the pack in which its rules are live."""
    return Path(shutil.copytree(applied, tmp_path / "my-shop"))


def test_the_first_evening(shop: Path) -> None:
    assert "all right" in duly(shop, "check")
    assert "new      9 rules: " in duly(shop, "apply", "--yes")
    assert "nothing to apply" in duly(shop, "apply", "--yes")
    assert "would import 7 rows: 7 new" in duly(
        shop, "import", "imports/old-shop.yaml", "--dry-run"
    )
    assert "imported 7 rows: 7 new" in duly(shop, "import", "imports/old-shop.yaml")
    assert "imported 7 rows: 7 the same" in duly(shop, "import", "imports/old-shop.yaml")
    said = duly(shop, "tick", "--at", "2026-12-31T10:00")
    assert said.startswith("tick 1 at 2026-12-31 10:00 (Europe/Bucharest): 6 invoices, 6 charges (")
    duly(shop, "tick", "--at", "2026-12-31T10:00")
    assert "nothing was due" in duly(shop, "tick", "--at", "2026-12-31T08:00Z")
    mails = [path.name for path in (shop / "outbox").rglob("*your-invoice*.html")]
    assert len(mails) == 6, mails
    why = duly(shop, "why", "C-001", "invoice-each-cycle")
    assert "  2026-12-31, cycle 11 began: started" in why
    assert "    2026-12-31 10:00  day 0: charge: done (paid)" in why
    assert "rules/billing.yaml:" in why
    assert duly(shop, "why", "C-001", "welcome-back").splitlines()[1:] == [
        "  2026-12-31, invoice CAF2026-00001 was paid: did not start, because the condition was"
        " not met (see NO)",
        "    rules/rescue.yaml:32",
        "    NO      subscription.status is paused; it was active  (rules/rescue.yaml:37)",
        "    unknown subscription.paused_reason is unpaid; it was not known"
        "  (rules/rescue.yaml:38)",
    ]


def test_the_clock_never_goes_backwards(live: Path) -> None:
    duly(live, "tick", "--at", "2027-01-31T08:00Z")

    said = duly(live, "tick", "--at", "2027-01-30T08:00Z", status=1)

    assert "which is before it" in said


def test_the_clock_of_a_live_business_is_not_moved(shop: Path) -> None:
    changed(shop / "duly.yaml", "environment: test", "environment: live")
    duly(shop, "apply", "--yes")

    said = duly(shop, "tick", "--at", "2027-01-30T08:00Z", status=2)

    assert "environment: test only" in said


def test_a_bad_draft_changes_nothing_and_status_says_so(live: Path) -> None:
    rules = live / "rules" / "rescue.yaml"
    text = rules.read_text(encoding="utf-8")
    rules.write_text(text.replace("payment_failed:", "payment_faild:"), encoding="utf-8")

    said = duly(live, "apply", "--yes", status=1)

    assert 'did you mean "payment_failed"?' in said
    assert "what is live stays as it is" in said
    assert duly(live, "check", status=1).count("[unknown-word]") == 1
    status = json.loads(duly(live, "status", "--json"))
    assert status["live"].startswith("number 1 ")
    assert status["draft"] == "draft differs from live, and has 1 problem; run duly check"


def test_a_file_that_cannot_be_read_is_told_by_every_command(live: Path) -> None:
    (live / "rules" / "life.yaml").write_bytes(b"rules: \xff\n")
    (live / "rules" / "old.yaml").symlink_to(live / "gone.yaml")

    said = duly(live, "check", status=1)

    assert '"rules/old.yaml" cannot be read: No such file or directory [unreadable]' in said
    assert "1 problem; nothing was changed" in said
    assert "has 1 problem; run duly check" in duly(live, "status")
    left = duly(live, "doctor").splitlines()
    assert "[ ] 1 problem in the files   duly check" in left
    assert "[ ] the files are live   duly apply" in left
    assert "what is live stays as it is" in duly(live, "apply", "--yes", status=1)


def test_rows_set_aside_come_in_by_the_command_that_is_printed(live: Path) -> None:
    rows = live / "imports" / "old-shop.csv"
    rows.write_text(
        rows.read_text(encoding="utf-8").replace(";Mare;", ";Mijlociu;"), encoding="utf-8"
    )

    said = duly(live, "import", "imports/old-shop.yaml", status=1)

    *_, advice, command = said.splitlines()
    assert "imported 7 rows: 6 new, 1 set aside" in said
    assert advice == "mend the rows in imports/old-shop.rejected.csv, then run:"
    aside = live / "imports" / "old-shop.rejected.csv"
    aside.write_text(
        aside.read_text(encoding="utf-8").replace(";Mijlociu;", ";Mare;"), encoding="utf-8"
    )
    program, *arguments = shlex.split(command)
    assert program == "duly"
    assert "imported 1 row: 1 new" in duly(live, *arguments)


def test_where_nothing_came_in_the_list_itself_is_to_be_mended(live: Path) -> None:
    rows, mapping = live / "imports" / "old-shop.csv", live / "imports" / "old-shop.yaml"
    rows.write_text(
        rows.read_text(encoding="utf-8").replace(";Mare;", ";Mijlociu;"), encoding="utf-8"
    )
    text = mapping.read_text(encoding="utf-8").replace("on_bad_row: set_aside", "on_bad_row: stop")
    mapping.write_text(text, encoding="utf-8")

    said = duly(live.parent, "import", "--in", "my-shop", "my-shop/imports/old-shop.yaml", status=1)

    assert said.splitlines()[-2:] == [
        "mend my-shop/imports/old-shop.csv or the mapping, then run:",
        "  duly import --in my-shop my-shop/imports/old-shop.yaml",
    ]
    assert not (live / "imports" / "old-shop.rejected.csv").exists()


def test_a_list_in_another_encoding_is_refused_without_a_traceback(live: Path) -> None:
    (live / "imports" / "list.csv").write_bytes(b"Nume;E-mail\nMure\xbaan;a@example.com\n")
    arguments = ("imports/old-shop.yaml", "--from", "imports/list.csv")

    said = duly(live, "import", *arguments, status=3)

    assert said.startswith("duly: list.csv, line 2: the byte 0xBA is not utf-8")


def test_a_hold_stops_a_rule_until_it_is_released(live: Path) -> None:
    duly(live, "import", "imports/old-shop.yaml")
    duly(live, "hold", "--rule", "invoice-each-cycle", "--reason", "prices are wrong")

    duly(live, "tick", "--at", "2026-12-31T08:00Z")

    assert "prices are wrong" in duly(live, "status")
    assert "invoiced" not in duly(live, "jobs")
    duly(live, "release", "--rule", "invoice-each-cycle")
    duly(live, "tick", "--at", "2026-12-31T08:05Z")
    assert "invoiced" in duly(live, "jobs", "--limit", "200")
    assert "nothing was held there" in duly(live, "release", "--everything", status=1)


def test_a_copied_database_gets_an_id_of_its_own_and_holds_its_money(live: Path) -> None:
    assert "money is held" in duly(live, "db", "rekey")

    assert "class money: re-keyed copy" in duly(live, "status")


def test_a_rule_nobody_has_is_named(live: Path) -> None:
    duly(live, "import", "imports/old-shop.yaml")

    said = duly(live, "why", "C-001", "payment-rescu", status=1)

    assert said.startswith('duly: there is no rule "payment-rescu"')
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


def changed(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_a_slip_in_the_draft_of_the_settings_stops_nothing_that_is_live(live: Path) -> None:
    duly(live, "import", "imports/old-shop.yaml")
    changed(live / "duly.yaml", "environment: test", "environment: tset\nunknown: 1")

    assert "2 problems" in duly(live, "check", status=1)
    duly(live, "tick", "--at", "2026-12-31T08:00Z")
    assert "held: everything" in duly(live, "hold", "--everything", "--reason", "we look")
    assert "draft differs from live" in duly(live, "status")
    assert list((live / "outbox").rglob("*your-invoice*.html"))


def test_an_address_of_the_database_that_cannot_be_read_stops_everything(live: Path) -> None:
    with (live / "duly.yaml").open("a", encoding="utf-8") as file:
        file.write("database: ${NO_SUCH_NAME}\n")

    said = duly(live, "status", status=1)

    assert '"NO_SUCH_NAME" is not set in the environment' in said


def test_what_subscribers_have_stays_in_the_catalogue(live: Path) -> None:
    duly(live, "import", "imports/old-shop.yaml")
    changed(live / "catalog.yaml", "amount: 89.00 RON", "amount: 99.00 RON")

    said = duly(live, "apply", "--yes", status=1)

    assert "is in use and stays 89.00 RON every 1 month" in said
    assert "add a price with a name of its own for 99.00 RON" in said


def test_a_price_that_nobody_has_may_change(live: Path) -> None:
    changed(live / "catalog.yaml", "amount: 89.00 RON", "amount: 99.00 RON")

    assert "changed  plan box-small" in duly(live, "apply", "--yes")


def test_a_database_stays_in_its_environment(live: Path) -> None:
    changed(live / "duly.yaml", "environment: test", "environment: live")

    said = duly(live, "apply", "--yes", status=1)

    assert "this database is for environment: test, duly.yaml says live" in said


def test_words_that_change_nothing_are_stored_without_asking(live: Path) -> None:
    changed(live / "rules" / "rescue.yaml", "rules:", "# The rescue.\nrules:")

    assert "in other words" in duly(live, "apply")
    assert "nothing to apply" in duly(live, "apply")


def test_apply_asks_and_says_so_where_nobody_can_answer(live: Path) -> None:
    changed(live / "rules" / "rescue.yaml", "- day: 3", "- day: 4")

    assert "nobody can answer here; use --yes" in duly(live, "apply", status=2)
    assert "draft differs" in duly(live, "status")


def test_rules_applied_after_a_made_up_month_do_not_act_on_it(live: Path) -> None:
    duly(live, "import", "imports/old-shop.yaml")
    duly(live, "tick", "--at", "2027-02-02T08:00Z")
    (live / "rules" / "more.yaml").write_text(
        "rules:\n  more:\n    when: {invoice_paid: }\n    do: [notify: {message: welcome}]\n"
    )
    duly(live, "apply", "--yes")
    duly(live, "tick", "--at", "2027-02-02T09:00Z")

    assert duly(live, "jobs", "--rule", "more") == ""


def test_a_connector_that_is_set_wrongly_is_told_before_it_is_needed(shop: Path) -> None:
    changed(shop / "duly.yaml", "use: sandbox", "use: sandbox, kye: x")

    assert '"kye" is not a setting of sandbox' in duly(shop, "check", status=1)


def test_jobs_are_chosen_by_the_words_that_people_read(live: Path) -> None:
    duly(live, "import", "imports/old-shop.yaml")
    duly(live, "tick", "--at", "2026-12-31T08:00Z")

    assert "invoice-each-cycle" in duly(live, "jobs", "--state", "done")
    assert duly(live, "jobs", "--state", "waiting") == ""
    assert '"foo" is not a state of a job' in duly(live, "jobs", "--state", "foo", status=1)
    assert 'there is no rule "foo"' in duly(live, "jobs", "--rule", "foo", status=1)
    assert 'there is no subscriber "foo"' in duly(live, "jobs", "--subscriber", "foo", status=1)


def test_months_pass_on_the_way_to_a_moment(live: Path) -> None:
    duly(live, "import", "imports/old-shop.yaml")

    duly(live, "tick", "--at", "2027-01-31T08:00Z", "--every", "12 hours")

    listed = duly(live, "jobs", "--limit", "500")
    assert listed.startswith("times in Europe/Bucharest\n")
    assert "day 0: ship: done (sent)" in listed
    assert "(Europe/Bucharest)" in duly(live, "status")
    assert (live / "outbox" / "index.html").exists()
    assert "write both" in duly(live, "tick", "--every", "1 day", status=2)
    assert 'write one like "6 hours"' in duly(
        live, "tick", "--at", "2027-02-01T08:00Z", "--every", "often", status=2
    )
    assert "more than 10,000 looks" in duly(
        live, "tick", "--at", "2099-02-01T08:00Z", "--every", "1 hour", status=2
    )


def test_a_hold_is_told_by_the_name_that_people_gave(live: Path) -> None:
    duly(live, "import", "imports/old-shop.yaml")

    held = duly(live, "hold", "--subscriber", "C-002", "--reason", "she called")

    assert held == "held: subscriber C-002\n"
    assert "subscriber C-002: she called" in duly(live, "status")
    assert duly(live, "release", "--subscriber", "C-002") == "released: subscriber C-002\n"


def test_a_hold_on_a_rule_that_is_gone_can_be_released(live: Path) -> None:
    duly(live, "hold", "--rule", "farewell", "--reason", "wait")
    changed(live / "rules" / "life.yaml", "  farewell:", "  adieu:")
    duly(live, "apply", "--yes")

    assert "released: rule farewell" in duly(live, "release", "--rule", "farewell")


def test_a_plan_that_people_have_is_not_taken_out_of_the_catalogue(live: Path) -> None:
    duly(live, "import", "imports/old-shop.yaml")
    changed(live / "catalog.yaml", "  box-small:", "  box-smaller:")
    for file in live.glob("rules/*.yaml"):
        text = file.read_text(encoding="utf-8").replace("plan: box-small\n", "plan: box-smaller\n")
        file.write_text(text, encoding="utf-8")

    said = duly(live, "apply", "--yes", status=1)

    assert 'catalog.yaml no longer has the plan "box-small", which ' in said


def test_who_was_in_a_segment_from_the_start_is_told_so(live: Path) -> None:
    duly(live, "import", "imports/old-shop.yaml")
    (live / "rules" / "more.yaml").write_text(
        "rules:\n  thank:\n    when: {enters_segment: {segment: everybody}}\n"
        "    do: [notify: {message: welcome}]\n"
        "segments:\n  everybody:\n    members: {subscription.status: active}\n"
    )
    duly(live, "apply", "--yes")
    duly(live, "tick", "--at", "2026-12-05T08:00Z")

    said = duly(live, "why", "C-001", "thank")

    assert said.splitlines() == [
        "thank for C-001 (times in Europe/Bucharest)",
        "  did not start: has been in everybody since 2026-12-05, was in it when it was first"
        " looked at, so did not enter",
    ]
