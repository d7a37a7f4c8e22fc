"""Finds the data that ships with duly: starter packs and schemas."""

from pathlib import Path
from typing import Literal

Shipped = Literal["rules", "schemas"]

_PACKAGE = Path(__file__).resolve().parent


def find(name: Shipped, *, package: Path = _PACKAGE) -> Path:
    """Return the folder of shipped data, from the installed package or else from the checkout.

    ``package`` is the folder of the package itself. Raises ``FileNotFoundError`` when neither
    place holds the data.
    """
    inside = package / "_shipped" / name
    if inside.is_dir():
        return inside
    checkout = package.parent.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / name).is_dir():
        return checkout / name
    raise FileNotFoundError(
        f'this installation of duly lacks its "{name}" folder ({inside}): install duly again'
    )
