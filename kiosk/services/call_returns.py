"""A line that is mended gives its calls back, as far as place, child and person are still free."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.models.call_plan import LineOutage
from kiosk.models.calls import Booking, Slot
from kiosk.models.people import Child
from kiosk.rules import call_repair
from kiosk.rules.call_states import CallKind, CallState
from kiosk.rules.call_waiting import CallPlace, WaitingChild
from kiosk.services import call_seating, call_weeks, week_plan_facts, week_plans
from kiosk.services.call_seating import NewCall
from kiosk.services.call_weeks import WeekCalls
from kiosk.services.here import Here


def give_back(session: Session, outage: LineOutage, *, staff_id: UUID, here: Here) -> int:
    """Book the calls again that an outage cost, and return how many these are.

    Only where the place is ahead and nobody has it. Who has another call for the lost one, or has
    called it off since, has no use for it.
    """
    lost = _lost(session, outage, here)
    mondays = sorted({week_plans.first_day(one.on_date) for one in lost})
    return sum(
        _in_week(
            session,
            call_weeks.calls(session, monday),
            [one for one in lost if week_plans.first_day(one.on_date) == monday],
            staff_id,
            here,
        )
        for monday in mondays
    )


def _lost(session: Session, outage: LineOutage, here: Here) -> Sequence[Booking]:
    """Return what was released as the line went out, who leads before who rings along."""
    return session.scalars(
        select(Booking)
        .join(Slot, Slot.id == Booking.slot_id)
        .where(
            Slot.line_id == outage.line_id,
            Booking.on_date >= here.today,
            Booking.state == CallState.RELEASED,
            Booking.state_since == outage.began_at,
        )
        .order_by(
            Booking.on_date,
            Booking.start_min,
            Booking.companion_of_id.is_not(None),
            Booking.booked_at,
            Booking.id,
        )
    ).all()


def _in_week(
    session: Session, week: WeekCalls, lost: Iterable[Booking], staff_id: UUID, here: Here
) -> int:
    wanting = [one for one in lost if _is_wanted(one, week)]
    of_them = Child.id.in_([one.child_id for one in wanting])
    known = {one.child_id: one for one in call_weeks.children(session, week, of_them, here=here)}
    places = week_plan_facts.places(session, week.first_day, here=here)
    free = {UUID(one.slot_id): one for one in places}
    leading: dict[UUID, UUID] = {}  # by the place: who has it, for those who ring along
    given = 0
    for one in wanting:
        place, child = free.get(one.slot_id), known.get(str(one.child_id))
        if place is None or child is None or not _suits(child, one.contact_id, place):
            continue
        wanted = NewCall(
            child_id=one.child_id,
            contact_id=one.contact_id,
            slot_id=one.slot_id,
            kind=one.kind,
            replaces_id=one.id,
            companion_of_id=leading.get(one.slot_id),
        )
        booking_id = call_seating.seat(session, wanted, here=here, by_staff_id=staff_id)
        if booking_id is not None:
            leading.setdefault(one.slot_id, booking_id)
            given += 1
    return given


def _is_wanted(lost: Booking, week: WeekCalls) -> bool:
    if lost.kind is CallKind.URGENT:
        return any(one.booking_id == lost.id for one in week.urgent_needs().values())
    since = (
        one
        for one in week.rows
        if one.child_id == lost.child_id and one.state_since >= lost.state_since
    )
    return not any(one.replaces_id == lost.id or one.state is CallState.CANCELLED for one in since)


def _suits(child: WaitingChild, contact_id: UUID, place: CallPlace) -> bool:
    callees = tuple(one for one in child.callees if one.contact_id == str(contact_id))
    own = replace(child, callees=callees)
    return call_repair.contact_for(own, place.on, place.span, place.kind) is not None
