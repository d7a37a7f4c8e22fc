"""The files of a folder are found, and those that cannot be read are told."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from duly.errors import UsageError
from duly.language.source_file import MAX_FILE_BYTES
from duly.resources import find
from duly.service.folder import Folder, find_files, find_folder
from duly.values.problem import ProblemsError

PACK = find("rules") / "coffee-box"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    shutil.copytree(PACK, folder)
    return folder


def told(folder: Path) -> list[tuple[str, str]]:
    return [(one.span.file, one.code) for one in Folder(folder, {}).draft.problems]


def no_text(folder: Path) -> None:
    (folder / "rules" / "life.yaml").write_bytes(b"rules: \xff\n")


def not_utf_8_settings(folder: Path) -> None:
    (folder / "duly.yaml").write_bytes("zone: UTC\nname: Cafea".encode("utf-16"))


def settings_on_one_line(folder: Path) -> None:
    (folder / "duly.yaml").write_text("{zone: UTC, connectors: {}}\n")


def a_link_to_nothing(folder: Path) -> None:
    (folder / "rules" / "old.yaml").symlink_to(folder / "gone.yaml")


def a_file_for_a_folder(folder: Path) -> None:
    shutil.rmtree(folder / "rules")
    (folder / "rules").write_text("rules:\n")


def no_settings(folder: Path) -> None:
    (folder / "duly.yaml").unlink()


def settings_without_use(folder: Path) -> None:
    (folder / "duly.yaml").unlink()
    (folder / "duly.yaml").symlink_to(folder / "gone.yaml")


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (no_text, ("rules/life.yaml", "not-utf-8")),
        (not_utf_8_settings, ("duly.yaml", "not-utf-8")),
        (settings_on_one_line, ("duly.yaml", "one-line")),
        (a_link_to_nothing, ("rules/old.yaml", "unreadable")),
        (a_file_for_a_folder, ("rules", "unreadable")),
        (no_settings, ("duly.yaml", "no-file")),
        (settings_without_use, ("duly.yaml", "unreadable")),
    ],
)
def test_a_broken_draft_is_told_and_has_no_rules(
    spoil: Callable[[Path], None], problem: tuple[str, str], shop: Path
) -> None:
    before = Folder(shop, {}).draft_digest()

    spoil(shop)

    assert problem in told(shop)
    assert Folder(shop, {}).draft.ruleset is None
    assert Folder(shop, {}).draft_digest() != before


def test_what_could_not_be_read_is_the_only_thing_told(shop: Path) -> None:
    a_link_to_nothing(shop)

    draft = Folder(shop, {}).draft

    assert [problem.message for problem in draft.problems] == [
        '"rules/old.yaml" cannot be read: No such file or directory'
    ]
    assert draft.settings is not None
    assert Folder(shop, {}).draft_digest() == ""


def test_a_missing_folder_is_a_folder_without_files(tmp_path: Path) -> None:
    missing = Folder(tmp_path / "none", {})

    assert told(missing.folder) == [("catalog.yaml", "no-file"), ("duly.yaml", "no-file")]
    with pytest.raises(ProblemsError):
        assert missing.settings


def test_a_file_with_a_wrong_name_is_told_rather_than_passed_over(shop: Path) -> None:
    (shop / "rules" / "late.yml").write_text("rules: {}\n")
    (shop / "rules" / "more").mkdir()
    (shop / "rules" / "more" / "deep.yaml").write_text("rules: {}\n")

    assert told(shop) == [("rules/late.yml", "bad-name"), ("rules/more/deep.yaml", "bad-name")]


def test_what_editors_leave_behind_is_passed_over(shop: Path) -> None:
    before = find_files(shop)

    (shop / "rules" / ".life.yaml.swp").write_bytes(b"\xff")
    (shop / "rules" / "life.yaml~").write_text("rules:")
    (shop / "messages" / ".git").mkdir()
    (shop / "messages" / ".git" / "x.md").write_text("")

    assert find_files(shop) == before


def test_a_new_folder_of_the_pack_has_no_problem(shop: Path) -> None:
    folder = Folder(shop, {})

    assert folder.draft.problems == ()
    assert folder.draft.ruleset is not None
    assert folder.draft.ruleset.digest == folder.draft_digest()
    assert folder.settings == folder.draft.settings


def test_settings_need_no_rules_to_be_right(shop: Path) -> None:
    (shop / "rules" / "life.yaml").write_text("rules: {a: {wen: }}\n")

    assert Folder(shop, {}).settings.business.name == "Cafeaua Noastră"


def test_a_connector_nobody_knows_spoils_the_settings(shop: Path) -> None:
    text = (shop / "duly.yaml").read_text(encoding="utf-8")
    (shop / "duly.yaml").write_text(text.replace("use: sandbox", "use: sandbx"), encoding="utf-8")

    with pytest.raises(ProblemsError) as caught:
        assert Folder(shop, {}).settings

    assert caught.value.problems[0].message == '"sandbx" is not a connector'


def test_a_folder_below_belongs_to_the_business(shop: Path) -> None:
    assert find_folder(shop / "rules") == shop
    with pytest.raises(UsageError, match=r"there is no duly\.yaml here"):
        find_folder(shop.parent)


@pytest.mark.parametrize("target", ["/dev/zero", "pipe"])
def test_what_is_no_ordinary_file_is_told_and_not_read(shop: Path, target: str) -> None:
    os.mkfifo(shop / "pipe")
    (shop / "rules" / "endless.yaml").symlink_to(shop / target)

    assert told(shop) == [("rules/endless.yaml", "unreadable")]


def test_a_file_is_read_only_as_far_as_it_may_be_long(shop: Path) -> None:
    (shop / "rules" / "long.yaml").write_bytes(b"#" * 3 * MAX_FILE_BYTES)

    assert len(find_files(shop).files["rules/long.yaml"]) == MAX_FILE_BYTES + 1
    assert ("rules/long.yaml", "too-large") in told(shop)
