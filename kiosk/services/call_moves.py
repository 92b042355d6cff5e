"""A call passes from one state to the next; each passage is an event."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from kiosk.models.calls import Booking, BookingEvent
from kiosk.rules.call_states import CallState, effect
from kiosk.services.here import Here

_ADD_EVENT: Final = insert(BookingEvent)


def move(
    session: Session,
    booking: Booking,
    to_state: CallState,
    *,
    here: Here,
    by_child_id: UUID | None = None,
    by_staff_id: UUID | None = None,
) -> None:
    """Write a change of state and its event; the caller has asked the rule."""
    session.execute(
        _ADD_EVENT,
        {
            "booking_id": booking.id,
            "seq": booking.version + 1,
            "at": here.now,
            "from_state": booking.state,
            "to_state": to_state,
            "by_child_id": by_child_id,
            "by_staff_id": by_staff_id,
        },
    )
    booking.state = to_state
    booking.is_owed = effect(to_state).owed
    booking.state_since = here.now
    booking.version += 1


def release(
    session: Session, bookings: Collection[Booking], *, here: Here, by_staff_id: UUID | None = None
) -> int:
    """Give up calls still to come that cannot be made; they are owed. Return how many they were."""
    for booking in bookings:
        move(session, booking, CallState.RELEASED, here=here, by_staff_id=by_staff_id)
    return len(bookings)
