"""Which title of the catalogue a row of a file is, and which of its copies are new.

A title is known by its key in a file of ours, by ISBN and name, or by name, author and publisher.
The last tells nothing where both have an ISBN and not the same one: these are two editions.
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

# What a title is known by: its id, ISBN and name, or name, author and publisher; of these once as
# what any title is, and once as what one without an ISBN is.
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
        description = (plain(row.name), plain(row.author or ""), plain(row.publisher or ""))
        for key in _keys(row.isbn, description):
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
    titles = dict(known.titles)
    for group in _groups(rows):
        title_id = _known_id(group, titles)
        listing.titles.append(_listed(group, title_id, known, numbers, codes, listing.taken))
    return listing


def title_of(row: BookRow) -> str:
    """Return the name under which the catalogue has it: volumes are lent one by one."""
    whole = row.is_ours or row.volume is None
    return row.title if whole else f"{row.title} {row.volume}"[:LONGEST_NAME]


def _groups(rows: Iterable[BookRow]) -> Iterator[list[BookRow]]:
    firsts: dict[Key, int] = {}
    groups: list[list[BookRow]] = []
    numbered: set[int] = set()
    for row in rows:
        wanted = _wanted(row)
        at = next((firsts[key] for key in wanted if key in firsts), len(groups))
        if at == len(groups):
            groups.append([])
        groups[at].append(row)
        for key in _known_by(row):
            firsts.setdefault(key, at)
        if row.isbn is not None:
            numbered.add(at)
        if at in numbered:  # it is the title of an ISBN, and of no other
            firsts.pop(("no isbn", *_description(row)), None)
    yield from groups


def _wanted(row: BookRow) -> tuple[Key, ...]:
    """Return what a row is looked for by within the file; two titles of ours stay two."""
    return _own_key(row) or _wanted_keys(row, row.isbn)


def _known_by(row: BookRow) -> tuple[Key, ...]:
    return _own_key(row) or _keys(row.isbn, _description(row))


def _own_key(row: BookRow) -> tuple[Key, ...]:
    return () if row.title_id is None else (("id", row.title_id.hex),)


def _description(row: BookRow) -> Key:
    return (plain(title_of(row)), plain(row.author or ""), plain(row.publisher or ""))


def _keys(isbn: str | None, description: Key) -> tuple[Key, ...]:
    """Return what a title is known by."""
    if isbn is None:
        return ("any", *description), ("no isbn", *description)
    return ("isbn", isbn, description[0]), ("any", *description)


def _wanted_keys(row: BookRow, isbn: str | None) -> tuple[Key, ...]:
    """Return by what a title of this ISBN, or of none, is looked for."""
    description = _description(row)
    if isbn is None:
        return (("any", *description),)
    return ("isbn", isbn, description[0]), ("no isbn", *description)


def _listed(
    group: list[BookRow],
    title_id: UUID | None,
    known: KnownBooks,
    numbers: set[str],
    codes: set[str],
    taken: list[int],
) -> ListedTitle:
    first = group[0]
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
        new=replace(_new_title(first), isbn=_isbn(group)),
        copies=copies,
        numbered=tuple(numbered),
    )


def _known_id(group: list[BookRow], titles: dict[Key, UUID]) -> UUID | None:
    """Return which title of the catalogue it is; one without an ISBN is that of one ISBN only.

    A title of ours that has its own key here is that one and no other; in another room, where the
    key is not known, it is found like any other.
    """
    isbn = _isbn(group)
    keys = (key for row in group for key in (*_own_key(row), *_wanted_keys(row, isbn)))
    found = next((key for key in keys if key in titles), None)
    if found is None:
        return None
    return titles.pop(found) if found[0] == "no isbn" else titles[found]


def _isbn(group: list[BookRow]) -> str | None:
    return next((row.isbn for row in group if row.isbn is not None), None)


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
