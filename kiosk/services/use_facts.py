"""What was used in a period, counted once for every ledger and figure that tells of it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from kiosk.models.calls import Booking, Line, Slot
from kiosk.models.library import Loan
from kiosk.models.visits import Visit
from kiosk.rules.call_states import CallState
from kiosk.rules.lending import Borrower, LoanEnd
from kiosk.services import opening_log
from kiosk.services.here import Here
from kiosk.services.ledger_paper import Period
from kiosk.services.opening_facts import Days
from kiosk.services.visit_days import of_days

# A loan that was taken back at once was none.
REAL: Final = or_(Loan.ended_as.is_(None), Loan.ended_as != LoanEnd.UNDONE)
# Somebody was rung: what the share that was answered is counted of (`domain.md` 2.6).
RUNG: Final = (CallState.DONE, CallState.CUT, CallState.NO_ANSWER)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedVisit:
    """A visit; who comes back in one opening is counted once.

    `opening_id` is None on a day on which nobody opened.
    """

    child_id: UUID
    on: date
    at: datetime
    opening_id: UUID | None

    @property
    def time(self) -> tuple[UUID, tuple[date, UUID | None]]:
        """The child, and what counts as one time."""
        return (self.child_id, (self.on, self.opening_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedLoan:
    """A loan of a child, of its class or of a teacher; `child_id` of a forgotten child is None."""

    child_id: UUID | None
    class_id: UUID | None
    borrower: Borrower
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedCall:
    child_id: UUID
    on: date
    state: CallState


def visits(session: Session, period: Period, *, here: Here) -> tuple[CountedVisit, ...]:
    """Return the visits of a period in order of time."""
    rows = session.execute(
        select(Visit.child_id, Visit.local_day, Visit.signed_in_at)
        .where(of_days(here.home_id, period.first, period.last))
        .order_by(Visit.local_day, Visit.signed_in_at)
    ).all()
    days = Days(opening_log.between(period.first, period.last, here=here))
    return tuple(
        CountedVisit(
            child_id=row.child_id,
            on=row.local_day,
            at=row.signed_in_at,
            opening_id=days.opening_at(row.local_day, row.signed_in_at),
        )
        for row in rows
    )


def loans(session: Session, period: Period) -> tuple[CountedLoan, ...]:
    """Return the loans that began in a period."""
    rows = session.execute(
        select(Loan.child_id, Loan.class_id, Loan.borrower, Loan.local_day).where(
            Loan.local_day.between(period.first, period.last), REAL
        )
    )
    return tuple(
        CountedLoan(
            child_id=row.child_id, class_id=row.class_id, borrower=row.borrower, on=row.local_day
        )
        for row in rows
    )


def calls(session: Session, period: Period, *, here: Here) -> tuple[CountedCall, ...]:
    """Return the calls of a period at which somebody was rung."""
    rows = session.execute(
        select(Booking.child_id, Booking.on_date, Booking.state)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Line, Line.id == Slot.line_id)
        .where(
            Line.home_id == here.home_id,
            Booking.on_date.between(period.first, period.last),
            Booking.state.in_(RUNG),
        )
    )
    return tuple(
        CountedCall(child_id=row.child_id, on=row.on_date, state=row.state) for row in rows
    )
