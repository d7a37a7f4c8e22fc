"""Read a workspace: from all its files to a RuleSet, or to every problem in one run."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice

from duly.catalog import Catalog
from duly.errors import InputError
from duly.language.connector_entries import ConnectorEntry
from duly.language.letters import Letters
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
from duly.language.writing import Sendings, check_messages, sendings
from duly.model.business import Business
from duly.rule import RuleSet
from duly.shape.node import Node
from duly.shape.quote import quote
from duly.values.problem import Problem, Span
from duly.values.zone import local_date

__all__ = [
    "ConnectorEntry",
    "Outlets",
    "Reading",
    "Settings",
    "digest_of",
    "live_files",
    "read_settings_file",
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
    files: Mapping[str, bytes],
    *,
    environment: Mapping[str, str],
    outlets: Outlets | None,
    unreadable: tuple[Problem, ...] = (),
    now: datetime | None = None,
) -> Reading:
    """Read all files of a workspace by their paths in it (``duly.yaml``, ``rules/care.yaml``).

    Without ``outlets`` nothing is asked about connectors: so is read what is live. With files that
    were ``unreadable`` only duly.yaml is read: the others may refer to what stands in them. With
    ``now`` a draft is asked whether it can work today; what is live is read on any day.
    """
    workspace = _Workspace(files, list(unreadable))
    settings = workspace.settings(environment, outlets)
    ruleset = None if unreadable else workspace.ruleset(settings, outlets, now)
    return workspace.reading(ruleset, settings)


def read_settings_file(
    files: Mapping[str, bytes],
    *,
    environment: Mapping[str, str],
    outlets: Outlets | None,
    unreadable: tuple[Problem, ...] = (),
) -> Reading:
    """Read duly.yaml alone, for what needs no rules."""
    own = {path: data for path, data in files.items() if path == SETTINGS}
    workspace = _Workspace(own, [one for one in unreadable if one.span.file == SETTINGS])
    return workspace.reading(None, workspace.settings(environment, outlets))


@dataclass(frozen=True, slots=True)
class _Workspace:
    """Hold the files of one reading and the problems found so far."""

    files: Mapping[str, bytes]
    problems: list[Problem] = field(default_factory=list)

    def reading(self, ruleset: RuleSet | None, settings: SettingsReading) -> Reading:
        """Bring together what was read with all problems, each once, and the lines they name."""
        lines = {path: open_source(data, path)[0].lines for path, data in self.files.items()}
        return Reading(ruleset, settings.settings, tuple(sorted(set(self.problems))), lines)

    def settings(self, environment: Mapping[str, str], outlets: Outlets | None) -> SettingsReading:
        """Read duly.yaml."""
        node = self._parse_needed(SETTINGS, "who you are and how you work")
        reading = read_settings(node, environment=environment, outlets=outlets)
        self.problems.extend((*reading.problems, *check_lines(node)))
        return reading

    def ruleset(
        self, settings: SettingsReading, outlets: Outlets | None, now: datetime | None
    ) -> RuleSet | None:
        """Read everything else; None if anything has a mistake."""
        business, is_certain = settings.business, settings.is_certain
        self.problems.extend(_strange_files(self.files))
        today = None if now is None else local_date(business.zone, now)
        catalog, plans = self._catalog(business if is_certain else None, today)
        messages = read_messages(self._matching(MESSAGE_FILE), business, is_certain=is_certain)
        self.problems.extend(messages.problems)
        trees = (self._parse(path) for path in sorted(self._matching(RULE_FILE)))
        known = Known(business, plans, messages, outlets, is_certain, catalog, today)
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
        letters = Letters(messages, sent, business)
        try:
            # What the business's paper cannot show, no message can: the first one stands for all.
            for key in islice(letters, 1):
                letters[key]
            digest = digest_of(live_files(self.files))
        except InputError as error:
            message, _, hint = str(error).partition("; ")
            self.problems.append(Problem(Span(SETTINGS, 1, 1), "unusable", message, hint))
            return None
        return RuleSet(digest, business, catalog, rules.rules, rules.segments, letters)

    def _catalog(
        self, business: Business | None, today: date | None
    ) -> tuple[Catalog | None, Mapping[str, str] | None]:
        """Return the catalogue, and the names of the plans as they are written."""
        node = self._parse_needed(CATALOG, "what you sell")
        if node is None:
            return None, None
        catalog, told = read_offering(node, business, today)
        self.problems.extend(told)
        return catalog, names_under(node, "plans")

    def _parse_needed(self, path: str, says: str) -> Node | None:
        if path in self.files:
            return self._parse(path)
        if any(problem.span.file == path for problem in self.problems):
            return None  # it is there and cannot be read, which was told
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
