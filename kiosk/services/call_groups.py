"""Brothers and sisters at one telephone: whose call it is that rings, and whose are led with it."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from kiosk.db import reading
from kiosk.errors import RefusedError
from kiosk.models.calls import Booking
from kiosk.models.people import Contact, ContactStatus
from kiosk.rules.call_states import TO_COME, CallRefusal, CallState
from kiosk.services import call_facts, call_moves

_ONE_BY_ONE: Final = frozenset(
    {CallState.NO_SHOW, CallState.EXCUSED, CallState.CANCELLED, CallState.RELEASED}
)


def leading(session: Session, booking: Booking, to_state: CallState) -> Booking:
    """Return the call that is led when one of a group rings, or when its talk ends.

    That is the one that has the place; who comes later joins it. Who is there when the one that
    has the place is not gets the place.

    Raises:
        RefusedError: NOT_ALLOWED, when the others are not on the telephone any more.
    """
    if booking.companion_of_id is None:
        return booking
    leader = session.get_one(Booking, booking.companion_of_id)
    if leader.state is booking.state:
        return leader
    if leader.state in TO_COME and booking.state in TO_COME:
        call_moves.lead_instead(session, booking, leader)
    elif leader.state is not to_state:
        raise RefusedError(CallRefusal.NOT_ALLOWED)
    return booking


def cards_rung(booking_id: UUID) -> tuple[UUID, ...]:
    """Return the cards of whom a call rings, with each child that rings along; its own first."""
    session = reading()
    booking = session.get_one(Booking, booking_id)
    first = booking.companion_of_id or booking.id
    others = session.scalars(
        select(Contact.id)
        .join(Booking, Booking.contact_id == Contact.id)
        .where(
            or_(Booking.id == first, Booking.companion_of_id == first),
            Contact.phone_digest == booking.phone_digest,
            Contact.status == ContactStatus.APPROVED,
            Contact.id != booking.contact_id,
        )
        .order_by(Contact.id)
    )
    return (booking.contact_id, *dict.fromkeys(others))


def along(session: Session, booking: Booking, to_state: CallState) -> Sequence[Booking]:
    """Return those who ring along and are led to the same state: who stands where it stands.

    To the telephone come those who are in the room; who stays away does so alone.
    """
    if to_state in _ONE_BY_ONE or booking.companion_of_id is not None:
        return ()
    found = [one for one in call_moves.companions(session, booking) if one.state is booking.state]
    if to_state is not CallState.WAITING or not found:
        return found
    ids = [one.id for one in found]
    here = session.scalars(select(Booking.id).where(Booking.id.in_(ids), call_facts.IS_HERE)).all()
    return [one for one in found if one.id in here]
