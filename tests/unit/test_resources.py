"""Shipped data is found in the package first and in the checkout second."""

from pathlib import Path

import pytest

from duly import resources


def make_tree(root: Path, *, inside: bool = False, checkout: bool = False) -> Path:
    package = root / "engine" / "duly"
    package.mkdir(parents=True)
    if inside:
        (package / "_shipped" / "rules").mkdir(parents=True)
    if checkout:
        (root / "pyproject.toml").touch()
        (root / "rules").mkdir()
    return package


def test_an_installed_package_uses_its_own_data(tmp_path: Path) -> None:
    package = make_tree(tmp_path, inside=True, checkout=True)

    assert resources.find("rules", package=package) == package / "_shipped" / "rules"


def test_a_checkout_uses_the_folder_beside_the_engine(tmp_path: Path) -> None:
    package = make_tree(tmp_path, checkout=True)

    assert resources.find("rules", package=package) == tmp_path / "rules"


def test_a_folder_of_the_same_name_outside_a_checkout_is_not_ours(tmp_path: Path) -> None:
    package = make_tree(tmp_path)
    (tmp_path / "rules").mkdir()

    with pytest.raises(FileNotFoundError):
        resources.find("rules", package=package)


def test_missing_data_is_named(tmp_path: Path) -> None:
    package = make_tree(tmp_path)

    with pytest.raises(
        FileNotFoundError, match=r'lacks its "schemas" folder .* install duly again'
    ):
        resources.find("schemas", package=package)


def test_this_checkout_has_its_rules() -> None:
    checkout = Path(__file__).resolve().parents[2]

    assert resources.find("rules") == checkout / "rules"
