"""``duly init``: a workspace from a starter pack."""

import shutil
from pathlib import Path

import click

from duly.errors import InputError, OutsideError, UsageError
from duly.resources import find

SCHEMAS = ".duly"


def packs() -> tuple[str, ...]:
    """List the starter packs that ship with duly."""
    return tuple(sorted(path.name for path in find("rules").iterdir() if path.is_dir()))


def copy_pack(pack: str, folder: Path) -> None:
    """Copy a pack into a new or empty folder, with the schemas that its files point editors to.

    Never over files that are there.
    """
    if pack not in packs():
        raise InputError(f'there is no pack "{pack}"; there are {", ".join(packs())}')
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; name a new folder")
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty; name a new folder")
    try:
        shutil.copytree(find("rules") / pack, folder, dirs_exist_ok=True)
        shutil.copytree(find("schemas"), folder / SCHEMAS, dirs_exist_ok=True)
    except shutil.Error as error:
        [(_, target, reason), *_] = error.args[0]
        raise OutsideError(f"{target} could not be written: {reason}") from error


@click.command(epilog="Example: duly init --pack coffee-box my-shop")
@click.option("--pack", help=f"The starter pack: {', '.join(packs())}.")
@click.argument("folder", type=click.Path(path_type=Path))
def init(pack: str | None, folder: Path) -> None:
    """Make a workspace in FOLDER from a starter pack."""
    if pack is None:
        example = f"duly init --pack {packs()[0]} {folder}"
        raise UsageError(f"a pack is missing; there are {', '.join(packs())}: {example}")
    copy_pack(pack, folder)
    click.echo(f"made {folder} from the pack {pack}")
    click.echo("next: say who you are in duly.yaml, then")
    click.echo(f"  cd {folder}\n  duly check\n  duly apply\n  duly doctor")
