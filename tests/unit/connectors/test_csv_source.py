"""A CSV file is read row by row; what cannot be read is named with its line."""

import csv
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duly.connector import Misconfigured, Place, SourceFormat, SourceRow
from duly_connectors.csv import CsvSettings, CsvSource
from duly_connectors.csv.text import CELL_LIMIT, LINE_LIMIT

Reading = Callable[..., CsvSource]


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    """Open a source over a file with the given content."""

    def over(content: bytes | str, separator: str = ";", encoding: str = "utf-8") -> CsvSource:
        raw = content if isinstance(content, bytes) else content.encode(encoding)
        (tmp_path / "old-shop.csv").write_bytes(raw)
        return _open(tmp_path, "old-shop.csv", separator, encoding)

    return over


def _open(folder: Path, file: str, separator: str = ";", encoding: str = "utf-8") -> CsvSource:
    place = Place(folder, lambda: datetime(2026, 3, 1, tzinfo=UTC))
    return CsvSource.open(CsvSettings(Path(file), SourceFormat(separator, encoding)), place)


def trouble_of(source: CsvSource) -> str:
    with pytest.raises(Misconfigured) as caught:
        list(source.rows())
    return caught.value.message


def test_rows_are_numbered_by_the_line_they_start_in(reading: Reading) -> None:
    source = reading('No;Name\r\n1;"Anna\r\nPop"\r\n\r\n2;Ion\r\n')

    assert list(source.rows()) == [
        SourceRow(2, {"No": "1", "Name": "Anna\r\nPop"}),
        SourceRow(5, {"No": "2", "Name": "Ion"}),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_sort_of_line_end_is_read(reading: Reading, end: str) -> None:
    source = reading(end.join(["No;Name", "1;Anna", "2;Ion"]))

    assert [(row.number, dict(row.values)) for row in source.rows()] == [
        (2, {"No": "1", "Name": "Anna"}),
        (3, {"No": "2", "Name": "Ion"}),
    ]


def test_blank_lines_and_rows_of_blank_cells_are_passed_over(reading: Reading) -> None:
    source = reading("\n;;\nNo;Name\n\n   \n;\n1;Anna\n;  ;\n")

    assert source.headings() == ("No", "Name")
    assert [row.number for row in source.rows()] == [7]


def test_headings_are_trimmed_and_cells_are_not(reading: Reading) -> None:
    source = reading(" No ;\tName\n 1 ;Anna \n")

    assert source.headings() == ("No", "Name")
    assert [dict(row.values) for row in source.rows()] == [{"No": " 1 ", "Name": "Anna "}]


def test_a_column_without_a_heading_is_named_by_its_place(reading: Reading) -> None:
    source = reading("No;;Name;\n1;x;Anna;y\n")

    assert source.headings() == ("No", "column 2", "Name", "column 4")
    assert [dict(row.values) for row in source.rows()] == [
        {"No": "1", "column 2": "x", "Name": "Anna", "column 4": "y"}
    ]


@pytest.mark.parametrize(
    ("line", "trouble"),
    [
        ("1;Anna", "2 cells where the headings name 3"),
        ("1;Anna;Pop;Cluj", "4 cells where the headings name 3; a cell may need quotes"),
        (
            '1;Anna "Ana" Pop;x"y"',
            "",  # quotes inside a cell that does not begin with one are text
        ),
        (
            '1;"Anna" Pop;x',
            'a quote stands inside a cell; write the cell in quotes, and two quotes ("") for one',
        ),
        ("1;An\0na;x", "the line holds a NUL byte, which is no text"),
        ("1;Anna;x;;", ""),  # empty cells too many do no harm
    ],
)
def test_a_row_in_trouble_says_why_and_the_others_arrive(
    reading: Reading, line: str, trouble: str
) -> None:
    source = reading(f"No;Name;Note\n0;Ion;a\n{line}\n2;Maria;b\n")

    rows = list(source.rows())

    assert [row.trouble for row in rows] == ["", trouble, ""]
    assert [row.number for row in rows] == [2, 3, 4]
    assert rows[1].values["No"] == "1"
    assert rows[2].values["Name"] == "Maria"


def test_a_quote_that_is_never_closed_costs_its_own_line_only(reading: Reading) -> None:
    source = reading('No;Name\n1;"Anna\n2;Ion\n3;Maria\n')

    assert list(source.rows()) == [
        SourceRow(
            2,
            {"No": "1", "Name": "Anna"},
            "a quote is opened and not closed where its cell ends",
        ),
        SourceRow(3, {"No": "2", "Name": "Ion"}),
        SourceRow(4, {"No": "3", "Name": "Maria"}),
    ]


def test_a_quote_closed_by_the_next_rows_quote_costs_its_own_line_only(reading: Reading) -> None:
    source = reading('No;Name;City\n1;"Anna;Cluj\n2;"Ion";Iași\n3;Maria;Arad\n')

    rows = list(source.rows())

    assert [(row.number, bool(row.trouble)) for row in rows] == [(2, True), (3, False), (4, False)]
    assert dict(rows[1].values) == {"No": "2", "Name": "Ion", "City": "Iași"}


def test_a_huge_cell_is_a_row_in_trouble(reading: Reading) -> None:
    huge = "x" * (CELL_LIMIT + 1)
    source = reading(f"No;Name\n1;{huge}\n2;Ion\n")

    rows = list(source.rows())

    assert [(row.number, row.trouble) for row in rows] == [
        (2, "a cell is longer than 131,072 characters"),
        (3, ""),
    ]


def test_a_huge_line_is_a_row_in_trouble_in_bounded_memory(tmp_path: Path) -> None:
    with (tmp_path / "old-shop.csv").open("w", encoding="utf-8") as file:
        file.write("No;Name\n")
        for _ in range(40):
            file.write("1;" * (LINE_LIMIT // 2))
        file.write("\n2;Ion\n")

    tracemalloc.start()
    rows = list(_open(tmp_path, "old-shop.csv").rows())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert [(row.number, row.trouble) for row in rows] == [
        (2, "the line is longer than 1,000,000 characters"),
        (3, ""),
    ]
    assert peak < 120_000_000  # the line alone is 40 million characters in half as many cells


def test_a_mark_at_the_start_is_no_part_of_the_first_heading(reading: Reading) -> None:
    assert reading("\ufeffNo;Name\n").headings() == ("No", "Name")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "cp1250", "cp1252", "iso-8859-2"])
def test_other_encodings_are_read(reading: Reading, encoding: str) -> None:
    source = reading("No;Straße\n1;Müller\n", encoding=encoding)

    assert [dict(row.values) for row in source.rows()] == [{"No": "1", "Straße": "Müller"}]


@pytest.mark.parametrize(
    ("content", "encoding", "message"),
    [
        (
            "No;Name\n1;Anna\n2;Brăila\n".encode("cp1250"),
            "utf-8",
            "old-shop.csv, line 3: the byte 0xE3 is not utf-8; write encoding: cp1250 "
            "(Central Europe) or encoding: cp1252 (Western Europe) under format",
        ),
        (
            "No;Name\n1;Brăila\n".encode(),
            "ascii",
            "old-shop.csv, line 2: the byte 0xC4 is not ascii; write encoding: utf-8 under format",
        ),
        (
            "No;Name\n1;Anna\n".encode("utf-16"),
            "utf-8",
            "old-shop.csv starts with the mark of utf-16 and is not utf-8; "
            "write encoding: utf-16 under format",
        ),
        (
            "No;Name\n1;Anna\n".encode("utf-8-sig"),
            "cp1252",
            "old-shop.csv starts with the mark of utf-8 and is not cp1252; "
            "write encoding: utf-8 under format",
        ),
        (
            b"No;Name\n" + b"1;Anna\n" * 100_000 + b"2;Br\xe3ila\n",  # beyond the first chunk
            "utf-8",
            "old-shop.csv, line 100002: the byte 0xE3 is not utf-8; write encoding: cp1250 "
            "(Central Europe) or encoding: cp1252 (Western Europe) under format",
        ),
        (
            b"No;Name\n1;Br\xc4",  # cut off inside a letter
            "utf-8",
            "old-shop.csv, line 2: the byte 0xC4 is not utf-8; write encoding: cp1250 "
            "(Central Europe) or encoding: cp1252 (Western Europe) under format",
        ),
    ],
)
def test_bytes_that_do_not_fit_are_named_before_any_row_is_read(
    reading: Reading, content: bytes, encoding: str, message: str
) -> None:
    assert trouble_of(reading(content, encoding=encoding)) == message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "old-shop.csv is empty; its first line must name the columns"),
        ("\n ;\n\n", "old-shop.csv is empty; its first line must name the columns"),
        (
            "No;Name;No\n1;2;3\n",
            'old-shop.csv: the heading "No" stands over columns 1 and 3; '
            "give one of them another name",
        ),
        (
            "No,Name\n1,Anna\n",
            'old-shop.csv, line 1: no ";" but a "," stands between the headings; '
            'write separator: "," under format',
        ),
        (
            "\nNo\tName\n",
            'old-shop.csv, line 2: no ";" but a "\\t" stands between the headings; '
            'write separator: "\\t" under format',
        ),
        (
            'No;"Name\n',
            "old-shop.csv, line 1: a quote is opened and not closed where its cell ends",
        ),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_do(
    reading: Reading, content: str, message: str
) -> None:
    assert trouble_of(reading(content)) == message


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    message = trouble_of(_open(tmp_path, "nothing.csv"))

    assert message == "nothing.csv cannot be read: No such file or directory"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()

    assert trouble_of(_open(tmp_path, "folder.csv")) == "folder.csv cannot be read: Is a directory"


@pytest.mark.parametrize("separator", ["", ";;", '"', "\n", " "])
def test_a_separator_is_one_character(tmp_path: Path, separator: str) -> None:
    with pytest.raises(Misconfigured, match="separates no cells; write one character"):
        _open(tmp_path, "old-shop.csv", separator)


@pytest.mark.parametrize("encoding", ["utf8x", "rot13", "base64", ""])
def test_an_encoding_nobody_knows_is_refused(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(Misconfigured, match=f'"{encoding}" is no encoding; write utf-8, cp1250'):
        _open(tmp_path, "old-shop.csv", encoding=encoding)


def test_a_file_with_headings_only_has_no_rows(reading: Reading) -> None:
    assert list(reading("No;Name").rows()) == []


def test_a_large_file_is_never_held_whole(tmp_path: Path) -> None:
    line = "12345;Anna Pop;Str. Horea 10\n"
    (tmp_path / "old-shop.csv").write_text("No;Name;Street\n" + line * 60_000, encoding="utf-8")

    tracemalloc.start()
    count = sum(1 for _ in _open(tmp_path, "old-shop.csv").rows())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert count == 60_000
    assert peak < 1_500_000  # the file has 1.7 million bytes


_CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@given(
    table=st.lists(st.tuples(_CELLS, _CELLS, _CELLS), max_size=8), separator=st.sampled_from(";,\t")
)
def test_what_a_writer_wrote_is_read_back(
    table: list[tuple[str, str, str]], separator: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("workspace")
    with (folder / "old-shop.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=separator, quoting=csv.QUOTE_ALL)
        writer.writerows([("A", "B", "C"), *table])

    rows = list(_open(folder, "old-shop.csv", separator).rows())

    kept = [row for row in table if any(cell.strip() for cell in row)]
    assert [tuple(row.values.values()) for row in rows] == kept
    assert [row.trouble for row in rows] == [""] * len(kept)


@given(content=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_in_a_sentence(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("workspace")
    (folder / "old-shop.csv").write_bytes(b"A;B\n" + content)

    source = _open(folder, "old-shop.csv")
    try:
        source.headings()
    except Misconfigured:
        assert trouble_of(source).startswith("old-shop.csv, line ")
    else:
        rows = list(source.rows())
        assert all("\0" not in cell for row in rows for cell in row.values.values())
        assert [row.number for row in rows] == sorted({row.number for row in rows})
