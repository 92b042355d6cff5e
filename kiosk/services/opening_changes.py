"""A day that is not as the weekly pattern has it: other times, or an opening more.

What it costs in calls is shown before it is done, as with an opening that is cancelled.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from kiosk.db import transaction
from kiosk.errors import InvalidInputError, NotFoundError, RefusedError
from kiosk.ids import new_id
from kiosk.models.audit import AuditAction
from kiosk.models.calls import TO_COME_STATES, Booking, Slot, SlotStatus
from kiosk.models.openings import Opening
from kiosk.rules.call_outage import ClosureReason, ClosureRefusal
from kiosk.rules.civil import DAY_MINUTES
from kiosk.rules.duty import DutyRefusal, DutyState
from kiosk.rules.openings import OpeningOrigin, OpeningRefusal, OpeningState
from kiosk.rules.sessions import SessionProblem
from kiosk.services import (
    audit,
    call_losses,
    call_moves,
    call_repair,
    duty_plan,
    duty_steps,
    loan_days,
    opening_plan,
)
from kiosk.services.call_closures import Closed
from kiosk.services.here import Here

_PLACE_MIN: Final = 10
_TALK_MIN: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """When a room opens on one day; minutes since midnight, half-open."""

    on: date
    from_min: int
    to_min: int


def change(
    opening_id: UUID,
    *,
    from_min: int,
    to_min: int,
    reason: ClosureReason,
    staff_id: UUID,
    here: Here,
    agreed: str | None = None,
) -> Closed:
    """Let a planned opening take place at other times of its day; the pattern leaves it so.

    The calls at times that go are released and made good. `agreed` is the digest of those that
    somebody was shown; with None nobody looks beforehand.

    Raises:
        NotFoundError: NOT_OPEN, for no such planned opening.
        InvalidInputError: BAD_FORM, for times that are no period of a day.
        RefusedError: PAST, TIME_TAKEN, or CHANGED with the `preview` of the calls that are lost.
    """
    with transaction() as session:
        opening = opening_plan.planned(session, opening_id, here=here)
        times = Times(on=opening.on_date, from_min=from_min, to_min=to_min)
        _check(session, times, here, but=opening_id)
        outside = and_(
            Slot.opening_id == opening_id,
            or_(Slot.start_min < from_min, Slot.end_min > to_min),
        )
        work = call_losses.losses(session, outside, here=here)
        call_losses.agree(session, work, agreed, here=here)
        calls = session.scalars(
            select(Booking)
            .join(Slot, Slot.id == Booking.slot_id)
            .where(outside, Booking.state.in_(TO_COME_STATES))
        ).all()
        session.execute(update(Slot).where(outside).values(status=SlotStatus.WITHDRAWN))
        released = call_moves.release(session, calls, by_staff_id=staff_id, here=here)
        session.flush()  # its places are gone before anybody is seated
        moved = sum(call_losses.seat(session, one, staff_id=staff_id, here=here) for one in work)
        opening.from_min, opening.to_min, opening.reason = from_min, to_min, reason
        _lay_out(session, here)
        _audit(session, opening_id, f"times {from_min}-{to_min} {reason}", staff_id, here)
        return Closed(released=released, moved=moved)


def add(times: Times, *, on_duty_id: UUID, staff_id: UUID, here: Here) -> UUID:
    """Plan an opening that the pattern does not have, with places for calls. Return its id.

    `on_duty_id` has said to be there, and stands on the rota.

    Raises:
        NotFoundError: UNKNOWN_DUTY, for nobody who works here.
        InvalidInputError: BAD_FORM, for times that are no period of a day.
        RefusedError: PAST, or TIME_TAKEN, when another opening stands at its time.
    """
    with transaction() as session:
        _check(session, times, here)
        if on_duty_id not in {one.staff_id for one in duty_plan.loads(session, here=here)}:
            raise NotFoundError(DutyRefusal.UNKNOWN_DUTY)
        opening = Opening(
            id=new_id(here.now),
            home_id=here.home_id,
            on_date=times.on,
            from_min=times.from_min,
            to_min=times.to_min,
            place_min=_PLACE_MIN,
            talk_min=_TALK_MIN,
            origin=OpeningOrigin.MANUAL,
            state=OpeningState.PLANNED,
        )
        session.add(opening)
        _lay_out(session, here)
        duty_steps.add_in(
            session,
            opening.id,
            on_duty_id,
            by_id=staff_id,
            here=here,
            state=DutyState.CONFIRMED,
        )
        loan_days.follow(session, here=here)
        _audit(session, opening.id, "added", staff_id, here)
        return opening.id


def _check(session: Session, times: Times, here: Here, *, but: UUID | None = None) -> None:
    if not 0 <= times.from_min < times.to_min <= DAY_MINUTES:
        raise InvalidInputError(SessionProblem.BAD_FORM, field="order")
    if (times.on, times.to_min) <= (here.today, here.minute):
        raise RefusedError(OpeningRefusal.PAST)
    in_the_way = session.scalars(
        select(Opening.id).where(
            Opening.home_id == here.home_id,
            Opening.on_date == times.on,
            Opening.state != OpeningState.CANCELLED,
            Opening.from_min < times.to_min,
            Opening.to_min > times.from_min,
        )
    ).all()
    if set(in_the_way) - {but}:
        raise RefusedError(ClosureRefusal.TIME_TAKEN)


def _lay_out(session: Session, here: Here) -> None:
    session.flush()  # its places are laid out
    opening_plan.lay_out_slots(session, here=here)
    call_repair.repair_weeks(session, here=here)


def _audit(session: Session, opening_id: UUID, what: str, staff_id: UUID, here: Here) -> None:
    audit.record(
        session,
        AuditAction.EDIT,
        actor_id=staff_id,
        subject=f"opening:{opening_id}",
        fields=what,
        purpose="openings",
        here=here,
    )
