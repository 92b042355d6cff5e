"""What tests of the calls of a week are made from: families with hours, places, a plan."""

from datetime import date, timedelta
from uuid import UUID, uuid4

from sqlalchemy import insert, select, update

from kiosk.db import reading, transaction
from kiosk.models.call_hours import ContactHours
from kiosk.models.calls import Booking, CallResult, Slot, SlotStatus
from kiosk.rules.call_states import CallState
from kiosk.rules.call_windows import WeekPattern
from kiosk.services import call_desk, week_plans, week_publishing
from kiosk.services.here import Here
from tests import factories

MONDAY = date(2026, 11, 23)  # of the week after the clock's
TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
FIVE = 17 * 60


def family(here: Here, *spans: tuple[int, int], phone: str | None = None) -> tuple[UUID, UUID]:
    """Return a child with a person who can be rung at these minutes of any day, or always."""
    child_id = factories.child(here).child_id
    contact_id = factories.contact(here, child_id, phone=phone)
    rows = [
        {
            "id": uuid4(),
            "contact_id": contact_id,
            "weekday": weekday,
            "from_min": from_min,
            "to_min": to_min,
            "pattern": WeekPattern.ALWAYS,
        }
        for from_min, to_min in spans
        for weekday in range(1, 8)
    ]
    if rows:
        with transaction() as session:
            session.execute(insert(ContactHours), rows)
    return child_id, contact_id


def clear_places() -> None:
    """Leave only the places of a test; the weekly pattern of every test's room has some too."""
    with transaction() as session:
        session.execute(update(Slot).values(status=SlotStatus.WITHDRAWN))


def publish(monday: date, here: Here) -> UUID:
    """Publish the plan of a week and return its id."""
    plan_id = week_plans.draft(monday, here=here)
    week_publishing.publish(plan_id, actor_id=factories.staff(here).staff_id, here=here)
    return plan_id


def bookings(child_id: UUID) -> list[Booking]:
    """Return the calls of a child in the order in which they were booked."""
    session = reading()
    session.expire_all()
    return list(
        session.scalars(
            select(Booking)
            .where(Booking.child_id == child_id)
            .order_by(Booking.booked_at, Booking.replaces_id.is_not(None), Booking.id)
        )
    )


def lead(
    booking_id: UUID, *states: CallState, here: Here, result: CallResult | None = None
) -> None:
    """Lead a call through these states as a teacher would who is sure of what she does."""
    staff_id = factories.staff(here).staff_id
    for state in states:
        session = reading()
        session.rollback()
        version = session.get_one(Booking, booking_id).version
        call_desk.change(
            booking_id,
            state,
            version,
            staff_id=staff_id,
            result=result if state not in {CallState.WAITING, CallState.CALLING} else None,
            is_sure=True,
            here=here,
        )


def miss(booking_id: UUID, *, here: Here, result: CallResult | None = None) -> None:
    """Let nobody answer a call: rung twice, then given up."""
    lead(booking_id, CallState.WAITING, CallState.CALLING, here=here)
    if result is not CallResult.WRONG_NUMBER:
        session = reading()
        session.rollback()
        version = session.get_one(Booking, booking_id).version
        call_desk.ring_again(booking_id, version, result=CallResult.NO_ANSWER, here=here)
    lead(booking_id, CallState.NO_ANSWER, here=here, result=result)
