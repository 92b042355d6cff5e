"""Books as a file describes them, whatever the format."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from kiosk.files.holdings import HoldingsOffer
from kiosk.files.problems import BookProblem
from kiosk.rules.catalogue import TitleKind
from kiosk.rules.lending import ItemStatus

__all__ = ["BookRow", "BooksFile", "Copy", "RefusedRecord"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A copy with a number of its own. All but the number stands in files of ours only.

    `code` is that of its label, `shelf` the name of the shelf, `price` what it cost in yuan.
    """

    accession_no: str
    code: str | None = None
    status: ItemStatus = ItemStatus.AVAILABLE
    shelf: str | None = None
    added_on: date | None = None
    price: Decimal | None = None
    issue: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookRow:
    """One book of a file. `row_number` is the record's or the spreadsheet row's, from 1.

    `copies` is None where the file does not say it in words we can trust; those in `held` are
    among them. `price` is in yuan. `is_ours`: our own export wrote it, so `title` is the whole
    name under which the catalogue has it, and `title_id` its key there.
    """

    row_number: int
    title: str
    kind: TitleKind = TitleKind.BOOK
    subtitle: str | None = None
    volume: str | None = None
    author: str | None = None
    publisher: str | None = None
    published: str | None = None
    isbn: str | None = None
    issn: str | None = None
    csbn: str | None = None
    class_mark: str | None = None
    grade_band: str | None = None
    series: str | None = None
    series_no: int | None = None
    price: Decimal | None = None
    copies: int | None = None
    held: tuple[Copy, ...] = ()
    title_pinyin: str | None = None
    is_ours: bool = False
    is_draft: bool = False
    title_id: UUID | None = None
    problems: tuple[BookProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRecord:
    """A book that could not be taken, and why."""

    row_number: int
    reason: BookProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class BooksFile:
    """What a file of books says. `ignored_columns` are headers that were not understood.

    `offers` are the fields about copies from which a person chooses; none where nothing is open,
    or when the choice has been made.
    """

    rows: tuple[BookRow, ...]
    refused: tuple[RefusedRecord, ...]
    ignored_columns: tuple[str, ...] = ()
    offers: tuple[HoldingsOffer, ...] = ()
