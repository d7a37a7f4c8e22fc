"""Bring the rows of a source into the database, batch by batch."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from duly.catalog import Catalog
from duly.connector import SourceRow, SubscriberSource
from duly.importing.enrolment import RowBook, Skipped
from duly.importing.rejected import REASON, rows_as_before
from duly.importing.repeats import Repeats
from duly.importing.report import ImportReport, Rejected, Tally
from duly.importing.row import BadRowError, Sheet
from duly.language.mapping_headings import check_headings, row_names
from duly.language.mapping_tree import ImportMapping
from duly.model.business import Business
from duly.model.enrolment import Enrolment
from duly.store.context import Context
from duly.store.database import Database
from duly.store.enrolling import Refusal, TakeOver, enrol
from duly.store.record import Transaction
from duly.values.problem import ProblemsError

BATCH = 1_000
MOST_REJECTED = 10_000

Progress = Callable[[int], None]


def no_progress(_read: int) -> None:
    """Tell nobody how far it is."""


def run_import(
    database: Database,
    mapping: ImportMapping,
    source: SubscriberSource,
    *,
    business: Business,
    catalog: Catalog,
    now: datetime,
    actor: str = "import",
    dry_run: bool = False,
    progress: Progress = no_progress,
) -> ImportReport:
    """Bring the rows of a source in; a row that is there already is changed, never doubled.

    Each batch is a transaction of its own, so that an import that was interrupted can be run
    again. ``progress`` gets the number of rows read so far. A dry run takes the same way and
    takes everything back. Raises ProblemsError for columns that the source does not have, and
    Misconfigured if it cannot be read.
    """
    headings = tuple(name for name in source.headings() if name != REASON)
    problems = check_headings(mapping, headings)
    if problems:
        raise ProblemsError(problems)
    sheet = Sheet(mapping.format, row_names(headings), mapping.take_over_on, catalog.currency)
    book = RowBook(mapping, sheet, business, catalog, now)
    target = _Target(database, TakeOver(mapping.take_over_on), Context(now, actor), dry_run)
    if mapping.on_bad_row == "stop":
        bad = _first_bad(book, source)
        if bad is not None:
            return _stopped(bad, headings)
    return _Run(book, target, progress).over(rows_as_before(source), headings)


@dataclass(frozen=True, slots=True)
class _Target:
    """Say where rows go, since when duly answers for them, and who brings them when."""

    database: Database
    take_over: TakeOver
    context: Context
    dry_run: bool

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Open a transaction, whose changes a dry run takes back in the end."""
        return _taken_back(self.database) if self.dry_run else self.database.write()


class _TakenBackError(Exception):
    """Leave a transaction without its changes."""


@contextmanager
def _taken_back(database: Database) -> Iterator[Transaction]:
    try:
        with database.write() as transaction:
            yield transaction
            raise _TakenBackError
    except _TakenBackError:
        return


def _first_bad(book: RowBook, source: SubscriberSource) -> tuple[int, Rejected] | None:
    """Read every row and write none; returns the first bad one and how many were read."""
    reader = _Reader(book)
    for count, row in enumerate(rows_as_before(source), start=1):
        found = reader.read(row)
        if isinstance(found, Rejected):
            return count, found
    return None


def _stopped(bad: tuple[int, Rejected], headings: tuple[str, ...]) -> ImportReport:
    read, rejected = bad
    tally = Tally(read=read, rejected=[rejected])
    return tally.report(headings, "a row is bad and on_bad_row says stop; nothing was brought in")


@dataclass(slots=True)
class _Reader:
    """Read rows one after the other, each beside those before it."""

    book: RowBook
    repeats: Repeats = field(default_factory=Repeats)

    def read(self, row: SourceRow) -> Enrolment | Skipped | Rejected:
        """Read a row, or say why it cannot come in."""
        try:
            found = self.book.read(row)
        except BadRowError as error:
            return Rejected(row, str(error))
        if isinstance(found, Skipped):
            return found
        reason = self.repeats.refuse(row.number, found)
        return Rejected(row, reason) if reason else found


@dataclass(slots=True)
class _Run:
    """Carry what one import has counted, and the rows that wait to be written."""

    book: RowBook
    target: _Target
    progress: Progress
    tally: Tally = field(default_factory=Tally)

    def over(self, rows: Iterator[SourceRow], headings: tuple[str, ...]) -> ImportReport:
        """Bring in the rows, and say what became of them."""
        reader = _Reader(self.book)
        limit = 1 if self.book.mapping.on_bad_row == "stop" else MOST_REJECTED
        waiting: list[tuple[SourceRow, Enrolment]] = []
        for row in rows:
            self.tally.read += 1
            match reader.read(row):
                case Rejected() as rejected:
                    self.tally.rejected.append(rejected)
                case Skipped():
                    self.tally.skipped += 1
                case enrolment:
                    waiting.append((row, enrolment))
            if self.tally.read % BATCH == 0:
                self._write(waiting)
                waiting.clear()
            if len(self.tally.rejected) >= limit:
                break
        self._write(waiting)
        return self.tally.report(headings, self._why_stopped())

    def _write(self, waiting: Sequence[tuple[SourceRow, Enrolment]]) -> None:
        """Write a batch in one transaction; what is refused is set aside."""
        enrolments = [enrolment for _, enrolment in waiting]
        if enrolments:
            with self.target.transaction() as transaction:
                found = enrol(transaction, enrolments, self.target.take_over, self.target.context)
            for (row, enrolment), effect in zip(waiting, found, strict=True):
                if isinstance(effect, Refusal):
                    self.tally.rejected.append(Rejected(row, effect.reason))
                else:
                    self.tally.take(effect, enrolment.subscription)
        self.progress(self.tally.read)

    def _why_stopped(self) -> str:
        refused = len(self.tally.rejected)
        if refused and self.book.mapping.on_bad_row == "stop":
            return "a row is refused and on_bad_row says stop; those before it came in"
        if refused >= MOST_REJECTED:
            return (
                f"{refused:,} rows are bad, so the mapping may be; the rest was not read, "
                "and what came in is as good as any import"
            )
        return ""
