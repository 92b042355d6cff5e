"""The days on which loans are due follow the days on which the room opens.

Whatever opens or closes a day calls `follow` in its own transaction: the calendar, an opening that
is cancelled, a line of the weekly pattern that begins or ends, days that are planned ahead.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kiosk.db import AnyRow
from kiosk.models.library import Loan
from kiosk.models.people import SchoolClass
from kiosk.rules import civil, due_days
from kiosk.rules.due_days import Given
from kiosk.services import calendar, new_loans
from kiosk.services.here import Here

_DAY: Final = timedelta(days=1)
_OUT: Final = (
    select(
        Loan.id,
        Loan.local_day,
        Loan.renewed_at,
        Loan.plain_due_on,
        Loan.due_on,
        Loan.is_holiday_loan,
        SchoolClass.grade,
        SchoolClass.number,
    )
    .outerjoin(SchoolClass, SchoolClass.id == Loan.class_id)
    .where(Loan.ended_at.is_(None))
)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class DueMove:
    """How many loans are due on another day."""

    was_on: date
    due_on: date
    books: int


def follow(session: Session, *, here: Here) -> int:
    """Move the due days that are still to come to open days; return how many moved."""
    return sum(one.books for one in follow_told(session, here=here))


def follow_told(session: Session, *, here: Here) -> tuple[DueMove, ...]:
    """Do what `follow` does, and return which days moved, in order.

    The same plain days and the same open days always give the same, whatever was in between.
    """
    session.flush()  # what opens and what does not is asked of the database
    days = calendar.open_days_from(session, here.today, here=here)
    moved = list(_moved(session, days, here))
    for row, due_on in moved:
        session.execute(update(Loan).where(Loan.id == row.id).values(due_on=due_on))
    return _summed(moved)


def without(session: Session, opening_id: UUID, *, here: Here) -> tuple[DueMove, ...]:
    """Return which due days would move if an opening did not take place; nothing is changed."""
    days = calendar.open_days_from(session, here.today, here=here, without=opening_id)
    return _summed(_moved(session, days, here))


def _summed(moved: Iterable[tuple[AnyRow, date]]) -> tuple[DueMove, ...]:
    books = Counter((row.due_on, due_on) for row, due_on in moved)
    return tuple(
        sorted(
            DueMove(was_on=was_on, due_on=due_on, books=number)
            for (was_on, due_on), number in books.items()
        )
    )


def _moved(session: Session, days: Collection[date], here: Here) -> Iterator[tuple[AnyRow, date]]:
    """Yield the loans that are due on another day where the room opens on these, and that day."""
    for row in session.execute(_OUT.where(Loan.due_on >= here.today)).all():
        due_on = _due_on(row, days.__contains__, here)
        if due_on != row.due_on:
            yield row, due_on


def _due_on(row: AnyRow, is_open: Callable[[date], bool], here: Here) -> date:
    given = Given(
        given_on=row.local_day if row.renewed_at is None else _local_day(row, here),
        plain_due_on=row.plain_due_on,
        is_for_holiday=row.is_holiday_loan,
        turn=0 if row.grade is None else new_loans.turn(row.grade, row.number, here),
    )
    found = due_days.due_on(given, school=here.school, is_open=is_open)
    if found > here.today or found == row.due_on:
        return found
    # Nothing becomes late, or due this very day, by a change of the calendar.
    soonest = Given(given_on=here.today, plain_due_on=min(row.due_on, here.today + _DAY))
    return due_days.due_on(soonest, school=here.school, is_open=is_open)


def _local_day(row: AnyRow, here: Here) -> date:
    return civil.local(row.renewed_at, here.settings.zone).date()
