"""What was lent to a class that leaves school: it is brought back, or handed on by somebody."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.models.library import Item, Loan, Title
from kiosk.models.people import SchoolClass
from kiosk.rules.lending import Borrower
from kiosk.services.here import Here


@dataclass(frozen=True, slots=True, kw_only=True)
class BookOut:
    """A book that is still out."""

    title: str
    accession_no: str
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassBooks:
    """A class that leaves, and the books that it has as a class.

    `is_followed`: a class comes into its place, to whom they can be handed on.
    """

    grade: int
    number: int
    is_followed: bool
    books: tuple[BookOut, ...]


def books(
    session: Session, here: Here, *, coming: Collection[tuple[int, int]]
) -> tuple[ClassBooks, ...]:
    """Return the classes of the last grade that have books, and these.

    `coming` is the grade and the number of each class that has moved up.
    """
    rows = session.execute(
        select(SchoolClass.grade, SchoolClass.number, Title.name, Item.accession_no, Loan.due_on)
        .join(Loan, Loan.class_id == SchoolClass.id)
        .join(Item, Item.id == Loan.item_id)
        .join(Title, Title.id == Item.title_id)
        .where(
            Loan.borrower == Borrower.CLASS,
            Loan.ended_at.is_(None),
            SchoolClass.grade >= here.library.last_grade,
        )
        .order_by(SchoolClass.grade, SchoolClass.number, Loan.due_on, Item.accession_no)
    )
    return tuple(
        ClassBooks(
            grade=grade,
            number=number,
            is_followed=(grade, number) in coming,
            books=tuple(
                BookOut(title=row.name, accession_no=str(row.accession_no), due_on=row.due_on)
                for row in found
            ),
        )
        for (grade, number), found in groupby(rows, key=lambda row: (row.grade, row.number))
    )
