"""The CSV source keeps the contract of a source of subscribers."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from duly.connector import Place, SourceFormat
from duly.testing.contracts import SubscriberSourceContract
from duly_connectors.csv import CsvSettings, CsvSource


class TestCsvSource(SubscriberSourceContract):
    def open_with(self, place: Place, rows: Sequence[Mapping[str, str]]) -> CsvSource:
        file = place.folder / "old-shop.csv"
        with file.open("w", encoding="utf-8", newline="") as text:
            writer = csv.DictWriter(text, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return _source(file, place)

    def open_with_bad_row(self, place: Place) -> CsvSource:
        file = place.folder / "old-shop.csv"
        file.write_text("Number,Name\n1,Anna\n2\n3,Maria\n", encoding="utf-8")
        return _source(file, place)

    def open_with_nothing(self, place: Place) -> CsvSource:
        file = place.folder / "old-shop.csv"
        file.touch()
        return _source(file, place)


def _source(file: Path, place: Place) -> CsvSource:
    return CsvSource.open(CsvSettings(file, SourceFormat()), place)
