"""Imports point down the layers, libraries stay at home, and nothing runs in circles."""

from pathlib import Path

import pytest

import layers

ROOT = Path(__file__).resolve().parent.parent

# A module imports its own part and parts on lower lines. Parts on one line do not see each other.
LINES = (
    {"errors", "resources"},
    {"values"},
    {"model", "shape"},
    {"tables", "template", "connector"},
    {"condition", "testing"},
    {"catalog", "billing", "messaging", "reports"},
    {"trigger", "action"},
    {"triggers", "actions", "rule"},
    {"language", "selection", "retry"},
    {"store"},
    {"tick", "dispatch", "importing"},
    {"turn"},
    {"rehearsal"},
    {"service"},
    {"cli"},
)

# A kind a file: adding or removing one touches nothing else.
KINDS = {"triggers", "actions"}

# A library stands in one part, so that it can be left by changing one part. Those with more homes,
# or with the one home they must have, are listed; any other library may be in one part of its own.
HOMES = {
    "alembic": {"store"},
    "apscheduler": {"service"},
    "click": {"cli"},
    "jinja2": {"template", "service"},
    "rich": {"cli"},
    "simpleeval": {"condition"},
    "sqlalchemy": {"tables", "condition", "trigger", "triggers", "selection", "store"},
    "yaml": {"language"},
}

# The connectors that ship with duly use the door that everybody's connectors use: if they needed
# more, so would the ones we never see. These parts are kept stable for them.
DOORS = {"connector", "errors", "testing", "values"}


@pytest.fixture(scope="module")
def engine() -> layers.Source:
    return layers.read_source(ROOT / "engine" / "duly")


@pytest.fixture(scope="module")
def connectors() -> layers.Source:
    return layers.read_source(ROOT / "connectors" / "duly_connectors")


def test_every_part_has_its_line(engine: layers.Source) -> None:
    assert layers.unknown_parts(engine, LINES) == []


def test_imports_point_down(engine: layers.Source) -> None:
    assert layers.layer_breaches(engine, LINES) == []


def test_a_kind_knows_no_other_kind(engine: layers.Source) -> None:
    assert layers.kind_breaches(engine, KINDS) == []


def test_libraries_stay_at_home(engine: layers.Source) -> None:
    assert layers.library_breaches(engine, HOMES) == []


def test_the_engine_imports_no_connector(engine: layers.Source) -> None:
    assert [each for each in engine.imports if each.target.startswith("duly_connectors")] == []


def test_connectors_use_the_public_door(connectors: layers.Source) -> None:
    assert layers.door_breaches(connectors, "duly", DOORS) == []


def test_the_engine_has_no_import_cycle(engine: layers.Source) -> None:
    assert layers.find_cycle(engine) == []


def test_the_connectors_have_no_import_cycle(connectors: layers.Source) -> None:
    assert layers.find_cycle(connectors) == []


# The checks themselves, on small trees made up for them.


def made_up(root: Path, files: dict[str, str]) -> layers.Source:
    for name, text in files.items():
        file = root / "duly" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return layers.read_source(root / "duly")


THREE = ({"errors"}, {"values"}, {"model", "tables"})


@pytest.mark.parametrize(
    "text",
    [
        "from duly.values.money import Money\nimport duly.errors\n",  # both below
        "from duly.model import status\n",  # its own part
        "import datetime\nfrom collections.abc import Iterator\n",  # not ours
        "from duly import VERSION\n",  # the package itself, which imports nothing
        "# import duly.cli\ntext = 'from duly import cli'\n",  # no import at all
    ],
)
def test_an_import_that_points_down_is_right(tmp_path: Path, text: str) -> None:
    source = made_up(tmp_path, {"values/money.py": "", "errors.py": "", "model/plan.py": text})

    assert layers.layer_breaches(source, THREE) == []


@pytest.mark.parametrize(
    "text",
    [
        "import duly.model\n",
        "import duly.model.plan as plan\n",
        "from duly.model.plan import Plan\n",
        "from duly import model\n",
        "def late():\n    from duly.model import plan\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from duly.model import plan\n",
        "import importlib\nmodule = importlib.import_module('duly.model.plan')\n",
    ],
)
def test_an_import_that_points_up_is_found(tmp_path: Path, text: str) -> None:
    files = {"model/__init__.py": "", "model/plan.py": "", "values/money.py": text}

    (breach,) = layers.layer_breaches(made_up(tmp_path, files), THREE)

    assert "values must not import model: that is above it, on line 2" in breach
    assert breach.startswith(f"duly/values/money.py:{text.count(chr(10))}: ")


def test_an_import_that_points_sideways_is_found(tmp_path: Path) -> None:
    source = made_up(tmp_path, {"model/plan.py": "", "tables.py": "import duly.model.plan\n"})

    assert layers.layer_breaches(source, THREE) == [
        "duly/tables.py:1: tables must not import model: that is beside it, on line 2"
    ]


def test_the_package_itself_imports_nothing_of_its_own(tmp_path: Path) -> None:
    source = made_up(tmp_path, {"__init__.py": "from duly import errors\n", "errors.py": ""})

    assert layers.layer_breaches(source, THREE) == [
        "duly/__init__.py:1: duly must not import errors: it is loaded before everything else"
    ]


def test_a_part_without_a_line_is_found(tmp_path: Path) -> None:
    source = made_up(tmp_path, {"errors.py": "", "loyalty/points.py": ""})

    (breach,) = layers.unknown_parts(source, THREE)

    assert breach.startswith('"loyalty" is a part of duly that no layer knows: add it to LINES')


def test_a_kind_that_imports_a_kind_is_found(tmp_path: Path) -> None:
    files = {
        "triggers/family.py": "",
        "triggers/early.py": "from duly.triggers.family import x\nKIND: type[object] = object\n",
        "triggers/late.py": "from duly.triggers import early, family\nKIND = object\n",
    }

    (breach,) = layers.kind_breaches(made_up(tmp_path, files), {"triggers"})

    assert breach.startswith(
        "duly/triggers/late.py:1: the kind duly.triggers.late must not import "
        "the kind duly.triggers.early"
    )


def test_a_library_away_from_home_is_found(tmp_path: Path) -> None:
    files = {
        "store/rows.py": "from sqlalchemy import text\n",
        "model.py": "import sqlalchemy.sql\n",
    }

    assert layers.library_breaches(made_up(tmp_path, files), {"sqlalchemy": {"store"}}) == [
        "duly/model.py:1: sqlalchemy is imported in store only"
    ]


def test_a_library_without_a_home_is_in_one_part_only(tmp_path: Path) -> None:
    files = {
        "catalog/a.py": "import babel\n",
        "catalog/b.py": "import babel\n",
        "model.py": "import babel\n",
    }

    assert layers.library_breaches(made_up(tmp_path, files), {}) == [
        "duly/model.py:1: babel is imported in catalog too: give it one home, or name all"
    ]


def test_a_connector_that_reaches_inside_is_found(tmp_path: Path) -> None:
    package = tmp_path / "duly_connectors"
    package.mkdir()
    package.joinpath("csv.py").write_text(
        "import duly\nimport duly.values.money\nfrom duly.store import ledger\n"
    )

    assert layers.door_breaches(layers.read_source(package), "duly", {"values"}) == [
        "duly_connectors/csv.py:1: duly is inside the engine: connectors see duly.values",
        "duly_connectors/csv.py:3: duly.store is inside the engine: connectors see duly.values",
    ]


@pytest.mark.parametrize(
    "files",
    [
        {"a.py": "from duly import b\n", "b.py": "import duly.a\n"},
        {"a.py": "import duly.b\n", "b.py": "def late():\n    from duly.a import x\n"},
        {"a/__init__.py": "from duly.a.b import x\n", "a/b.py": "from duly.a import y\n"},
    ],
)
def test_a_cycle_is_found(tmp_path: Path, files: dict[str, str]) -> None:
    cycle = layers.find_cycle(made_up(tmp_path, files))

    assert len(cycle) == 3
    assert cycle[0] == cycle[-1]


def test_a_package_that_collects_names_is_no_cycle(tmp_path: Path) -> None:
    files = {
        "a/__init__.py": "from duly.a.b import x as x\n",
        "a/b.py": "from duly.a.c import x\n",
        "a/c.py": "",
    }

    assert layers.find_cycle(made_up(tmp_path, files)) == []
