"""What is known of contacts, places and bookings: one statement, built once, for each question."""

from typing import Final

from sqlalchemy import and_, bindparam, exists, func, select

from kiosk.db import constant
from kiosk.models.call_hours import ContactDoubt
from kiosk.models.call_plan import CallSetting, LineOutage, WeekPlan
from kiosk.models.calls import HOLDING_STATES, WEEK_STATES, Booking, Line, Slot, SlotStatus
from kiosk.models.people import Contact, ContactStatus
from kiosk.models.visits import Visit
from kiosk.rules.call_states import CallKind
from kiosk.rules.call_wishes import CardDoubt, PlanState
from kiosk.rules.visits import VisitState
from kiosk.services.prepared import Prepared

_FACES: Final = 3

# When a call that nobody answered was given up.
MISSED_AT: Final = func.coalesce(Booking.ended_at, Booking.state_since)

# Nobody rings a number that is another's until an adult has looked at the card.
MAY_BE_RUNG: Final = and_(
    Contact.status == constant(ContactStatus.APPROVED),
    ~exists().where(
        ContactDoubt.contact_id == Contact.id,
        ContactDoubt.settled_at.is_(None),
        ContactDoubt.doubt == constant(CardDoubt.WRONG_NUMBER),
    ),
)
CONTACTS: Final = (
    select(Contact.id, Contact.relation)
    .where(Contact.child_id == bindparam("child_id"), MAY_BE_RUNG)
    .order_by(Contact.position, Contact.relation)
    .limit(_FACES)
)
# Whether the child of a call is in the room.
IS_HERE: Final = exists(
    select(Visit.id).where(
        Visit.child_id == Booking.child_id, Visit.state == constant(VisitState.OPEN)
    )
)
_taken = (
    select(Booking.id)
    .where(
        Booking.slot_id == Slot.id,
        # Whoever rings along is where another rings; said, so that the index serves.
        Booking.companion_of_id.is_(None),
        Booking.state.in_(HOLDING_STATES),
    )
    .correlate(Slot)
)
IS_TAKEN: Final = exists(_taken)
FREE: Final = (
    select(Slot.id, Slot.on_date, Slot.start_min, Slot.end_min, Slot.week_key, Line.kind)
    .join(Line, Line.id == Slot.line_id)
    .where(
        Line.home_id == bindparam("home_id"),
        Line.is_in_use.is_(True),
        Slot.status == SlotStatus.OPEN,
        Slot.on_date >= bindparam("today"),
        Slot.on_date <= bindparam("horizon"),
        ~exists().where(LineOutage.line_id == Line.id, LineOutage.ended_at.is_(None)),
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
            MAY_BE_RUNG,
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
# Whether the places of a week are still the plan's to give: it plans here, and is not out yet.
IS_KEPT_FOR_THE_PLAN: Final = Prepared(
    select(CallSetting.home_id).where(
        CallSetting.home_id == bindparam("home_id"),
        ~exists().where(
            WeekPlan.home_id == CallSetting.home_id,
            WeekPlan.week_key == bindparam("week_key"),
            WeekPlan.state == constant(PlanState.PUBLISHED),
        ),
    )
)
