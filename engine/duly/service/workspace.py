"""Open the folder of one business: its files, its database, what is live in it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from duly.action import Shop
from duly.connector import Place
from duly.dispatch.desk import Desk
from duly.errors import InputError, OutsideError, UsageError
from duly.language.outline import compare, outline
from duly.language.workspace import ConnectorEntry, live_files, read_workspace
from duly.rule import RuleSet
from duly.selection.live import make_live
from duly.service.connectors import Toolbox, channel_connectors, first_carrier, outlets
from duly.service.folder import Folder
from duly.service.heir import check_heir
from duly.store import installation, rulesets, schema, sold
from duly.store.database import Database, open_database
from duly.store.rolling import last_tick_at
from duly.values.problem import ProblemsError

DATABASE = "duly.db"


@dataclass(frozen=True)
class Workspace(Folder):
    """Hold a business's folder with its database, and what is live in it."""

    @cached_property
    def database(self) -> Database:
        """Open the database, which has to be as this version wants it."""
        database = self.any_database
        if not schema.is_current(database):
            if schema.current(database):
                raise UsageError("the database is older than this duly; run duly db upgrade")
            raise UsageError("nothing is live yet; run duly apply")
        return database

    @cached_property
    def any_database(self) -> Database:
        """Open the database in whatever state it is."""
        named = self.wiring.database
        return open_database(named or f"sqlite:///{(self.folder / DATABASE).absolute()}")

    def set_up(self) -> tuple[str, ...]:
        """Make or upgrade the database, and give it an id of its own if it has none.

        Raises ProblemsError if duly.yaml does not say which environment it is for.
        """
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

    def is_applied(self) -> bool:
        """Tell whether the files are what is live; what cannot be read never is."""
        found = self.stored()
        return found is not None and found.digest == self.draft_digest()

    def changes(self) -> tuple[str, ...]:
        """Say what applying the files would change, a line each.

        Raises ProblemsError for files with a mistake, InputError for what may not change.
        """
        found, ruleset = self.stored(), self._right_draft()
        self._check_heir(found, ruleset)
        before = outline({}) if found is None else outline(_as_bytes(found.source))
        return compare(before, outline(_as_bytes(live_files(self.found.files))))

    def apply(self, actor: str) -> int:
        """Put the files live; raises what ``changes`` raises, and then changes nothing."""
        found, ruleset = self.stored(), self._right_draft()
        self._check_heir(found, ruleset)
        before = {} if found is None else read_live(found.source).rules
        on = [name for name, rule in before.items() if rule.enabled]
        dict(ruleset.messages)  # compiles every one, so that none fails later
        source = live_files(self.found.files)
        with self.database.write() as transaction:
            return rulesets.put_live(transaction, ruleset, source, on, now=self.now(), actor=actor)

    def _right_draft(self) -> RuleSet:
        if self.draft.ruleset is None:
            raise ProblemsError(self.draft.problems)
        return self.draft.ruleset

    def _check_heir(self, found: rulesets.StoredRuleset | None, ruleset: RuleSet) -> None:
        """Refuse rules under which what is live could not go on."""
        with self.database.read() as transaction:
            kept = installation.installation_environment(transaction)
            in_use = sold.in_use(transaction)
        if kept not in (None, ruleset.business.environment):
            raise InputError(
                f"this database is for environment: {kept}, duly.yaml says "
                f"{ruleset.business.environment}; give it another one (database: "
                "sqlite:///live.db), then run duly apply and duly import"
            )
        before = None if found is None else read_live(found.source).catalog
        check_heir(before, ruleset.catalog, in_use)

    def now(self) -> datetime:
        """Return the present instant; in a test after the last look, which may be made up."""
        real = self.clock()
        if self.in_force != "test":
            return real
        with self.database.read() as transaction:
            return max(real, last_tick_at(transaction) + timedelta.resolution)

    @property
    def in_force(self) -> str:
        """Return the environment that the database is for: test or live."""
        with self.database.read() as transaction:
            return installation.installation_environment(transaction) or "live"

    def desk(self) -> Desk:
        """Make ready to act: the live rules, the connectors of duly.yaml, the clock."""
        number, ruleset = self.live()
        with self.database.read() as transaction:
            name = installation.installation_name(transaction)
            kept = installation.installation_environment(transaction)
        if name is None or kept != ruleset.business.environment:
            raise OutsideError(
                f"the database was set up for environment {kept}, what is live says "
                f"{ruleset.business.environment}; run duly db rekey if this is a copy"
            )
        entries = self.wiring.connectors
        place = Place(self.folder, self.clock, "live" if kept == "live" else "test")
        live = make_live(number, ruleset, self.database.dialect)
        shop = make_shop(ruleset, entries, name)
        return Desk(self.database, live, shop, Toolbox(entries, place), self.clock)


def read_live(source: Mapping[str, str]) -> RuleSet:
    """Read stored rules through the one reader; what was applied once can be read again."""
    reading = read_workspace(_as_bytes(source), environment={}, outlets=None)
    if reading.ruleset is None:
        raise ProblemsError(reading.problems)
    return reading.ruleset


def _as_bytes(source: Mapping[str, str]) -> Mapping[str, bytes]:
    return {name: text.encode() for name, text in source.items()}


def make_shop(
    ruleset: RuleSet, entries: Mapping[str, ConnectorEntry], installation_name: str
) -> Shop:
    """Bring together what is the same for every job."""
    uses = {name: entry.use for name, entry in entries.items()}
    able = outlets(entries)
    named = [name for name in ruleset.business.payments if name in able.gateways]
    return Shop(
        business=ruleset.business,
        catalog=ruleset.catalog,
        messages=ruleset.messages,
        channels=channel_connectors(uses),
        gateways=(*named, *sorted(able.gateways.difference(named))),
        carrier=first_carrier(uses),
        installation=installation_name,
    )
