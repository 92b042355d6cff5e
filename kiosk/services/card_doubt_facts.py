"""What is asked of the calls of a card to know whether an adult has to look at it."""

from typing import Final

from sqlalchemy import and_, bindparam, exists, or_, select
from sqlalchemy.orm import aliased

from kiosk.models.call_hours import ContactDoubt
from kiosk.models.calls import Booking, CallAttempt, CallResult
from kiosk.models.people import Child, Contact, ContactStatus
from kiosk.rules.call_states import CallState
from kiosk.rules.call_wishes import CardDoubt
from kiosk.services import call_facts

_later, _talk = aliased(Booking), aliased(CallAttempt)
IS_CURRENT: Final = and_(Contact.status == ContactStatus.APPROVED, Child.left_on.is_(None))
# Calls nobody answered, since the child's last one that came about and since an adult looked.
MISSED: Final = (
    select(Booking.child_id, Booking.contact_id)
    .join(Contact, Contact.id == Booking.contact_id)
    .join(Child, Child.id == Booking.child_id)
    .where(
        Booking.on_date >= bindparam("since"),
        Booking.state == CallState.NO_ANSWER,
        IS_CURRENT,
        ~exists().where(
            _later.child_id == Booking.child_id,
            _later.state == CallState.DONE,
            or_(
                _later.on_date > Booking.on_date,
                and_(_later.on_date == Booking.on_date, _later.start_min > Booking.start_min),
            ),
        ),
        ~exists().where(
            ContactDoubt.contact_id == Booking.contact_id,
            ContactDoubt.settled_at >= call_facts.MISSED_AT,
        ),
    )
)
# Everybody with that number: it is no more the mother's of one brother than of the other.
NOT_THEIRS: Final = (
    select(Contact.id)
    .join(Booking, Booking.phone_digest == Contact.phone_digest)
    .join(CallAttempt, CallAttempt.booking_id == Booking.id)
    .join(Child, Child.id == Contact.child_id)
    .where(
        Booking.on_date >= bindparam("since"),
        CallAttempt.result == CallResult.WRONG_NUMBER,
        IS_CURRENT,
        # It was dialled wrong: rung once more, the right person was there.
        ~exists().where(
            _talk.booking_id == Booking.id,
            _talk.result.in_((CallResult.CONNECTED, CallResult.CUT)),
            _talk.started_at >= CallAttempt.ended_at,
        ),
        ~exists().where(
            ContactDoubt.contact_id == Contact.id,
            ContactDoubt.settled_at >= CallAttempt.ended_at,
        ),
    )
    .distinct()
)
OLD: Final = (
    select(Contact.id)
    .join(Child, Child.id == Contact.child_id)
    .where(Contact.hours_confirmed_on <= bindparam("confirmed"), IS_CURRENT)
)
IS_WRONG_NUMBER: Final = and_(
    ContactDoubt.settled_at.is_(None), ContactDoubt.doubt == CardDoubt.WRONG_NUMBER
)
OPEN: Final = select(ContactDoubt.contact_id, ContactDoubt.doubt).where(
    ContactDoubt.settled_at.is_(None)
)
