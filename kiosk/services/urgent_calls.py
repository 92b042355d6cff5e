"""A call that cannot wait: with a reason, under the cap of the week, at the soonest place.

Where no place is free it waits for one, before all others. It takes the place of nobody, is not the
call of the week, and counts as a call like any other.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from kiosk.db import transaction
from kiosk.errors import NotFoundError, RefusedError
from kiosk.ids import new_id
from kiosk.models.audit import AuditAction
from kiosk.models.call_plan import CallSetting, CallWish
from kiosk.models.calls import Booking
from kiosk.models.people import Child
from kiosk.rules import call_repair, civil
from kiosk.rules.call_states import CallKind, CallRefusal
from kiosk.rules.call_waiting import CallPlace, WaitingChild
from kiosk.rules.call_wishes import AskedBy, PlanProblem, UrgentReason, WishKind, WishState
from kiosk.services import (
    audit,
    call_seating,
    call_weeks,
    urgent_needs,
    week_plan_facts,
    week_plans,
)
from kiosk.services.again import once_more
from kiosk.services.call_seating import NewCall
from kiosk.services.here import Here

_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class UrgentCall:
    """A call that cannot wait, and when it is; all None while it waits for a place."""

    booking_id: UUID | None = None
    on: date | None = None
    start_min: int | None = None


@once_more("uq_call_wish_home_id_week_key_urgent_no", "uq_call_wish_request_id")
def place(
    *,
    child_id: UUID,
    reason: UrgentReason,
    asked_by: AskedBy,
    request_id: UUID,
    staff_id: UUID,
    here: Here,
    contact_id: UUID | None = None,
) -> UrgentCall:
    """Book the soonest place of this week or the next at which the child and its people are free.

    Where there is none the wish stays open: what comes free in these weeks is for it first. The
    same request gives the same call. `contact_id` is whom it has to be, if it has to be one.

    Raises:
        NotFoundError: NO_CONTACT, for no such child or nobody to ring.
        RefusedError: NOT_PLANNED where children pick their times; TOO_MANY_URGENT.
    """
    with transaction() as session:
        known = session.scalars(select(CallWish).where(CallWish.request_id == request_id)).first()
        if known is not None:
            return _told(session, known.booking_id)
        urgent_no = _next_number(session, here)
        booking = _seat_soonest(session, child_id, contact_id, staff_id, here)
        wish = {
            "id": new_id(here.now),
            "home_id": here.home_id,
            "child_id": child_id,
            "contact_id": contact_id if booking is None else booking.contact_id,
            "kind": WishKind.URGENT,
            "asked_by": asked_by,
            "staff_id": None if asked_by is AskedBy.CHILD else staff_id,
            "week_key": civil.week_key(here.today),
            "urgent_reason": reason,
            "urgent_no": urgent_no,
            "state": WishState.OPEN if booking is None else WishState.PLANNED,
            "booking_id": None if booking is None else booking.id,
            "asked_at": here.now,
            "settled_at": None if booking is None else here.now,
            "request_id": request_id,
        }
        session.execute(insert(CallWish), wish)
        subject = f"wish:{wish['id']}" if booking is None else f"booking:{booking.id}"
        _audit(session, subject, reason, staff_id, here)
        return _told(session, None if booking is None else booking.id)


def _told(session: Session, booking_id: UUID | None) -> UrgentCall:
    if booking_id is None:
        return UrgentCall()
    booking = session.get_one(Booking, booking_id)
    return UrgentCall(booking_id=booking.id, on=booking.on_date, start_min=booking.start_min)


def _next_number(session: Session, here: Here) -> int:
    # Two teachers at one instant: the second waits here until the first one's number is stored.
    chosen = session.get(CallSetting, here.home_id, with_for_update=True)
    if chosen is None:
        raise RefusedError(PlanProblem.NOT_PLANNED)
    last = session.scalar(
        select(func.max(CallWish.urgent_no)).where(
            CallWish.home_id == here.home_id, CallWish.week_key == civil.week_key(here.today)
        )
    )
    refusal = call_repair.urgent_refusal(last or 0, cap=chosen.urgent_cap)
    if refusal is not None:
        raise RefusedError(refusal)
    return (last or 0) + 1


def _seat_soonest(
    session: Session, child_id: UUID, contact_id: UUID | None, staff_id: UUID, here: Here
) -> Booking | None:
    this_monday = week_plans.first_day(here.today)
    for monday in (this_monday, this_monday + _WEEK):
        week = call_weeks.calls(session, monday)
        found = call_weeks.children(session, week, Child.id == child_id, here=here)
        child = next((urgent_needs.with_only(one, contact_id) for one in found), None)
        if child is None or not any(one.may_be_rung for one in child.callees):
            raise NotFoundError(CallRefusal.NO_CONTACT)
        free = week_plan_facts.places(session, monday, here=here)
        for at in call_repair.later_places(child, free, today=here.today, minute=here.minute):
            booking_id = _seat(session, child, at, staff_id, here)
            if booking_id is not None:
                return session.get_one(Booking, booking_id)
    return None


def _seat(
    session: Session, child: WaitingChild, at: CallPlace, staff_id: UUID, here: Here
) -> UUID | None:
    contact_id = call_repair.contact_for(child, at.on, at.span, at.kind)
    if contact_id is None:
        return None
    wanted = NewCall(
        child_id=UUID(child.child_id),
        contact_id=UUID(contact_id),
        slot_id=UUID(at.slot_id),
        kind=CallKind.URGENT,
        replaces_id=None,
    )
    return call_seating.seat(session, wanted, here=here, by_staff_id=staff_id)


def _audit(
    session: Session, subject: str, reason: UrgentReason, staff_id: UUID, here: Here
) -> None:
    audit.record(
        session,
        AuditAction.EDIT,
        actor_id=staff_id,
        subject=subject,
        fields=f"urgent {reason}",
        purpose="calls",
        here=here,
    )
