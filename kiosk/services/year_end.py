"""The end of a school year: the last grade leaves, every other class moves up by one.

Who leaves keeps the books that are still out, which can be brought back at any time; cards, holds
and the place in the plan end. It happens once a school year, and the audit is what knows of it.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, insert, select, update
from sqlalchemy.orm import Session

from kiosk.db import reading, transaction
from kiosk.errors import RefusedError
from kiosk.ids import new_id
from kiosk.models.audit import Audit
from kiosk.models.calendar import Term
from kiosk.models.calls import TO_COME_STATES, Booking
from kiosk.models.lending import Hold
from kiosk.models.library import Item, Loan, Title
from kiosk.models.people import Card, Child, SchoolClass
from kiosk.rules import civil
from kiosk.rules import year_end as rules
from kiosk.rules.holds import HoldEnd
from kiosk.rules.lending import Borrower
from kiosk.rules.year_end import YearEndProblem
from kiosk.services import audit, hold_queue, leaving_classes, rooms
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here
from kiosk.services.leaving_classes import BookOut, ClassBooks

_PURPOSE: Final = "year-end"
_HAS_BOOK: Final = exists().where((Loan.child_id == Child.id) & Loan.ended_at.is_(None))
_OF_A_CLASS: Final = (Loan.borrower == Borrower.CLASS, Loan.ended_at.is_(None))
_HAS_CALL: Final = exists().where(
    (Booking.child_id == Child.id) & Booking.state.in_(TO_COME_STATES)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassUp:
    """A class, how many children it has, and its grade afterwards; None: it leaves."""

    class_id: UUID
    grade: int
    number: int
    children: int
    to_grade: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class YearEnd:
    """How the end of the school year stands. `year` is that in which the next one begins.

    `class_books` is what the classes that leave have as classes.
    """

    year: int | None
    classes: tuple[ClassUp, ...]
    terms_not_ended: tuple[str, ...]
    terms_forgetting: tuple[str, ...]
    leavers: int
    leavers_with_books: int
    class_books: tuple[ClassBooks, ...]
    problem: YearEndProblem | None

    @property
    def is_done(self) -> bool:
        return self.problem is YearEndProblem.MOVED_UP


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaver:
    """Somebody of the last grade, with what is still to be brought."""

    name: str
    grade: int
    number: int
    has_card: bool
    books: tuple[BookOut, ...]


def look(here: Here) -> YearEnd:
    """Return how it stands."""
    return _look(reading(), here)


def leavers(*, actor_id: UUID, here: Here) -> tuple[Leaver, ...]:
    """Return who leaves, or has left, as it goes to the printer; the audit knows of it."""
    session = reading()
    leaving = _leaving(here, _moved_on(session, rules.coming_year(here.today), here))
    has_card = exists().where((Card.child_id == Child.id) & Card.revoked_at.is_(None))
    children = session.execute(
        select(
            Child.id,
            Child.family_name,
            Child.given_name,
            SchoolClass.grade,
            SchoolClass.number,
            has_card.label("has_card"),
        )
        .join(SchoolClass, SchoolClass.id == Child.class_id)
        .where(*leaving)
        .order_by(SchoolClass.grade, SchoolClass.number, Child.initials, Child.id)
    ).all()
    books = _books(session, leaving)
    found = tuple(
        Leaver(
            name=row.family_name + row.given_name,
            grade=row.grade,
            number=row.number,
            has_card=row.has_card,
            books=tuple(books.get(row.id, ())),
        )
        for row in children
    )
    with transaction() as writing:
        _note(writing, AuditAction.PRINT, "leavers", f"{len(found)} leavers", actor_id, here)
    return found


def move_up(*, hands_on: bool = False, actor_id: UUID, here: Here) -> YearEnd:
    """Let the last grade leave and move the others up; return how it stood before.

    What a class that leaves has as a class stands in the way, unless whoever does it `hands_on`
    those books to the class that comes into its place; where none does, they are brought back.

    Raises:
        RefusedError: a YearEndProblem.
    """
    with transaction() as session:
        before = _look(session, here)
        if before.problem is not None:
            raise RefusedError(before.problem)
        handed_on = sum(len(one.books) for one in before.class_books)
        if handed_on and not hands_on:
            raise RefusedError(YearEndProblem.CLASS_HAS_BOOKS)
        _leave(session, here)
        _move(session, before.classes, here)
        words = f"moved up; {before.leavers} left; {handed_on} books of classes handed on"
        _note(session, AuditAction.EDIT, _subject(before.year), words, actor_id, here)
    return before


def _look(session: Session, here: Here) -> YearEnd:
    year = rules.coming_year(here.today)
    over = session.execute(
        select(Term.name, Term.frozen_at, Term.forgets_up_to)
        .where(Term.last_day < here.today)
        .order_by(Term.first_day)
    ).all()
    moved_on = _moved_on(session, year, here)
    leaving = _leaving(here, moved_on)
    classes = _classes(session, here)
    class_books = () if moved_on else _books_of_classes(session, classes, here)
    open_terms = tuple(row.name for row in over if row.frozen_at is None)
    problem = rules.refusal(
        year=year,
        moved_up=moved_on is not None,
        terms_not_ended=len(open_terms),
        is_open=rooms.state(session, here).is_open,
        leavers_with_calls=_count(session, *leaving, _HAS_CALL),
        books_for_nobody=sum(len(one.books) for one in class_books if not one.is_followed),
    )
    return YearEnd(
        year=year,
        classes=classes,
        terms_not_ended=open_terms,
        terms_forgetting=tuple(row.name for row in over if row.forgets_up_to is not None),
        leavers=_count(session, *leaving),
        leavers_with_books=_count(session, *leaving, _HAS_BOOK),
        class_books=class_books,
        problem=problem,
    )


def _classes(session: Session, here: Here) -> tuple[ClassUp, ...]:
    rows = session.execute(
        select(
            SchoolClass.id, SchoolClass.grade, SchoolClass.number, func.count().label("children")
        )
        .join(Child, Child.class_id == SchoolClass.id)
        .where(Child.left_on.is_(None), SchoolClass.grade > 0)
        .group_by(SchoolClass.id, SchoolClass.grade, SchoolClass.number)
        .order_by(SchoolClass.grade, SchoolClass.number)
    )
    return tuple(
        ClassUp(
            class_id=row.id,
            grade=row.grade,
            number=row.number,
            children=row.children,
            to_grade=row.grade + 1 if row.grade < here.library.last_grade else None,
        )
        for row in rows
    )


def _books_of_classes(
    session: Session, classes: tuple[ClassUp, ...], here: Here
) -> tuple[ClassBooks, ...]:
    coming = {(one.to_grade, one.number) for one in classes if one.to_grade is not None}
    return leaving_classes.books(session, here, coming=coming)


def _leaving(here: Here, moved_on: date | None = None) -> tuple[ColumnElement[bool], ...]:
    """Return who is in the last grade; once the classes have moved up, who left it that day."""
    of_last = select(SchoolClass.id).where(SchoolClass.grade >= here.library.last_grade)
    return Child.left_on.is_not_distinct_from(moved_on), Child.class_id.in_(of_last)


def _count(session: Session, *which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(Child).where(*which)) or 0


def _books(session: Session, leaving: tuple[ColumnElement[bool], ...]) -> dict[UUID, list[BookOut]]:
    rows = session.execute(
        select(Loan.child_id, Title.name, Item.accession_no, Loan.due_on)
        .join(Item, Item.id == Loan.item_id)
        .join(Title, Title.id == Item.title_id)
        .join(Child, Child.id == Loan.child_id)
        .where(Loan.ended_at.is_(None), *leaving)
        .order_by(Loan.due_on)
    )
    books: dict[UUID, list[BookOut]] = {}
    for row in rows:
        one = BookOut(title=row.name, accession_no=str(row.accession_no), due_on=row.due_on)
        books.setdefault(row.child_id, []).append(one)
    return books


def _leave(session: Session, here: Here) -> None:
    """End what a leaver had: the place at school, the card, the books waited for."""
    who = list(session.scalars(select(Child.id).where(*_leaving(here))))
    for child_id in who:
        waits = select(Hold.id).where(Hold.child_id == child_id, Hold.ended_at.is_(None))
        for hold_id in session.scalars(waits).all():
            hold_queue.end(session, hold_id, HoldEnd.CANCELLED, here)
        session.execute(
            update(Card)
            .where(Card.child_id == child_id, Card.revoked_at.is_(None))
            .values(revoked_at=here.now)
        )
        session.execute(update(Child).where(Child.id == child_id).values(left_on=here.today))


def _move(session: Session, classes: tuple[ClassUp, ...], here: Here) -> None:
    """Move every class that stays into the one above, the highest first."""
    rows = session.execute(select(SchoolClass.id, SchoolClass.grade, SchoolClass.number))
    places = {(row.grade, row.number): row.id for row in rows}
    for one in reversed(classes):
        if one.to_grade is None:
            continue
        place = (one.to_grade, one.number)
        if place not in places:
            places[place] = new_id(here.now)
            row = {"id": places[place], "grade": place[0], "number": place[1]}
            session.execute(insert(SchoolClass), [row])
        session.execute(
            update(Loan)
            .where(Loan.class_id == one.class_id, *_OF_A_CLASS)
            .values(class_id=places[place])
        )
        # Whoever was there has left or moved on by now, so that no badge meets another.
        session.execute(
            update(Child)
            .where(Child.class_id == one.class_id, Child.left_on.is_(None))
            .values(class_id=places[place])
        )


def _moved_on(session: Session, year: int | None, here: Here) -> date | None:
    done = select(Audit.at).where(
        Audit.purpose == _PURPOSE,
        Audit.subject == _subject(year),
        Audit.action == AuditAction.EDIT,
    )
    at = session.scalar(done.limit(1))
    return None if at is None else civil.local(at, here.settings.zone).date()


def _subject(year: int | None) -> str:
    return f"school-year:{year}"


def _note(
    session: Session, action: AuditAction, subject: str, fields: str, actor_id: UUID, here: Here
) -> None:
    audit.record(
        session,
        action,
        actor_id=actor_id,
        subject=subject,
        fields=fields,
        purpose=_PURPOSE,
        here=here,
    )
