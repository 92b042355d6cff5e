"""What the plan of a week asks the database, of now, of an earlier instant, of an empty week."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    SQLColumnExpression,
    and_,
    bindparam,
    exists,
    func,
    null,
    or_,
    select,
)

from kiosk.db import AnySelect
from kiosk.models.call_hours import ContactDoubt
from kiosk.models.call_plan import CallWish, LineOutage, WishTime
from kiosk.models.calls import (
    HOLDING_STATES,
    WEEK_STATES,
    Booking,
    BookingEvent,
    Line,
    Slot,
    SlotStatus,
)
from kiosk.models.openings import Opening
from kiosk.models.people import Child, Contact, SchoolClass
from kiosk.rules.call_states import CallKind
from kiosk.rules.call_wishes import AskedBy, CardDoubt, WishState
from kiosk.rules.openings import OpeningState
from kiosk.services import call_facts

_THEN: Final[ColumnElement[datetime]] = bindparam("then")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The three questions in which the states of the calls matter."""

    places: AnySelect
    children: AnySelect
    calls: AnySelect


def _asked(state: SQLColumnExpression[Any], opening: ColumnElement[bool]) -> Asked:
    return Asked(
        places=_places(state, opening),
        children=_children(state),
        calls=select(
            Booking.child_id,
            Booking.on_date,
            Booking.kind,
            state.label("state"),
            call_facts.MISSED_AT.label("missed_at"),
            Booking.contact_id,
        )
        .where(
            Booking.on_date >= bindparam("first"),
            Booking.on_date < bindparam("until"),
            state.is_not(None),
        )
        .order_by(Booking.child_id, Booking.on_date.desc(), Booking.start_min.desc()),
    )


def _places(state: SQLColumnExpression[Any], opening: ColumnElement[bool]) -> AnySelect:
    is_taken = exists().where(
        Booking.slot_id == Slot.id,
        # Whoever rings along is where another rings; said, so that the index serves.
        Booking.companion_of_id.is_(None),
        state.in_(HOLDING_STATES),
    )
    is_out = exists().where(
        LineOutage.line_id == Line.id,
        LineOutage.began_at <= _THEN,
        # One that nobody had to end took only the places of its day.
        or_(
            LineOutage.ended_at.is_(None),
            and_(LineOutage.ended_at > _THEN, LineOutage.ended_by_id.is_not(None)),
        ),
    )
    return (
        select(Slot.id, Slot.on_date, Slot.start_min, Slot.end_min, Line.name, Line.kind)
        .join(Line, Line.id == Slot.line_id)
        .join(Opening, Opening.id == Slot.opening_id)
        .where(Line.home_id == bindparam("home_id"), Line.is_in_use.is_(True), ~is_out, opening)
        .where(Slot.status == SlotStatus.OPEN, Slot.week_key == bindparam("week_key"), ~is_taken)
        .order_by(Slot.on_date, Slot.start_min, Line.name)
    )


# New friends have nobody to ring yet.
EVERYBODY: Final = (
    select(Child.id, Child.enrolled_on)
    .join(SchoolClass, SchoolClass.id == Child.class_id)
    .where(
        Child.left_on.is_(None),
        Child.enrolled_on <= bindparam("today"),
        SchoolClass.grade > 0,
    )
)


def _children(state: SQLColumnExpression[Any]) -> AnySelect:
    # Whoever has a call in that week is not planned again.
    has_call = exists().where(
        Booking.child_id == Child.id,
        Booking.week_key == bindparam("week_key"),
        Booking.kind == CallKind.WEEKLY,
        state.in_(WEEK_STATES),
    )
    return EVERYBODY.where(~has_call)


_IS_TO_COME: Final = Opening.state.in_((OpeningState.PLANNED, OpeningState.OPEN))
NOW: Final = _asked(Booking.state, _IS_TO_COME)
# As if nobody had a call: what the room can do, not what it has left.
WHOLE: Final = _asked(null(), _IS_TO_COME)
# The state that a call had at an instant; none when it was booked later.
AT_THAT_TIME: Final = _asked(
    select(BookingEvent.to_state)
    .where(BookingEvent.booking_id == Booking.id, BookingEvent.at <= _THEN)
    .order_by(BookingEvent.seq.desc())
    .limit(1)
    .scalar_subquery(),
    Opening.state != OpeningState.CANCELLED,
)
CONTACTS: Final = select(
    Contact.id,
    Contact.child_id,
    Contact.phone_digest,
    Contact.can_phone,
    Contact.can_video,
    Contact.status,
).order_by(Contact.child_id, Contact.position, Contact.relation, Contact.id)
# When an adult last looked at the card of a contact that did not answer.
LOOKED_AT: Final = (
    select(ContactDoubt.contact_id, func.max(ContactDoubt.settled_at).label("settled_at"))
    .where(ContactDoubt.settled_at <= _THEN)
    .group_by(ContactDoubt.contact_id)
)
# Of whom the number was found to be another's, and nobody had looked at the card by then.
NOT_THEIRS: Final = select(ContactDoubt.contact_id).where(
    ContactDoubt.doubt == CardDoubt.WRONG_NUMBER,
    ContactDoubt.raised_at <= _THEN,
    or_(ContactDoubt.settled_at.is_(None), ContactDoubt.settled_at > _THEN),
)
WISHES: Final = (
    select(
        CallWish.child_id,
        CallWish.contact_id,
        (CallWish.asked_by == AskedBy.CHILD).label("is_by_child"),
        WishTime.on_date,
        WishTime.from_min,
        WishTime.to_min,
    )
    .outerjoin(WishTime, WishTime.wish_id == CallWish.id)
    .where(
        CallWish.week_key == bindparam("week_key"),
        CallWish.asked_at <= _THEN,
        # A call for it may still fall through: then the time is there for another one.
        or_(
            CallWish.state.in_((WishState.OPEN, WishState.PLANNED)),
            CallWish.settled_at > _THEN,
        ),
    )
    .order_by(WishTime.on_date, WishTime.from_min)
)
