"""L10 生均借阅图书册数: what each class borrowed in a period, by its readers."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from kiosk.db import AnyRow
from kiosk.files.tables import Cell, Table
from kiosk.models.library import Loan
from kiosk.models.people import SchoolClass
from kiosk.rules import few
from kiosk.rules.few import FEW_SAID
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

_HUNDREDTH: Final = Decimal("0.01")
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
    """Return L10 of a period, as it is known in the school; see `for_others`.

    A class without a loan in it is not in the table.
    """
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
    if not readers:
        return DASH, DASH
    return readers, (Decimal(loans) / readers).quantize(_HUNDREDTH, ROUND_HALF_UP)


def for_others(table: Table) -> Table:
    """Return L10 as it leaves the school: without counts so small that they name somebody."""
    columns = {
        key: [_count(row[_KEYS.index(key)]) for row in table.rows] for key in ("loans", "readers")
    }
    untold = few.untold(columns, bounds=[("readers", "loans")])

    def hidden(place: int) -> set[str]:
        return {key for key, places in untold.rows.items() if place in places}

    return replace(
        table,
        rows=tuple(_told(row, hidden(place)) for place, row in enumerate(table.rows)),
        totals=table.totals and _told(table.totals, untold.sums),
    )


def _told(row: Row, untold: Collection[str]) -> Row:
    """Return a row without these cells; the books of each reader would tell them both."""
    hidden = {*untold, "each"} if untold else set()
    return tuple(
        FEW_SAID if key in hidden and cell != DASH else cell
        for key, cell in zip(_KEYS, row, strict=True)
    )


def _count(cell: Cell) -> int:
    """Return the count in a cell; forgotten readers are no count."""
    return cell if isinstance(cell, int) else 0
