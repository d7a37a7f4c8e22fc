"""Open the folder of one business: its files, its database, what is live in it."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from duly.action import Shop
from duly.connector import Place
from duly.dispatch.desk import Desk
from duly.errors import OutsideError, UsageError
from duly.language.outline import compare, outline
from duly.language.workspace import Reading, Settings, digest_of, live_files, read_workspace
from duly.rule import RuleSet
from duly.selection.live import make_live
from duly.service.connectors import Toolbox, channel_connectors, first_carrier, outlets
from duly.store import installation, rulesets, schema
from duly.store.database import Database, open_database
from duly.values.problem import ProblemsError

SETTINGS = "duly.yaml"
PATTERNS = ("duly.yaml", "catalog.yaml", "rules/*.yaml", "messages/*.md")
DATABASE = "duly.db"

Clock = Callable[[], datetime]


def read_clock() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Workspace:
    """Hold a business's folder as its files are now, and the environment they may refer to."""

    folder: Path
    environment: Mapping[str, str]
    clock: Clock = read_clock

    @cached_property
    def files(self) -> Mapping[str, bytes]:
        """Read every file that says something, by its path in the folder."""
        found = [path for pattern in PATTERNS for path in sorted(self.folder.glob(pattern))]
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in found}

    @cached_property
    def draft(self) -> Reading:
        """Check the files; all problems are in the reading."""
        first = read_workspace(self.files, environment=self.environment, outlets=None)
        if first.settings is None:
            return first
        able = outlets(first.settings.connectors)
        return read_workspace(self.files, environment=self.environment, outlets=able)

    @property
    def settings(self) -> Settings:
        """Return the settings; raises ProblemsError if duly.yaml cannot be used."""
        if self.draft.settings is None:
            raise ProblemsError(self.draft.problems)
        return self.draft.settings

    @cached_property
    def database(self) -> Database:
        """Open the database, which has to be as this version wants it."""
        database = self.any_database
        if not schema.is_current(database):
            raise UsageError("the database is not there yet or is older; run duly db upgrade")
        return database

    @cached_property
    def any_database(self) -> Database:
        """Open the database in whatever state it is."""
        named = self.settings.database
        return open_database(named or f"sqlite:///{(self.folder / DATABASE).absolute()}")

    def set_up(self) -> tuple[str, ...]:
        """Make or upgrade the database, and give it an id of its own if it has none."""
        applied = schema.upgrade(self.any_database)
        with self.any_database.write() as transaction:
            if installation.installation_name(transaction) is None:
                environment = self.settings.business.environment
                installation.set_up(transaction, uuid.uuid4().hex, environment, self.clock())
        return applied

    def stored(self) -> rulesets.StoredRuleset | None:
        """Return what is live as it was stored."""
        with self.database.read() as transaction:
            return rulesets.live_ruleset(transaction)

    def live(self) -> tuple[int, RuleSet]:
        """Return the live rules with their number; raises UsageError if nothing was applied."""
        found = self.stored()
        if found is None:
            raise UsageError("nothing is live yet; run duly apply")
        return found.id, read_live(found.source)

    def rules(self) -> RuleSet:
        """Return what is live, else what the files say; raises ProblemsError if they cannot."""
        if self.stored() is not None:
            return self.live()[1]
        if self.draft.ruleset is None:
            raise ProblemsError(self.draft.problems)
        return self.draft.ruleset

    def draft_digest(self) -> str:
        """Return the digest that the files would have if they were applied."""
        return digest_of(live_files(self.files))

    def changes(self) -> tuple[str, ...]:
        """Say what applying the files would change, a line each."""
        found = self.stored()
        before = outline({}) if found is None else outline(_as_bytes(found.source))
        return compare(before, outline(_as_bytes(live_files(self.files))))

    def apply(self, actor: str) -> int:
        """Put the files live; raises ProblemsError if they have a mistake, and changes nothing."""
        if self.draft.ruleset is None:
            raise ProblemsError(self.draft.problems)
        found = self.stored()
        before = {} if found is None else read_live(found.source).rules
        on = [name for name, rule in before.items() if rule.enabled]
        source = live_files(self.files)
        with self.database.write() as transaction:
            return rulesets.put_live(
                transaction, self.draft.ruleset, source, on, now=self.clock(), actor=actor
            )

    def desk(self) -> Desk:
        """Make ready to act: the live rules, the connectors of duly.yaml, the clock."""
        number, ruleset = self.live()
        entries = self.settings.connectors
        environment = self.settings.business.environment
        with self.database.read() as transaction:
            name = installation.installation_name(transaction)
            kept = installation.installation_environment(transaction)
        if name is None or kept != environment:
            raise OutsideError(
                f"the database was set up for environment {kept}, duly.yaml says {environment}; "
                "run duly db rekey if this is a copy"
            )
        place = Place(self.folder, self.clock, "live" if environment == "live" else "test")
        live = make_live(number, ruleset, self.database.dialect)
        shop = make_shop(ruleset, self.settings, name)
        return Desk(self.database, live, shop, Toolbox(entries, place), self.clock)


def read_live(source: Mapping[str, str]) -> RuleSet:
    """Read stored rules through the one reader; what was applied once can be read again."""
    reading = read_workspace(_as_bytes(source), environment={}, outlets=None)
    if reading.ruleset is None:
        raise ProblemsError(reading.problems)
    return reading.ruleset


def _as_bytes(source: Mapping[str, str]) -> Mapping[str, bytes]:
    return {name: text.encode() for name, text in source.items()}


def make_shop(ruleset: RuleSet, settings: Settings, installation_name: str) -> Shop:
    """Bring together what is the same for every job."""
    uses = {name: entry.use for name, entry in settings.connectors.items()}
    able = outlets(settings.connectors)
    return Shop(
        business=ruleset.business,
        catalog=ruleset.catalog,
        messages=ruleset.messages,
        channels=channel_connectors(uses),
        gateways=tuple(sorted(able.gateways)),
        carrier=first_carrier(uses),
        installation=installation_name,
    )


def find_folder(start: Path) -> Path:
    """Return the folder of the business: the given one or one above; raises UsageError."""
    for folder in (start, *start.parents):
        if (folder / SETTINGS).is_file():
            return folder
    raise UsageError(f"there is no {SETTINGS} here; run duly init --pack coffee-box my-shop")
