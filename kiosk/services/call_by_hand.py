"""A call that was rung by hand in a place that came free: booked and ended from the day's paper."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.db import reading
from kiosk.errors import InvalidInputError, NotFoundError, RefusedError
from kiosk.models.calls import HOLDING_STATES, Booking, Line, Slot
from kiosk.models.people import Contact
from kiosk.rules import call_corrections as rules
from kiosk.rules.call_corrections import CORRECTION_DAYS, PaperBox
from kiosk.rules.call_states import CallKind, CallRefusal
from kiosk.services import call_board, call_corrections, call_paper, call_seating, call_settling
from kiosk.services.again import once_more
from kiosk.services.call_board import FreePlace
from kiosk.services.call_seating import NewCall
from kiosk.services.here import Here


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """What a line of the paper says that was written by hand."""

    slot_id: UUID
    child_id: UUID
    contact_id: UUID
    box: PaperBox


def places(on: date, *, here: Here) -> tuple[FreePlace, ...]:
    """Return the places of a day that have begun and that nobody has, while it may be told of."""
    call_settling.settle(here=here)
    if not 0 <= (here.today - on).days <= CORRECTION_DAYS:
        return ()
    return call_board.places_begun(reading(), on, here=here)


@once_more("uq_booking_request_id")
def write_down(said: ByHand, *, request_id: UUID, staff_id: UUID, here: Here) -> None:
    """Book the place for the child and end the call at once; the same request is one call.

    Raises:
        InvalidInputError: NOT_ALLOWED, for what cannot have come of it.
        NotFoundError: NO_TIMES, for no place that has begun; NO_CONTACT.
        RefusedError: SLOT_TAKEN, CHILD_BUSY, PERSON_BUSY.
    """
    if said.box not in rules.BY_HAND:
        raise InvalidInputError(CallRefusal.NOT_ALLOWED)
    call_settling.settle(here=here)
    with call_corrections.in_one() as session:
        known = session.scalars(select(Booking).where(Booking.request_id == request_id)).first()
        if known is not None:
            return
        place = _place(session, said.slot_id, here)
        wanted = NewCall(
            child_id=said.child_id,
            contact_id=said.contact_id,
            slot_id=said.slot_id,
            kind=CallKind.STANDBY,
            replaces_id=None,
            request_id=request_id,
        )
        booking_id = call_seating.seat(session, wanted, here=here, by_staff_id=staff_id)
        if booking_id is None:
            raise _refusal(session, said, place)
        booking = session.get_one(Booking, booking_id)
        call_paper.tick(session, booking, said.box, staff_id=staff_id, here=here)


def _place(session: Session, slot_id: UUID, here: Here) -> Slot:
    slot = session.scalar(
        select(Slot)
        .join(Line, Line.id == Slot.line_id)
        .where(Slot.id == slot_id, Line.home_id == here.home_id)
    )
    if slot is None or (slot.on_date, slot.start_min) > (here.today, here.minute):
        raise NotFoundError(CallRefusal.NO_TIMES)
    if (here.today - slot.on_date).days > CORRECTION_DAYS:
        raise NotFoundError(CallRefusal.NO_TIMES)
    return slot


def _refusal(session: Session, said: ByHand, place: Slot) -> RefusedError | NotFoundError:
    """Return why the place was not to be had."""
    holding = session.scalars(
        select(Booking).where(
            Booking.on_date == place.on_date,
            Booking.start_min == place.start_min,
            Booking.state.in_(HOLDING_STATES),
        )
    ).all()
    if any(one.slot_id == place.id for one in holding):
        return RefusedError(CallRefusal.SLOT_TAKEN)
    if any(one.child_id == said.child_id for one in holding):
        return RefusedError(CallRefusal.CHILD_BUSY)
    contact = session.get(Contact, said.contact_id)
    if contact is not None and any(one.phone_digest == contact.phone_digest for one in holding):
        return RefusedError(CallRefusal.PERSON_BUSY)
    return NotFoundError(CallRefusal.NO_CONTACT)
