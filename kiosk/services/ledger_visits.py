"""L3 到室签到登记表: who came, from when to when."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from kiosk.db import AnyRow
from kiosk.files.tables import RowMark, Table
from kiosk.models.calls import Booking
from kiosk.models.library import Loan
from kiosk.models.people import Child, SchoolClass
from kiosk.models.visits import Visit, VisitPastime
from kiosk.rules.call_states import CallState
from kiosk.rules.lending import LoanEnd
from kiosk.rules.visits import Pastime, VisitState
from kiosk.services import ledger_paper, opening_log
from kiosk.services.here import Here
from kiosk.services.ledger_openings import PASTIMES
from kiosk.services.ledger_paper import DASH, NONE, Period, Row, class_name, filled, time_of
from kiosk.services.opening_facts import Days
from kiosk.services.visit_days import of_days

_KEYS: Final = (
    "place",
    "day",
    "child",
    "class",
    "came_at",
    "left_at",
    "activities",
    "duty",
    "remark",
)
_VISITS: Final = (
    # Columns, not rows of the table: a term has 20,000 of them.
    select(
        Visit.child_id,
        Visit.local_day,
        Visit.signed_in_at,
        Visit.signed_out_at,
        Visit.state,
        VisitPastime.pastime,
        Child.family_name,
        Child.given_name,
        SchoolClass.grade,
        SchoolClass.number,
    )
    .outerjoin(VisitPastime, VisitPastime.visit_id == Visit.id)
    .join(Child, Child.id == Visit.child_id)
    .join(SchoolClass, SchoolClass.id == Child.class_id)
    .order_by(Visit.local_day, Visit.signed_in_at)
)


def build(session: Session, period: Period, *, here: Here) -> Table:
    """Return L3 of a period."""
    duty = ledger_paper.duty_times(session, period, here)
    borrowed = _borrowed(session, period)
    called = _called(session, period)
    visits = session.execute(_VISITS.where(of_days(here.home_id, period.first, period.last))).all()
    rows = [
        (
            place,
            row.local_day.isoformat(),
            row.family_name + row.given_name,
            class_name(row.grade, row.number),
            time_of(row.signed_in_at, here),
            _left(row, here),
            _activities(row.pastime, (row.child_id, row.local_day), borrowed, called),
            ledger_paper.on_duty(duty, row.local_day, row.signed_in_at),
            NONE,
        )
        for place, row in enumerate(visits, start=1)
    ]
    days = Days(opening_log.between(period.first, period.last, here=here))
    marks = tuple(_marks(visits, days))
    return filled(
        "L3",
        _KEYS,
        rows,
        totals=totals(rows, marks),
        period=period,
        here=here,
        marks=marks,
    )


def _marks(visits: Sequence[AnyRow], days: Days) -> Iterator[RowMark]:
    """Yield a mark for each visit: who comes back in one opening counts once (`domain.md` 2.6)."""
    seen = set()
    for one in visits:
        time = (one.child_id, one.local_day, days.opening_at(one.local_day, one.signed_in_at))
        yield RowMark(day=one.local_day, child_id=one.child_id, times=int(time not in seen))
        seen.add(time)


def totals(rows: Sequence[Row], marks: Sequence[RowMark]) -> Row:
    """Return the foot of these rows, whether they come from the tables or from the archive."""
    del rows
    children = {mark.child_id for mark in marks}
    times = sum(mark.times for mark in marks)
    return ("合计", DASH, f"{len(children)} 人", DASH, f"{times} 人次", *[DASH] * 4)


def _left(row: AnyRow, here: Here) -> str:
    """Return when the child left; nobody invents a time that nobody saw."""
    match row.state:
        case VisitState.LEFT:
            return time_of(row.signed_out_at, here)
        case VisitState.OPEN:
            return "在室"
        case _:
            return "未确认"


def _activities(
    pastime: Pastime | None,
    whose: tuple[UUID, date],
    borrowed: Collection[tuple[UUID, date]],
    called: Collection[tuple[UUID, date]],
) -> str:
    known = [PASTIMES.get(pastime, "自由活动") if pastime else "自由活动"]
    if whose in borrowed:
        known.append("借书")
    if whose in called:
        known.append("亲情通话")
    return "、".join(known)


def _borrowed(session: Session, period: Period) -> set[tuple[UUID, date]]:
    rows = session.execute(
        select(Loan.child_id, Loan.local_day).where(
            Loan.local_day.between(period.first, period.last),
            or_(Loan.ended_as.is_(None), Loan.ended_as != LoanEnd.UNDONE),
        )
    )
    return {(row.child_id, row.local_day) for row in rows}


def _called(session: Session, period: Period) -> set[tuple[UUID, date]]:
    rows = session.execute(
        select(Booking.child_id, Booking.on_date).where(
            Booking.on_date.between(period.first, period.last),
            Booking.state == CallState.DONE,
        )
    )
    return {(row.child_id, row.on_date) for row in rows}
