"""From the files in rules/ to rules and segments, which may stand in any of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from duly.catalog import Catalog
from duly.condition.fields import Sold, field_catalogue
from duly.language.conditions import Conditions, read_segments
from duly.language.lint_together import check_rules
from duly.language.messages import MessageFiles
from duly.language.rules import Surroundings, read_rule
from duly.language.rules_shape import rules_shape
from duly.language.settings import Outlets
from duly.language.within import each, names_under
from duly.model.business import Business
from duly.rule import Rule, Segment
from duly.shape.convert import convert
from duly.shape.node import Node
from duly.shape.quote import quote
from duly.shape.record import Item, Record
from duly.values.problem import Problem


@dataclass(frozen=True, slots=True)
class Known:
    """Hold what rules may refer to; ``plans`` is None if the catalogue could not be read.

    ``is_certain``: the settings, with the fields of the business, could be read. ``catalog`` is
    None if it has a mistake. ``today`` is the business's day on which a draft is to count, None for
    what is live.
    """

    business: Business
    plans: Mapping[str, str] | None
    messages: MessageFiles
    outlets: Outlets | None
    is_certain: bool
    catalog: Catalog | None = None
    today: date | None = None

    def sold(self) -> Sold | None:
        """Name what is sold, as far as it could be read; None if nothing could."""
        if self.plans is None:
            return None
        prices = [
            price
            for plan in (self.catalog.plans.values() if self.catalog else ())
            for price in plan.prices
        ]
        amounts = (price.amount or price.at_least for price in prices)
        own = self.business.currency
        currencies = dict.fromkeys((own, *(one.currency for one in amounts if one)))
        return Sold(
            tuple(self.plans),
            tuple(price.code for price in prices),
            tuple(currencies) if self.catalog else (),
        )


@dataclass(frozen=True, slots=True)
class RuleFiles:
    """Hold the rules and segments that are right, and what is wrong with the others."""

    rules: Mapping[str, Rule]
    segments: Mapping[str, Segment]
    problems: tuple[Problem, ...]


def read_rule_files(trees: Iterable[Node], known: Known) -> RuleFiles:
    """Read the trees of all files of rules, in the order of their names."""
    reader = _Reader(tuple(trees), known)
    conditions = reader.segments()
    rules = reader.rules(conditions)
    return RuleFiles(rules, conditions.segments, tuple(reader.problems))


@dataclass(slots=True)
class _Reader:
    """Carry what one reading has to remember: the converted files and the problems."""

    trees: tuple[Node, ...]
    known: Known
    problems: list[Problem] = field(default_factory=list)
    records: tuple[Record, ...] = ()
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.names = tuple(name for tree in self.trees for name in names_under(tree, "segments"))
        vocabulary = {
            "message": self.known.messages.names,
            "segment": dict.fromkeys(self.names, ""),
        }
        if self.known.plans is not None:
            vocabulary["plan"] = dict(self.known.plans)
        found = [convert(tree, rules_shape(), vocabulary) for tree in self.trees]
        self.records = tuple(item.as_a(Record) for item, _ in found if item is not None)
        self.problems = [problem for _, told in found for problem in told]

    def segments(self) -> Conditions:
        """Read the segments, and make ready to read conditions that name them."""
        fields = field_catalogue(self.known.business, self.known.sold())
        items = self._joined("segments", "segment")
        certain = self.known.is_certain
        conditions, told = read_segments(items, self.names, fields, is_certain=certain)
        self.problems += told
        return conditions

    def rules(self, conditions: Conditions) -> Mapping[str, Rule]:
        """Read the rules."""
        known = self.known
        around = Surroundings(conditions, known.messages.classes, known.outlets, known.today)
        rules: dict[str, Rule] = {}
        for name, item in self._joined("rules", "rule").items():
            rule, told = read_rule(name, item, around)
            self.problems += told
            if rule is not None:
                rules[name] = rule
        self.problems += check_rules(rules.values())
        return rules

    def _joined(self, group: str, noun: str) -> Mapping[str, Item]:
        """Bring together what stands under one name in several files."""
        joined: dict[str, Item] = {}
        for record in self.records:
            for name, item in each(record, group):
                first = joined.setdefault(name, item)
                if first is not item:
                    message = f"the {noun} {quote(name)} stands in {first.key.file} too"
                    hint = "choose another name, or remove one of them"
                    self.problems.append(Problem(item.key, "written-twice", message, hint))
        return joined
