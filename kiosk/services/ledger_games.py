"""L20 文体器材借用登记: what was lent for play and sport."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from kiosk.db import AnyRow
from kiosk.files.tables import RowMark, Table
from kiosk.models.lending import ItemCase
from kiosk.models.library import Item, Loan, Title
from kiosk.models.people import Child, SchoolClass, Staff
from kiosk.rules.catalogue import TitleKind
from kiosk.rules.item_cases import CaseKind
from kiosk.rules.lending import LoanEnd
from kiosk.services.here import Here
from kiosk.services.ledger_paper import DASH, Period, Row, class_name, day_of, filled, time_of

_KEYS: Final = (
    "day",
    "thing",
    "number",
    "quantity",
    "borrower",
    "class",
    "lent_at",
    "returned_at",
    "state",
    "handler",
)
_STATE: Final = _KEYS.index("state")
_OUT: Final = "在借"
_borrower = aliased(Staff)
_damages = (
    select(func.count())
    .where(ItemCase.loan_id == Loan.id, ItemCase.kind == CaseKind.DAMAGED)
    .correlate(Loan)
    .scalar_subquery()
)
_LOANS: Final = (
    select(
        Loan,
        Title.name,
        Item.accession_no,
        Child.family_name,
        Child.given_name,
        SchoolClass.grade,
        SchoolClass.number,
        Staff.display_name,
        _borrower.display_name.label("teacher"),
        _damages.label("damages"),
    )
    .join(Item, Item.id == Loan.item_id)
    .join(Title, Title.id == Item.title_id)
    .outerjoin(Child, Child.id == Loan.child_id)
    .outerjoin(SchoolClass, SchoolClass.id == Loan.class_id)
    .outerjoin(Staff, Staff.id == Loan.lent_by_id)
    .outerjoin(_borrower, _borrower.id == Loan.staff_id)
    .where(
        Title.kind == TitleKind.GAME,
        or_(Loan.ended_as.is_(None), Loan.ended_as != LoanEnd.UNDONE),
    )
    .order_by(Loan.local_day, Loan.lent_at)
)


def build(session: Session, period: Period, *, here: Here) -> Table:
    """Return L20 of a period: the loans of games that began in it."""
    loans = session.execute(_LOANS.where(Loan.local_day.between(period.first, period.last))).all()
    rows = [_row(row, here) for row in loans]
    marks = [RowMark(day=row.Loan.local_day, child_id=row.Loan.child_id) for row in loans]
    return filled(
        "L20",
        _KEYS,
        rows,
        totals=totals(rows, marks),
        period=period,
        here=here,
        marks=marks,
    )


def totals(rows: Sequence[Row], marks: Sequence[RowMark]) -> Row:
    """Return the foot of these rows, whether they come from the tables or from the archive."""
    del marks
    still_out = sum(row[_STATE] == _OUT for row in rows)
    return ("合计", DASH, DASH, len(rows), *[DASH] * 3, f"未还 {still_out} 件", DASH, DASH)


def _row(row: AnyRow, here: Here) -> Row:
    return (
        row.Loan.local_day.isoformat(),
        row.name,
        row.accession_no,
        1,
        _who(row),
        DASH if row.grade is None else class_name(row.grade, row.number),
        time_of(row.Loan.lent_at, here),
        _back(row, here),
        _how(row),
        row.display_name or "自助",
    )


def _who(row: AnyRow) -> str:
    if row.family_name is not None:
        return str(row.family_name + row.given_name)
    return row.teacher or DASH


def _back(row: AnyRow, here: Here) -> str:
    ended_at = row.Loan.ended_at
    if ended_at is None or row.Loan.ended_as is LoanEnd.LOST:
        return DASH
    return f"{day_of(ended_at, here).isoformat()} {time_of(ended_at, here)}"


def _how(row: AnyRow) -> str:
    if row.damages and row.Loan.ended_at is not None:
        return "破损"
    match row.Loan.ended_as:
        case None:
            return _OUT
        case LoanEnd.LOST:
            return "遗失"
        case _:
            return "完好"
