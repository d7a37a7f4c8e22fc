"""Formulas over the fields of a catalogue, read for SQL without a condition around them."""

from duly.condition.catalogue import Catalogue
from duly.condition.formula import read_formula
from duly.condition.given import Text
from duly.condition.parse import formula_names
from duly.condition.refusal import Problems
from duly.condition.tree import Condition, Value
from duly.values.problem import Problem


def parse_formula(
    given: Text, catalogue: Catalogue
) -> tuple[Value | Condition | None, tuple[Problem, ...]]:
    """Read a formula; None if there are problems."""
    problems = Problems()
    names = formula_names(catalogue)
    tree = problems.attempt(lambda: read_formula(given, names, problems))
    found = problems.sorted()
    return (None if found else tree), found
