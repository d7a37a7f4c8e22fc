"""Rows that were set aside become a file to mend and import again."""

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duly.connector import Place, SourceFormat, SourceRow
from duly.errors import OutsideError
from duly.importing.rejected import rejected_path, rows_as_before, safe_cell, write_rejected
from duly.importing.report import Rejected
from duly.language.mapping_format import FileFormat
from duly_connectors.csv import CsvSettings, CsvSource

ANNA = SourceRow(7, {"No": "1", "Name": "Anna; Pop"})
ION = SourceRow(9, {"No": "2"}, "1 cells where the headings name 2")
FORMAT = FileFormat(separator=";")


# Texts that begin in every way that matters, and any others.
CELLS = st.builds(
    str.__add__,
    st.sampled_from(("", "'", "''", "=", "'=", "-", "'-", "+4", "@", "\t", "\r", "'\t")),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6),
)


def source(path: Path, form: FileFormat) -> CsvSource:
    place = Place(path.parent, lambda: datetime(2026, 3, 1, tzinfo=UTC))
    settings = CsvSettings(path, SourceFormat(form.separator, form.encoding))
    return CsvSource.open(settings, place)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "old-shop.rejected.csv"


def test_the_file_stands_beside_its_source() -> None:
    assert rejected_path(Path("imports/old-shop.csv")) == Path("imports/old-shop.rejected.csv")


def test_rows_are_written_with_line_and_reason(path: Path) -> None:
    rejected = [Rejected(ANNA, "no plan is called Mic"), Rejected(ION, ION.trouble)]
    count = write_rejected(path, ("No", "Name"), rejected, FORMAT)

    assert count == 2
    assert path.read_bytes().decode("utf-8-sig") == (
        "No;Name;duly_reason\r\n"
        '1;"Anna; Pop";line 7: no plan is called Mic\r\n'
        "2;;line 9: 1 cells where the headings name 2\r\n"
    )


def test_no_rows_write_no_file_and_leave_the_one_before(path: Path) -> None:
    path.write_text("somebody is mending this")

    assert write_rejected(path, ("No",), [], FORMAT) == 0
    assert path.read_text() == "somebody is mending this"


def test_a_mended_file_is_read_again_by_the_same_mapping(path: Path) -> None:
    values = {"No": "1", "Localitate română": "Brăila", "Name": "=Ana", "reason": "moved away"}
    row = SourceRow(2, values)
    form = FileFormat(separator=";", encoding="cp1250")
    write_rejected(path, tuple(values), [Rejected(row, "bad")], form)

    (again,) = rows_as_before(source(path, form))

    assert dict(again.values) == values


def test_a_file_without_our_column_is_read_as_it_stands(path: Path) -> None:
    path.write_text("No;Name\r\n1;'=Ana\r\n", encoding="utf-8")

    (row,) = rows_as_before(source(path, FORMAT))

    assert row.values["Name"] == "'=Ana"


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=3))
def test_what_was_set_aside_is_read_again_to_the_letter(rows: list[list[str]]) -> None:
    names = ("No", "Name", "reason")
    before = [SourceRow(at, dict(zip(names, row, strict=True))) for at, row in enumerate(rows, 2)]

    with TemporaryDirectory() as folder:
        path = Path(folder) / "old.rejected.csv"
        write_rejected(path, names, [Rejected(row, "bad") for row in before], FORMAT)
        after = list(rows_as_before(source(path, FORMAT)))

    assert [row.values for row in after] == [row.values for row in before]


def test_a_row_set_aside_twice_has_one_reason(path: Path) -> None:
    row = SourceRow(2, {"No": "1", "duly_reason": "line 7: old"})

    write_rejected(path, ("No", "duly_reason"), [Rejected(row, "new")], FORMAT)

    assert path.read_bytes().decode("utf-8-sig") == "No;duly_reason\r\n1;line 2: new\r\n"


def test_a_reason_the_encoding_does_not_have_is_written_as_far_as_it_goes(path: Path) -> None:
    rejected = [Rejected(SourceRow(2, {"No": "1"}), "謝")]
    write_rejected(path, ("No",), rejected, FileFormat(separator=";", encoding="cp1250"))

    assert path.read_bytes().decode("cp1250") == "No;duly_reason\r\n1;line 2: ?\r\n"


def test_a_failure_on_the_way_leaves_nothing_behind(path: Path) -> None:
    path.write_text("before")
    bad = Rejected(SourceRow(1, {"No": 5}), "no text")  # type: ignore[dict-item] # on purpose

    with pytest.raises(TypeError):
        write_rejected(path, ("No",), [Rejected(ANNA, "bad"), bad], FORMAT)

    assert [(each.name, each.read_text()) for each in path.parent.iterdir()] == [
        ("old-shop.rejected.csv", "before")
    ]


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(OutsideError, match=r"cannot be written to .*x\.csv: Not a directory"):
        write_rejected(tmp_path / "file" / "x.csv", ("No",), [Rejected(ANNA, "bad")], FORMAT)


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=SUM(A1:A9)", "'=SUM(A1:A9)"),
        ("@import", "'@import"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-A1", "'-A1"),
        ("'=A1", "''=A1"),  # else it would be taken for one that was made safe
        ("'s-Gravenhage", "'s-Gravenhage"),
        ("-12.50", "-12.50"),  # a number calculates nothing
        ("+40 712 345-678", "+40 712 345-678"),  # nor does a telephone number
        ("-", "-"),
        ("a=b", "a=b"),
        ("", ""),
    ],
)
def test_what_a_spreadsheet_would_calculate_is_quoted(cell: str, written: str) -> None:
    assert safe_cell(cell) == written
