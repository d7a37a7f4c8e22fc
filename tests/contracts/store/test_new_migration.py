"""The next revision is written from the difference, tidy, and does what it says."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.operations.ops import CreateTableOp, UpgradeOps
from alembic.runtime.migration import MigrationContext
from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
    text,
)

from duly.errors import InputError
from duly.store import schema
from duly.store.database import open_database
from duly.store.migration_text import Heading, write_revision
from duly.store.new_migration import main, rewrite_first, write_next
from duly.tables.types import Id, Instant, Json, LocalDate, Minor, Word

ROOT = Path(__file__).resolve().parents[3]
LONG = "state IN ('packing', 'weighed', 'handed over', 'on its way', 'at the door', 'taken in')"

FIRST = '''\
"""Make the first tables."""

import sqlalchemy as sa
from alembic import op

from duly.store.downgrade import downgrade as downgrade
from duly.tables.types import Id, Instant, Json, LocalDate, Minor, Word

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first tables."""
    _box()
    _label()


def _box() -> None:
    op.create_table(
        "box",
        sa.Column("id", Id, autoincrement=True, nullable=False, comment="The box."),
        sa.Column("price_minor", Minor, nullable=False),
        sa.Column("state", Word, nullable=False),
        sa.Column(
            "sent_on",
            LocalDate,
            nullable=True,
            comment=(
                "The local day on which somebody came by, signed for all of the boxes, and took "
                "this one along."
            ),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_box"),
        sa.UniqueConstraint("price_minor", name="uq_box_price_minor"),
        comment="What is sent.",
    )
    op.create_index(
        "ix_box_on_its_way",
        "box",
        ["sent_on"],
        unique=True,
        sqlite_where=sa.text(
            "state IN ('packing', 'weighed', 'handed over', 'on its way', 'at the door', 'taken "
            "in')"
        ),
        postgresql_where=sa.text(
            "state IN ('packing', 'weighed', 'handed over', 'on its way', 'at the door', 'taken "
            "in')"
        ),
    )
    op.create_index("ix_box_state", "box", ["state", "sent_on"])


def _label() -> None:
    op.create_table(
        "label",
        sa.Column("box_id", Id, nullable=False),
        sa.Column("printed_at", Instant, nullable=False),
        sa.Column("facts", Json, nullable=True),
        sa.Column("glued", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["box_id"], ["box.id"], name="fk_label_box_id"),
        sa.PrimaryKeyConstraint("box_id", "printed_at", name="pk_label"),
        sqlite_with_rowid=False,
    )
'''

SECOND = '''\
"""Weigh the boxes."""

import sqlalchemy as sa
from alembic import op

from duly.store.downgrade import downgrade as downgrade
from duly.tables.types import Id, Word

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Weigh the boxes."""
    _scales()
    _box()
    _label()


def _scales() -> None:
    op.create_table(
        "scales",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_scales"),
    )


def _box() -> None:
    op.add_column("box", sa.Column("grams", sa.Integer(), nullable=True, comment="Weight."))
    op.add_column("box", sa.Column("note", Word, server_default="", nullable=False))
    op.drop_index("ix_box_state", table_name="box")
    op.create_index("ix_box_grams", "box", ["grams"])


def _label() -> None:
    op.drop_column("label", "glued")
'''


def first_tables() -> MetaData:
    tables = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        }
    )
    sent = (
        "The local day on which somebody came by, signed for all of the boxes, and took this one "
        "along."
    )
    box = Table(
        "box",
        tables,
        Column("id", Id, primary_key=True, autoincrement=True, comment="The box."),
        Column("price_minor", Minor, nullable=False),
        Column("state", Word, nullable=False),
        Column("sent_on", LocalDate, comment=sent),
        UniqueConstraint("price_minor"),
        comment="What is sent.",
    )
    Index("ix_box_state", box.c.state, box.c.sent_on)
    Index(
        "ix_box_on_its_way",
        box.c.sent_on,
        unique=True,
        sqlite_where=text(LONG),
        postgresql_where=text(LONG),
    )
    add_label(tables, Column("glued", Boolean))
    return tables


def add_label(tables: MetaData, *more: Column[Any]) -> None:
    Table(
        "label",
        tables,
        Column("box_id", Id, ForeignKey("box.id"), primary_key=True),
        Column("printed_at", Instant, primary_key=True),
        Column("facts", Json),
        *more,
        sqlite_with_rowid=False,
    )


def second_tables() -> MetaData:
    tables = first_tables()
    box = tables.tables["box"]
    box.append_column(Column("grams", Integer, comment="Weight."))
    box.append_column(Column("note", Word, server_default="", nullable=False))
    Index("ix_box_grams", box.c.grams)
    box.indexes.remove(next(index for index in box.indexes if index.name == "ix_box_state"))
    tables.remove(tables.tables["label"])
    add_label(tables)
    Table("scales", tables, Column("id", Id, primary_key=True, autoincrement=True))
    return tables


def changed(change: Callable[[Table], object]) -> MetaData:
    """Return the first tables after a change of the box."""
    tables = first_tables()
    change(tables.tables["box"])
    return tables


def refuse_null(box: Table) -> None:
    box.c.sent_on.nullable = False


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with the first revision."""
    rewrite_first(first_tables(), tmp_path)
    return tmp_path


def test_the_first_revision_makes_every_table(folder: Path) -> None:
    assert (folder / "revision_0001_make_the_first_tables.py").read_text() == FIRST


def test_the_next_revision_is_the_difference(folder: Path) -> None:
    written = write_next("weigh the boxes", second_tables(), folder)

    assert written == folder / "revision_0002_weigh_the_boxes.py"
    assert written.read_text() == SECOND


def test_what_is_written_leads_to_the_tables(folder: Path) -> None:
    write_next("weigh the boxes", second_tables(), folder)
    database = open_database("sqlite://")

    applied = schema.upgrade(database, folder=folder)

    assert applied == ("0001: Make the first tables.", "0002: Weigh the boxes.")
    with database.read() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, second_tables()) == []
    database.close()


@pytest.mark.parametrize("command", ["check", "format"])
def test_what_is_written_is_tidy(command: str) -> None:
    # The sweep makes texts of every length, so that each way to break a line occurs.
    tables = MetaData()
    words = "a note that says 'not yet' to \"it\" " * 5
    for length in range(1, len(words)):
        Table(
            f"t{length}", tables, Column("id", Id, comment=words[:length]), comment=words[:length]
        )
    found = UpgradeOps([CreateTableOp.from_table(table) for table in tables.sorted_tables])

    assert ruff(command, write_revision(Heading("0001", "", "Sweep."), found)) == ""


def ruff(command: str, source: str) -> str:
    """Return what the project's own settings find in a revision's text."""
    file = ROOT / "engine" / "duly" / "store" / "migrations" / "revision_0001_x.py"
    options = ["--no-cache", "--quiet", f"--stdin-filename={file}"]
    found = subprocess.run(
        [
            sys.executable,
            "-m",
            "ruff",
            command,
            *options,
            *(["--diff"] * (command == "format")),
            "-",
        ],
        cwd=ROOT,
        input=source,
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout + found.stderr


def test_a_first_revision_that_nothing_follows_is_rewritten(folder: Path) -> None:
    rewrite_first(second_tables(), folder)

    assert [file.name for file in folder.glob("*.py")] == ["revision_0001_make_the_first_tables.py"]
    assert '"grams"' in (folder / "revision_0001_make_the_first_tables.py").read_text()


def test_a_first_revision_that_another_follows_stays(folder: Path) -> None:
    write_next("weigh the boxes", second_tables(), folder)

    with pytest.raises(InputError, match=r"revision_0002_weigh_the_boxes\.py follows the first"):
        rewrite_first(second_tables(), folder)

    assert (folder / "revision_0001_make_the_first_tables.py").read_text() == FIRST


@pytest.mark.parametrize(
    ("tables", "sentence"),
    [
        (first_tables(), 'the tables are as revision "0001" makes them: nothing to write'),
        (
            changed(lambda box: box.append_column(Column("grams", Integer, nullable=False))),
            '"box.grams" cannot be required: the rows that are there have no value for it; '
            "make it optional, or give it a server_default",
        ),
        (
            changed(lambda box: box.append_constraint(UniqueConstraint("state"))),
            "SQLite cannot do op.create_unique_constraint('uq_box_state', 'box', ['state']) "
            "to a table that is there: add a new column, table or unique index, and remove the "
            "old one a release later",
        ),
        (
            changed(refuse_null),
            "SQLite cannot do op.alter_column('box', 'sent_on', existing_type=sa.INTEGER(), "
            "nullable=False) to a table that is there: add a new column, table or unique index, "
            "and remove the old one a release later",
        ),
        (
            changed(lambda box: box.append_column(Column("x_id", Id, ForeignKey("label.box_id")))),
            "the foreign keys of box, label run in a circle: keep one of the columns as a plain id",
        ),
    ],
)
def test_what_cannot_be_written_is_refused(folder: Path, tables: MetaData, sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        write_next("weigh the boxes", tables, folder)

    assert str(caught.value) == sentence
    assert len(list(folder.glob("*.py"))) == 1


@pytest.mark.parametrize("message", ["", " . ", "x" * 81, 'say "hello"', "two\nlines", "a\\b"])
def test_a_message_that_makes_no_docstring_is_refused(folder: Path, message: str) -> None:
    with pytest.raises(InputError, match="does not say what the revision does"):
        write_next(message, second_tables(), folder)


def test_the_command_names_its_file_or_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--rewrite-first"], tmp_path) == 0
    assert capsys.readouterr().out == f"wrote {tmp_path}/revision_0001_make_the_first_tables.py\n"

    assert main(["Change nothing"], tmp_path) == 1
    assert "nothing to write" in capsys.readouterr().err
