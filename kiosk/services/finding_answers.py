"""What a child's screen is told about books that are looked for."""

from dataclasses import dataclass
from uuid import UUID

from kiosk.rules.book_classes import ShelfPlace
from kiosk.services.answers import Book, ChildFace


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundBook:
    # A book to touch.

    title_id: UUID
    book: Book


@dataclass(frozen=True, slots=True, kw_only=True)
class FindBook:
    """The pad and what it finds so far; without keys the books that came last.

    `keys` are those pressed, of `rules.pad.KEYS`. `next_page` leads to more, from the last page
    to the first; None where all is shown.
    """

    child: ChildFace
    keys: str
    books: tuple[FoundBook, ...]
    next_page: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTitle:
    """One book: where it stands and whether it is there now; never who has it.

    `next_volume` and `similar` are other books that the school has.
    """

    child: ChildFace
    keys: str
    found: FoundBook
    place: ShelfPlace | None
    is_in: bool
    next_volume: FoundBook | None
    similar: tuple[FoundBook, ...]
