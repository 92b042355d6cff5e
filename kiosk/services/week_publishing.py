"""A plan becomes calls: all in one transaction, and what somebody took meanwhile is left out.

What is left out is for the repair of the week; nothing that was booked before gives way.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kiosk.db import transaction, violated
from kiosk.errors import NotFoundError, RefusedError
from kiosk.models.audit import AuditAction
from kiosk.models.call_plan import PlanSeat, WeekPlan
from kiosk.models.calls import Booking, BookingEvent, Line, Slot, SlotStatus
from kiosk.models.people import Child, Contact
from kiosk.rules.call_states import CallKind, CallState
from kiosk.rules.call_wishes import PlanProblem, PlanState
from kiosk.services import audit, call_facts, call_wishes
from kiosk.services.here import Here

# Somebody was quicker, for the place, the person or the child; anything else is a fault of ours.
_TAKEN: Final = frozenset({"ux_slot", "ux_week", "ux_child", "ux_contact"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """How many calls a plan booked, and how many of its places somebody had taken meanwhile."""

    booked: int
    left_over: int


def publish(plan_id: UUID, *, actor_id: UUID, here: Here) -> Published:
    """Book what a draft has for each child; committed when it returns. Again, it changes nothing.

    Raises:
        NotFoundError: UNKNOWN_PLAN.
        RefusedError: REPLACED, when there is a newer draft.
    """
    with transaction() as session:
        return publish_in(session, plan_id, actor_id=actor_id, here=here)


def publish_in(session: Session, plan_id: UUID, *, actor_id: UUID, here: Here) -> Published:
    """Publish inside a transaction that is under way; otherwise as `publish`."""
    plan = session.get(WeekPlan, plan_id, with_for_update=True)
    if plan is None or plan.home_id != here.home_id:
        raise NotFoundError(PlanProblem.UNKNOWN_PLAN)
    if plan.state is PlanState.REPLACED:
        raise RefusedError(PlanProblem.REPLACED)
    seats = session.scalars(
        select(PlanSeat)
        .where(PlanSeat.plan_id == plan_id, PlanSeat.slot_id.is_not(None))
        .order_by(PlanSeat.with_child_id.is_not(None), PlanSeat.turn)
    ).all()
    if plan.state is PlanState.DRAFT:
        for seat in seats:
            _book(session, plan_id, seat, actor_id, here)
        plan.state, plan.published_at, plan.published_by_id = (
            PlanState.PUBLISHED,
            here.now,
            actor_id,
        )
        call_wishes.settle_in(session, here=here)  # a wish that the plan meets is met with it
        audit.record(
            session,
            AuditAction.EDIT,
            actor_id=actor_id,
            subject=f"plan:{plan_id}",
            fields="published",
            purpose="calls",
            here=here,
        )
    booked = len(session.scalars(select(Booking.id).where(Booking.plan_id == plan_id)).all())
    return Published(booked=booked, left_over=len(seats) - booked)


def _book(session: Session, plan_id: UUID, seat: PlanSeat, actor_id: UUID, here: Here) -> None:
    """Book a seat, unless it cannot be had any more."""
    place = session.execute(
        select(Slot.on_date, Slot.start_min, Slot.week_key, Contact.phone_digest)
        .join(Line, Line.id == Slot.line_id)
        .join(Contact, Contact.id == seat.contact_id)
        .join(Child, Child.id == Contact.child_id)
        .where(
            Slot.id == seat.slot_id,
            Slot.status == SlotStatus.OPEN,
            Line.is_in_use.is_(True),
            call_facts.MAY_BE_RUNG,
            Child.left_on.is_(None),
        )
    ).one_or_none()
    if place is None or (place.on_date, place.start_min) < (here.today, here.minute):
        return
    companion_of = None if seat.with_child_id is None else _booking_id(plan_id, seat.with_child_id)
    if companion_of is not None and session.get(Booking, companion_of) is None:
        return
    row = {**place._asdict(), **_row(plan_id, seat, here), "companion_of_id": companion_of}
    try:
        with session.begin_nested():
            session.execute(insert(Booking), row)
            session.execute(insert(BookingEvent), _event(row, actor_id))
    except IntegrityError as error:
        if violated(error) not in _TAKEN:
            raise


def _row(plan_id: UUID, seat: PlanSeat, here: Here) -> dict[str, object]:
    booking_id = _booking_id(plan_id, seat.child_id)
    return {
        "id": booking_id,
        "slot_id": seat.slot_id,
        "child_id": seat.child_id,
        "contact_id": seat.contact_id,
        "kind": CallKind.WEEKLY,
        "state": CallState.BOOKED,
        "state_since": here.now,
        "is_owed": False,
        "booked_at": here.now,
        "request_id": booking_id,
        "version": 1,
        "plan_id": plan_id,
    }


def _event(row: dict[str, object], actor_id: UUID) -> dict[str, object]:
    return {
        "booking_id": row["id"],
        "seq": row["version"],
        "at": row["booked_at"],
        "from_state": None,
        "to_state": row["state"],
        "by_staff_id": actor_id,
    }


def _booking_id(plan_id: UUID, child_id: UUID) -> UUID:
    """Return the id of what a plan books for a child; the same one, however often it is asked."""
    return uuid5(plan_id, child_id.hex)
