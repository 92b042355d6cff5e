"""Which title of the catalogue a row of a file is, and which of its copies are new.

A title is known by its key in a file of ours, by ISBN and name, or by name, author and publisher.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.files.book_fields import LONGEST_VOLUME
from kiosk.files.books import BookRow, Copy
from kiosk.models.library import Item, Title
from kiosk.rules import codes as codes_rules
from kiosk.rules.codes import CodeKind
from kiosk.services.catalogue_rows import LONGEST_NAME, NewTitle, plain

_FEN: Final = 100

# What a title is known by: its id, or ISBN and name, or name, author and publisher.
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedTitle:
    """A title of the file and what of it is to come in.

    `title_id` is that of the catalogue, or None when the title is new; then `own_id` is the key
    that a file of ours gives it. `numbered` are copies whose numbers the catalogue has not;
    `copies` get the next free ones.
    """

    title_id: UUID | None
    own_id: UUID | None
    new: NewTitle
    copies: int
    numbered: tuple[Copy, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownBooks:
    """What the catalogue has: titles by key, and the numbers and codes of copies."""

    titles: Mapping[Key, UUID]
    numbers: Collection[str]
    codes: Collection[str]


@dataclass(slots=True)
class Listing:
    """The titles of a file, and the rows whose copy has a number that another one has already."""

    titles: list[ListedTitle] = field(default_factory=list)
    taken: list[int] = field(default_factory=list)


def known_books(session: Session) -> KnownBooks:
    """Return what the catalogue has; the session does not go on reading."""
    rows = session.execute(
        select(Title.id, Title.name, Title.author, Title.publisher, Title.isbn).order_by(Title.id)
    ).all()
    copies = session.execute(select(Item.accession_no, Item.code)).all()
    session.rollback()  # while somebody reads, no scan can be stored
    titles: dict[Key, UUID] = {}
    for row in rows:
        titles["id", row.id.hex] = row.id
        for key in _keys(row.name, row.author, row.publisher, row.isbn):
            titles.setdefault(key, row.id)
    return KnownBooks(
        titles=titles,
        numbers={copy.accession_no for copy in copies},
        codes={copy.code for copy in copies},
    )


def listed(rows: Iterable[BookRow], known: KnownBooks) -> Listing:
    """Return the titles of the file, each once, with the copies of all its rows."""
    listing = Listing()
    numbers, codes = set(known.numbers), set(known.codes)
    for group in _groups(rows):
        listing.titles.append(_listed(group, known, numbers, codes, listing.taken))
    return listing


def title_of(row: BookRow) -> str:
    """Return the name under which the catalogue has it: volumes are lent one by one."""
    whole = row.is_ours or row.volume is None
    return row.title if whole else f"{row.title} {row.volume}"[:LONGEST_NAME]


def _groups(rows: Iterable[BookRow]) -> Iterator[list[BookRow]]:
    firsts: dict[Key, int] = {}
    groups: list[list[BookRow]] = []
    for row in rows:
        keys = _row_keys(row)
        at = next((firsts[key] for key in keys if key in firsts), len(groups))
        if at == len(groups):
            groups.append([])
        groups[at].append(row)
        for key in keys:
            firsts.setdefault(key, at)
    yield from groups


def _row_keys(row: BookRow) -> tuple[Key, ...]:
    """Return what a row is known by within the file; two titles of ours stay two."""
    if row.title_id is not None:
        return (("id", row.title_id.hex),)
    return _keys(title_of(row), row.author, row.publisher, row.isbn)


def _keys(
    name: str, author: str | None, publisher: str | None, isbn: str | None
) -> tuple[Key, ...]:
    by_description = ("description", plain(name), plain(author or ""), plain(publisher or ""))
    if isbn is None:
        return (by_description,)
    return ("isbn", isbn, plain(name)), by_description


def _listed(
    group: list[BookRow], known: KnownBooks, numbers: set[str], codes: set[str], taken: list[int]
) -> ListedTitle:
    first = group[0]
    title_id = _known_id(group, known)
    numbered: list[Copy] = []
    copies = 0
    for row in group:
        for copy in row.held:
            if copy.accession_no in numbers:
                if copy.accession_no not in known.numbers:
                    taken.append(row.row_number)
                continue
            numbers.add(copy.accession_no)
            numbered.append(_with_free_code(copy, codes))
        if title_id is None:
            copies += max((1 if row.copies is None else row.copies) - len(row.held), 0)
    return ListedTitle(
        title_id=title_id,
        own_id=first.title_id,
        new=_new_title(first),
        copies=copies,
        numbered=tuple(numbered),
    )


def _known_id(group: list[BookRow], known: KnownBooks) -> UUID | None:
    """Return which title of the catalogue it is.

    A title of ours that has its own key here is that one and no other; in another room, where the
    key is not known, it is found like any other.
    """
    keys = (
        key
        for row in group
        for key in (*_row_keys(row), *_keys(title_of(row), row.author, row.publisher, row.isbn))
    )
    return next((known.titles[key] for key in keys if key in known.titles), None)


def _with_free_code(copy: Copy, codes: set[str]) -> Copy:
    """Return the copy with the code of its label where that is one of ours and nobody else's."""
    code = copy.code
    if code is None:
        return copy
    is_free = codes_rules.is_whole(code) and code[0] == CodeKind.ITEM and code not in codes
    if not is_free:
        return replace(copy, code=None)
    codes.add(code)
    return copy


def _new_title(row: BookRow) -> NewTitle:
    return NewTitle(
        name=title_of(row),
        kind=row.kind,
        author=row.author,
        publisher=row.publisher,
        published=row.published,
        isbn=row.isbn,
        issn=row.issn,
        csbn=row.csbn,
        class_mark=row.class_mark,
        grade_band=row.grade_band,
        series=row.series,
        series_no=row.series_no,
        volume=None if row.volume is None else row.volume[:LONGEST_VOLUME],
        price_fen=fen(row.price),
        is_draft=row.is_draft,
    )


def fen(price: Decimal | None) -> int | None:
    """Return a price in yuan as fen."""
    return None if price is None else int(price * _FEN)
