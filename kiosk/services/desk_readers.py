"""Who stands at the lending desk: a child by its card, a class, a teacher; and what they have."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from kiosk.db import AnyRow, reading
from kiosk.errors import NotFoundError
from kiosk.models.library import Item, Loan, Title
from kiosk.models.people import Child, SchoolClass, Staff
from kiosk.rules.badges import Badge
from kiosk.rules.catalogue import TitleKind
from kiosk.rules.lending import Borrower, LendingPolicy
from kiosk.rules.people import PeopleProblem
from kiosk.services import visits
from kiosk.services.here import Here

# As many as the desk shows of what was lent just now; the rest is counted.
SHOWN: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskReader:
    """For whom the desk lends. `name` is a child's or a teacher's, `badge` a child's."""

    borrower: Borrower
    reader_id: UUID
    class_id: UUID | None = None
    class_name: tuple[int, int] | None = None
    name: str | None = None
    badge: Badge | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRow:
    staff_id: UUID
    display_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LentHere:
    """A book on the desk's list. `is_earlier`: the reader had it before it came to the desk."""

    loan_id: UUID
    title: str
    accession_no: str
    due_on: date
    is_earlier: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSheet:
    """What a reader has: `held` in all, `now` of them lent since the reader was chosen."""

    held: int
    now: int
    latest: tuple[LentHere, ...]


def staff() -> tuple[StaffRow, ...]:
    """Return who works here, for the list of teachers."""
    rows = reading().execute(
        select(Staff.id, Staff.display_name)
        .where(Staff.left_on.is_(None))
        .order_by(Staff.display_name)
    )
    return tuple(StaffRow(staff_id=row.id, display_name=row.display_name) for row in rows)


def by_card(code: str, *, here: Here) -> DeskReader:
    """Return the child whose card this is.

    Raises:
        NotFoundError: UNKNOWN_CARD or OLD_CARD.
    """
    return find(Borrower.CHILD, visits.holder(code=code, here=here))


def find(borrower: Borrower, reader_id: UUID) -> DeskReader:
    """Return a reader by its id.

    Raises:
        NotFoundError: UNKNOWN_CHILD, UNKNOWN_CLASS or UNKNOWN_STAFF.
    """
    match borrower:
        case Borrower.CHILD:
            return _child(reader_id)
        case Borrower.CLASS:
            return _class(reader_id)
        case Borrower.STAFF:
            return _staff(reader_id)


def _child(child_id: UUID) -> DeskReader:
    row = (
        reading()
        .execute(
            select(
                Child.given_name,
                Child.animal,
                Child.cloth,
                Child.class_id,
                SchoolClass.grade,
                SchoolClass.number,
            )
            .join(SchoolClass, SchoolClass.id == Child.class_id)
            .where(Child.id == child_id, Child.left_on.is_(None))
        )
        .one_or_none()
    )
    if row is None:
        raise NotFoundError(PeopleProblem.UNKNOWN_CHILD)
    return DeskReader(
        borrower=Borrower.CHILD,
        reader_id=child_id,
        class_id=row.class_id,
        class_name=(row.grade, row.number),
        name=row.given_name,
        badge=Badge(animal=row.animal, cloth=row.cloth),
    )


def _class(class_id: UUID) -> DeskReader:
    row = reading().get(SchoolClass, class_id)
    if row is None:
        raise NotFoundError(PeopleProblem.UNKNOWN_CLASS)
    return DeskReader(
        borrower=Borrower.CLASS,
        reader_id=class_id,
        class_id=class_id,
        class_name=(row.grade, row.number),
    )


def _staff(staff_id: UUID) -> DeskReader:
    row = reading().get(Staff, staff_id)
    if row is None or row.left_on is not None:
        raise NotFoundError(PeopleProblem.UNKNOWN_STAFF)
    return DeskReader(borrower=Borrower.STAFF, reader_id=staff_id, name=row.display_name)


def sheet(reader: DeskReader, *, since: datetime) -> DeskSheet:
    """Return what a reader has, the latest first."""
    is_theirs = held_by(reader)
    held, now = (
        reading()
        .execute(
            select(func.count(), func.count().filter(Loan.lent_at >= since)).where(
                is_theirs, Loan.ended_at.is_(None)
            )
        )
        .one()
    )
    rows = reading().execute(
        select(Loan.id, Loan.due_on, Loan.lent_at, Title.name, Item.accession_no)
        .join(Item, Item.id == Loan.item_id)
        .join(Title, Title.id == Item.title_id)
        .where(is_theirs, Loan.ended_at.is_(None))
        .order_by(Loan.lent_at.desc(), Loan.id.desc())
        .limit(SHOWN)
    )
    latest = tuple(
        LentHere(
            loan_id=row.id,
            title=row.name,
            accession_no=row.accession_no,
            due_on=row.due_on,
            is_earlier=row.lent_at < since,
        )
        for row in rows
    )
    return DeskSheet(held=held, now=now, latest=latest)


def policy_for(reader: DeskReader, kind: TitleKind, here: Here) -> LendingPolicy:
    """Return by which policy a reader borrows a kind of title."""
    if reader.borrower is Borrower.STAFF:
        return here.staff_policy(kind)
    grade, _ = reader.class_name or (0, 0)
    return here.policy(grade, kind)


def has(reader: DeskReader, loan: AnyRow) -> bool:
    """Return whether a loan, a row of `loan_facts`, is this reader's."""
    match reader.borrower:
        case Borrower.CHILD:
            return bool(loan.child_id == reader.reader_id)
        case Borrower.CLASS:
            return loan.borrower is Borrower.CLASS and loan.class_id == reader.reader_id
        case Borrower.STAFF:
            return bool(loan.staff_id == reader.reader_id)


def held_by(reader: DeskReader) -> ColumnElement[bool]:
    """Return the condition for the loans of a reader; those of a class are the class's own."""
    match reader.borrower:
        case Borrower.CHILD:
            return Loan.child_id == reader.reader_id
        case Borrower.CLASS:
            is_class = Loan.class_id == reader.reader_id
            return is_class & (Loan.borrower == Borrower.CLASS)
        case Borrower.STAFF:
            return Loan.staff_id == reader.reader_id
