"""A new workspace is complete, down to the schemas that editors read."""

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft7Validator

from duly.cli.init import copy_pack, packs
from duly.errors import InputError, UsageError
from duly.resources import find

SCHEMA_LINE = "# yaml-language-server: $schema="


@pytest.mark.parametrize("pack", packs())
def test_every_file_of_a_new_workspace_points_to_a_schema_that_is_there(
    pack: str, tmp_path: Path
) -> None:
    copy_pack(pack, tmp_path)

    files = [path for path in tmp_path.rglob("*.yaml") if ".duly" not in path.parts]
    for path in files:
        first, _, rest = path.read_text(encoding="utf-8").partition("\n")
        assert first.startswith(SCHEMA_LINE), path
        schema = (path.parent / first.removeprefix(SCHEMA_LINE)).resolve()
        assert schema.parent == tmp_path.resolve() / ".duly", path
        found = Draft7Validator(json.loads(schema.read_text(encoding="utf-8")))
        data = yaml.load(rest, yaml.BaseLoader)
        assert set(data) <= set(found.schema["properties"]), path
    assert len(files) >= 3


def test_the_schemas_are_those_that_ship(tmp_path: Path) -> None:
    copy_pack("coffee-box", tmp_path)

    for shipped in find("schemas").iterdir():
        assert (tmp_path / ".duly" / shipped.name).read_bytes() == shipped.read_bytes()


def test_nothing_is_copied_over_files_that_are_there(tmp_path: Path) -> None:
    (tmp_path / "duly.yaml").write_text("zone: UTC\n")

    with pytest.raises(UsageError, match="is not empty"):
        copy_pack("coffee-box", tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["duly.yaml"]


def test_a_pack_nobody_knows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there are coffee-box"):
        copy_pack("tea", tmp_path / "x")
