"""Books as a file describes them, whatever the format."""

from dataclasses import dataclass
from decimal import Decimal

from kiosk.files.problems import BookProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A field about copies as it stands: vendors contradict each other in filling 905 to 999."""

    tag: str
    subfields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BookRow:
    """One book of a file. `row_number` is the record's or the spreadsheet row's, from 1.

    `copies` is None where the file does not say it in words we can trust; `price` is in yuan.
    """

    row_number: int
    title: str
    subtitle: str | None = None
    volume: str | None = None
    author: str | None = None
    publisher: str | None = None
    published: str | None = None
    isbn: str | None = None
    csbn: str | None = None
    class_mark: str | None = None
    series: str | None = None
    price: Decimal | None = None
    copies: int | None = None
    accession_no: str | None = None
    title_pinyin: str | None = None
    holdings: tuple[Holding, ...] = ()
    problems: tuple[BookProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRecord:
    """A book that could not be taken, and why."""

    row_number: int
    reason: BookProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class BooksFile:
    """What a file of books says. `ignored_columns` are headers that were not understood."""

    rows: tuple[BookRow, ...]
    refused: tuple[RefusedRecord, ...]
    ignored_columns: tuple[str, ...] = ()
