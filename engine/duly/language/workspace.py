"""Read a workspace: from all its files to a RuleSet, or to every problem in one run."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from duly.catalog import Catalog
from duly.errors import InputError
from duly.language.connector_entries import ConnectorEntry
from duly.language.live import (
    CATALOG,
    MESSAGE_FILE,
    RULE_FILE,
    SETTINGS,
    check_lines,
    digest_of,
    live_files,
)
from duly.language.messages import MessageFiles, read_messages
from duly.language.offering import read_offering
from duly.language.rule_files import Known, RuleFiles, read_rule_files
from duly.language.settings import Outlets, Settings, SettingsReading, read_settings
from duly.language.source import parse
from duly.language.source_file import open_source
from duly.language.within import names_under
from duly.language.writing import Sendings, check_messages, compile_messages, sendings
from duly.model.business import Business
from duly.rule import RuleSet
from duly.shape.node import Node
from duly.shape.quote import quote
from duly.values.problem import Problem, Span

__all__ = [
    "ConnectorEntry",
    "Outlets",
    "Reading",
    "Settings",
    "digest_of",
    "live_files",
    "read_workspace",
]


@dataclass(frozen=True, slots=True)
class Reading:
    """Hold what a workspace says; ``ruleset`` and ``settings`` are None where there is a mistake.

    ``settings`` are there if duly.yaml has no mistake, whatever the other files have. ``problems``
    are errors and warnings in the order of their places, ``files`` the lines of each file.
    """

    ruleset: RuleSet | None
    settings: Settings | None
    problems: tuple[Problem, ...]
    files: Mapping[str, tuple[str, ...]]


def read_workspace(
    files: Mapping[str, bytes], *, environment: Mapping[str, str], outlets: Outlets | None
) -> Reading:
    """Read all files of a workspace by their paths in it (``duly.yaml``, ``rules/care.yaml``).

    Without ``outlets`` nothing is asked about connectors: so is read what is live.
    """
    workspace = _Workspace(files)
    settings = workspace.settings(environment, outlets)
    ruleset = workspace.ruleset(settings, outlets)
    lines = {path: open_source(data, path)[0].lines for path, data in files.items()}
    return Reading(ruleset, settings.settings, tuple(sorted(set(workspace.problems))), lines)


@dataclass(frozen=True, slots=True)
class _Workspace:
    """Hold the files of one reading and the problems found so far."""

    files: Mapping[str, bytes]
    problems: list[Problem] = field(default_factory=list)

    def settings(self, environment: Mapping[str, str], outlets: Outlets | None) -> SettingsReading:
        """Read duly.yaml."""
        node = self._parse_needed(SETTINGS, "who you are and how you work")
        reading = read_settings(node, environment=environment, outlets=outlets)
        self.problems.extend((*reading.problems, *check_lines(node)))
        return reading

    def ruleset(self, settings: SettingsReading, outlets: Outlets | None) -> RuleSet | None:
        """Read everything else; None if anything has a mistake."""
        business, is_certain = settings.business, settings.is_certain
        self.problems.extend(_strange_files(self.files))
        catalog, plans = self._catalog(business if is_certain else None)
        messages = read_messages(self._matching(MESSAGE_FILE), business, is_certain=is_certain)
        self.problems.extend(messages.problems)
        trees = (self._parse(path) for path in sorted(self._matching(RULE_FILE)))
        known = Known(business, plans, messages, outlets, is_certain)
        rules = read_rule_files((tree for tree in trees if tree is not None), known)
        self.problems.extend(rules.problems)
        sent = sendings(rules.rules.values(), business)
        if is_certain:
            self.problems.extend(check_messages(messages, sent, business))
        if catalog is None or any(problem.severity == "error" for problem in self.problems):
            return None
        return self._made(business, catalog, rules, messages, sent)

    def _made(
        self,
        business: Business,
        catalog: Catalog,
        rules: RuleFiles,
        messages: MessageFiles,
        sent: Sendings,
    ) -> RuleSet | None:
        try:
            compiled = compile_messages(messages, sent, business)
            digest = digest_of(live_files(self.files))
        except InputError as error:
            message, _, hint = str(error).partition("; ")
            self.problems.append(Problem(Span(SETTINGS, 1, 1), "unusable", message, hint))
            return None
        return RuleSet(digest, business, catalog, rules.rules, rules.segments, compiled)

    def _catalog(
        self, business: Business | None
    ) -> tuple[Catalog | None, Mapping[str, str] | None]:
        """Return the catalogue, and the names of the plans as they are written."""
        node = self._parse_needed(CATALOG, "what you sell")
        if node is None:
            return None, None
        catalog, told = read_offering(node, business)
        self.problems.extend(told)
        return catalog, names_under(node, "plans")

    def _parse_needed(self, path: str, says: str) -> Node | None:
        if path in self.files:
            return self._parse(path)
        message = f"there is no {path}, which says {says}"
        hint = "make one, or begin with duly init --pack coffee-box"
        self.problems.append(Problem(Span(path, 1, 1), "no-file", message, hint))
        return None

    def _parse(self, path: str) -> Node | None:
        node, told = parse(self.files[path], path)
        self.problems.extend(told)
        return node

    def _matching(self, pattern: re.Pattern[str]) -> Mapping[str, bytes]:
        return {path: data for path, data in self.files.items() if pattern.fullmatch(path)}


def _strange_files(files: Mapping[str, bytes]) -> Iterator[Problem]:
    """Refuse files that look as if they said something and would be passed over."""
    for path in files:
        folder, _, name = path.partition("/")
        expected = {"rules": (RULE_FILE, ".yaml"), "messages": (MESSAGE_FILE, ".md")}.get(folder)
        if folder == "documents" and name:
            message = "templates of documents are not there yet"
            hint = "move them out of documents/ until a later version knows them"
            yield Problem(Span(path, 1, 1), "not-there-yet", message, hint)
        elif expected is not None and name and not expected[0].fullmatch(path):
            message = f"{quote(path)} is not read, because of its name"
            hint = f"put it into {folder}/ itself, with a name that ends in {expected[1]}"
            yield Problem(Span(path, 1, 1), "bad-name", message, hint)
