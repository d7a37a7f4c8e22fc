"""Every column says what it holds, is classed personal or not, and is named after its type."""

import pytest
from sqlalchemy import BigInteger, Column, Index, PrimaryKeyConstraint, Table, UniqueConstraint
from sqlalchemy.schema import sort_tables_and_constraints

from duly.tables.every import schema
from duly.tables.types import Id, Instant, LocalDate

TABLES = tuple(sorted(schema().tables.values(), key=lambda table: table.name))

# Instants and days whose plain name says more than one with _at or _on would.
INSTANTS = {"at", "lease_until", "looked_until"}
DAYS = {"settled_until"}


def kind(column: Column[object]) -> str:
    """Name the type of a column as the conventions know it."""
    match column.type:
        case LocalDate():
            return "local date"
        case Instant():
            return "instant"
        case _ if column.type is Id:
            return "id"
        case BigInteger():
            return "minor"
        case _:
            return "other"


def kind_by_name(name: str) -> str:
    """Tell from its name what a column holds."""
    if name.endswith("_on") or name in DAYS:
        return "local date"
    if name.endswith("_at") or name in INSTANTS:
        return "instant"
    return "minor" if name.endswith("_minor") else "other"


@pytest.mark.parametrize("table", TABLES, ids=str)
class TestColumns:
    """Each test names the columns that break a convention."""

    def test_a_column_says_what_it_holds(self, table: Table) -> None:
        assert [one.name for one in table.columns if not str(one.comment).endswith(".")] == []

    def test_a_column_is_classed_personal_or_not(self, table: Table) -> None:
        unclassed = [one for one in table.columns if one.info.get("personal") not in (True, False)]

        assert [one.name for one in unclassed] == []

    def test_what_is_personal_can_be_erased(self, table: Table) -> None:
        personal = [one for one in table.columns if one.info["personal"]]

        assert [one.name for one in personal if not one.nullable] == []

    def test_a_column_is_named_after_its_type(self, table: Table) -> None:
        assert {one.name: kind_by_name(one.name) for one in table.columns} == {
            one.name: "other" if kind(one) == "id" else kind(one) for one in table.columns
        }

    def test_a_column_called_id_holds_an_id(self, table: Table) -> None:
        called = [one for one in table.columns if one.name.endswith("_id")]

        wrong = [one.name for one in called if kind(one) != "id"]
        assert wrong in ([], ["external_id"])  # the business's own name is a word


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_a_table_says_what_it_holds_and_has_a_primary_key(table: Table) -> None:
    assert table.comment
    assert table.primary_key.columns.keys() != []


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_a_reference_points_to_the_id_of_a_table(table: Table) -> None:
    for key in table.foreign_keys:
        assert key.target_fullname.partition(".")[0] in schema().tables
        assert key.column.name == "id"
        assert key.column.type is key.parent.type is Id


def test_references_run_in_no_circle() -> None:
    # Else there is no order in which to make, copy, restore or empty the tables.
    in_order = sort_tables_and_constraints(TABLES)  # type: ignore[no-untyped-call] # it stands so in SQLAlchemy

    closing = in_order[-1][1]
    assert sorted(constraint.table.name for constraint in closing) == []


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_every_key_and_index_has_a_name_that_fits_postgresql(table: Table) -> None:
    names = [key.name for key in table.constraints] + [index.name for index in table.indexes]

    for name in names:
        assert isinstance(name, str)
        assert len(name) <= 63  # PostgreSQL cuts the rest off


# What a tick reads, it reads by an index; of a partial one the table names a part of the predicate.
PENDING, OPEN, MONEY = "tick IS NULL", "ended IS NULL", "job_class = 'money' AND state IN "


@pytest.mark.parametrize(
    ("table", "columns", "where"),
    [
        ("cycle", ("end_at",), ""),
        ("cycle", ("zone", "start_on"), ""),
        ("cycle", ("tick",), ""),
        ("cycle", ("id",), PENDING),
        ("subscription", ("zone", "term_ends_on"), "term_ends_on IS NOT NULL"),
        ("subscription", ("zone", "ending_on"), "ending_on IS NOT NULL"),
        ("subscription", ("zone", "started_on"), "status = 'pending'"),
        ("subscription", ("id",), PENDING),
        ("subscription", ("tick",), ""),
        ("subscriber", ("id",), PENDING),
        ("subscriber", ("tick",), ""),
        ("event", ("id",), PENDING),
        ("event", ("tick", "kind"), ""),
        ("segment_member", ("segment_id", "subject_id"), "left_at IS NULL"),
        ("segment_member", ("segment_id", "entered_at"), ""),
        ("firing", ("rule_id", "zone", "started_on"), OPEN),
        ("firing", ("rule_id", "subject_id"), OPEN),
        ("firing", ("subscriber_id", "rule_id"), OPEN),
        ("job", ("job_class", "due_at", "id"), "state = 'ready'"),
        (
            "job",
            ("subscriber_id", "id"),
            MONEY + "('blocked', 'ready', 'held', 'calling', 'unknown')",
        ),
    ],
)
def test_what_a_tick_reads_is_indexed(table: str, columns: tuple[str, ...], where: str) -> None:
    found = [
        index
        for index in schema().tables[table].indexes
        if tuple(index.columns.keys())[: len(columns)] == columns
        and (where in predicate(index) if where else not predicate(index))
    ]

    assert found


@pytest.mark.parametrize(
    ("table", "columns", "where"),
    [
        ("cycle", ("subscription_id", "number"), ""),
        ("cycle", ("subscription_id", "start_on"), ""),
        ("event", ("dedupe",), ""),
        ("firing", ("rule_id", "subject_id", "key"), ""),
        ("near_miss", ("rule_id", "subject_id", "trigger", "natural_key"), ""),
        ("job", ("firing_id", "step"), ""),
        ("job", ("subscriber_id",), MONEY + "('calling', 'unknown')"),
        ("call", ("job_id", "number"), ""),
        ("invoice", ("series", "number"), ""),
        ("invoice_line", ("cycle_id", "subscription_line_id"), ""),
        ("payment_attempt", ("invoice_id", "number"), ""),
        ("payment_attempt", ("invoice_id",), "state IN ('created', 'pending', 'unknown')"),
        ("segment_member", ("segment_id", "subject_id"), "left_at IS NULL"),
    ],
)
def test_what_happens_once_is_unique(table: str, columns: tuple[str, ...], where: str) -> None:
    made = schema().tables[table]
    keys = {
        (tuple(key.columns.keys()), "")
        for key in made.constraints
        if isinstance(key, UniqueConstraint | PrimaryKeyConstraint)
    }
    keys |= {
        (tuple(index.columns.keys()), predicate(index)) for index in made.indexes if index.unique
    }

    assert (columns, where) in keys


def predicate(index: Index) -> str:
    """Return what the rows of a partial index fit, the same on both databases."""
    sqlite, postgresql = (index.dialect_options[name]["where"] for name in ("sqlite", "postgresql"))
    assert str(sqlite) == str(postgresql)
    return "" if sqlite is None else str(sqlite)


def test_near_misses_are_kept_in_the_key_itself() -> None:
    assert schema().tables["near_miss"].dialect_options["sqlite"]["with_rowid"] is False
