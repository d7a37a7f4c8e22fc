"""What a source of subscribers promises."""

from collections.abc import Mapping, Sequence
from itertools import islice, pairwise
from typing import Any

import pytest

from duly.connector import Misconfigured, Place, SubscriberSource
from duly.testing.contracts.connector import ConnectorContract, assert_readable

ROWS: tuple[Mapping[str, str], ...] = (
    {"Number": "1", "Name": "Anna Pop", "Note": ""},
    {"Number": "2", "Name": "Ștefan Țurcanu", "Note": 'He said "yes, please"; then he left'},
    {"Number": "3", "Name": " Maria ", "Note": "first line\nsecond line"},
    {"Number": "004", "Name": "=SUM(A1)", "Note": "1,5"},
)


class SubscriberSourceContract(ConnectorContract):
    """Hold a source to its promises; say ``open_with``.

    ``open_with_bad_row`` and ``open_with_nothing`` may be said; their tests skip until they are.
    """

    def open_with(self, place: Place, rows: Sequence[Mapping[str, str]]) -> Any:
        """Open the source over a counterpart that holds these rows; all have the same columns."""
        raise NotImplementedError("say how rows are put there: def open_with(self, place, rows)")

    def open_with_bad_row(self, place: Place) -> Any:
        """Open the source over three rows of which the second cannot be read."""
        del place
        pytest.skip("nobody has said what a bad row is: override open_with_bad_row()")

    def open_with_nothing(self, place: Place) -> Any:
        """Open the source over a counterpart that has not even columns."""
        del place
        pytest.skip("nobody has said what nothing is: override open_with_nothing()")

    def open_connector(self, place: Place) -> Any:
        return self.open_with(place, ROWS)

    def test_it_is_a_source(self, connector: Any) -> None:
        assert SubscriberSource in type(connector).__mro__

    def test_it_names_its_columns(self, connector: Any) -> None:
        assert connector.headings() == ("Number", "Name", "Note")

    def test_every_row_comes_in_order_and_as_text(self, connector: Any) -> None:
        assert [dict(row.values) for row in connector.rows()] == [dict(row) for row in ROWS]

    def test_no_good_row_is_in_trouble(self, connector: Any) -> None:
        assert [row.trouble for row in connector.rows()] == ["", "", "", ""]

    def test_rows_are_numbered_upwards(self, connector: Any) -> None:
        numbers = [row.number for row in connector.rows()]

        assert numbers[0] >= 1
        assert all(before < after for before, after in pairwise(numbers))

    def test_reading_twice_gives_the_same(self, connector: Any) -> None:
        assert list(connector.rows()) == list(connector.rows())

    def test_reading_may_stop_early(self, connector: Any) -> None:
        assert [row.values["Number"] for row in islice(connector.rows(), 2)] == ["1", "2"]

    def test_a_bad_row_is_among_the_others_and_says_why(self, place: Place) -> None:
        rows = list(self.open_with_bad_row(place).rows())

        assert [bool(row.trouble) for row in rows] == [False, True, False]

    def test_nothing_to_read_is_said_so(self, place: Place) -> None:
        source = self.open_with_nothing(place)

        with pytest.raises(Misconfigured) as caught:
            source.headings()

        assert_readable(caught.value, self.secrets)
