"""``duly import``: bring subscribers in from a file."""

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from duly.cli.opening import open_workspace
from duly.cli.place import counted, in_folder, shortened, show_problems
from duly.cli.progress import going_on
from duly.connector import Place, SourceFormat, SubscriberSource
from duly.errors import OutsideError, UsageError
from duly.importing.rejected import rejected_path, write_rejected
from duly.importing.report import ImportReport
from duly.importing.run import run_import
from duly.language.mapping import read_mapping
from duly.language.mapping_tree import ImportMapping
from duly.rule import RuleSet
from duly.service.connectors import connector_class, outlets
from duly.service.workspace import Workspace
from duly.values.problem import Problem, ProblemsError

SHOWN = 20


@click.command("import", epilog="Example: duly import imports/old-shop.yaml --dry-run")
@in_folder
@click.argument("mapping_file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--from",
    "other",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Read this file instead of the one that MAPPING_FILE names.",
)
@click.option("--dry-run", is_flag=True, help="Read and check everything, write nothing.")
@click.pass_context
def import_(
    ctx: click.Context, folder: Path, mapping_file: Path, other: Path | None, *, dry_run: bool
) -> None:
    """Bring in the rows that MAPPING_FILE describes; a second import changes, never doubles.

    A row that is wrong is set aside with its line and reason, and the others arrive.
    """
    if not mapping_file.is_file():
        raise UsageError(f"there is no file {mapping_file}")
    workspace = open_workspace(folder)
    workspace.set_up()
    rules = workspace.rules()
    data = mapping_file.read_bytes()
    name = str(mapping_file)
    mapping, problems = _read(workspace, rules, data, name)
    if mapping is None:
        _show(problems, data, name)
        ctx.exit(1)
    named = mapping_file.parent / mapping.file
    path = other or named
    try:
        source = _open(workspace, mapping, path)
        report = _run(workspace, rules, mapping, source, dry_run=dry_run)
    except ProblemsError as error:
        _show(error.problems, data, name)
        ctx.exit(1)
    for line in _tell(report, dry_run=dry_run):
        click.echo(line)
    if report.rejected and not dry_run:
        what, left = _left(report, mapping, path)
        click.echo(f"mend {what}, then run:")
        click.echo(f"  {_again(folder, mapping_file, None if left == named else left)}")
    if report.rejected or report.stopped:
        ctx.exit(1)


def _left(report: ImportReport, mapping: ImportMapping, path: Path) -> tuple[str, Path]:
    """Say what is to be mended, and which file then holds every row that did not come in."""
    if report.stopped:
        return f"{path} or the mapping", path
    aside = rejected_path(path)
    write_rejected(aside, report.headings, report.rejected, mapping.format)
    return f"the rows in {aside}", aside


def _again(folder: Path, mapping_file: Path, other: Path | None) -> str:
    """Write the command that reads a file by the same mapping, as one can paste it."""
    where = () if folder == Path() else ("--in", str(folder))
    source = () if other is None else ("--from", str(other))
    return shlex.join(("duly", "import", *where, str(mapping_file), *source))


def _read(
    workspace: Workspace, rules: RuleSet, data: bytes, name: str
) -> tuple[ImportMapping | None, tuple[Problem, ...]]:
    return read_mapping(
        data,
        name,
        business=rules.business,
        catalog=rules.catalog,
        gateways=outlets(workspace.wiring.connectors).gateways,
    )


def _show(problems: tuple[Problem, ...], data: bytes, name: str) -> None:
    lines = tuple(data.decode("utf-8", errors="replace").splitlines())
    show_problems(problems, {name: lines})
    click.echo(f"{counted(len(problems), 'problem')}; nothing was imported")


def _open(workspace: Workspace, mapping: ImportMapping, path: Path) -> SubscriberSource:
    if not path.is_file():
        raise OutsideError(f"there is no file {path} to import")
    csv = connector_class("csv")
    form = SourceFormat(mapping.format.separator, mapping.format.encoding)
    place = Place(workspace.folder, workspace.clock)
    found = csv.open(csv.Settings(file=path.absolute(), format=form), place)
    assert isinstance(found, csv), "a connector opens itself"
    source: SubscriberSource = found  # type: ignore[assignment] # csv reads subscribers
    return source


def _run(
    workspace: Workspace,
    rules: RuleSet,
    mapping: ImportMapping,
    source: SubscriberSource,
    *,
    dry_run: bool,
) -> ImportReport:
    with going_on("importing") as say:
        return run_import(
            workspace.database,
            mapping,
            source,
            business=rules.business,
            catalog=rules.catalog,
            now=workspace.now(),
            dry_run=dry_run,
            progress=lambda read: say(f"{read:,} rows"),
        )


def _tell(report: ImportReport, *, dry_run: bool) -> Iterator[str]:
    counts: Mapping[str, int] = {
        "new": report.new,
        "changed": report.changed,
        "the same": report.same,
        "passed over": report.skipped,
        "set aside": report.set_aside,
    }
    said = ", ".join(f"{number:,} {word}" for word, number in counts.items() if number)
    verb = "would import" if dry_run else "imported"
    yield f"{verb} {counted(report.read, 'row')}: {said or '-'}"
    yield f"live subscriptions: {report.live:,}"
    for plan in report.plans:
        yield f"  {plan.plan:<20} {plan.count:>7,}  {plan.amount} every {plan.every}"
    for day in report.next_days[:SHOWN]:
        yield f"  first billed on {day.on}  {day.count:>7,}  {day.amount}"
    if len(report.next_days) > SHOWN:
        yield f"  and {len(report.next_days) - SHOWN} days more"
    for one in report.rejected[:SHOWN]:
        yield f"line {one.line}: {shortened(one.reason)}"
    if report.set_aside > SHOWN:
        yield f"and {report.set_aside - SHOWN} rows more"
    if report.stopped:
        yield f"stopped: {report.stopped}"
