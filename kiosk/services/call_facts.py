"""What is known of contacts, places and bookings: one statement, built once, for each question."""

from typing import Final

from sqlalchemy import and_, bindparam, exists, select

from kiosk.db import constant
from kiosk.models.calls import HOLDING_STATES, WEEK_STATES, Booking, Line, Slot, SlotStatus
from kiosk.models.people import Contact, ContactStatus
from kiosk.rules.call_states import CallKind
from kiosk.services.prepared import Prepared

_FACES: Final = 3

CONTACTS: Final = (
    select(Contact.id, Contact.relation)
    .where(Contact.child_id == bindparam("child_id"), Contact.status == ContactStatus.APPROVED)
    .order_by(Contact.position, Contact.relation)
    .limit(_FACES)
)
_taken = (
    select(Booking.id)
    .where(Booking.slot_id == Slot.id, Booking.state.in_(HOLDING_STATES))
    .correlate(Slot)
)
IS_TAKEN: Final = exists(_taken)
FREE: Final = (
    select(Slot.id, Slot.on_date, Slot.start_min, Slot.week_key)
    .join(Line, Line.id == Slot.line_id)
    .where(
        Line.home_id == bindparam("home_id"),
        Line.is_in_use.is_(True),
        Slot.status == SlotStatus.OPEN,
        Slot.on_date >= bindparam("today"),
        Slot.on_date <= bindparam("horizon"),
        ~IS_TAKEN,
    )
    .order_by(Slot.on_date, Slot.start_min, Line.name)
)
# One look for all that a booking needs: the place with its line, and the contact of this child.
WANTED: Final = Prepared(
    select(
        Slot.on_date,
        Slot.week_key,
        Slot.start_min,
        Slot.status,
        Line.kind,
        Line.is_in_use,
        Contact.relation,
        Contact.phone_digest,
    )
    .join(Line, Line.id == Slot.line_id)
    .join(
        Contact,
        and_(
            Contact.id == bindparam("contact_id"),
            Contact.child_id == bindparam("child_id"),
            Contact.status == constant(ContactStatus.APPROVED),
        ),
    )
    .where(Slot.id == bindparam("slot_id"), Line.home_id == bindparam("home_id"))
)
WEEKS_USED: Final = select(Booking.week_key).where(
    Booking.child_id == bindparam("child_id"),
    Booking.kind == constant(CallKind.WEEKLY),
    Booking.state.in_(WEEK_STATES),
    Booking.week_key.in_(bindparam("weeks", expanding=True)),
)
BY_REQUEST: Final = Prepared(
    select(Booking.id, Booking.child_id).where(Booking.request_id == bindparam("request_id"))
)
