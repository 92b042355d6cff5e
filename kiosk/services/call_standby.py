"""A place that nobody uses now: whose turn it is among the children in the room."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from kiosk.db import constant, reading, transaction
from kiosk.errors import NotFoundError, RefusedError
from kiosk.models.calls import Booking, Line, Slot, SlotStatus
from kiosk.models.openings import Opening
from kiosk.models.people import Child, Contact, SchoolClass
from kiosk.models.visits import Visit
from kiosk.rules import call_repair
from kiosk.rules.badges import Badge
from kiosk.rules.call_repair import LATER_MIN
from kiosk.rules.call_states import CallKind, CallRefusal, CallState
from kiosk.rules.call_waiting import CallPlace, WaitingChild
from kiosk.rules.openings import OpeningState
from kiosk.rules.relations import Relation
from kiosk.rules.slots import Span
from kiosk.rules.visits import VisitState
from kiosk.services import (
    call_facts,
    call_moves,
    call_seating,
    call_settling,
    call_weeks,
    urgent_needs,
    week_plan_facts,
    week_plans,
)
from kiosk.services.again import once_more
from kiosk.services.call_seating import NewCall
from kiosk.services.here import Here

# How long a child has to come to the telephone before the next one is asked.
ACCEPT_WITHIN: Final = timedelta(seconds=60)
# A place is offered two minutes before its time.
_AHEAD_MIN: Final = 2
IS_HERE: Final = exists(
    select(Visit.id).where(Visit.child_id == Child.id, Visit.state == constant(VisitState.OPEN))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StandbyOffer:
    """A child in the room that may have a place now, until `ends_at`; times in minutes."""

    slot_id: UUID
    child_id: UUID
    contact_id: UUID
    given_name: str
    class_name: tuple[int, int]
    badge: Badge
    relation: Relation
    from_min: int
    to_min: int
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A child in the room that may stand by, at places that begin at `from_min` or later.

    `instead_of` is the call of a later day that cannot wait and comes earlier so.
    """

    child: WaitingChild
    from_min: int
    is_urgent: bool
    instead_of: Booking | None


def offer_standby(
    slot_id: UUID, *, here: Here, passed_over: Collection[UUID] = ()
) -> StandbyOffer | None:
    """Return whose turn it is at a place of now, or None when there is nobody or no place.

    `passed_over` were asked just now and did not come.
    """
    call_settling.settle(here=here)
    session = reading()
    return offer_to(session, ready(session, here), slot_id, here=here, passed_over=passed_over)


def ready(session: Session, here: Here) -> tuple[Ready, ...]:
    """Return the children in the room who may stand by, in turn: the same for every place of now.

    Looked up once for all places that stand empty.
    """
    monday = week_plans.first_day(here.today)
    seed = call_weeks.seed(session, monday, here=here)
    if seed is None:
        return ()
    week = call_weeks.calls(session, monday)
    missed_at = week.missed_at(here)
    wished = urgent_needs.without_place(session, monday, here=here)
    later = urgent_needs.on_later_days(session, here=here)
    waiting = urgent_needs.asking_for(
        call_weeks.children(session, week, IS_HERE, here=here), wished
    )
    found = [
        one
        for one in call_weeks.present(week, waiting, here=here, urgent={*wished, *later})
        if call_repair.may_stand_by(one, today=here.today)
    ]
    found.sort(key=lambda one: call_repair.standby_turn(one, seed))
    return tuple(
        Ready(
            child=one.child,
            from_min=missed_at.get(one.child.child_id, -LATER_MIN) + LATER_MIN,
            is_urgent=one.is_urgent,
            instead_of=later.get(UUID(one.child.child_id)),
        )
        for one in found
    )


def offer_to(
    session: Session,
    in_turn: Iterable[Ready],
    slot_id: UUID,
    *,
    here: Here,
    passed_over: Collection[UUID] = (),
) -> StandbyOffer | None:
    """Return whose turn of these it is at a place of now; otherwise as `offer_standby`."""
    found = _place(session, slot_id, here)
    if found is None:
        return None
    place, rest = found
    taking = _taking(
        (one for one in in_turn if UUID(one.child.child_id) not in passed_over), place, rest
    )
    if taking is None:
        return None
    child, contact_id = taking
    return _offer(session, slot_id, UUID(child.child_id), UUID(contact_id), rest, here)


def _taking(
    in_turn: Iterable[Ready], place: CallPlace, rest: Span
) -> tuple[WaitingChild, str] | None:
    able = (one.child for one in in_turn if one.from_min <= place.start_min)
    return call_repair.standby(able, on=place.on, span=rest, kind=place.kind)


@once_more("uq_booking_request_id")
def take_standby(
    slot_id: UUID,
    child_id: UUID,
    request_id: UUID,
    *,
    here: Here,
    by_staff_id: UUID | None = None,
) -> UUID:
    """Give the place to a child that has come to the telephone; return its call, which is waiting.

    The same request gives the same call. Without `by_staff_id` the child took it itself.

    Raises:
        NotFoundError: NO_CONTACT, when the child may not have it now.
        RefusedError: SLOT_TAKEN.
    """
    with transaction() as session:
        known = session.scalars(
            select(Booking).where(Booking.request_id == request_id)
        ).one_or_none()
        if known is not None and known.child_id != child_id:
            raise NotFoundError(CallRefusal.NOT_ALLOWED)
        if known is not None:
            return known.id
        booking = _take(session, slot_id, child_id, request_id, by_staff_id, here)
        call_moves.move(
            session,
            booking,
            CallState.WAITING,
            here=here,
            by_child_id=child_id if by_staff_id is None else None,
            by_staff_id=by_staff_id,
        )
        return booking.id


def _take(
    session: Session,
    slot_id: UUID,
    child_id: UUID,
    request_id: UUID,
    by_staff_id: UUID | None,
    here: Here,
) -> Booking:
    found = _place(session, slot_id, here)
    if found is None:
        raise RefusedError(CallRefusal.SLOT_TAKEN)
    place, rest = found
    own = [one for one in ready(session, here) if one.child.child_id == str(child_id)]
    taking = _taking(own, place, rest)
    if taking is None:
        raise NotFoundError(CallRefusal.NO_CONTACT)
    later = own[0].instead_of
    if later is not None:
        call_moves.move(session, later, CallState.CANCELLED, here=here, by_staff_id=by_staff_id)
        call_moves.let_ring_alone(session, later)
        session.flush()  # the person is free before the child rings
    wanted = NewCall(
        child_id=child_id,
        contact_id=UUID(taking[1]),
        slot_id=slot_id,
        kind=CallKind.URGENT if own[0].is_urgent else CallKind.STANDBY,
        replaces_id=None if later is None else later.id,
        request_id=request_id,
    )
    booking_id = call_seating.seat(session, wanted, here=here, by_staff_id=by_staff_id)
    if booking_id is None:
        raise RefusedError(CallRefusal.SLOT_TAKEN)
    return session.get_one(Booking, booking_id)


def _place(session: Session, slot_id: UUID, here: Here) -> tuple[CallPlace, Span] | None:
    """Return a place of now that is free, and what is left of it."""
    row = session.execute(
        select(Slot.id, Slot.on_date, Slot.start_min, Slot.end_min, Line.name, Line.kind)
        .join(Line, Line.id == Slot.line_id)
        .join(Opening, Opening.id == Slot.opening_id)
        .where(
            Slot.id == slot_id,
            Slot.on_date == here.today,
            Slot.start_min <= here.minute + _AHEAD_MIN,
            Slot.status == SlotStatus.OPEN,
            Line.home_id == here.home_id,
            Line.is_in_use.is_(True),
            Opening.state == OpeningState.OPEN,
            ~call_facts.IS_TAKEN,
        )
    ).one_or_none()
    if row is None:
        return None
    place = week_plan_facts.place_of(row)
    rest = call_repair.rest_of(place, begun_min=here.minute)
    return None if rest is None else (place, rest)


def _offer(
    session: Session, slot_id: UUID, child_id: UUID, contact_id: UUID, rest: Span, here: Here
) -> StandbyOffer:
    row = session.execute(
        select(
            Child.given_name,
            Child.animal,
            Child.cloth,
            SchoolClass.grade,
            SchoolClass.number,
            Contact.relation,
        )
        .join(SchoolClass, SchoolClass.id == Child.class_id)
        .join(Contact, Contact.child_id == Child.id)
        .where(Child.id == child_id, Contact.id == contact_id)
    ).one()
    return StandbyOffer(
        slot_id=slot_id,
        child_id=child_id,
        contact_id=contact_id,
        given_name=row.given_name,
        class_name=(row.grade, row.number),
        badge=Badge(animal=row.animal, cloth=row.cloth),
        relation=row.relation,
        from_min=rest[0],
        to_min=rest[1],
        ends_at=here.now + ACCEPT_WITHIN,
    )
