"""Which children are on the telephone, or stand beside it, as far as anybody has noted."""

from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from kiosk.models.calls import UNFINISHED_STATES, Booking, BookingEvent, Line, Slot
from kiosk.rules import civil
from kiosk.rules.call_states import CallState
from kiosk.rules.staff import LedCall
from kiosk.services.here import Here


def count(session: Session, state: CallState, *, here: Here) -> int:
    """Return how many calls of this room stand in one of the states before an ending."""
    found = session.scalar(
        select(func.count())
        .select_from(Booking)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Line, Line.id == Slot.line_id)
        .where(
            Line.home_id == here.home_id,
            Booking.state.in_(UNFINISHED_STATES),  # the index on these few
            Booking.state == state,
            Booking.on_date <= here.today,
        )
    )
    return found or 0


def led_by(session: Session, staff_id: UUID, *, here: Here) -> tuple[LedCall, ...]:
    """Return the calls of today that somebody of staff has rung and that have no end yet."""
    found = session.execute(
        select(Booking.state_since, Slot.start_min, Slot.end_min)
        .join(Slot, Slot.id == Booking.slot_id)
        .where(
            Booking.state.in_(UNFINISHED_STATES),  # the index on these few
            Booking.state == CallState.CALLING,
            Booking.on_date == here.today,
            exists(
                select(BookingEvent.seq).where(
                    BookingEvent.booking_id == Booking.id,
                    BookingEvent.to_state == CallState.CALLING,
                    BookingEvent.by_staff_id == staff_id,
                )
            ),
        )
    )
    return tuple(
        LedCall(
            rang_at=row.state_since,
            place_begins_at=civil.instant(here.today, row.start_min, here.settings.zone),
            place_ends_at=civil.instant(here.today, row.end_min, here.settings.zone),
        )
        for row in found
    )
