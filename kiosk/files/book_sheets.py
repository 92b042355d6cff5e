"""Lists of books in a workbook or a CSV, under whatever headings a school gives them."""

import re
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path

from kiosk.errors import InvalidInputError
from kiosk.files import catalogue_table
from kiosk.files.book_fields import (
    LONGEST_ACCESSION_NO,
    LONGEST_AUTHOR,
    LONGEST_PUBLISHER,
    LONGEST_READ_TITLE,
    LONGEST_SERIES,
    LONGEST_TITLE,
    read_class_mark,
    read_count,
    read_csbn,
    read_isbn,
    read_issn,
    read_price,
    read_series_no,
    read_text,
    read_title,
    read_year,
    title_problems,
)
from kiosk.files.book_rows import BookRow, BooksFile, Copy, RefusedRecord
from kiosk.files.catalogue_words import kind_of
from kiosk.files.container import BOOKS
from kiosk.files.delimited import read_delimited
from kiosk.files.problems import BookProblem, FileProblem
from kiosk.files.tables import unguarded
from kiosk.files.text import compact, header_keys, is_blank, tidy
from kiosk.files.workbook import Sheet, sheets_of, text_sheet

_FILE = Path(__file__).parent.parent / "data" / "book_headers.toml"
_SEARCHED_ROWS = 15
_FEWEST_HEADINGS = 2
_FOOTER = re.compile("合计|总计|小计|共计|备注:|说明:|注:|制表|填表|验收人|经手人")


class BookColumn(StrEnum):
    """What one column of a list of books is. A `book_number` may be of either kind."""

    TITLE = "title"
    SUBTITLE = "subtitle"
    VOLUME = "volume"
    AUTHOR = "author"
    PUBLISHER = "publisher"
    PUBLISHED = "published"
    ISBN = "isbn"
    BOOK_NUMBER = "book_number"
    CLASS_MARK = "class_mark"
    SERIES = "series"
    SERIES_NO = "series_no"
    KIND = "kind"
    ISSN = "issn"
    PRICE = "price"
    COPIES = "copies"
    ACCESSION_NO = "accession_no"
    NEEDLESS = "needless"


Columns = dict[BookColumn, int]


def read_sheets(data: bytes, *, suffix: str) -> BooksFile:
    """Return the books of all sheets.

    Raises: InvalidInputError(FileProblem); NO_HEADER where no sheet has titles and one more column.
    """
    lists = [
        _read_ours(sheet) if catalogue_table.is_ours(sheet.rows[0]) else _read_sheet(sheet)
        for sheet in _sheets(data, suffix)
        if sheet.rows and not sheet.is_hidden
    ]
    read = [books for books in lists if books is not None]
    if not read:
        raise InvalidInputError(FileProblem.NO_HEADER)
    return BooksFile(
        rows=tuple(row for books in read for row in books.rows),
        refused=tuple(record for books in read for record in books.refused),
        ignored_columns=tuple(dict.fromkeys(h for books in read for h in books.ignored_columns)),
    )


def _sheets(data: bytes, suffix: str) -> tuple[Sheet, ...]:
    first_line, _, _ = data.partition(b"\n")
    if catalogue_table.is_our_csv(first_line):
        return (text_sheet(read_delimited(data, most_rows=BOOKS.rows, delimiter=",")),)
    return sheets_of(data, suffix=suffix, limits=BOOKS)


def _read_ours(sheet: Sheet) -> BooksFile:
    """Return what a table of our own says, each cell as it stands."""
    rows: list[BookRow] = []
    refused: list[RefusedRecord] = []
    for number, line in enumerate(sheet.rows[1:], start=2):
        if not any(line):
            continue
        cells = tuple(map(unguarded, line)) if sheet.is_text else line
        book = catalogue_table.read_line(cells, row_number=number)
        if isinstance(book, BookRow):
            rows.append(book)
        else:
            refused.append(RefusedRecord(row_number=number, reason=book))
    return BooksFile(rows=tuple(rows), refused=tuple(refused))


def _read_sheet(sheet: Sheet) -> BooksFile | None:
    found = _find_header(sheet)
    if found is None:
        return None
    header_at, columns = found
    rows: list[BookRow] = []
    refused: list[RefusedRecord] = []
    for at in range(header_at + 1, len(sheet.rows)):
        cells = sheet.rows[at]
        if _says_nothing(cells, columns) or cells == sheet.rows[header_at]:
            continue
        book = _Cells(cells=cells, columns=columns, lost=sheet.lost_digits).book(row_number=at + 1)
        if isinstance(book, BookRow):
            rows.append(book)
        else:
            refused.append(RefusedRecord(row_number=at + 1, reason=book))
    known = set(columns.values())
    ignored = [tidy(cell) for at, cell in enumerate(sheet.rows[header_at]) if at not in known]
    return BooksFile(
        rows=tuple(rows),
        refused=tuple(refused),
        ignored_columns=tuple(header for header in ignored if header),
    )


def _find_header(sheet: Sheet) -> tuple[int, Columns] | None:
    found = [(at, _columns_of(row)) for at, row in enumerate(sheet.rows[:_SEARCHED_ROWS])]
    fitting = [
        (at, columns)
        for at, columns in found
        if BookColumn.TITLE in columns and len(columns) >= _FEWEST_HEADINGS
    ]
    return max(fitting, key=lambda pair: len(pair[1]), default=None)


def _columns_of(row: tuple[str, ...]) -> Columns:
    """Return the first place of every column that a header row names."""
    columns: Columns = {}
    for at, cell in enumerate(row):
        known = (_aliases().get(key) for key in header_keys(cell))
        column = next((column for column in known if column is not None), None)
        if column is not None and column is not BookColumn.NEEDLESS:
            columns.setdefault(column, at)
    return columns


@cache
def _aliases() -> dict[str, BookColumn]:
    listed: dict[str, list[str]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))["columns"]
    return {
        header_keys(alias)[0]: BookColumn(column)
        for column, aliases in listed.items()
        for alias in aliases
    }


def _says_nothing(cells: tuple[str, ...], columns: Columns) -> bool:
    """Whether a row is blank, a footer, or has nothing but a number made ready for a book."""
    said = [cell for cell in cells if not is_blank(cell)]
    if not said or _FOOTER.match(compact(said[0])):
        return True
    return all(is_blank(cells[at]) for at in columns.values())


@dataclass(slots=True, kw_only=True)
class _Cells:
    """The cells of one row, by column."""

    cells: tuple[str, ...]
    columns: Columns
    lost: frozenset[int]

    def book(self, *, row_number: int) -> BookRow | BookProblem:
        title = read_title(self._text(BookColumn.TITLE))
        if title is None:
            return BookProblem.NO_TITLE
        if len(title) > LONGEST_READ_TITLE:
            return BookProblem.TITLE_TOO_LONG
        number = self._short(BookColumn.ACCESSION_NO, LONGEST_ACCESSION_NO)
        isbn, csbn, number_problem = self._numbers()
        price, copies, mark = self._price(), self._copies(), self._class_mark()
        problems = [number_problem, price[1], copies[1], mark[1], self._lost_digits()]
        problems += title_problems(title)
        return BookRow(
            row_number=row_number,
            title=title[:LONGEST_TITLE],
            kind=kind_of(compact(self._text(BookColumn.KIND))),
            subtitle=read_text(self._text(BookColumn.SUBTITLE)),
            volume=read_text(self._text(BookColumn.VOLUME)),
            author=self._short(BookColumn.AUTHOR, LONGEST_AUTHOR),
            publisher=self._short(BookColumn.PUBLISHER, LONGEST_PUBLISHER),
            published=read_year(self._text(BookColumn.PUBLISHED)),
            isbn=isbn,
            issn=read_issn(self._text(BookColumn.ISSN)),
            csbn=csbn,
            class_mark=mark[0],
            series=self._short(BookColumn.SERIES, LONGEST_SERIES),
            series_no=read_series_no(self._text(BookColumn.SERIES_NO)),
            price=price[0],
            copies=copies[0],
            held=() if number is None else (Copy(accession_no=number),),
            problems=tuple(problem for problem in problems if problem is not None),
        )

    def _text(self, column: BookColumn) -> str:
        at = self.columns.get(column)
        is_lost = at in self.lost and column in {BookColumn.ISBN, BookColumn.ACCESSION_NO}
        return "" if at is None or is_lost or is_blank(self.cells[at]) else self.cells[at]

    def _short(self, column: BookColumn, longest: int) -> str | None:
        text = read_text(self._text(column))
        return text[:longest] if text else None

    def _numbers(self) -> tuple[str | None, str | None, BookProblem | None]:
        """Return ISBN and unified number, whichever column they were typed into."""
        texts = [self._text(BookColumn.ISBN), self._text(BookColumn.BOOK_NUMBER)]
        isbn = next((found for text in texts if (found := read_isbn(text))), None)
        csbn = next((found for text in texts if (found := read_csbn(text))), None)
        is_odd = any(texts) and isbn is None and csbn is None
        return isbn, csbn, BookProblem.ISBN_UNREADABLE if is_odd else None

    def _price(self) -> tuple[Decimal | None, BookProblem | None]:
        text = self._text(BookColumn.PRICE)
        price = read_price(text)
        return price, BookProblem.PRICE_UNREADABLE if text and price is None else None

    def _copies(self) -> tuple[int | None, BookProblem | None]:
        text = self._text(BookColumn.COPIES)
        copies = read_count(text)
        return copies, BookProblem.COPIES_UNREADABLE if text and copies is None else None

    def _class_mark(self) -> tuple[str | None, BookProblem | None]:
        text = self._text(BookColumn.CLASS_MARK)
        mark = read_class_mark(text)
        return mark, BookProblem.CLASS_MARK_UNUSUAL if text and mark is None else None

    def _lost_digits(self) -> BookProblem | None:
        numbered = (BookColumn.ISBN, BookColumn.ACCESSION_NO)
        is_lost = any(self.columns.get(column) in self.lost for column in numbered)
        return BookProblem.DIGITS_LOST if is_lost else None
