"""A child's own books: the passbook on the screen and on paper, and what to tell at home.

Only ever those of the child that asks. What a child has read is kept for a term where the school
has set so; what was printed stays the child's.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from kiosk.db import AnySelect, constant, reading, transaction
from kiosk.errors import NotFoundError
from kiosk.models.library import Item, Loan, Title, TitleCover
from kiosk.models.people import Child, SchoolClass
from kiosk.rules.lending import LoanEnd
from kiosk.rules.people import PeopleProblem
from kiosk.services import audit, own_page
from kiosk.services.answers import Book, ChildFace
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here
from kiosk.services.ledger_paper import NONE, class_name, day_of, term
from kiosk.services.prepared import Prepared

COVERS_A_PAGE: Final = 8
TO_TALK_ABOUT: Final = 3
BOOKS_A_HALF: Final = 16
_LATELY: Final = timedelta(days=7)

_this = aliased(Item)
# By the copies of the title, which have had a dozen readers, and not by all that the child ever
# had: a column in `coalesce` is not looked up in the index of the child's loans.
_reader: Final = func.coalesce(Loan.child_id, Loan.child_id)
_HAD_BEFORE: Final = Prepared(
    select(Loan.id)
    .join(Item, Item.id == Loan.item_id)
    .join(_this, _this.title_id == Item.title_id)
    .where(
        _reader == bindparam("child_id"),
        Loan.ended_at.is_not(None),
        Loan.ended_as != constant(LoanEnd.UNDONE),
        _this.id == bindparam("item_id"),
    )
    .limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passbook:
    """A page of a child's own books, the latest first; each title once, and nothing is counted.

    `next_page` is the page behind the arrow, after the last one the first again; None where all
    stand on one.
    """

    child: ChildFace
    books: tuple[Book, ...]
    next_page: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBook:
    """A line of the reading list (阅读书目)."""

    title: str
    author: str
    lent_on: date
    returned_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingList:
    """The reading list of a child as it is printed, the first book first."""

    name: str
    class_name: str
    school: str
    term: str
    printed_on: date
    books: tuple[ReadBook, ...]

    @property
    def sheets(self) -> tuple[tuple["HalfPage", ...], ...]:
        """The books on sheets that are folded in the middle: two halves on each."""
        halves = [
            HalfPage(first=first, books=self.books[first : first + BOOKS_A_HALF])
            for first in range(0, len(self.books), BOOKS_A_HALF)
        ]
        return tuple(tuple(halves[at : at + 2]) for at in range(0, len(halves), 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfPage:
    """One half of a folded sheet; `first` books stand before it."""

    first: int
    books: tuple[ReadBook, ...]


def page(number: int, *, child_id: UUID, face: ChildFace) -> Passbook:
    """Return a page of a child's own books; 0 is the first."""
    rows = reading().execute(
        _own_titles(child_id)
        .order_by(func.max(Loan.lent_at).desc(), Title.id)
        .limit(COVERS_A_PAGE + 1)
        .offset(number * COVERS_A_PAGE)
    )
    found = [own_page.book_of(row) for row in rows]
    has_more = len(found) > COVERS_A_PAGE
    return Passbook(
        child=face,
        books=tuple(found[:COVERS_A_PAGE]),
        next_page=number + 1 if has_more else (0 if number else None),
    )


def to_talk_about(*, child_id: UUID, here: Here) -> tuple[Book, ...]:
    """Return the books of a child's last week, the latest first: what to tell at home."""
    since = here.now - _LATELY
    rows = reading().execute(
        _own_titles(child_id)
        .where(or_(Loan.lent_at >= since, Loan.ended_at >= since, Loan.ended_at.is_(None)))
        .order_by(func.max(Loan.lent_at).desc(), Title.id)
        .limit(TO_TALK_ABOUT)
    )
    return tuple(own_page.book_of(row) for row in rows)


def had_before(session: Session | Connection, *, child_id: UUID, item_id: UUID) -> bool:
    """Say whether a child has had the title of this item before, and brought it back."""
    return _HAD_BEFORE.first(session, {"child_id": child_id, "item_id": item_id}) is not None


def to_print(child_id: UUID, *, actor_id: UUID, here: Here) -> ReadingList:
    """Return the reading list of a child that is about to be printed; the audit knows it first.

    Raises:
        NotFoundError: UNKNOWN_CHILD.
    """
    with transaction() as session:
        child = session.execute(
            select(Child.family_name, Child.given_name, SchoolClass.grade, SchoolClass.number)
            .join(SchoolClass, SchoolClass.id == Child.class_id)
            .where(Child.id == child_id)
        ).one_or_none()
        if child is None:
            raise NotFoundError(PeopleProblem.UNKNOWN_CHILD)
        books = _books_read(session, child_id, here)
        audit.record(
            session,
            AuditAction.PRINT,
            actor_id=actor_id,
            subject=f"child:{child_id}",
            fields=f"reading list, {len(books)} rows",
            purpose="passbook",
            here=here,
        )
    return ReadingList(
        name=child.family_name + child.given_name,
        class_name=class_name(child.grade, child.number),
        school=here.settings.school or here.settings.home,
        term=term(here.today, here),
        printed_on=here.today,
        books=books,
    )


def _own_titles(child_id: UUID) -> AnySelect:
    return (
        select(Title.name, *own_page.COVER_COLUMNS)
        .join(Item, Item.title_id == Title.id)
        .outerjoin(TitleCover, TitleCover.title_id == Title.id)
        .join(Loan, Loan.item_id == Item.id)
        .where(
            Loan.child_id == child_id,
            or_(Loan.ended_as.is_(None), Loan.ended_as != LoanEnd.UNDONE),
        )
        .group_by(Title.id, Title.name, TitleCover.added_at)
    )


def _books_read(session: Session, child_id: UUID, here: Here) -> tuple[ReadBook, ...]:
    rows = session.execute(
        select(Title.name, Title.author, Loan.local_day, Loan.ended_at, Loan.ended_as)
        .join(Item, Item.title_id == Title.id)
        .join(Loan, Loan.item_id == Item.id)
        .where(
            Loan.child_id == child_id,
            or_(Loan.ended_as.is_(None), Loan.ended_as != LoanEnd.UNDONE),
        )
        .order_by(Loan.lent_at, Loan.id)
    ).all()
    return tuple(
        ReadBook(
            title=row.name,
            author=row.author or NONE,
            lent_on=row.local_day,
            returned_on=None
            if row.ended_at is None or row.ended_as is LoanEnd.LOST
            else day_of(row.ended_at, here),
        )
        for row in rows
    )
