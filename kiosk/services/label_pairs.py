"""A second look at labels: label and number of the same book, scanned one after the other (T-58).

Nothing here says anything of a child: a helper may do it under a teacher's sign-in.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import select

from kiosk.db import AnyRow, reading, transaction
from kiosk.errors import InvalidInputError, NotFoundError
from kiosk.models.library import Item, Title
from kiosk.rules import book_numbers
from kiosk.rules.book_numbers import Isbn, Issn, NumberProblem, OurLabel
from kiosk.rules.codes import CodeProblem
from kiosk.rules.intake import is_chosen
from kiosk.rules.lending import ItemStatus
from kiosk.services.here import Here

SHOWN_AT_MOST: Final = 12
_WHILE_NEW: Final = timedelta(days=60)


class PairState(StrEnum):
    """How far a pair is."""

    LABEL_READ = "label_read"
    FITS = "fits"
    OTHER_BOOK = "other_book"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledBook:
    """A copy whose label is looked at; `number` is what its own bar has, where it has one."""

    item_id: UUID
    title_id: UUID
    code: str
    accession_no: str
    name: str
    number: str | None
    is_checked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """What was found of a label and, once it was scanned, of the book below it."""

    state: PairState
    book: LabelledBook


def to_check(*, here: Here) -> tuple[tuple[LabelledBook, ...], int]:
    """Return the first labels that wait for a second look, and how many they are in all.

    One in ten of the labels of the last two months that are printed; the same ones each time. The
    newest come first: those books still lie on the table.
    """
    rows = reading().execute(
        _BOOKS.where(
            Item.label_queued_at.is_(None),
            Item.label_checked_at.is_(None),
            Item.added_on >= here.today - _WHILE_NEW,
            Item.status != ItemStatus.WITHDRAWN,
        ).order_by(Item.accession_no.desc())
    )
    chosen = [_book(row) for row in rows if is_chosen(row.id)]
    return tuple(chosen[:SHOWN_AT_MOST]), len(chosen)


def look(text: str, *, label: str | None, here: Here) -> Pair:
    """Take the next scan of a pair: a label begins one, the number of a book ends it.

    Raises:
        NotFoundError: UNKNOWN_ITEM. InvalidInputError: a NumberProblem; NO_BOOK for a number that
            comes before any label, or for what is none.
    """
    number = book_numbers.read(text)
    if isinstance(number, OurLabel):
        return Pair(state=PairState.LABEL_READ, book=_by_code(number.code))
    if number is None or not label:
        raise InvalidInputError(NumberProblem.NO_BOOK)
    book = _by_code(label)
    if not _fits(book, number):
        return Pair(state=PairState.OTHER_BOOK, book=book)
    return _checked(book, here)


def say(label: str, *, fits: bool, here: Here) -> Pair:
    """Note what somebody saw of a book without a number of its own.

    Raises:
        NotFoundError: UNKNOWN_ITEM.
    """
    book = _by_code(label)
    return _checked(book, here) if fits else Pair(state=PairState.OTHER_BOOK, book=book)


_BOOKS = select(
    Item.id,
    Item.title_id,
    Item.code,
    Item.accession_no,
    Item.label_checked_at,
    Title.name,
    Title.isbn,
    Title.issn,
).join(Title, Title.id == Item.title_id)


def _by_code(code: str) -> LabelledBook:
    row = reading().execute(_BOOKS.where(Item.code == code)).one_or_none()
    if row is None:
        raise NotFoundError(CodeProblem.UNKNOWN_ITEM)
    return _book(row)


def _book(row: AnyRow) -> LabelledBook:
    return LabelledBook(
        item_id=row.id,
        title_id=row.title_id,
        code=row.code,
        accession_no=row.accession_no,
        name=row.name,
        number=row.isbn or row.issn,
        is_checked=row.label_checked_at is not None,
    )


def _fits(book: LabelledBook, number: Isbn | Issn) -> bool:
    return book.number == (number.isbn if isinstance(number, Isbn) else number.issn)


def _checked(book: LabelledBook, here: Here) -> Pair:
    with transaction() as session:
        session.get_one(Item, book.item_id).label_checked_at = here.now
    return Pair(state=PairState.FITS, book=book)
