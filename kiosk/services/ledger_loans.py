"""L6 图书借阅登记表: what was lent in a period, and what became of it."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from kiosk.db import AnyRow
from kiosk.files.tables import RowMark, Table
from kiosk.models.library import Item, Loan, Shelf, Title
from kiosk.models.people import Child, SchoolClass, Staff
from kiosk.rules.lending import Borrower, LoanEnd
from kiosk.services import room_readings
from kiosk.services.here import Here
from kiosk.services.ledger_paper import DASH, NONE, Period, Row, class_name, day_of, filled

_KEYS: Final = (
    "place",
    "day",
    "title",
    "number",
    "copies",
    "shelf",
    "reader",
    "class",
    "due_on",
    "returned_on",
    "outcome",
    "handler",
    "remark",
)
_STATE: Final = _KEYS.index("outcome")
_STILL_OUT: Final = ("在借", "未还")
_borrower = aliased(Staff)
_LOANS: Final = (
    select(
        Loan,
        Title.name,
        Item.accession_no,
        Shelf.name.label("shelf"),
        Child.family_name,
        Child.given_name,
        SchoolClass.grade,
        SchoolClass.number,
        Staff.display_name,
        _borrower.display_name.label("teacher"),
    )
    .join(Item, Item.id == Loan.item_id)
    .join(Title, Title.id == Item.title_id)
    .outerjoin(Shelf, Shelf.id == Item.shelf_id)
    .outerjoin(Child, Child.id == Loan.child_id)
    .outerjoin(SchoolClass, SchoolClass.id == func.coalesce(Child.class_id, Loan.class_id))
    .outerjoin(Staff, Staff.id == Loan.lent_by_id)
    .outerjoin(_borrower, _borrower.id == Loan.staff_id)
    .where(or_(Loan.ended_as.is_(None), Loan.ended_as != LoanEnd.UNDONE))
    .order_by(Loan.local_day, Loan.lent_at)
)


def build(session: Session, period: Period, *, here: Here) -> Table:
    """Return L6 of a period: the loans that began in it, apart from those taken back at once.

    What was read in the room is nobody's loan, and stands at the foot as a count.
    """
    loans = session.execute(_LOANS.where(Loan.local_day.between(period.first, period.last))).all()
    rows = [_row(place, loan, here) for place, loan in enumerate(loans, start=1)]
    marks = [RowMark(day=row.Loan.local_day, child_id=row.Loan.child_id) for row in loans]
    return filled(
        "L6",
        _KEYS,
        rows,
        totals=totals(rows, marks),
        period=period,
        here=here,
        counted={"in_room": room_readings.count(session, period.first, period.last)},
        marks=marks,
    )


def _row(place: int, row: AnyRow, here: Here) -> Row:
    return (
        place,
        row.Loan.local_day.isoformat(),
        row.name,
        row.accession_no,
        1,
        row.shelf or DASH,
        _reader(row),
        DASH if row.grade is None else class_name(row.grade, row.number),
        row.Loan.due_on.isoformat(),
        returned_on(row.Loan, here),
        _returned(row.Loan, here.today),
        row.display_name or "自助",
        _remark(row.Loan),
    )


def _reader(row: AnyRow) -> str:
    """Return who borrowed; a dash for a child that nobody knows of any more."""
    match row.Loan.borrower:
        case Borrower.CLASS:
            return "全班"
        case Borrower.STAFF:
            return str(row.teacher)
        case _:
            return DASH if row.family_name is None else str(row.family_name + row.given_name)


def _remark(loan: Loan) -> str:
    """Return what is to be said besides: renewed, or written down afterwards."""
    parts = []
    if loan.renewals:
        parts.append(f"续借{loan.renewals}次")
    if loan.is_late_entry:
        parts.append("补录")
    elif loan.is_late_return:
        parts.append("归还补录")
    return "，".join(parts) or NONE


def totals(rows: Sequence[Row], marks: Sequence[RowMark]) -> Row:
    """Return the foot of these rows, whether they come from the tables or from the archive."""
    readers = {mark.child_id for mark in marks} - {None}
    still_out = sum(row[_STATE] in _STILL_OUT for row in rows)
    return (
        "合计",
        *[DASH] * 3,
        len(rows),
        DASH,
        f"{len(readers)} 人",
        *[DASH] * 3,
        f"未还 {still_out} 册",
        *[DASH] * 2,
    )


def returned_on(loan: Loan, here: Here) -> str:
    """Return the day a book came back; a dash while it has not, and where it is lost."""
    if loan.ended_at is None or loan.ended_as is LoanEnd.LOST:
        return DASH
    return day_of(loan.ended_at, here).isoformat()


def _returned(loan: Loan, today: date) -> str:
    match loan.ended_as:
        case None:
            return "在借" if loan.due_on >= today else "未还"
        case LoanEnd.LOST:
            return "遗失"
        case _:
            return "已还"
