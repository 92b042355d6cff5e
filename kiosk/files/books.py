"""Books from whatever a school has: library records, a workbook, a CSV; told apart by content."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.errors import InvalidInputError
from kiosk.files import catalogue_marc, container, marc, marc_xml
from kiosk.files.book_rows import BookRow, BooksFile, Copy, RefusedRecord
from kiosk.files.book_sheets import read_sheets
from kiosk.files.container import BOOKS
from kiosk.files.holdings import ONE_EACH, HoldingsChoice, HoldingsSurvey
from kiosk.files.marc_fields import book_of, holdings_of
from kiosk.files.problems import BookProblem, FileProblem

if TYPE_CHECKING:
    from pymarc import Record

__all__ = ["BookRow", "BooksFile", "Copy", "RefusedRecord", "read_books", "read_records"]

_START = 64 * 1024
_AT_ONCE = 500

# Hears how many more records are read.
Progress = Callable[[int], object]


def read_books(
    path: Path, *, choice: HoldingsChoice | None = None, progress: Progress | None = None
) -> BooksFile:
    """Return the books of a file; the copies of library records by the choice, else one of each.

    Raises: InvalidInputError(FileProblem).
    """
    try:
        if path.stat().st_size > BOOKS.bytes:
            raise InvalidInputError(FileProblem.TOO_LARGE)
        with path.open("rb") as file:
            start = file.read(_START)
            file.seek(0)
            if marc.is_marc(start):
                return read_records(marc.read_records(file), choice=choice, progress=progress)
            if marc_xml.is_marc_xml(start):
                return read_records(marc_xml.read_records(file), choice=choice, progress=progress)
    except OSError as error:
        raise InvalidInputError(FileProblem.NOT_READABLE) from error
    return read_sheets(container.load(path, limits=BOOKS), suffix=path.suffix)


def read_records(
    records: Iterator["Record | BookProblem"],
    *,
    choice: HoldingsChoice | None = None,
    progress: Progress | None = None,
) -> BooksFile:
    """Return the books of library records, one after the other; what is refused costs no other.

    Raises: InvalidInputError with TOO_MANY_ROWS.
    """
    rows: list[BookRow] = []
    refused: list[RefusedRecord] = []
    survey = HoldingsSurvey()
    for number, record in enumerate(records, start=1):
        if number > BOOKS.rows:
            raise InvalidInputError(FileProblem.TOO_MANY_ROWS)
        if progress is not None and number % _AT_ONCE == 0:
            progress(_AT_ONCE)
        book = _book(record, number=number, choice=choice or ONE_EACH)
        if isinstance(book, BookProblem):
            refused.append(RefusedRecord(row_number=number, reason=book))
            continue
        rows.append(book)
        if choice is None and not book.is_ours and not isinstance(record, BookProblem):
            survey.add(holdings_of(record))
    return BooksFile(rows=tuple(rows), refused=tuple(refused), offers=survey.offers())


def _book(
    record: "Record | BookProblem", *, number: int, choice: HoldingsChoice
) -> BookRow | BookProblem:
    if isinstance(record, BookProblem):
        return record
    if catalogue_marc.is_ours(record):
        return catalogue_marc.read_ours(record, number=number)
    return book_of(record, number=number, choice=choice)
