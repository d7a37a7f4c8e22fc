"""Rows that were set aside become a file to mend and import again."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from duly.connector import Place, SourceFormat, SourceRow
from duly.errors import OutsideError
from duly.importing.rejected import rejected_path, safe_cell, write_rejected
from duly.importing.report import Rejected
from duly.language.mapping_format import FileFormat
from duly_connectors.csv import CsvSettings, CsvSource

ANNA = SourceRow(7, {"No": "1", "Name": "Anna; Pop"})
ION = SourceRow(9, {"No": "2"}, "1 cells where the headings name 2")
FORMAT = FileFormat(separator=";")


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
        "No;Name;reason\r\n"
        '1;"Anna; Pop";line 7: no plan is called Mic\r\n'
        "2;;line 9: 1 cells where the headings name 2\r\n"
    )


def test_no_rows_write_no_file_and_leave_the_one_before(path: Path) -> None:
    path.write_text("somebody is mending this")

    assert write_rejected(path, ("No",), [], FORMAT) == 0
    assert path.read_text() == "somebody is mending this"


def test_a_mended_file_is_read_again_by_the_same_mapping(path: Path) -> None:
    row = SourceRow(2, {"No": "1", "Localitate română": "Brăila", "Phone": "+40 712 345 678"})
    form = FileFormat(separator=";", encoding="cp1250")
    write_rejected(path, ("No", "Localitate română", "Phone"), [Rejected(row, "bad")], form)
    place = Place(path.parent, lambda: datetime(2026, 3, 1, tzinfo=UTC))

    settings = CsvSettings(path, SourceFormat(form.separator, form.encoding))
    (again,) = CsvSource.open(settings, place).rows()

    assert dict(again.values) == {**row.values, "reason": "line 2: bad"}


def test_a_row_set_aside_twice_has_one_reason(path: Path) -> None:
    row = SourceRow(2, {"No": "1", "reason": "line 7: old"})

    write_rejected(path, ("No", "reason"), [Rejected(row, "new")], FORMAT)

    assert path.read_bytes().decode("utf-8-sig") == "No;reason\r\n1;line 2: new\r\n"


def test_a_reason_the_encoding_does_not_have_is_written_as_far_as_it_goes(path: Path) -> None:
    rejected = [Rejected(SourceRow(2, {"No": "1"}), "謝")]
    write_rejected(path, ("No",), rejected, FileFormat(separator=";", encoding="cp1250"))

    assert path.read_bytes().decode("cp1250") == "No;reason\r\n1;line 2: ?\r\n"


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
        ("-12.50", "-12.50"),  # a number calculates nothing
        ("+40 712 345-678", "+40 712 345-678"),  # nor does a telephone number
        ("-", "-"),
        ("a=b", "a=b"),
        ("", ""),
    ],
)
def test_what_a_spreadsheet_would_calculate_is_quoted(cell: str, written: str) -> None:
    assert safe_cell(cell) == written
