"""The tries to ring that a call is made of; at most one is live on a line."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kiosk.ids import new_id
from kiosk.models.calls import Booking, CallAttempt, CallResult, Slot
from kiosk.services.here import Here


def begin(session: Session, booking: Booking, here: Here) -> None:
    line_id = session.scalar(select(Slot.line_id).where(Slot.id == booking.slot_id))
    booking.started_at = here.now
    session.add(
        CallAttempt(
            id=new_id(here.now), booking_id=booking.id, line_id=line_id, started_at=here.now
        )
    )


def end(session: Session, booking: Booking, result: CallResult | None, at: datetime | None) -> None:
    attempt = last(session, booking)
    if attempt is not None:
        attempt.result = result
        # A clock set back must not make a call end before it began.
        attempt.ended_at = None if at is None else max(at, attempt.started_at)


def note(session: Session, booking: Booking, result: CallResult, at: datetime) -> None:
    """Note a try of which only the day's sheet tells; nobody looked at a clock."""
    line_id = session.scalar(select(Slot.line_id).where(Slot.id == booking.slot_id))
    session.add(
        CallAttempt(
            id=new_id(at),
            booking_id=booking.id,
            line_id=line_id,
            started_at=at,
            ended_at=at,
            result=result,
        )
    )


def forget(session: Session, booking: Booking) -> None:
    """Forget the last try of a call: there was none."""
    attempt = last(session, booking)
    if attempt is not None:
        session.delete(attempt)


def count(session: Session, booking: Booking) -> int:
    return session.scalar(select(func.count()).where(CallAttempt.booking_id == booking.id)) or 0


def last(session: Session, booking: Booking) -> CallAttempt | None:
    return session.scalar(
        select(CallAttempt)
        .where(CallAttempt.booking_id == booking.id)
        # The one under way first: two may have begun within one tick of the clock.
        .order_by(
            CallAttempt.ended_at.is_not(None), CallAttempt.started_at.desc(), CallAttempt.id.desc()
        )
        .limit(1)
    )
