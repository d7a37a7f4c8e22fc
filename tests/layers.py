"""Reads from source files who imports whom, and says which imports break the layers."""

import ast
import graphlib
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

Lines = Sequence[Set[str]]
Homes = Mapping[str, Set[str]]


@dataclass(frozen=True, slots=True)
class Import:
    """One import: who (a dotted name), what (the module, as far as it is a module), where."""

    importer: str
    target: str
    place: str


@dataclass(frozen=True, slots=True)
class Source:
    """The modules of one package by dotted name, and the imports in them."""

    package: str
    modules: Mapping[str, Path]
    imports: tuple[Import, ...]


def read_source(package: Path) -> Source:
    """Read every Python file of a package; imports in functions and for types count too."""
    modules = {_dotted(file, package.parent): file for file in sorted(package.rglob("*.py"))}
    imports = [
        Import(name, target, f"{file.relative_to(package.parent)}:{line}")
        for name, file in modules.items()
        for target, line in _targets(ast.parse(file.read_bytes()), modules)
    ]
    return Source(package.name, modules, tuple(imports))


def unknown_parts(source: Source, lines: Lines) -> list[str]:
    """Name the top-level parts that stand in no line."""
    known = frozenset().union(*lines)
    found = {_part(module) for module in source.modules} - {""}
    return [
        f'"{part}" is a part of {source.package} that no layer knows: add it to LINES in '
        "tests/test_layers.py, in the lowest line above everything it imports"
        for part in sorted(found - known)
    ]


def layer_breaches(source: Source, lines: Lines) -> list[str]:
    """Name the imports that point upward or sideways."""
    line_of = {part: number for number, parts in enumerate(lines) for part in parts}
    inner = [each for each in source.imports if _is_inside(each.target, source.package)]
    return [
        f"{each.place}: {mine or source.package} must not import {theirs}: "
        + _reason(line_of.get(mine, -1), line_of.get(theirs, len(lines)))
        for each in inner
        for mine, theirs in [(_part(each.importer), _part(each.target))]
        if theirs not in ("", mine) and line_of.get(mine, -1) <= line_of.get(theirs, len(lines))
    ]


def kind_breaches(source: Source, packages: Set[str]) -> list[str]:
    """Name the kinds (modules with a ``KIND``) that import another kind."""
    kinds = {
        module
        for module, file in source.modules.items()
        if _part(module) in packages and _assigns_kind(file)
    }
    return [
        f"{each.place}: the kind {each.importer} must not import the kind {each.target}: "
        "move what both need to a module that is no kind"
        for each in source.imports
        if each.importer in kinds and each.target in kinds
    ]


def library_breaches(source: Source, homes: Homes) -> list[str]:
    """Name the libraries imported outside their homes; one without homes may have one part."""
    users: dict[str, dict[str, str]] = defaultdict(dict)
    for each in source.imports:
        library = each.target.split(".")[0]
        if library not in sys.stdlib_module_names and library != source.package:
            users[library].setdefault(_part(each.importer), each.place)
    return [
        breach
        for library, places in sorted(users.items())
        for breach in _strays(library, places, homes.get(library))
    ]


def door_breaches(source: Source, engine: str, doors: Set[str]) -> list[str]:
    """Name the imports that reach into the engine by another way than its public parts."""
    return [
        f"{each.place}: {each.target} is inside the engine: connectors see "
        + ", ".join(f"{engine}.{door}" for door in sorted(doors))
        for each in source.imports
        if _is_inside(each.target, engine) and _part(each.target) not in doors
    ]


def find_cycle(source: Source) -> list[str]:
    """Return the modules of one import cycle, each importing the next, or nothing."""
    graph: dict[str, set[str]] = {module: set() for module in source.modules}
    for each in source.imports:
        if each.target in graph:
            graph[each.importer].add(each.target)
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return list(reversed(error.args[1]))
    return []


def _dotted(file: Path, root: Path) -> str:
    parts = file.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _part(module: str) -> str:
    return module.partition(".")[2].partition(".")[0]


def _is_inside(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def _reason(mine: int, theirs: int) -> str:
    if mine < 0:
        return "it is loaded before everything else"
    side = "beside it, on" if mine == theirs else "above it, on"
    return f"that is {side} line {theirs}"


def _targets(tree: ast.Module, modules: Mapping[str, Path]) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((alias.name, node.lineno) for alias in names)
            case ast.ImportFrom(module=str(module), names=names):
                for alias in names:
                    longer = f"{module}.{alias.name}"
                    yield (longer if longer in modules else module), node.lineno
            case ast.Call(
                func=ast.Attribute(attr="import_module") | ast.Name(id="import_module"),
                args=[ast.Constant(value=str(module)), *_],
            ):
                yield module, node.lineno


def _strays(library: str, places: Mapping[str, str], homes: Set[str] | None) -> Iterator[str]:
    first = min(places)
    for part, place in sorted(places.items()):
        if homes is None and part != first:
            yield f"{place}: {library} is imported in {first} too: give it one home, or name all"
        elif homes is not None and part not in homes:
            yield f"{place}: {library} is imported in {' and '.join(sorted(homes))} only"


def _assigns_kind(file: Path) -> bool:
    for node in ast.parse(file.read_bytes()).body:
        match node:
            case ast.AnnAssign(target=ast.Name(id="KIND")):
                return True
            case ast.Assign(targets=[ast.Name(id="KIND")]):
                return True
    return False
