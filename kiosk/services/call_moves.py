"""A call passes from one state to the next; each passage is an event."""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from kiosk.models.calls import (
    HOLDING_STATES,
    TO_COME_STATES,
    UNFINISHED_STATES,
    Booking,
    BookingEvent,
)
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
    for booking in bookings:
        let_ring_alone(session, booking)
    return len(bookings)


def to_come(session: Session, contact_id: UUID) -> Sequence[Booking]:
    """Return the calls still to come that ring this contact."""
    return session.scalars(
        select(Booking).where(
            Booking.contact_id == contact_id,
            Booking.state.in_(UNFINISHED_STATES),  # the index on these few
            Booking.state.in_(TO_COME_STATES),
        )
    ).all()


def companions(session: Session, booking: Booking) -> Sequence[Booking]:
    """Return the calls of those who ring along with this one, the oldest first."""
    return session.scalars(
        select(Booking)
        .where(Booking.companion_of_id == booking.id, Booking.slot_id == booking.slot_id)
        .order_by(Booking.booked_at, Booking.id)
    ).all()


def let_ring_alone(session: Session, booking: Booking) -> None:
    """Give the place of a call that holds none to who rings along, or has rung, if anybody."""
    if effect(booking.state).holds_place or booking.companion_of_id is not None:
        return
    session.flush()  # the place is free before another has it
    holding = session.scalars(
        select(Booking)
        .where(Booking.companion_of_id == booking.id, Booking.state.in_(HOLDING_STATES))
        .order_by(Booking.booked_at, Booking.id)
    ).all()
    for one in holding[:1]:
        one.companion_of_id = None
        session.flush()
    for one in holding[1:]:
        one.companion_of_id = holding[0].id


def lead_instead(session: Session, booking: Booking, leader: Booking) -> None:
    """Let one who rings along have the place, and the one who had it ring along."""
    others = companions(session, leader)
    leader.companion_of_id = booking.id
    session.flush()  # nobody has the place before another does
    booking.companion_of_id = None
    session.flush()
    for one in others:
        if one is not booking:
            one.companion_of_id = booking.id


def ring_along_again(session: Session, booking: Booking, to_state: CallState) -> None:
    """Let one who comes back to a place ring along with its brother or sister, if that has it."""
    if booking.companion_of_id is not None or not effect(to_state).holds_place:
        return
    booking.companion_of_id = session.scalar(
        select(Booking.id).where(
            Booking.slot_id == booking.slot_id,
            Booking.companion_of_id.is_(None),
            Booking.state.in_(HOLDING_STATES),
            Booking.phone_digest == booking.phone_digest,
            Booking.id != booking.id,
        )
    )
