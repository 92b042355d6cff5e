"""L10 生均借阅图书册数: what each class borrowed in a period, by its readers."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from kiosk.db import AnyRow
from kiosk.files.tables import Cell, Table
from kiosk.models.library import Loan
from kiosk.models.people import SchoolClass
from kiosk.rules.lending import Borrower, LoanEnd
from kiosk.services.here import Here
from kiosk.services.ledger_paper import (
    DASH,
    Period,
    Row,
    class_name,
    day_in_words,
    filled,
    school_name,
)

_KEYS: Final = (
    "class",
    "loans",
    "readers",
    "each",
)

# A reader is a child with a loan in the period (`domain.md` 2.6); its class is that of the day.
_READ: Final = (
    Loan.borrower == Borrower.CHILD,
    or_(Loan.ended_as.is_(None), Loan.ended_as != LoanEnd.UNDONE),
)


def build(session: Session, period: Period, *, here: Here) -> Table:
    """Return L10 of a period; a class without a loan in it is not in the table."""
    within = Loan.local_day.between(period.first, period.last)
    classes = session.execute(
        select(
            SchoolClass.grade,
            SchoolClass.number,
            func.count(Loan.id).label("loans"),
            func.count(Loan.child_id).label("known"),
            func.count(Loan.child_id.distinct()).label("readers"),
        )
        .join(SchoolClass, SchoolClass.id == Loan.class_id)
        .where(within, *_READ)
        .group_by(SchoolClass.grade, SchoolClass.number)
        .order_by(SchoolClass.grade, SchoolClass.number)
    ).all()
    readers = session.scalar(select(func.count(Loan.child_id.distinct())).where(within, *_READ))
    return filled(
        "L10",
        _KEYS,
        [_row(one) for one in classes],
        totals=_totals(classes, readers or 0),
        period=period,
        here=here,
        counted={
            "library": f"{school_name(here)}图书室",
            "today": day_in_words(here.today),
        },
    )


def _row(one: AnyRow) -> Row:
    readers = one.readers if one.known == one.loans else None
    return (class_name(one.grade, one.number), one.loans, *_each(one.loans, readers))


def _totals(classes: Sequence[AnyRow], readers: int) -> Row:
    loans = sum(one.loans for one in classes)
    is_known = all(one.known == one.loans for one in classes)
    return ("合计", loans, *_each(loans, readers if is_known else None))


def _each(loans: int, readers: int | None) -> tuple[Cell, Cell]:
    """Return the readers and their books each; dashes as soon as one reader is forgotten."""
    return (readers, round(loans / readers, 2)) if readers else (DASH, DASH)
