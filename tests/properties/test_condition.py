"""Conditions and formulas mean the same in SQL, in memory and in a slow, naive reading."""

import os
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    Connection,
    Engine,
    create_engine,
    false,
    func,
    literal,
    not_,
    select,
)
from sqlalchemy.exc import DBAPIError

import databases
from condition_makers import (
    SEGMENTS,
    KnifeEdgeError,
    Made,
    MadeCondition,
    Maker,
    MapMaker,
    Shaky,
)
from condition_world import (
    CATALOGUE,
    METADATA,
    PERSON,
    World,
    fill,
    given_of,
    make_world,
    person_scope,
)
from duly.condition import own, sql, sql_value
from duly.condition.catalogue import short_name
from duly.condition.given import Text
from duly.condition.memory import Formula, compile_formula
from duly.condition.nesting import MAX_NESTING, nesting
from duly.condition.parse import parse_condition
from duly.condition.portable import days_later
from duly.condition.scope import MoneyColumns
from duly.condition.sql import condition_sql, letters_sql
from duly.condition.sql_value import value_sql
from duly.condition.tree import All, Condition, Line, Value
from duly.values.money import Money, round_half_away
from duly.values.problem import Span
from formulas import parse_formula

ROWS = 60
BATCH = 25
CONDITIONS = 300  # times ROWS: 18,000 answers a run on each database
MANY_CONDITIONS = 6_000
FORMULAS = 150
MUTANT_CONDITIONS = 300
MUTANT_SEED = 20260301
MOST_KNIFE_EDGES = 0.01

_PLACE = Span("rules.yaml", 1, 1)
_LETTERS = {True: "y", False: "n", None: "u"}
# Refusals that a random condition may meet; it is drawn again.
_REDRAWN = {"formula-too-long", "constant-condition"}
_SEED = int(os.environ.get("DULY_TEST_SEED") or random.randrange(2**32))


@dataclass(frozen=True)
class Asked:
    """Hold a database with the rows of a world; the seed repeats it as DULY_TEST_SEED."""

    connection: Connection
    world: World
    seed: int

    @property
    def dialect(self) -> str:
        return self.connection.dialect.name


@contextmanager
def filled(url: str, seed: int) -> Iterator[Asked]:
    engine: Engine = create_engine(url)
    world = make_world(random.Random(seed), ROWS)
    try:
        with engine.connect() as connection:
            fill(connection, world)
            connection.commit()
            yield Asked(connection, world, seed)
    finally:
        engine.dispose()


def url_of(dialect: str, request: pytest.FixtureRequest, folder: Path, stack: ExitStack) -> str:
    if dialect == "sqlite":
        return f"sqlite:///{folder / 'duly.db'}"
    server = request.getfixturevalue("postgres_url")
    return stack.enter_context(databases.temporary_database(server))


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def asked(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Asked]:
    """Give a database with rows drawn anew each run."""
    with ExitStack() as stack:
        url = url_of(request.param, request, tmp_path_factory.mktemp("asked"), stack)
        yield stack.enter_context(filled(url, _SEED))


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def same(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Asked]:
    """Give a database with the same rows each run."""
    with ExitStack() as stack:
        url = url_of(request.param, request, tmp_path_factory.mktemp("same"), stack)
        yield stack.enter_context(filled(url, MUTANT_SEED))


def parsed(made: MadeCondition) -> Condition | None:
    """Parse a condition; None if it is beyond a limit."""
    condition, problems = parse_condition(given_of(made.given), CATALOGUE, tuple(SEGMENTS))
    assert {problem.code for problem in problems} <= _REDRAWN, (made.given, problems)
    if condition is None or nesting(condition, segments()) > MAX_NESTING:
        return None
    return condition


@cache
def segments() -> dict[str, Condition]:
    found = {}
    for name, made in SEGMENTS.items():
        condition, _ = parse_condition(given_of(made.given), CATALOGUE, tuple(SEGMENTS))
        assert condition is not None
        found[name] = condition
    return found


def draw_conditions(draw: random.Random) -> Iterator[tuple[Condition, MadeCondition]]:
    maker = MapMaker(draw)
    while True:
        made = maker.entries(2)
        condition = parsed(made)
        if condition is not None:
            yield condition, made


def answers(connection: Connection, conditions: list[Condition]) -> dict[int, str]:
    """Ask about many conditions in one statement: a letter for each, by the id of the row."""
    lines = All(tuple(Line(condition, _PLACE) for condition in conditions))
    letters = letters_sql(lines, person_scope(), segments()).label("letters")
    return {row.id: row.letters for row in connection.execute(select(PERSON.c.id, letters))}


def mismatches(asked: Asked, count: int) -> Iterator[str]:
    """Yield each answer that differs from the naive reading; an error is one too."""
    rows, edges = asked.world.seen(), 0
    drawn = islice(draw_conditions(random.Random(asked.seed)), count)
    while batch := list(islice(drawn, BATCH)):
        try:
            found = answers(asked.connection, [condition for condition, _ in batch])
        except DBAPIError as error:
            asked.connection.rollback()
            yield str(error)
            continue
        for row in rows:
            for letter, (_, made) in zip(found[row["id"]], batch, strict=True):
                wanted = naive(made.read, row)
                edges += wanted == "edge"
                if wanted != "edge" and letter != _LETTERS[wanted]:
                    yield f"{made.given}: {letter} instead of {_LETTERS[wanted]} for {row}"
    assert edges <= MOST_KNIFE_EDGES * count * len(rows)


def naive(read: Callable[[Mapping[str, Any]], Any], row: Mapping[str, Any]) -> Any:
    """Read a row the slow way; "edge" where doubles cannot decide."""
    try:
        return read(row)
    except KnifeEdgeError:
        return "edge"


def test_conditions_in_sql_agree_with_a_naive_reading(asked: Asked) -> None:
    found = next(mismatches(asked, CONDITIONS), None)

    assert found is None, f"DULY_TEST_SEED={asked.seed}"


@pytest.mark.all
def test_many_conditions_in_sql_agree_with_a_naive_reading(asked: Asked) -> None:
    found = next(mismatches(asked, MANY_CONDITIONS), None)

    assert found is None, f"DULY_TEST_SEED={asked.seed}"


def draw_formulas(draw: random.Random) -> Iterator[tuple[Value | Condition, Made]]:
    """Draw formulas of every type that a database can read."""
    maker = Maker(draw)
    makes = (maker.number, maker.money, maker.day, maker.whole, maker.truth)
    while True:
        made = draw.choice(makes)(draw.choice((1, 2, 3)))
        tree, problems = parse_formula(Text(made.text, _PLACE), CATALOGUE)
        assert {problem.code for problem in problems} <= _REDRAWN, (made.text, problems)
        if tree is not None and nesting(tree, {}) <= MAX_NESTING:
            yield tree, made


def columns_of(tree: Value | Condition) -> list[Any]:
    """Make one column of a formula's value, or two for money."""
    scope = person_scope()
    if not isinstance(tree, Value):
        return [condition_sql(tree, scope, {})]
    expression = value_sql(tree, scope)
    if isinstance(expression, MoneyColumns):
        return [expression.minor, expression.currency]
    return [expression]


def is_about(found: tuple[Any, ...], wanted: Any) -> bool:
    """Compare what a database calculated with a naive value, within the error of doubles."""
    if isinstance(wanted, tuple) and found[0] is not None:
        return found[1] == wanted[1] and is_about(found[:1], wanted[0])
    if isinstance(wanted, Shaky) and found[0] is not None:
        return abs(float(Fraction(found[0]) - wanted.value)) <= 2 * wanted.error + 1e-9
    return bool(found[0] is None if wanted is None else found[0] == wanted)


def formula_of(made: Made) -> Formula:
    """Read a formula for the engine's own evaluator."""
    names = {short_name(field.name): field.type for field in CATALOGUE.fields.values()}
    formula, problems = compile_formula(Text(made.text, _PLACE), names)
    assert formula is not None, problems
    return formula


def in_memory(formula: Formula, row: Mapping[str, Any]) -> Any:
    """Calculate a formula with the engine's own evaluator."""
    values = {name: _money_of(row[name]) for name in formula.names}
    return formula.value(values, today=row["today"])


def _money_of(value: Any) -> Any:
    return Money(int(value[0]), value[1]) if isinstance(value, tuple) else value


def rounded(wanted: Any) -> Any:
    """Turn a naive value into what a formula gives in memory: exact, money rounded once."""
    match wanted:
        case (Shaky() as minor, str(currency)):
            return Money(round_half_away(minor.value), currency)
        case Shaky():
            return wanted.value
        case _:
            return wanted


def test_formulas_in_sql_and_in_memory_agree_with_a_naive_reading(asked: Asked) -> None:
    rows = asked.world.seen()
    for tree, made in islice(draw_formulas(random.Random(asked.seed)), FORMULAS):
        formula = formula_of(made)
        statement = select(PERSON.c.id, *columns_of(tree))
        found = {row[0]: tuple(row[1:]) for row in asked.connection.execute(statement)}
        for row in rows:
            wanted = naive(made.read, row)
            if wanted != "edge":
                hint = f"{made.text} for {row}; DULY_TEST_SEED={asked.seed}"
                assert is_about(found[row["id"]], wanted), hint
                assert in_memory(formula, row) == rounded(wanted), hint


Both = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Mutant:
    """Hold a mistake that the properties must notice: what is replaced, and by what.

    ``on`` names the databases where it is a mistake at all.
    """

    name: str
    places: tuple[Any, ...]
    function: str
    mistake: Callable[..., Any]
    on: tuple[str, ...] = Both


_COMPARE = sql.compare
_DAYS_AGO = sql.days_ago
_CALCULATE = sql_value.calculate
_MONTHS_BETWEEN = sql_value.months_between


def _divide_whole(sign: str, left: Any, right: Any, *, rough: bool) -> Any:
    if sign == "/":
        return left.op("/", return_type=left.type)(func.nullif(right, 0))
    return _CALCULATE(sign, left, right, rough=rough)


MUTANTS = (
    # SQLite gives NULL for a division by zero by itself.
    Mutant("no NULLIF", (sql_value,), "divisor", lambda n, rough: n, ("postgresql",)),
    Mutant(
        "not takes unknown for true",
        (sql,),
        "opposite",
        lambda truth: not_(func.coalesce(truth, false())),
    ),
    Mutant("unknown is false", (sql,), "compare", lambda *a: func.coalesce(_COMPARE(*a), false())),
    Mutant("integer division", (sql_value,), "calculate", _divide_whole),
    Mutant("LIKE", (sql,), "has_part", lambda text, part: text.like("%" + part + "%")),
    # The server of the tests knows only collations that compare byte by byte.
    Mutant("collation", (sql,), "bytewise", lambda text: text, ("sqlite",)),
    Mutant("any currency", (sql_value, sql), "in_currency", lambda money, _: money.minor),
    Mutant("a day too few", (sql,), "days_ago", lambda scope, days: _DAYS_AGO(scope, days - 1)),
    Mutant("exact comparison", (sql,), "compare_nearly", lambda *sides: _COMPARE(*sides)),
    Mutant(
        "months by their number only",
        (sql_value,),
        "months_between",
        lambda first, last: _MONTHS_BETWEEN(first, days_later(last, literal(-1))),
    ),
    Mutant("a missing value is skipped", (sql_value,), "lowest", lambda kind, *v: v[0]),
    Mutant("own fields of any type", (own._Asked,), "where", lambda self, types, value: value),
    Mutant("no unknown subscription", (sql,), "_is_certain", lambda condition: True),
)


@pytest.mark.parametrize(
    ("same", "mutant"),
    [
        pytest.param(dialect, mutant, id=f"{dialect}: {mutant.name}")
        for mutant in MUTANTS
        for dialect in mutant.on
    ],
    indirect=["same"],
)
def test_a_mistake_in_the_sql_is_noticed(
    mutant: Mutant, same: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in mutant.places:
        monkeypatch.setattr(place, mutant.function, mutant.mistake)

    assert next(mismatches(same, MUTANT_CONDITIONS), None) is not None


def test_the_same_conditions_agree_without_a_mistake(same: Asked) -> None:
    assert next(mismatches(same, MUTANT_CONDITIONS), None) is None


def test_the_deepest_condition_allowed_is_read_by_sqlite() -> None:
    maker = MapMaker(random.Random(MUTANT_SEED))
    made = (parsed(maker.entries(5)) for _ in range(1_500))
    deep = [condition for condition in made if condition and nesting(condition, segments()) > 60]
    engine = create_engine("sqlite://")

    with engine.connect() as connection:
        METADATA.create_all(connection)
        for condition in deep:
            explain = f"EXPLAIN {_text_in_a_rule(condition, connection)}"
            connection.exec_driver_sql(explain, (None,) * explain.count("?"))

    engine.dispose()
    assert len(deep) > 50


def _text_in_a_rule(condition: Condition, connection: Connection) -> str:
    """Write a condition inside as many brackets as the statement of a rule may take levels."""
    truth = condition_sql(condition, person_scope(), segments())
    text = str(select(PERSON.c.id).where(truth).compile(dialect=connection.dialect))
    head, _, where = text.partition("WHERE ")
    return f"{head}WHERE {'(' * (90 - MAX_NESTING)}{where}{')' * (90 - MAX_NESTING)}"
