"""From a checked rule to the statements that decide it for all subscribers at once.

Every statement's text is constant for a ruleset; what changes from tick to tick is bound by the
names in ``duly.trigger`` and in ``duly.selection.parameters``.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Insert,
    Integer,
    Select,
    Subquery,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    true,
    type_coerce,
)

from duly.condition.scope import Scope
from duly.condition.sql import condition_sql, letters_sql
from duly.condition.tree import Condition, named_fields
from duly.rule import Rule, RuleSet
from duly.selection.key import occurrence_key
from duly.selection.parameters import (
    NO,
    RULE,
    RULESET,
    TOP,
    YOUNGER_THAN,
    beyond_limit,
    insert_new,
    segment_conditions,
)
from duly.selection.scope import joined, kept, scope_of
from duly.selection.steps import leading_steps
from duly.tables.ledger import firing, job, near_miss
from duly.tables.rows import DialectName
from duly.tables.types import Word
from duly.trigger import (
    ACTIVE_FROM,
    ACTIVE_UNTIL,
    COUNTS_FROM,
    NOW,
    OCCURRENCE,
    STAMPED_TO,
    Catch,
    Look,
    Trigger,
)
from duly.values.duration import Duration


@dataclass(frozen=True, slots=True)
class TriggerStatements:
    """Hold the statements of one trigger of a rule, in the order they run.

    ``near_misses`` comes first: it needs to know what was decided before this tick. ``too_late``
    stores what an outage dropped. All are inserts that pass over what is there.
    """

    trigger: Trigger
    near_misses: Insert | None
    too_late: Insert
    firings: Insert


@dataclass(frozen=True, slots=True)
class RuleStatements:
    """Hold all statements of one rule: its triggers', and the first jobs of new firings.

    ``limited_jobs`` leave what is beyond the limit of ``catch_up`` to a person, and are for ticks
    in which ``late`` finds a new firing; none if there is no limit.
    """

    rule: Rule
    triggers: tuple[TriggerStatements, ...]
    first_jobs: tuple[Insert, ...]
    limited_jobs: tuple[Insert, ...]
    late: Select[Any]


def select_rule(rule: Rule, ruleset: RuleSet, dialect: DialectName) -> RuleStatements:
    """Build the statements of a rule."""
    builder = _Builder(rule, ruleset, dialect)
    triggers = tuple(
        builder.trigger(trigger, once_per)
        for trigger, once_per in zip(rule.triggers, rule.once_per, strict=True)
    )
    beyond = beyond_limit(rule.catch_up)
    late = select(firing.c.id).where(firing.c.id > TOP, firing.c.rule_id == RULE, firing.c.late)
    return RuleStatements(
        rule=rule,
        triggers=triggers,
        first_jobs=builder.first_jobs(NO),
        limited_jobs=() if beyond is NO else builder.first_jobs(beyond),
        late=late.limit(1),
    )


@dataclass(frozen=True, slots=True)
class _Builder:
    rule: Rule
    ruleset: RuleSet
    dialect: DialectName

    @property
    def look(self) -> Look:
        return Look(self.dialect, self.rule.about)

    def trigger(self, trigger: Trigger, once_per: str | Duration) -> TriggerStatements:
        found = self._found(trigger)
        decided = self._undecided(found, trigger)
        on_time = and_(found.c.decision != literal_column("'too_late'"), decided)
        condition = self.rule.only_if
        near = None
        if condition is not None:
            near = self._near_misses(found, trigger, on_time, condition)
        return TriggerStatements(
            trigger=trigger,
            near_misses=near,
            too_late=self._too_late(found, trigger, decided),
            firings=self._firings(found, trigger, once_per, on_time),
        )

    def _found(self, trigger: Trigger) -> Subquery:
        """Find the happenings that count; with ``latest`` only the newest of each may be late."""
        happened = trigger.select(self.look).subquery("happened")
        counting = select(*[happened.c[name] for name in OCCURRENCE]).where(_counts(happened))
        if self.rule.catch_up.mode != Catch.LATEST or trigger.calendar is None:
            return counting.subquery("o")
        plain = counting.subquery("counting")
        too_late: ColumnElement[str] = literal_column("'too_late'")
        order = func.rank().over(
            partition_by=[plain.c.subject_id, plain.c.decision == too_late],
            order_by=plain.c.at.desc(),
        )
        decision = case(
            (and_(plain.c.decision == literal_column("'late'"), order > 1), too_late),
            else_=plain.c.decision,
        )
        columns = [
            decision.label("decision") if name == "decision" else plain.c[name]
            for name in OCCURRENCE
        ]
        return select(*columns).subquery("o")

    def _undecided(self, found: Subquery, trigger: Trigger) -> ColumnElement[bool]:
        """Keep out what was decided before: a calendar can bring the same happening again.

        Where no row ever moves, only a fact that came after its moment can have been decided.
        """
        if trigger.calendar is None:
            return true()
        missed = select(near_miss.c.rule_id).where(
            near_miss.c.rule_id == RULE,
            near_miss.c.subject_id == found.c.subject_id,
            near_miss.c.trigger == literal_column(f"'{trigger.name}'"),
            near_miss.c.natural_key == found.c.natural_key,
        )
        fired = select(firing.c.id).where(
            firing.c.rule_id == RULE,
            firing.c.subject_id == found.c.subject_id,
            firing.c.trigger == literal_column(f"'{trigger.name}'"),
            firing.c.natural_key == found.c.natural_key,
        )
        undecided = and_(~missed.exists(), ~fired.exists())
        return undecided if trigger.calendar.can_repeat else or_(found.c.fresh.is_(NO), undecided)

    def _near_misses(
        self,
        found: Subquery,
        trigger: Trigger,
        on_time: ColumnElement[bool],
        condition: Condition,
    ) -> Insert:
        scope = scope_of(self.look)
        truth = condition_sql(condition, scope, segment_conditions(self.ruleset))
        letters = letters_sql(condition, scope, segment_conditions(self.ruleset))
        chosen = self._miss(found, trigger, "condition", letters)
        chosen = chosen.add_columns(self._facts(scope).label("facts"))
        chosen = joined(chosen, scope, self.rule.about, found)
        return self._insert_misses(found, chosen.where(on_time, truth.is_not(true())))

    def _too_late(self, found: Subquery, trigger: Trigger, decided: ColumnElement[bool]) -> Insert:
        chosen = self._miss(found, trigger, "too_late", literal_column("''"))
        late = found.c.decision == literal_column("'too_late'")
        return self._insert_misses(found, chosen.where(late, decided))

    def _miss(
        self, found: Subquery, trigger: Trigger, reason: str, letters: ColumnElement[str]
    ) -> Select[Any]:
        return select(
            RULE.label("rule_id"),
            found.c.subject_id,
            literal_column(f"'{trigger.name}'").label("trigger"),
            found.c.natural_key,
            found.c.subscriber_id,
            found.c.at,
            found.c.local_on,
            literal_column(f"'{reason}'").label("reason"),
            STAMPED_TO.label("tick_id"),
            RULESET.label("ruleset_id"),
            letters.label("letters"),
        ).select_from(found)

    def _insert_misses(self, found: Subquery, chosen: Select[Any]) -> Insert:
        names = [column.name for column in chosen.selected_columns]
        ordered = chosen.order_by(*_in_order(found))
        missed: Insert = insert_new(self.dialect, near_miss).from_select(names, ordered)
        return missed

    def _firings(
        self,
        found: Subquery,
        trigger: Trigger,
        once_per: str | Duration,
        on_time: ColumnElement[bool],
    ) -> Insert:
        scope = scope_of(self.look)
        letters: ColumnElement[str] = literal_column("''")
        truth: ColumnElement[bool] = true()
        if self.rule.only_if is not None:
            truth = condition_sql(self.rule.only_if, scope, segment_conditions(self.ruleset))
            letters = letters_sql(self.rule.only_if, scope, segment_conditions(self.ruleset))
        started_on: ColumnElement[Any] = cast(null(), firing.c.started_on.type)
        if self.rule.is_timeline:
            started_on = scope.today
        ended = null() if self.rule.waits else literal_column("'finished'")
        chosen = select(
            RULE.label("rule_id"),
            found.c.subject_id,
            found.c.subscriber_id,
            occurrence_key(found, trigger, once_per, self.look).label("key"),
            literal_column(f"'{trigger.name}'").label("trigger"),
            found.c.natural_key,
            found.c.at,
            found.c.local_on,
            found.c.zone,
            found.c.reference_id,
            NOW.label("started_at"),
            started_on.label("started_on"),
            STAMPED_TO.label("tick_id"),
            RULESET.label("ruleset_id"),
            letters.label("letters"),
            self._facts(scope).label("facts"),
            (found.c.decision == literal_column("'late'")).label("late"),
            ended.label("ended"),
        ).select_from(found)
        chosen = joined(chosen, scope, self.rule.about, found).where(on_time, truth)
        names = [column.name for column in chosen.selected_columns]
        if isinstance(once_per, Duration):
            chosen = chosen.where(~_fired_lately(found).exists())
            chosen = _first_of_each(chosen, found)
        else:
            chosen = chosen.order_by(*_in_order(found))
        fired: Insert = insert_new(self.dialect, firing).from_select(names, chosen)
        return fired

    def _facts(self, scope: Scope) -> ColumnElement[Any]:
        """Keep the values of the fields that the rule names, for ``why``."""
        if self.rule.only_if is None:
            return cast(null(), firing.c.facts.type)
        parts: list[Any] = []
        for named in named_fields(self.rule.only_if):
            if named.about != "any_subscription":
                parts += [literal(named.name, Text()), kept(named.expression(scope))]
        build = func.json_object if self.dialect == "sqlite" else func.jsonb_build_object
        return type_coerce(build(*parts), firing.c.facts.type)

    def first_jobs(self, beyond: ColumnElement[bool]) -> tuple[Insert, ...]:
        """Write the jobs that new firings start with, one statement per step."""
        return tuple(
            self._job(step.name, step.action.name, str(step.action.job_class), beyond)
            for step in leading_steps(self.rule)
        )

    def _job(self, step: str, kind: str, job_class: str, beyond: ColumnElement[bool]) -> Insert:
        held: ColumnElement[str] = literal_column("'held'")
        ready: ColumnElement[str] = literal_column("'ready'")
        state: ColumnElement[str] = ready if beyond is NO else case((beyond, held), else_=ready)
        chosen = select(
            firing.c.id.label("firing_id"),
            firing.c.subscriber_id,
            literal(step, Word).label("step"),
            literal(kind, Word).label("kind"),
            literal(job_class, Word).label("job_class"),
            state.label("state"),
            NOW.label("due_at"),
            NOW.label("made_at"),
            literal(0, Integer()).label("tries"),
            literal(0, Integer()).label("fence"),
        ).where(firing.c.id > TOP, firing.c.rule_id == RULE)
        names = [column.name for column in chosen.selected_columns]
        jobs: Insert = insert_new(self.dialect, job).from_select(names, chosen)
        return jobs


def _counts(found: FromClause) -> ColumnElement[bool]:
    """Leave out what is older than the rule, or outside its dates."""
    return and_(
        or_(found.c.fresh.is_not(NO), found.c.at >= COUNTS_FROM),
        found.c.at >= ACTIVE_FROM,
        found.c.at < ACTIVE_UNTIL,
    )


def _in_order(found: FromClause) -> tuple[ColumnElement[Any], ...]:
    """Return the order in which happenings are stored.

    Of those of a subject that have one key the oldest counts. Subject after subject is also how the
    unique index lies: filling it zone by zone takes twice as long.
    """
    return found.c.subject_id, found.c.at, found.c.reference_id


def _first_of_each(chosen: Select[Any], found: FromClause) -> Select[Any]:
    """Keep the oldest row of each subject."""
    place = func.row_number().over(partition_by=found.c.subject_id, order_by=_in_order(found))
    placed = chosen.add_columns(place.label("place")).subquery("placed")
    columns = [column for column in placed.c if column.name != "place"]
    return select(*columns).where(placed.c.place == literal_column("1"))


def _fired_lately(found: FromClause) -> Select[Any]:
    return select(firing.c.id).where(
        firing.c.rule_id == RULE,
        firing.c.subject_id == found.c.subject_id,
        firing.c.started_at > YOUNGER_THAN,
    )
