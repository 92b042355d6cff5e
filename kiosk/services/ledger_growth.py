"""L18 成长记录袋目录: of the twelve things in a child's folder the kiosk knows one, what it read.

It names children with their books, as L6 does, and goes where L6 goes: a pack holds both.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from kiosk.db import AnyRow
from kiosk.files.tables import RowMark, Table
from kiosk.models.calendar import Term
from kiosk.models.library import Item, Loan, Title
from kiosk.models.people import Child, SchoolClass
from kiosk.models.stocktake import LedgerArchive
from kiosk.rules.catalogue import TitleKind
from kiosk.rules.lending import Borrower, LoanEnd
from kiosk.services import ledger_loans
from kiosk.services.here import Here
from kiosk.services.ledger_paper import DASH, NONE, Period, Row, class_name, filled

_DAY: Final = timedelta(days=1)
_KEYS: Final = (
    "place",
    "child",
    "class",
    "title",
    "author",
    "lent_on",
    "returned_on",
)
# Children as they stand in the lists of their classes.
_ORDER: Final = (SchoolClass.grade, SchoolClass.number, Child.initials, Child.id)
_IS_READ: Final = (
    or_(Loan.ended_as.is_(None), Loan.ended_as != LoanEnd.UNDONE),
    Title.kind != TitleKind.GAME,
)
_READ: Final = (
    select(
        Loan,
        Title.name,
        Title.author,
        Child.family_name,
        Child.given_name,
        SchoolClass.grade,
        SchoolClass.number,
    )
    .join(Item, Item.id == Loan.item_id)
    .join(Title, Title.id == Item.title_id)
    .join(Child, Child.id == Loan.child_id)
    .join(SchoolClass, SchoolClass.id == Child.class_id)
    .where(*_IS_READ)
    .order_by(*_ORDER, Loan.lent_at, Loan.id)
)


def build(session: Session, period: Period, *, here: Here) -> Table:
    """Return L18 of a period: child by child what it borrowed to read; a ball is not read."""
    loans = session.execute(_READ.where(Loan.local_day.between(period.first, period.last))).all()
    rows = [_row(place, loan, here) for place, loan in enumerate(loans, start=1)]
    marks = [RowMark(day=row.Loan.local_day, child_id=row.Loan.child_id) for row in loans]
    return filled(
        "L18", _KEYS, rows, totals=totals(rows, marks), period=period, here=here, marks=marks
    )


def _row(place: int, row: AnyRow, here: Here) -> Row:
    return (
        place,
        row.family_name + row.given_name,
        class_name(row.grade, row.number),
        row.name,
        row.author or NONE,
        row.Loan.local_day.isoformat(),
        ledger_loans.returned_on(row.Loan, here),
    )


def totals(rows: Sequence[Row], marks: Sequence[RowMark]) -> Row:
    """Return the foot of these rows, whether they come from the tables or from the archive."""
    readers = {mark.child_id for mark in marks} - {None}
    return ("合计", f"{len(readers)} 人", DASH, f"{len(rows)} 册次", *[DASH] * 3)


def whole(session: Session, found: Table, period: Period) -> Table:
    """Return L18 child by child also where its rows come from several terms, and what it lacks."""
    lost = "、".join(_lost(session, period))
    lacks = f"{lost}结束时尚无此台账，未留存" if lost else ""
    return replace(_by_child(session, found), lacks=lacks)


def _lost(session: Session, period: Period) -> Iterator[str]:
    """Yield the terms that forgot who read what before there was an L18 to keep it."""
    kept = exists().where(LedgerArchive.term_id == Term.id, LedgerArchive.ledger == "L18")
    begin = date.min
    for term in session.execute(
        select(
            Term.name, Term.last_day, (Term.frozen_at.is_not(None) & ~kept).label("is_without")
        ).order_by(Term.last_day)
    ):
        first, last = max(begin, period.first), min(term.last_day, period.last)
        begin = term.last_day + _DAY
        if not term.is_without or first > last:
            continue
        forgotten = (Loan.borrower == Borrower.CHILD) & Loan.child_id.is_(None)
        lent = select(Loan.id).join(Item, Item.id == Loan.item_id).join(Title).where(*_IS_READ)
        if session.scalar(lent.where(forgotten, Loan.local_day.between(first, last)).limit(1)):
            yield term.name


def _by_child(session: Session, found: Table) -> Table:
    in_order = select(Child.id).join(SchoolClass, SchoolClass.id == Child.class_id)
    known = session.scalars(in_order.order_by(*_ORDER)).all()
    at = {str(child_id): number for number, child_id in enumerate(known)}

    def place(pair: tuple[Row, RowMark]) -> tuple[int, str]:
        child_id = str(pair[1].child_id)
        return at.get(child_id, len(at)), child_id  # who was erased comes after all others

    pairs = sorted(zip(found.rows, found.marks, strict=True), key=place)
    return replace(
        found,
        rows=tuple((number, *row[1:]) for number, (row, _) in enumerate(pairs, start=1)),
        marks=tuple(mark for _, mark in pairs),
    )
