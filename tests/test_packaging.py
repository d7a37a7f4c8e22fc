"""The wheel holds all that duly needs, and runs where there is nothing but the wheel."""

import fcntl
import hashlib
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
WHEELS = ROOT / ".wheels"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
TIMEOUT_S = 300

# What the wheel is made of: a folder of the checkout, and its place in the wheel.
CONTENT = {
    "engine/duly": "duly",
    "connectors/duly_connectors": "duly_connectors",
    "rules": "duly/_shipped/rules",
    "schemas": "duly/_shipped/schemas",
}

# Imports every module but those that need more than duly's own dependencies by their nature: the
# contract tests need pytest, the steps of a migration need Alembic around them.
IMPORT_EVERYTHING = """
import importlib, pkgutil, duly, duly_connectors
for package in (duly, duly_connectors):
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        name = f"{found.name}."
        if not name.startswith("duly.testing.") and ".migrations." not in found.name:
            importlib.import_module(found.name)
"""

LOAD_CONNECTORS = """
from importlib.metadata import entry_points
for point in entry_points(group="duly.connectors"):
    print(point.name, point.load().__name__)
"""

FIND_SHIPPED = """
from duly import resources
for name in ("rules", "schemas"):
    print(resources.find(name))
"""

# One process makes the wheel and the environments for all tests here.
pytestmark = pytest.mark.xdist_group("packaging")


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment without pip; ``home`` is also where its programs start."""

    folder: Path
    home: Path

    @property
    def site_packages(self) -> Path:
        return next(self.folder.glob("lib/python*/site-packages"))

    def install(self, wheel: Path, *options: str) -> None:
        install = ["install", "--quiet", "--no-index", "--no-compile", *options, str(wheel)]
        run([sys.executable, "-m", "pip", "--isolated", "--python", str(self.folder), *install])

    def run(self, program: str, *arguments: str) -> str:
        """Run a program of the environment, where every warning is an error."""
        command = [str(self.folder / "bin" / program), *arguments]
        settings = {"PATH": "/usr/bin:/bin", "HOME": str(self.home), "PYTHONWARNINGS": "error"}
        return run(command, cwd=self.home, env=settings)


def run(
    command: Sequence[str], *, cwd: Path | None = None, env: dict[str, str] | None = None
) -> str:
    done = subprocess.run(
        command,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def make_environment(folder: Path) -> Environment:
    home = folder / "home"
    home.mkdir()
    run([sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")])
    return Environment(folder / "venv", home)


@contextmanager
def locked(file: Path) -> Iterator[None]:
    file.parent.mkdir(exist_ok=True)
    with file.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def fetch_dependencies() -> Path:
    """Return a folder with the wheels of all dependencies, fetched when their list has changed."""
    made_for = "\n".join([*PROJECT["dependencies"], sys.version, sysconfig.get_platform()])
    tag = sys.implementation.cache_tag
    folder = WHEELS / f"{tag}-{hashlib.sha256(made_for.encode()).hexdigest()[:16]}"
    with locked(WHEELS / "lock"):
        if not folder.exists():
            for old in WHEELS.glob(f"{tag}-*"):
                shutil.rmtree(old)
            partial = WHEELS / f"{tag}-partial"
            pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--wheel-dir", str(partial)]
            run([*pip, *PROJECT["dependencies"]])
            partial.rename(folder)
    return folder


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build as for a release: the wheel is made from the source archive."""
    folder = tmp_path_factory.mktemp("dist")
    run([sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)])
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Environment:
    environment = make_environment(tmp_path_factory.mktemp("installed"))
    environment.install(wheel, "--find-links", str(fetch_dependencies()))
    return environment


@pytest.fixture(scope="module")
def editable(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    folder = tmp_path_factory.mktemp("editable")
    build = ["build", "--target", "wheel:editable", "--directory", str(folder)]
    run([sys.executable, "-m", "hatchling", *build], cwd=ROOT)
    (wheel,) = folder.glob("*.whl")
    environment = make_environment(folder)
    environment.install(wheel, "--no-deps")
    return environment


def test_the_wheel_holds_what_the_checkout_holds(wheel: Path) -> None:
    expected = {
        f"{place}/{file.relative_to(ROOT / folder).as_posix()}"
        for folder, place in CONTENT.items()
        for file in (ROOT / folder).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }

    names = zipfile.ZipFile(wheel).namelist()

    assert {name for name in names if ".dist-info/" not in name} == expected


@pytest.mark.parametrize("place", CONTENT.values())
def test_no_part_of_the_wheel_is_empty(wheel: Path, place: str) -> None:
    assert [name for name in zipfile.ZipFile(wheel).namelist() if name.startswith(f"{place}/")]


def test_the_wheel_brings_its_licence(wheel: Path) -> None:
    licence = f"duly-{PROJECT['version']}.dist-info/licenses/LICENSE"

    assert licence in zipfile.ZipFile(wheel).namelist()


def test_every_module_imports_with_the_declared_dependencies(installed: Environment) -> None:
    assert installed.run("python", "-c", IMPORT_EVERYTHING) == ""


def test_the_shipped_connectors_are_found(installed: Environment) -> None:
    assert installed.run("python", "-c", LOAD_CONNECTORS).splitlines() == [
        "csv CsvSource",
        "outbox Outbox",
        "sandbox Sandbox",
    ]


def test_a_wheel_finds_the_data_it_brought(installed: Environment) -> None:
    shipped = installed.site_packages / "duly" / "_shipped"

    assert installed.run("python", "-c", FIND_SHIPPED).splitlines() == [
        str(shipped / "rules"),
        str(shipped / "schemas"),
    ]


def test_an_editable_install_finds_the_data_of_the_checkout(editable: Environment) -> None:
    assert editable.run("python", "-c", FIND_SHIPPED).splitlines() == [
        str(ROOT / "rules"),
        str(ROOT / "schemas"),
    ]


def test_an_editable_install_keeps_no_copy(editable: Environment) -> None:
    assert [path.name for path in editable.site_packages.iterdir() if path.is_dir()] == [
        f"duly-{PROJECT['version']}.dist-info"
    ]


def test_the_command_tells_its_version(installed: Environment) -> None:
    assert PROJECT["version"] in installed.run("duly", "--version")


def test_the_demo_runs_once_and_then_finds_everything_done(installed: Environment) -> None:
    first = installed.run("duly", "demo")
    made = sorted((installed.home / "duly-demo").rglob("*"))
    assert first
    assert made

    installed.run("duly", "demo")

    assert sorted((installed.home / "duly-demo").rglob("*")) == made
