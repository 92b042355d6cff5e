"""What a child sees of its own: books in hand, the next call, and the page that shows both."""

from dataclasses import replace
from datetime import date, datetime
from typing import Final
from uuid import UUID
from zlib import crc32

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from kiosk.db import AnyRow, reading
from kiosk.models.lending import Hold
from kiosk.models.library import Item, Loan, Title, TitleCover
from kiosk.rules import lending, photos
from kiosk.rules.catalogue import TitleKind, is_draft_name
from kiosk.services import own_calls
from kiosk.services.answers import (
    Book,
    ChildFace,
    OwnHold,
    OwnLoan,
    OwnPage,
    OwnPageSaying,
)
from kiosk.services.here import Here
from kiosk.services.own_calls import OwnNews
from kiosk.services.prepared import Prepared

COVERS: Final = 6
# What `book_of` reads besides the name, where a title's cover is joined.
COVER_COLUMNS: Final = (Title.id.label("title_id"), TitleCover.added_at.label("cover_at"))

_LOANS: Final = Prepared(
    select(Loan.id, Loan.due_on, Title.name, Title.kind.label("title_kind"), *COVER_COLUMNS)
    .join(Item, Item.id == Loan.item_id)
    .join(Title, Title.id == Item.title_id)
    .outerjoin(TitleCover, TitleCover.title_id == Title.id)
    .where(Loan.child_id == bindparam("child_id"), Loan.ended_at.is_(None))
    .order_by(Loan.due_on, Loan.lent_at)
)
_before = aliased(Hold)
_HOLDS: Final = Prepared(
    select(
        Hold.id,
        Hold.item_id,
        Title.name,
        *COVER_COLUMNS,
        select(func.count())
        .select_from(_before)
        .where(
            _before.title_id == Hold.title_id,
            _before.ended_at.is_(None),
            _before.item_id.is_(None),
            _before.placed_at < Hold.placed_at,
        )
        .correlate(Hold)
        .scalar_subquery()
        .label("before"),
    )
    .join(Title, Title.id == Hold.title_id)
    .outerjoin(TitleCover, TitleCover.title_id == Title.id)
    .where(Hold.child_id == bindparam("child_id"), Hold.ended_at.is_(None))
    # What lies ready comes first.
    .order_by(Hold.item_id.is_(None), Hold.placed_at, Hold.id)
)


def holds(session: Session | Connection, *, child_id: UUID) -> tuple[OwnHold, ...]:
    """Return the books that a child waits for, those that lie ready first."""
    rows = _HOLDS.rows(session, {"child_id": child_id})
    return tuple(
        OwnHold(
            hold_id=row.id,
            book=book_of(row),
            place=row.before + 1,
            is_ready=row.item_id is not None,
        )
        for row in rows
    )


def loans(
    session: Session | Connection, *, child_id: UUID, grade: int, here: Here
) -> tuple[OwnLoan, ...]:
    """Return the books in a child's hands, the one due soonest first."""
    rows = _LOANS.rows(session, {"child_id": child_id})
    return tuple(in_hand_loan(row, grade, here) for row in rows)


def read(
    session: Session | Connection,
    *,
    child_id: UUID,
    face: ChildFace,
    saying: OwnPageSaying,
    here: Here,
    calls: OwnNews | None = None,
) -> OwnPage:
    """Return a child's own page; `calls` are its own, where they are read already."""
    calls = calls or own_calls.read(session, child_id=child_id, here=here)
    rows = _LOANS.rows(session, {"child_id": child_id})
    books = sum(row.title_kind is TitleKind.BOOK for row in rows)
    policy = here.policy(face.grade)
    return OwnPage(
        child=face,
        saying=saying,
        today=here.today,
        loans=tuple(in_hand_loan(row, face.grade, here) for row in rows),
        call=calls.call,
        may_borrow=max(policy.limit - books, 0) if policy.self_lending else 0,
        holds=holds(session, child_id=child_id),
        news=calls.news,
    )


def show(*, child_id: UUID, face: ChildFace, saying: OwnPageSaying, here: Here) -> OwnPage:
    """Return a child's own page, read by itself."""
    return read(reading(), child_id=child_id, face=face, saying=saying, here=here)


def in_hand(*, child_id: UUID, grade: int, here: Here) -> tuple[OwnLoan, ...]:
    """Return the books in a child's hands, read by themselves."""
    return loans(reading(), child_id=child_id, grade=grade, here=here)


def show_holds(*, child_id: UUID) -> tuple[OwnHold, ...]:
    """Return the books that a child waits for, read by themselves."""
    return holds(reading(), child_id=child_id)


def in_hand_loan(row: AnyRow, grade: int, here: Here) -> OwnLoan:
    """Return a loan of a row that has `title_kind` too, and whether it is late by now."""
    is_late = late(row.due_on, row.title_kind, grade=grade, here=here)
    return replace(own_loan(row.id, row, row.due_on), is_late=is_late)


def late(due_on: date, kind: TitleKind, *, grade: int, here: Here) -> bool:
    """Return whether a child is to be told that its book is due; days that are closed are free."""
    return lending.is_late(
        here.plain_policy(grade, kind),
        due_on=due_on,
        today=here.today,
        is_open=lambda day: not here.school.is_closed(day),
    )


def own_loan(loan_id: UUID, row: AnyRow, due_on: date) -> OwnLoan:
    """Return a loan of the title in a row that `book_of` reads."""
    return OwnLoan(loan_id=loan_id, book=book_of(row), due_on=due_on)


def book_of(row: AnyRow) -> Book:
    """Return the title of a row that has its name and the `COVER_COLUMNS`."""
    return book(row.name, title_id=row.title_id, cover_at=row.cover_at)


def book(name: str, *, title_id: UUID, cover_at: datetime | None) -> Book:
    """Return a title as a child knows it; the same title always has the same drawn cover.

    `cover_at` is since when it has a picture of its own, None where it has none. What nobody has
    named yet has no words at all.
    """
    return Book(
        title="" if is_draft_name(name) else name,
        cover=crc32(name.encode()) % COVERS,
        picture=None if cover_at is None else f"{title_id}/{photos.version(cover_at)}",
    )
