"""A title found by whatever somebody remembers of it, best first.

Two steps: at most `FOUND_AT_MOST` ids out of all titles by one look through `search_key`, then
the copies of those alone are counted. So the length of the shelves costs the look, and nothing
else (`stack.md` 0.3: LIKE, since the trigram index knows no word of two signs).
"""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select

from kiosk.db import AnyRow, reading
from kiosk.models.library import Item, Loan, Title
from kiosk.rules.catalogue import isbn_of
from kiosk.rules.lending import ItemStatus
from kiosk.services.catalogue_rows import plain
from kiosk.services.here import Here

FOUND_AT_MOST: Final = 50
_LONGEST_WORD: Final = 60
# With the first figures of a number all copies fit: the first ones are enough to choose from.
_MOST_COPIES: Final = 500
_EXACT, _BEGINS, _WORD_BEGINS, _HAS = range(4)
_OLD_ISBN_LENGTH: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleRow:
    """A title in a list; `on_loan` of its `items` are out."""

    title_id: UUID
    name: str
    author: str | None
    publisher: str | None
    isbn: str | None
    grade_band: str | None
    items: int
    on_loan: int


TITLES: Final = (
    select(
        Title.id,
        Title.name,
        Title.author,
        Title.publisher,
        Title.isbn,
        Title.grade_band,
        Title.published,
        Title.csbn,
        Title.class_mark,
        func.count(Item.id).label("items"),
        func.count(Loan.id).label("on_loan"),
    )
    .outerjoin(Item, and_(Item.title_id == Title.id, Item.status != ItemStatus.WITHDRAWN))
    .outerjoin(Loan, and_(Loan.item_id == Item.id, Loan.ended_at.is_(None)))
    .group_by(Title.id)
)


def search(text: str, *, here: Here) -> tuple[TitleRow, ...]:
    """Return the titles that have every word of `text`; all of them, by name, without one.

    A word may be part of title, series, author or ISBN, initials (`xmgh`), an accession number or
    the code of a label. First what is that word, then what begins with it, then what has it. At
    most `FOUND_AT_MOST`.
    """
    del here
    words = [word[:_LONGEST_WORD] for word in text.split()]
    find = select(Title.id).limit(FOUND_AT_MOST)
    for word in words:
        find = find.where(_has(word))
    if words:
        find = find.order_by(_rank(words[0]), func.length(Title.name))
    ids = list(reading().scalars(find.order_by(Title.name, Title.id)))
    rows = {row.id: row for row in reading().execute(TITLES.where(Title.id.in_(ids)))}
    return tuple(read_row(rows[title_id]) for title_id in ids)


def read_row(row: AnyRow) -> TitleRow:
    """Return a title from a row of `TITLES`."""
    return TitleRow(
        title_id=row.id,
        name=row.name,
        author=row.author,
        publisher=row.publisher,
        isbn=row.isbn,
        grade_band=row.grade_band,
        items=row.items,
        on_loan=row.on_loan,
    )


def _has(word: str) -> ColumnElement[bool]:
    key = _key(word)
    by_key: list[ColumnElement[bool]] = (
        [Title.search_key.contains(key, autoescape=True)] if key else []
    )
    code = word.upper()
    # As a range an index answers it; LIKE would look at every copy.
    numbered = and_(Item.accession_no >= word, Item.accession_no < word + "\U0010ffff")
    copies = (
        select(Item.title_id)
        .where(or_(numbered, Item.code == code))
        .order_by(Item.accession_no)
        .limit(_MOST_COPIES)
    )
    return or_(*by_key, Title.id.in_(copies))


def _rank(word: str) -> ColumnElement[Any]:
    """Return how well a title fits: its name or one of its words stands first in `search_key`."""
    key = _key(word)
    if not key:
        return case((Title.id.is_(None), _HAS), else_=_EXACT)
    words = literal(" ").concat(Title.search_key).concat(" ")
    return case(
        (words.contains(f" {key} ", autoescape=True), _EXACT),
        (Title.search_key.startswith(key, autoescape=True), _BEGINS),
        (words.contains(f" {key}", autoescape=True), _WORD_BEGINS),
        else_=_HAS,
    )


def _key(word: str) -> str:
    """Return a word as `search_key` has it; an old ISBN of ten as the thirteen that it became."""
    key = plain(word)
    if len(key) == _OLD_ISBN_LENGTH and key[:-1].isdigit():
        return isbn_of(key) or key
    return key
